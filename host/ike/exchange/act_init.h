#ifndef IKE_ACT_INIT_H
#define IKE_ACT_INIT_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IKE_SA_INIT, RFC7296-1.2, -2.6, -2.23.  Initiator: */
ike_action_fn ike_act_init_send;    /* begins it */
ike_action_fn ike_act_init_cookie;  /* again, with the cookie that was demanded */
ike_action_fn ike_act_init_group;   /* again, with a public value of the group that was demanded */
ike_action_fn ike_act_init_refused; /* not believed, for it isn't authentic; but the wait is cut short */
ike_action_fn ike_act_init_give_up;
ike_action_fn ike_act_init_accept; /* keys from the response; an unusable one is ignored */
ike_need_fn ike_act_init_send_need, ike_act_init_group_need, ike_act_init_accept_need;

/* Responder: keys from the request, and the response. */
ike_action_fn ike_act_init_reply;
ike_need_fn ike_act_init_reply_need;

#ifdef __cplusplus
}
#endif
#endif
