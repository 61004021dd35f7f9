#ifndef IKE_ACT_SERIES_R_H
#define IKE_ACT_SERIES_R_H

#include "ike/fsm.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The peer rekeys the IKE SA with further key exchanges, RFC9370-2.2.4. */
ike_action_fn ike_act_series_r_promise; /* CREATE_CHILD_SA is answered: the new SA comes when they are through */
ike_action_fn ike_act_series_r_more;    /* one of them; another one follows */
ike_action_fn ike_act_series_r_finish;  /* the last one: the new keys are there */
ike_action_fn ike_act_series_r_cross;   /* the same while a request of ours for the same is under way: the new SA is spare for now */
ike_action_fn ike_act_series_r_lost;    /* STATE_NOT_FOUND */
ike_need_fn ike_act_series_r_promise_need, ike_act_series_r_more_need, ike_act_series_r_finish_need, ike_act_series_r_cross_need;

/* The key exchange of the request, which the promise has one more of then: KE and, unless it was the last one, a link go into 'b'. */
MUST_USE enum err ike_act_series_r_advance(const struct ike_step *s, struct ike_build *b);

#ifdef __cplusplus
}
#endif
#endif
