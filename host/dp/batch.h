#ifndef DP_BATCH_H
#define DP_BATCH_H

#include "dp/plan.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One transaction of sync's: taken from the plan's lists, and settled with the datapath's answer.  Nobody but dp/sync.c
 * includes it.
 */
struct dp_batch {
	struct dp_call call;
	struct dp_sync *sync;
	uint64_t number; /* the first one is 1 */
	uint16_t count;  /* 0: free */
	uint32_t bytes;  /* of its message so far */
	bool puts;       /* or dels */
	struct dp_want *want[DP_OPS_MAX];
	struct dp_want *named[DP_OPS_MAX][DP_REFS_MAX]; /* what each put names; NULL: nothing more */
};

/*
 * Takes from the plan what can go now: puts in order of phase, or when there are none dels; into 'op' go the operations, whose
 * secrets are views.  false when nothing can go.  Nothing is taken that builds on what is still in flight.
 */
bool dp_batch_fill(struct dp_batch *b, struct dp_plan *plan, struct dp_op op[DP_OPS_MAX]);

/* It went out: its objects are in flight. */
void dp_batch_sent(struct dp_batch *b);

/* It didn't: its objects go back to their lists. */
void dp_batch_refill(struct dp_batch *b);

/* The answer came.  Frees the batch. */
void dp_batch_settle(struct dp_batch *b, const struct dp_done *done);

/* No answer will come: what became of its objects shows in the next dump.  Frees the batch. */
void dp_batch_abandon(struct dp_batch *b);

#ifdef __cplusplus
}
#endif
#endif
