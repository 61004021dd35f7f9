#ifndef IKE_ACT_REAUTH_H
#define IKE_ACT_REAUTH_H

#include "ike/fsm.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The SA is up: begins to wait for the end of its authentication, if there is one. */
void ike_act_reauth_start(struct ike_sa *sa);

/* When what authenticated the SA is no longer good, or will be if it comes up now; 0: never. */
uint64_t ike_act_reauth_until(const struct ike_sa *sa);

/* Appends AUTH_LIFETIME to a responder's last IKE_AUTH message, RFC4478-3. */
void ike_act_reauth_build(const struct ike_sa *sa, struct ike_build *b);

/* Reads AUTH_LIFETIME from an authentic message: the sooner of the peer's and our own end counts. */
void ike_act_reauth_take(struct ike_sa *sa, const struct ike_msg *msg);

ike_action_fn ike_act_reauth_retire;  /* our successor is up: deletes it, but its pairs receive on */
ike_action_fn ike_act_reauth_retired; /* the peer's is: takes its delete; the same */

#ifdef __cplusplus
}
#endif
#endif
