#ifndef IKE_ACT_INTER_H
#define IKE_ACT_INTER_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IKE_INTERMEDIATE, RFC9242, with one additional key exchange each, RFC9370-2.2.2. */

/* Initiator. */
ike_action_fn ike_act_inter_send;
ike_action_fn ike_act_inter_take; /* new keys from the response */
ike_need_fn ike_act_inter_send_need, ike_act_inter_take_need;

/* Responder: the response, and new keys from then on. */
ike_action_fn ike_act_inter_reply;
ike_need_fn ike_act_inter_reply_need;

#ifdef __cplusplus
}
#endif
#endif
