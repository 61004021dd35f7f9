#ifndef IKE_ACT_EAP_I_H
#define IKE_ACT_EAP_I_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IKE_AUTH of an initiator that proves itself by EAP, RFC7296-2.16; the last response is taken as with any other method. */
ike_action_fn ike_act_eap_i_ask;    /* the first response: asks the world with what the responder is verified */
ike_action_fn ike_act_eap_i_verify; /* checks that, and asks the world for the answer to the packet that came along */
ike_action_fn ike_act_eap_i_take;   /* asks it for the answer to a later one */
ike_action_fn ike_act_eap_i_send;   /* sends the answer */
ike_action_fn ike_act_eap_i_last;   /* EAP is through: sends our AUTH, which its key signs */
ike_action_fn ike_act_eap_i_hold;   /* the last response: kept, to be checked as any other */
ike_action_fn ike_act_eap_i_fail;   /* EAP has failed */

#ifdef __cplusplus
}
#endif
#endif
