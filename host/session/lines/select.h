#ifndef SESSION_SELECT_H
#define SESSION_SELECT_H

#include "cfg/model.h"
#include "ike/wire/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Access lists as traffic selectors.  Pure functions. */

/* What one entry selects. */
struct session_pair {
	struct ike_ts local, remote;
};

/* The entries of the tunnel's policy, IPv4 before IPv6, those that say the same once; returns how many. */
unsigned session_select_pairs(const struct cfg_tunnel *t, struct session_pair out[CFG_POLICY_LINES]);

bool session_select_same(const struct session_pair *a, const struct session_pair *b);

/* Selectors of a CHILD_SA, proposed or agreed on, seen from us. */
struct session_offer {
	const struct ike_ts *local, *remote;
	uint8_t local_count, remote_count;
};

/* How well an entry meets an offer: 0 not at all, more when one of its selectors of each side is just the entry's. */
unsigned session_select_score(const struct session_pair *p, const struct session_offer *offer);

/* Whether all that the offer selects is the entry's. */
bool session_select_holds(const struct session_pair *p, const struct session_offer *offer);

#ifdef __cplusplus
}
#endif
#endif
