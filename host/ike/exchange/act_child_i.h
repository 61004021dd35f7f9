#ifndef IKE_ACT_CHILD_I_H
#define IKE_ACT_CHILD_I_H

#include "ike/rekey/childfsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * We rekey a child, RFC7296-1.3.3, -2.8: the successor is asked for, installed, used; then the old one is deleted.  The first five are
 * steps of the old child, the others of the successor.  'send', 'regroup' and 'forget' are steps of a further child, too.
 */
ike_child_action_fn ike_act_child_i_send;    /* asks for the successor */
ike_child_action_fn ike_act_child_i_regroup; /* asks again, with the group that the peer demands: one of ours */
ike_child_action_fn ike_act_child_i_accept;  /* has it installed */
ike_child_action_fn ike_act_child_i_forget;  /* it was refused, and isn't needed */
ike_child_action_fn ike_act_child_i_abort;   /* it was granted, but isn't wanted any more: it is deleted too */
ike_child_action_fn ike_act_child_i_take_over;
ike_child_action_fn ike_act_child_i_yield; /* the peer's crossing one stays, RFC7296-2.8.1 */
ike_child_action_fn ike_act_child_i_fail;  /* it couldn't be installed, or the peer deleted it already */

/* A further child of ours, RFC7296-1.3.1. */
ike_child_action_fn ike_act_child_n_accept; /* has it installed; an error: the peer has it, and is to delete it */
ike_child_action_fn ike_act_child_n_single; /* asks again, for the first pair of hosts alone (RFC7296-2.9) */
ike_child_action_fn ike_act_child_n_begin;  /* it is up */

/* The key exchanges of 'send', 'regroup', and of 'accept' of both kinds. */
ike_need_fn ike_act_child_i_send_need;
ike_need_fn ike_act_child_i_regroup_need;
ike_need_fn ike_act_child_i_accept_need;

/*
 * The response to our request for 'child' says that further key exchanges come first (RFC9370-2.2.4): it is kept, and the first of them is
 * wanted.  An error: nothing is made there or here.
 */
MUST_USE enum err ike_act_child_i_series(const struct ike_step *s, const struct ike_child *child);

/* Asks for the next of them; an error is the child's to cope with. */
void ike_act_child_i_follow(const struct ike_step *s);

/* Whether the peer's crossing exchange is the one that stays, as the nonces of the response say. */
bool ike_act_child_i_yields(const struct ike_step *s);

/* What the world's answer about our successor means for it. */
enum ike_child_event ike_act_child_i_verdict(const struct ike_child *made);

#ifdef __cplusplus
}
#endif
#endif
