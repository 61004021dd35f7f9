#ifndef DB_SA_H
#define DB_SA_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "db/key.h"
#include "db/state.h"
#include "db/ts.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * SAs.  One SA is three things: this configuration, never written after it is published; its run-time state in the
 * store (db_state_in or db_state_out), written by the one worker that owns the SA; and the engine's session.  A
 * change of anything in the configuration - engine, peer's address, tunnel - is a new db_sa with the same slot and
 * state, published by one pointer store between two bursts; the old one goes after a grace period.
 */
struct db;
struct db_sa;
struct db_gre;
struct engine_ops;
struct rte_flow;

/* Frees the session of 'sa' (whose other memory db frees).  ERR_AGAIN while a fence is on its way. */
typedef enum err db_sa_drop(void *ctx, struct db_sa *sa);

/* How configurations that are replaced or deleted are dropped; without it they have no session. */
void db_sa_on_drop(struct db *db, db_sa_drop *drop, void *ctx);

enum {
	DB_SA_UDP = 1u << 0, /* outbound: encapsulated in UDP; inbound: expected so (both are accepted) */
	DB_SA_ESN = 1u << 1,
	DB_SA_V6 = 1u << 2,   /* outer header is IPv6 */
	DB_SA_ANY4 = 1u << 3, /* selectors let all IPv4 pass */
	DB_SA_ANY6 = 1u << 4,
	DB_SA_INLINE = 1u << 5,    /* the device does ESP; the host numbers, windows and checks */
	DB_SA_GRE = 1u << 6,       /* protects GRE; its selectors speak of that, not of what it carries */
	DB_SA_TRANSPORT = 1u << 7, /* the outer IP header delivers the GRE packet */
	DB_SA_OFFLOAD = 1u << 8,   /* may be placed in a device */
	DB_SA_PAIR4 = 1u << 9,     /* its selectors are one pair of IPv4 that names no ports */
};

/* What becomes of a published configuration. */
enum db_sa_fate {
	DB_SA_STAYS,
	DB_SA_YIELDS, /* another one of its slot is prepared */
	DB_SA_LAST    /* unpublished, and its slot goes with it */
};

enum { DB_SA_HEADER_MAX = 56, DB_SA_ESP = 8, DB_SA_TRAILER = 2 }; /* IPv6 + UDP + ESP; the ESP header; pad length and next header */

/*
 * What neither packets nor the rest of an SA tell of what control put: what its session is made of, and when it ends.  It stands in memory for
 * secrets.
 */
struct db_sa_conf {
	uint64_t soft_bytes; /* as in struct dp_sa */
	uint64_t hard_bytes;
	uint64_t soft_packets;
	uint64_t hard_packets;
	uint32_t port;
	uint16_t local_port;
	uint16_t remote_port;
	uint8_t cipher; /* enum dp_cipher */
	uint8_t integ;  /* enum dp_integ */
	uint8_t key_len;
	uint8_t integ_len;
	uint8_t keys[2 * DP_KEY_MAX]; /* the cipher's, then the integrity key; the last member: memory ends after them */
};

/* An engine and its session. */
struct db_sa_engine {
	const struct engine_ops *ops;
	void *session;
};

/* What an inbound SA knows instead of a header. */
struct db_sa_end {
	struct db_key local;
	struct db_key remote;
	uint64_t *ring; /* of the window */
	uint16_t remote_port;
};

struct db_sa {
	/* line 0: every packet */
	uint32_t spi;        /* host order */
	uint32_t generation; /* of the slot */
	uint32_t slot;
	uint32_t tunnel;                 /* index */
	const struct engine_ops *engine; /* NULL: not placed */
	void *session;                   /* the engine's */
	union {
		struct db_state_in *in;
		struct db_state_out *out;
	} run;
	const struct db_ts *ts; /* shared with others that have the same */
	uint16_t flags;         /* DB_SA_… */
	uint16_t window;
	uint16_t words; /* of the window's ring */
	uint8_t ts_count;
	uint8_t owner;  /* worker */
	uint8_t iv_len; /* bytes on the wire */
	uint8_t icv_len;
	uint8_t align;      /* the encrypted part is a multiple of this power of two */
	uint8_t header_len; /* outbound: outer IP, UDP, ESP */
	uint8_t head_len;   /* outbound: bytes before the passenger, that is header, IV and GRE */
	uint8_t fixed_len;  /* outbound: bytes that aren't encrypted, that is header, IV and ICV */
	uint8_t clear_len;  /* outbound: bytes that are encrypted with the passenger, that is GRE and ESP's trailer without padding */
	uint8_t next;       /* outbound: what ESP carries; 0: IP, the passenger's own version */

	/* line 1: every packet */
	union {
		uint8_t header[DB_SA_HEADER_MAX]; /* outbound: the outer headers but for lengths, DSCP, DF, checksum, number */
		struct db_sa_end end;             /* inbound */
	};
	uint8_t gre_len;      /* outbound: bytes of 'gre' between IV and passenger */
	uint8_t front_vrf;    /* index */
	uint8_t df;           /* enum dp_df */
	uint8_t place_port;   /* inline: index of the port whose device has the session, and ... */
	uint32_t place_epoch; /* ... the port's epoch when it was made; 'tx' compares both */

	/* line 2: few packets */
	const struct db_gre *gre;       /* NULL: none */
	const struct db_sa_engine *raw; /* inline: software for what the device can't take; NULL: not yet.  Set after publication; heap */
	uint32_t id;                    /* control's */
	uint8_t direction;              /* enum dp_direction */
	uint8_t placement;              /* enum dp_placement */
	uint8_t reason;                 /* enum dp_reason */
	uint8_t fate;                   /* enum db_sa_fate */
	struct db_sa_conf *conf;
	struct map_node by_id;
	struct db_sa *of_tunnel; /* the next one of its tunnel */
	struct rte_flow *flow;   /* inbound, inline: the rule that leads its packets to the session (flow/) */
};
static_assert(sizeof(struct db_sa) == 192, "SA: three lines");
static_assert(offsetof(struct db_sa, header) == 64 && sizeof(struct db_sa_end) <= DB_SA_HEADER_MAX, "SA: ends in line 1");
static_assert(offsetof(struct db_sa, gre) == 128, "SA: what packets seldom need in line 2");

/* ---- what control put ---- */

/* The part of 'put' that is kept apart, keys copied; NULL: no memory.  Free wipes; free(NULL) is fine. */
struct db_sa_conf *db_sa_conf_new(const struct dp_sa *put);
void db_sa_conf_free(struct db_sa_conf *conf);

/* Views. */
static inline struct bytes db_sa_key(const struct db_sa_conf *conf)
{
	return bytes_of(conf->keys, conf->key_len);
}

static inline struct bytes db_sa_integ_key(const struct db_sa_conf *conf)
{
	return bytes_of(conf->keys + conf->key_len, conf->integ_len);
}

/* The put that makes 'sa' what it is, with its state; keys are views, which the caller mustn't wipe or free. */
void db_sa_get(const struct db *db, const struct db_sa *sa, struct dp_sa *out);

/* The addresses between which it goes. */
struct db_key db_sa_local(const struct db_sa *sa);
struct db_key db_sa_remote(const struct db_sa *sa);

/* ---- main lcore: a put in three steps, so that an engine is chosen between the first and the last ---- */

/*
 * Checks 'conf', whose secrets are copied, and builds an unpublished configuration.  A known id gets the slot and
 * state it has; a new inbound one takes the slot of its SPI, which must be reserved; a new outbound one a free slot.
 * ERR_NEEDS_REKEY: 'conf.state' names another store or a lost slot; ERR_STALE, ERR_STATE: the SPI isn't reserved;
 * ERR_EXISTS: the id is of the other direction or has another SPI or key; ERR_BUSY: another configuration of it is prepared;
 * ERR_ABSENT: no such tunnel; ERR_FULL;
 * ERR_UNSUPPORTED: transport mode without GRE, a tunnel without SAs, key or window sizes; ERR_MALFORMED: selectors (those of a GRE tunnel's SA
 * that don't let its GRE pass among them), addresses.
 */
MUST_USE enum err db_sa_prepare(struct db *db, const struct dp_sa *conf, struct db_sa **out);

/* Gives up a prepared one, whose session (if any) the caller has destroyed.  The slot is freed when it was new. */
void db_sa_abandon(struct db *db, struct db_sa *sa);

/* Publishes.  The configuration it replaces, if any, is dropped after a grace period; its slot and state go on. */
void db_sa_publish(struct db *db, struct db_sa *sa);

/*
 * A copy of the published configuration with a session yet to be made: for moving an SA to another engine.
 * ERR_ABSENT; ERR_NOMEM; ERR_BUSY: another one is prepared.
 */
MUST_USE enum err db_sa_copy(struct db *db, uint32_t id, struct db_sa **out);

/* Unpublishes now; after the grace period and the drop the slot is free.  ERR_ABSENT; ERR_BUSY: another one is prepared. */
MUST_USE enum err db_sa_del(struct db *db, uint32_t id);

/* The published one, or NULL. */
struct db_sa *db_sa_find(const struct db *db, uint32_t id);

/* Published SAs in any order: '*cursor' begins at 0; NULL at the end. */
struct db_sa *db_sa_walk(const struct db *db, uint32_t *cursor);

/* Host counters; a device's own are the engine's to add. */
void db_sa_stats(const struct db_sa *sa, struct dp_sa_stats *out);

/* Whether 'sa' is what workers see of its slot. */
bool db_sa_published(const struct db *db, const struct db_sa *sa);

/* At the process's end: frees every configuration; their lives go on in the store. */
void db_sa_forget(struct db *db);

/* Reserves up to 'count' inbound SPIs; returns how many were written to 'spi'.  'low': for a device's table. */
uint32_t db_sa_reserve(struct db *db, bool low, uint32_t *spi, uint32_t count);

/* Sets the sizes that the suite of an unpublished one has on the wire, and what follows from them. */
void db_sa_set_sizes(struct db_sa *sa, uint8_t iv_len, uint8_t icv_len, uint8_t align);

/* The window of an inbound one that has any. */
static inline struct db_state_window db_sa_window(const struct db_sa *sa)
{
	struct db_state_window w = { sa->run.in, sa->end.ring, sa->window, sa->words };

	return w;
}

/* Whether its window lets 'seq' pass; and that it has passed: db_state_fresh, db_state_mark. */
static inline bool db_sa_fresh(const struct db_sa *sa, uint64_t seq)
{
	struct db_state_window w = db_sa_window(sa);

	return db_state_fresh(&w, seq);
}

static inline bool db_sa_mark(const struct db_sa *sa, uint64_t seq)
{
	struct db_state_window w = db_sa_window(sa);

	return db_state_mark(&w, seq);
}

/* Bytes of the outer packet around an inner one of 'inner' bytes. */
static inline uint32_t db_sa_outer_len(const struct db_sa *sa, uint32_t inner)
{
	uint32_t mask = sa->align - 1u;

	return sa->fixed_len + ((inner + sa->clear_len + mask) & ~mask);
}

/* The largest inner packet whose outer one has at most 'mtu' bytes; 0 when nothing fits. */
static inline uint32_t db_sa_inner_mtu(const struct db_sa *sa, uint32_t mtu)
{
	uint32_t clear = mtu > sa->fixed_len ? (mtu - sa->fixed_len) & ~(sa->align - 1u) : 0;

	return clear > sa->clear_len ? clear - sa->clear_len : 0;
}

#ifdef __cplusplus
}
#endif
#endif
