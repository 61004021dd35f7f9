#ifndef NAVELOAD_INNER_H
#define NAVELOAD_INNER_H

/* The swarm's inside, shared by swarm.c, world.c, churn.c and rest.c alone. */

#include "naveload/eap.h"
#include "naveload/swarm.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { NAVELOAD_SPI_FIRST = 0x100 }; /* those below are reserved (RFC4303-2.1) */

enum naveload_peer_state { NAVELOAD_PEER_DOWN, NAVELOAD_PEER_COMING, NAVELOAD_PEER_UP, NAVELOAD_PEER_LEAVING };

struct naveload_peer {
	struct slab_handle sa;
	uint64_t since_us;        /* of the task under way */
	uint32_t child;           /* spi_in of the pair that it sends by */
	struct naveload_eap *eap; /* while it proves itself so */
	uint8_t state;            /* enum naveload_peer_state */
	bool rekeying;            /* in a wave of rekeys */
};

struct naveload_swarm {
	struct naveload_swarm_config cfg;
	const struct naveload_plan *plan;
	struct ike_ports ports;
	struct ike_engine *engine;
	struct ike_ts local, remote;
	struct naveload_peer *peer;
	uint32_t *owner; /* the peer of the SA in each slot of the engine's */
	uint32_t sa_limit;
	uint32_t spi_next;
	uint32_t up;
	uint32_t coming_again; /* while they are held */
	bool stopped;
	enum naveload_phase phase;
	struct naveload_wave wave;
	uint32_t rekeys;   /* waves of this round, begun */
	uint64_t begun_us; /* the last of this wave */
	uint32_t strays;   /* SAs of no peer's when the present phase began */
	uint64_t timeouts; /* of the engine's, when the present wave began */
	uint64_t hold_end_us;
	struct slab_handle *rest; /* when the hold has ended: SAs that haven't settled */
	uint32_t rest_count;
	bool rest_known;
	uint64_t act_due_us; /* the next one of the churn */
	uint64_t random;     /* state of the churn's dice */
	struct naveload_round *round;
	uint32_t rounds;        /* begun */
	struct ike_stats spent; /* of engines that are gone */
};

static inline uint64_t naveload_now_us(const struct naveload_swarm *s)
{
	return s->cfg.now_us(s->cfg.ctx);
}

static inline uint64_t naveload_now_ms(const struct naveload_swarm *s)
{
	return naveload_now_us(s) / 1000;
}

static inline struct naveload_round *naveload_current(struct naveload_swarm *s)
{
	return &s->round[s->rounds - 1];
}

/* ---- swarm.c ---- */

/* Begins the SA of peer 'index', which has none that counts. */
void naveload_swarm_begin(struct naveload_swarm *s, uint32_t index, struct naveload_tally *tally);

/* ---- world.c: what the engine asks ---- */

void naveload_world_fill(struct naveload_swarm *s);

/* ---- churn.c: what happens to peers while they are held ---- */

void naveload_churn_begin(struct naveload_swarm *s, uint64_t now_us);

/* Does what is due by 'now_us'. */
void naveload_churn_advance(struct naveload_swarm *s, uint64_t now_us);

/* ---- rest.c: what is under way when a hold ends ---- */

/* Notes it. */
void naveload_rest_begin(struct naveload_swarm *s);

/* Forgets those that have settled since. */
void naveload_rest_advance(struct naveload_swarm *s);

#ifdef __cplusplus
}
#endif
#endif
