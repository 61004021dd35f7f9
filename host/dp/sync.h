#ifndef DP_SYNC_H
#define DP_SYNC_H

#include "base/log.h"
#include "base/wheel.h"
#include "dp/provider.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Desired state: what session, routes and ports want the datapath to hold.  Owners put and del objects at any time,
 * link or no link; sync makes the datapath so, and tells owners what became of it.  There is one path: whenever the
 * link comes up it asks for a dump and sends the difference, be it start, restart of either side or a device's reset.
 *
 * - What differs is sent in transactions in order of reference; many objects that change in one tick share them.
 * - An SA whose run-time state is gone is reported once with ERR_NEEDS_REKEY and never sent again: its owner dels it and
 *   makes another.  A key never goes out as fresh when it could have been active (sa-state.md 4).
 * - What the datapath shows and nobody here put is an orphan: it stays for DP_GRACE_MS after the first dump unless it is
 *   put before, then it goes; an outbound SA goes after DP_NUDGE_MS, so that its peer notices (sa-state.md 7).
 * - A refused object is tried again, ever more slowly; its owner hears of each new outcome.
 *
 * One loop thread; time is the wheel's.
 */
struct dp_sync;

enum { DP_NUDGE_MS = 10000, DP_GRACE_MS = 60000, DP_SYNC_MAX = 1 << 20 };

/*
 * Who put objects: embedded by a session, the route table…; all-zero but for 'result', which may be NULL.  Released
 * before it goes, or alive until after the sync.
 */
struct dp_owner {
	struct list objects; /* sync's */
	uint32_t waiting;    /* objects whose last put has no outcome yet */
	/*
	 * What became of 'put' (its secrets are sync's).  May put, del and release anything.  After the first outcome it
	 * comes again when that changes.  r->state is sync's business.
	 */
	void (*result)(struct dp_owner *owner, const struct dp_op *put, const struct dp_result *r);
};

struct dp_sync_config {
	struct dp_provider *provider; /* outlives the sync */
	struct wheel *wheel;
	const struct log *log;
	uint8_t key[16];   /* random: hash tables */
	uint32_t first_id; /* random: where dp_sync_new_id begins, so that a restarted control doesn't meet its past */
};

MUST_USE enum err dp_sync_new(struct dp_sync **out, const struct dp_sync_config *config);

/* Forgets everything; the datapath keeps what it has.  Owners aren't called. */
void dp_sync_free(struct dp_sync *s);

/*
 * Wants the object of 'put', whose secrets move in (also on error).  Nothing is sent when that is there already.  A put of an
 * SA that is wanted may leave both keys empty: they stay.  'owner' NULL: nobody hears.
 * ERR_FULL, ERR_NOMEM; what dp_op_check says; an SA's id that is on its way out: ERR_EXISTS; one that was reported
 * lost: ERR_NEEDS_REKEY; another owner's object: ERR_BUSY.
 */
MUST_USE enum err dp_sync_put(struct dp_sync *s, struct dp_op *put, struct dp_owner *owner);

/* Wants the object of 'op' (put or del) no more; its keys are wiped.  ERR_ABSENT when it wasn't wanted. */
enum err dp_sync_del(struct dp_sync *s, const struct dp_op *op);

/* Dels all that 'owner' put; it can go then. */
void dp_sync_release(struct dp_sync *s, struct dp_owner *owner);

/* Sends now what would go at the next tick. */
void dp_sync_flush(struct dp_sync *s);

/* Who waits until the datapath has what is wanted now; all-zero but for 'done', and unlinked before it goes. */
struct dp_wait {
	struct list link; /* sync's */
	uint64_t until;   /* and this: the number of a transaction */
	void (*done)(struct dp_wait *w);
};

/*
 * Calls 'done' at a later turn, once: when all that is wanted now was sent and answered, be it refused, or the link is down.  It may
 * wait again, put and del.
 */
void dp_sync_wait(struct dp_sync *s, struct dp_wait *w);

/* Waits no more; nothing when it doesn't. */
static inline void dp_sync_unwait(struct dp_wait *w)
{
	list_del(&w->link);
}

/* Dumps and compares again, as if the link had just come up. */
void dp_sync_reconcile(struct dp_sync *s);

/* An id (not 0) that no tunnel, SA, port… of 'class_of' has, here or in the datapath as last seen. */
uint32_t dp_sync_new_id(struct dp_sync *s, enum dp_class class_of);

/* The last outcome of the object that 'op' (put or del) names; false when it isn't wanted. */
bool dp_sync_result(const struct dp_sync *s, const struct dp_op *op, struct dp_result *out);

/* Who put the object that 'op' (put or del) names; NULL when it isn't wanted, or nobody's. */
struct dp_owner *dp_sync_owner(const struct dp_sync *s, const struct dp_op *op);

enum dp_sync_state { DP_SYNC_DOWN, DP_SYNC_DRAIN, DP_SYNC_DUMP, DP_SYNC_RUN };

struct dp_sync_counts {
	enum dp_sync_state state;
	uint32_t objects; /* known, orphans included */
	uint32_t orphans;
	uint32_t todo;     /* waiting to be sent */
	uint32_t inflight; /* transactions */
	uint32_t failing;  /* refused, to be tried again */
	uint64_t dumps, transactions, operations;
	uint64_t lost; /* SAs reported as ERR_NEEDS_REKEY */
};

void dp_sync_count(const struct dp_sync *s, struct dp_sync_counts *out);
const char *dp_sync_state_str(enum dp_sync_state state);

/* The link is up and the datapath holds what is wanted, refused objects apart. */
bool dp_sync_settled(const struct dp_sync *s);

#ifdef __cplusplus
}
#endif
#endif
