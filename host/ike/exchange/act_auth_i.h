#ifndef IKE_ACT_AUTH_I_H
#define IKE_ACT_AUTH_I_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IKE_AUTH of an initiator, RFC7296-1.2. */
ike_action_fn ike_act_auth_i_sign;     /* has our AUTH made */
ike_action_fn ike_act_auth_i_send;     /* identity, proof, and what we want */
ike_action_fn ike_act_auth_i_refused;  /* the peer doesn't want us */
ike_action_fn ike_act_auth_i_ask;      /* keeps the response and asks the world about the peer */
ike_action_fn ike_act_auth_i_unproved; /* it isn't who it says */
ike_action_fn ike_act_auth_i_verify;   /* checks AUTH, takes addresses, has the child installed */
ike_action_fn ike_act_auth_i_up;

/* Parts of these, for EAP: keeps the response and its identity, which must be the one wanted; checks its AUTH; fails, always with an error. */
ike_action_fn ike_act_auth_i_identify;
enum err ike_act_auth_i_check(const struct ike_step *s, const struct ike_msg *msg);
enum err ike_act_auth_i_fail(const struct ike_step *s, const char *why);

/* Why the SA is gone when the peer refuses it, or its child, by 'notify'. */
enum ike_down ike_act_auth_i_blame_of(uint16_t notify);

#ifdef __cplusplus
}
#endif
#endif
