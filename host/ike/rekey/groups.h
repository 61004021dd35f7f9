#ifndef IKE_GROUPS_H
#define IKE_GROUPS_H

#include "ike/rekey/attempt.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * With which groups we ask for a CHILD_SA.  Policy's, if it has any: then they are required.  Without any we ask for no key exchange;
 * a peer that insists on one refuses that, and is asked again with the IKE SA's own group and the others that policy has for IKE.
 */

/* Policy's groups as an SA keeps them, and as they were. */
struct ike_pfs ike_groups_pack(const struct ike_groups *groups);
struct ike_groups ike_groups_of(const struct ike_sa *sa);

/* What the request of a new attempt offers, in order of preference, and the one that it begins with; NULL: none. */
void ike_groups_begin(struct ike_sa *sa);
const struct crypto_alg *ike_groups_first(const struct ike_sa *sa);

/* The group that the refusal 'msg' lets us ask again with: demanded by INVALID_KE_PAYLOAD, or to be tried; NULL: there is none. */
const struct crypto_alg *ike_groups_next(const struct ike_sa *sa, const struct ike_msg *msg);

/* That is what is done: the attempt offers it, and won't be told so again. */
void ike_groups_widen(struct ike_sa *sa, const struct ike_msg *msg);

#ifdef __cplusplus
}
#endif
#endif
