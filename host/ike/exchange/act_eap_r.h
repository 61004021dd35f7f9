#ifndef IKE_ACT_EAP_R_H
#define IKE_ACT_EAP_R_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * IKE_AUTH of a responder whose peer proves itself by EAP, RFC7296-2.16.  The request is kept (auth_r_ask) until EAP is through; then
 * IKE_AUTH goes on as with any other method.
 */
ike_action_fn ike_act_eap_r_sign;   /* has our own AUTH made, unless EAP alone is to prove us (RFC5998) */
ike_action_fn ike_act_eap_r_begin;  /* asks the world for the first packet */
ike_action_fn ike_act_eap_r_take;   /* asks it for the next one */
ike_action_fn ike_act_eap_r_send;   /* sends it; the first with our identity and AUTH */
ike_action_fn ike_act_eap_r_fail;   /* sends the Failure, and AUTHENTICATION_FAILED */
ike_action_fn ike_act_eap_r_verify; /* checks the peer's AUTH, which EAP's key signed, and makes ours */

#ifdef __cplusplus
}
#endif
#endif
