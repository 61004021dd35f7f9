#ifndef IKE_NARROW_H
#define IKE_NARROW_H

#include "ike/sa.h"
#include "ike/wire/build.h"
#include "ike/wire/msg.h"
#include "ike/wire/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_NARROW_GRE = 47 }; /* IP protocol */

/* What one end would have a child be: by policy, or as the pair that is rekeyed. */
struct ike_narrow_sides {
	const struct ike_ts *local, *remote; /* borrowed */
	uint8_t local_count, remote_count;
	bool transport; /* in transport mode, if the other end agrees */
	bool endpoints; /* as in struct ike_child_policy */
};

/* What both ends would. */
struct ike_narrow_result {
	struct ike_ts_list local, remote;
	bool transport;
};

struct ike_narrow_sides ike_narrow_of_policy(const struct ike_child_policy *policy);

/* cli.md 3: a peer that isn't FlexVPN and was given an address may have that alone.  'assigned' holds what 'sides' then borrows. */
void ike_narrow_to_address(const struct ike_sa *sa, struct ike_ts assigned[2], struct ike_narrow_sides *sides);

/*
 * A responder's answer to the request 'msg', RFC7296-2.9, cli.md 3: of each side the intersection, the initiator's first choice first, at
 * most IKE_TS_COUNT of them and IKE_TS_PAIRS of both; without those that have no partner of their family and protocol on the other side.
 * Protocol 47 meets only protocol 47: GRE proposed where we have IPsec, or anything else where we have GRE, isn't narrowed but refused.
 * Transport mode if the peer asks for it, ours would, and the selectors are of single hosts, whose addresses NATs may have changed
 * (RFC7296-1.3.1, -2.23.1); else tunnel mode, in which nothing stands in for an address that a NAT hides: between end points that side may
 * be any one host.  ERR_TS; ERR_MALFORMED and others for what breaks the format.
 */
MUST_USE enum err ike_narrow_answer(
	const struct ike_sa *sa, const struct ike_msg *msg, const struct ike_narrow_sides *ours, struct ike_narrow_result *out);

/*
 * An initiator's view of the answer 'msg' to 'ours': each side inside what was proposed, not empty and not more than we can install.
 * Tunnel mode if the peer didn't agree to transport mode.  ERR_TS; ERR_MALFORMED for transport mode that wasn't proposed.
 */
MUST_USE enum err ike_narrow_accept(
	const struct ike_sa *sa, const struct ike_msg *msg, const struct ike_narrow_sides *ours, struct ike_narrow_result *out);

/* USE_TRANSPORT_MODE, if 'transport'. */
void ike_narrow_build_mode(struct ike_build *b, bool transport);

/* The arithmetic of both, without modes. */
MUST_USE enum err ike_narrow_both(const struct ike_narrow_sides *ours, const struct ike_ts_list *local, const struct ike_ts_list *remote,
	struct ike_narrow_result *out);
bool ike_narrow_accepts(const struct ike_narrow_sides *ours, const struct ike_narrow_result *answer);

#ifdef __cplusplus
}
#endif
#endif
