#ifndef DP_POLICY_H
#define DP_POLICY_H

#include "base/rd.h"
#include "base/wr.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * One class of a policy.  A policy has as many as it likes, up to DP_TRAFFIC_MAX, so an operation carries them in their form
 * (docs/dataplane.md, "Forms"), which these two read and write.
 *
 * Classes stand in order: those of a class's own policy (its child) directly behind it, one deeper.  A packet is in the first class of
 * depth 0 that it matches, then in the first of that one's children, and so on; one that matches none is in no class.
 * What is done: of the innermost class first, policed and marked; then, outward through the classes that it is in, the same; what remains is
 * shaped in the same order, outbound alone: 'shape_bps' inward does nothing.
 */
enum {
	DP_TRAFFIC_MAX = 128,   /* classes of one policy, those of its children included */
	DP_TRAFFIC_DEPTHS = 3,  /* a policy in a policy in a policy */
	DP_MATCHES_MAX = 16,    /* of one class */
	DP_POLICY_FILTERS = 16, /* matches of filters in one policy */
	DP_DSCP_COUNT = 64,
	DP_SHAPE_MS = 200 /* what is shaped waits so long at most */
};
#define DP_RATE_MAX UINT64_C(1000000000000) /* bits a second */

enum dp_match_kind { DP_MATCH_ANY, DP_MATCH_DSCP, DP_MATCH_FILTER, DP_MATCH_COUNT };

struct dp_match {
	uint8_t kind;     /* enum dp_match_kind */
	bool inverted;    /* what doesn't match, does */
	uint8_t families; /* 1 << enum dp_family of those that can match, at least one */
	uint64_t dscp;    /* DSCP: a bit for each value */
	uint32_t filter;  /* FILTER: id of a list; what it permits, of its family, matches */
};

enum dp_color { DP_CONFORM, DP_EXCEED, DP_VIOLATE, DP_COLORS };
enum dp_police_action { DP_POLICE_TRANSMIT, DP_POLICE_DROP, DP_POLICE_MARK, DP_POLICE_COUNT };

/*
 * With 'pir' two rates (RFC2698, color-blind): VIOLATE is what exceeds 'pir' and 'be'.  Else one: with 'be' three colors (RFC2697), without
 * two, and nothing violates.  A packet that is longer than a burst passes when nothing is owed.
 */
struct dp_police {
	uint64_t cir, pir; /* bits a second; cir 0: isn't policed; pir 0: one rate */
	uint32_t bc, be;   /* bytes at once; bc at least one with cir, be with pir */
	uint8_t action[DP_COLORS], dscp[DP_COLORS];
};

struct dp_traffic {
	char name[DP_NAME_MAX];
	uint8_t depth;
	bool any; /* one match suffices; else all are needed */
	bool has_dscp;
	uint8_t dscp;        /* what the packet gets */
	uint8_t match_count; /* none: all packets */
	struct dp_match match[DP_MATCHES_MAX];
	struct dp_police police;
	uint64_t shape_bps; /* 0: isn't */
};

void dp_policy_write(struct wr *w, const struct dp_traffic *t);

/* Counts, kinds and lengths are checked; the cursor keeps the first error. */
void dp_policy_read(struct rd *r, struct dp_traffic *t);

/* Whether it makes sense behind a class of depth 'before', -1: as the first. */
bool dp_policy_fits(const struct dp_traffic *t, int before);

#ifdef __cplusplus
}
#endif
#endif
