#ifndef IKE_ACT_CHILD_H
#define IKE_ACT_CHILD_H

#include "ike/rekey/childfsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* CREATE_CHILD_SA for children as the IKE SA's machine sees it: each message is an event of a child's. */
ike_action_fn ike_act_child_ask;    /* the peer's request */
ike_action_fn ike_act_child_answer; /* the response to ours */
ike_action_fn ike_act_child_run;    /* what was posted for children */
ike_action_fn ike_act_child_keep;   /* the peer's last IKE_FOLLOWUP_KE request (RFC9370-2.2.4): what was promised is made */
ike_need_fn ike_act_child_ask_need, ike_act_child_answer_need, ike_act_child_keep_need;

/* What a child's machine does whoever rekeys. */
ike_child_action_fn ike_act_child_begin;     /* it is up */
ike_child_action_fn ike_act_child_drop;      /* the peer has it no more */
ike_child_action_fn ike_act_child_lose;      /* the same, and a successor is there or on its way */
ike_child_action_fn ike_act_child_hand_over; /* another sends from now on */
ike_child_action_fn ike_act_child_end;       /* the world has it no more */
ike_child_action_fn ike_act_child_expire;    /* the same at the end of its lifetime; the IKE SA goes with its last child */
ike_child_action_fn ike_act_child_later;     /* the rekey failed and is tried again */
ike_child_action_fn ike_act_child_never;     /* the rekey failed, and would again */

#ifdef __cplusplus
}
#endif
#endif
