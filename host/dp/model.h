#ifndef DP_MODEL_H
#define DP_MODEL_H

#include "dp/codec.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A datapath in memory: it carries no packet, but keeps contract 1 to the letter - references, order, undo, state
 * handles, SPIs - and counts whoever breaks it.  dp/fake.h makes a provider of it; tests put it behind a socket.
 */
struct dp_model;

/* What it can do; the tester's to change at any time. */
struct dp_model_limits {
	uint32_t inline_sas; /* SAs beyond this many go to software, reason table-full; UINT32_MAX: no limit */
	uint32_t sas;        /* beyond this many a put is ERR_FULL; UINT32_MAX: no limit */
	bool inline_udp;     /* the device can encapsulate in UDP */
};

struct dp_model_counts {
	uint64_t transactions;
	uint64_t operations; /* tried, undone ones included */
	uint64_t refused;
	uint64_t key_reuses;   /* a key that was active was put as fresh, or its state with another key: a broken control */
	uint64_t order_breaks; /* a put named what wasn't there */
	uint64_t busy_dels;    /* a del named what others name; fine when their own dels were refused */
	uint32_t objects;
	uint32_t spis_leased;
};

/* 'seed' makes instance and store; 'key' is for the hash tables. */
MUST_USE enum err dp_model_new(struct dp_model **out, const uint8_t key[16], uint64_t seed);
void dp_model_free(struct dp_model *m);

struct dp_model_limits *dp_model_limit(struct dp_model *m);
void dp_model_count(const struct dp_model *m, struct dp_model_counts *out);

/*
 * Control said hello: a new instance loses its leases.  Its 'store' is adopted when the model has none.  'answer' is
 * the model's own hello.
 */
void dp_model_hello(struct dp_model *m, const struct dp_hello *control, struct dp_hello *answer);

/* Acts on a request; the answer's arrays stand in 'room', which isn't the request's.  false: there is no answer. */
bool dp_model_answer(struct dp_model *m, const struct dp_msg *request, struct dp_room *room, struct dp_msg *answer);

/* Of the operations to come, the one after 'skip' others fails with 'err', once; ERR_OK forgets that. */
void dp_model_fail(struct dp_model *m, uint32_t skip, enum err err);

/* As if killed and started anew: no object is left, and no state either when 'lose_store'. */
void dp_model_restart(struct dp_model *m, bool lose_store);

/* As if an object vanished by itself (a device was reset). */
void dp_model_lose(struct dp_model *m, const struct dp_op *what);

#ifdef __cplusplus
}
#endif
#endif
