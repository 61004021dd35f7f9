#ifndef IKE_BID_H
#define IKE_BID_H

#include "ike/narrow.h"
#include "ike/wire/proposal.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What we would have a pair of ESP SAs be, in CREATE_CHILD_SA: offered by an initiator, chosen from by a responder. */
struct ike_bid {
	struct ike_proposals offer;
	struct ike_narrow_sides sides; /* borrow from the old pair, or from policy */
};

/* What an offer leaves open. */
struct ike_bid_terms {
	uint32_t spi;             /* ours; a responder's offer has none: 0 */
	struct ike_groups groups; /* for a key exchange, in order of preference; none: there is none */
	bool or_none;             /* does without a key exchange, too */
};

/* A successor of 'old': its algorithms, at most its selectors. */
MUST_USE enum err ike_bid_of_child(const struct ike_child *old, const struct ike_bid_terms *terms, struct ike_bid *out);

/* A further pair, as policy has it. */
MUST_USE enum err ike_bid_of_policy(const struct ike_child_policy *policy, const struct ike_bid_terms *terms, struct ike_bid *out);

#ifdef __cplusplus
}
#endif
#endif
