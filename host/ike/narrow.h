#ifndef IKE_NARROW_H
#define IKE_NARROW_H

#include "ike/ports.h"
#include "ike/wire/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_NARROW_GRE = 47 }; /* IP protocol */

/*
 * A responder's answer to one side's selectors, cli.md 3: the intersection, at most IKE_TS_COUNT of them, but protocol 47 meets only
 * protocol 47 - GRE proposed where we have IPsec, or anything else where we have GRE, isn't narrowed but refused.  ERR_TS.
 */
MUST_USE enum err ike_narrow_side(const struct ike_ts *ours, uint8_t count, const struct ike_ts_list *theirs, struct ike_ts_list *out);

/* Whether an initiator may accept 'answer': not empty, at most IKE_TS_COUNT, and each inside one of what it proposed. */
bool ike_narrow_accepts(const struct ike_ts *ours, uint8_t count, const struct ike_ts_list *answer);

#ifdef __cplusplus
}
#endif
#endif
