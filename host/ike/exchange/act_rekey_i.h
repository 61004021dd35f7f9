#ifndef IKE_ACT_REKEY_I_H
#define IKE_ACT_REKEY_I_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * We rekey the IKE SA, RFC7296-1.3.2, -2.18: the new keys come under the same handle, and an SA of its own deletes the old ones.
 */
ike_action_fn ike_act_rekey_i_want;    /* notes that it is to be */
ike_action_fn ike_act_rekey_i_send;    /* asks for it */
ike_action_fn ike_act_rekey_i_group;   /* again, with a public value of the group that was demanded */
ike_action_fn ike_act_rekey_i_refused; /* not now */
ike_action_fn ike_act_rekey_i_take;    /* changes over to the new one */
ike_action_fn ike_act_rekey_i_spurn;   /* deletes what it brought: the peer's crossing one stays, though it isn't made yet */
ike_need_fn ike_act_rekey_i_spurn_need;
ike_need_fn ike_act_rekey_i_send_need, ike_act_rekey_i_group_need, ike_act_rekey_i_take_need;

/* The peer's request crossed ours, RFC7296-2.8.2. */
ike_action_fn ike_act_rekey_i_win;    /* to ours; the peer's is the peer's to delete */
ike_action_fn ike_act_rekey_i_lose;   /* to the peer's; ours is deleted */
ike_action_fn ike_act_rekey_i_adopt;  /* to the peer's; there is none of ours */
ike_action_fn ike_act_rekey_i_follow; /* to the peer's; the peer deletes the old one without having seen our request */
ike_action_fn ike_act_rekey_i_alone;  /* the peer deleted its own */
ike_need_fn ike_act_rekey_i_win_need, ike_act_rekey_i_lose_need;

/* The new SA 'twin' of ours has its keys from now on. */
void ike_act_rekey_i_change(const struct ike_step *s, struct ike_sa *twin);

#ifdef __cplusplus
}
#endif
#endif
