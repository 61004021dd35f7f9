#ifndef IKE_ACT_AUTH_R_H
#define IKE_ACT_AUTH_R_H

#include "ike/fsm.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IKE_AUTH of a responder, RFC7296-1.2.  It is answered last: when the child is installed, or something failed. */
ike_action_fn ike_act_auth_r_ask;        /* keeps the request and asks the world who it is */
ike_action_fn ike_act_auth_r_verify;     /* checks AUTH and has ours made */
ike_action_fn ike_act_auth_r_plead;      /* asks the world what the peer may have */
ike_action_fn ike_act_auth_r_child;      /* chooses proposal and selectors, has the child installed */
ike_action_fn ike_act_auth_r_up;         /* answers with the child */
ike_action_fn ike_act_auth_r_no_child;   /* answers without: it couldn't be installed */
ike_action_fn ike_act_auth_r_redirect;   /* answers without: REDIRECT */
ike_action_fn ike_act_auth_r_no_address; /* answers without: INTERNAL_ADDRESS_FAILURE */
ike_action_fn ike_act_auth_r_refuse;     /* AUTHENTICATION_FAILED */

/* Refuses on the spot and says why; always an error, which leads to the state where the SA only repeats that answer. */
enum err ike_act_auth_r_fail(const struct ike_step *s, const char *why);

/* Appends our proof, and who we are unless that has been said (EAP). */
void ike_act_auth_r_build_proof(struct ike_sa *sa, struct ike_build *b);

#ifdef __cplusplus
}
#endif
#endif
