#ifndef IKE_ACT_RESUME_I_H
#define IKE_ACT_RESUME_I_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A client's half of session resumption, RFC5723-4.3: IKE_SESSION_RESUME takes the place of IKE_SA_INIT, and IKE_AUTH proves by the keys that
 * come of it.  Who refuses the ticket or doesn't answer is asked anew by IKE_SA_INIT, in the same attempt.
 */

/* Keeps the world's bundle 'pass' for the SA, if it is of these identities and may still be presented; else it is left alone. */
void ike_act_resume_i_keep(struct ike_sa *sa, struct bytes pass);

ike_action_fn ike_act_resume_i_send;
ike_action_fn ike_act_resume_i_accept;    /* keys from the response; an unusable one is ignored */
ike_action_fn ike_act_resume_i_fall_back; /* begins IKE_SA_INIT */
ike_need_fn ike_act_resume_i_fall_back_need;

#ifdef __cplusplus
}
#endif
#endif
