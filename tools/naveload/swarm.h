#ifndef NAVELOAD_SWARM_H
#define NAVELOAD_SWARM_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "ike/engine.h"
#include "naveload/certs.h"
#include "naveload/plan.h"
#include "naveload/tally.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The peers of a run: initiators on one IKE engine, whose world answers every question at once and has no datapath.  Sans I/O, as
 * the engine: datagrams go out through 'send', time comes from 'now_us'.
 */
struct naveload_swarm;

/* Each round goes through all but the last. */
enum naveload_phase { NAVELOAD_SETUP, NAVELOAD_REKEY, NAVELOAD_HOLD, NAVELOAD_LEAVE, NAVELOAD_OVER };

struct naveload_swarm_config {
	const struct naveload_plan *plan;   /* borrowed, as all pointers here */
	const struct naveload_certs *certs; /* NULL: everyone proves itself by the plan's key */
	struct crypto *crypto;
	const struct crypto_rand *rand;
	const struct log *log; /* NULL: silent */
	void (*send)(void *ctx, const struct ike_path *path, struct bytes datagram);
	void (*keepalive)(void *ctx, const struct ike_path *path);
	uint64_t (*now_us)(void *ctx); /* never goes back */
	int64_t (*wall_s)(void *ctx);  /* seconds since 1970: certificates are judged by it */
	/* 'phase' ends, told before the next one begins. */
	void (*phase_ends)(void *ctx, enum naveload_phase phase, uint32_t round);
	void *ctx;
};

MUST_USE enum err naveload_swarm_new(struct naveload_swarm **out, const struct naveload_swarm_config *config);
void naveload_swarm_free(struct naveload_swarm *s);

void naveload_swarm_receive(struct naveload_swarm *s, const struct ike_path *path, struct bytes datagram);

/* Does what is due.  ERR_NOMEM: a new engine couldn't be had. */
MUST_USE enum err naveload_swarm_advance(struct naveload_swarm *s);

/* When naveload_swarm_advance is to be called next; UINT64_MAX: nothing is waited for. */
uint64_t naveload_swarm_next_us(const struct naveload_swarm *s);

/* Begins no more set-ups, and ends after this round. */
void naveload_swarm_stop(struct naveload_swarm *s);

enum naveload_phase naveload_swarm_phase(const struct naveload_swarm *s);
uint32_t naveload_swarm_up(const struct naveload_swarm *s);
uint32_t naveload_swarm_under_way(const struct naveload_swarm *s);

/* The rounds begun, '*count' of them; the last one is under way until the swarm is over. */
const struct naveload_round *naveload_swarm_rounds(const struct naveload_swarm *s, uint32_t *count);

/* What the present phase of the last round has come to so far; while they are held that of its churn. */
const struct naveload_tally *naveload_swarm_tally(const struct naveload_swarm *s);

/* The engine's counters, of all rounds. */
void naveload_swarm_stats(const struct naveload_swarm *s, struct ike_stats *out);

const char *naveload_swarm_phase_str(enum naveload_phase phase);

#ifdef __cplusplus
}
#endif
#endif
