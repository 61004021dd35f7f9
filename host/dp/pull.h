#ifndef DP_PULL_H
#define DP_PULL_H

#include "dp/provider.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Asks for all pages of a dump or of counters, one after the other.  Embedded by whoever wants them; both functions
 * are called from the loop, 'end' last and once.  The pages needn't be a snapshot.
 */
struct dp_pull {
	struct dp_call call;
	struct dp_provider *provider;
	struct dp_stats stats;                                          /* 'which' is DP_STATS_COUNT for a dump */
	void (*page)(struct dp_pull *pull, const struct dp_msg *reply); /* ITEMS or SAMPLES */
	void (*end)(struct dp_pull *pull, enum err err);
};

/* The caller has set 'page' and 'end'.  On error nothing was asked and 'end' isn't called. */
MUST_USE enum err dp_pull_dump(struct dp_pull *pull, struct dp_provider *p);
MUST_USE enum err dp_pull_stats(struct dp_pull *pull, struct dp_provider *p, enum dp_stats_which which, uint32_t id);

/* 'end' won't be called.  Nothing when nothing is pending. */
void dp_pull_cancel(struct dp_pull *pull);

#ifdef __cplusplus
}
#endif
#endif
