#ifndef IKE_ACT_RESUME_R_H
#define IKE_ACT_RESUME_R_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_resume;

/* A gateway's half of session resumption, RFC5723-4.3. */

/*
 * What the ticket of the IKE_SESSION_RESUME request e->msg stands for, if it is one of ours and still good, without state so far.  Any error, which
 * is counted: it isn't taken.
 */
MUST_USE enum err ike_act_resume_r_open(struct ike_engine *e, const struct ike_path *path, struct ike_resume **out);

/* Derives keys from the request, and responds. */
ike_action_fn ike_act_resume_r_reply;

/* Why the first IKE_AUTH request of a resumed SA isn't such (RFC5723-4.3.3); NULL: it is, or the SA isn't resumed. */
const char *ike_act_resume_r_fault(const struct ike_step *s);

/* The peer has proved itself: its ticket is spent.  false: it was before. */
bool ike_act_resume_r_spend(struct ike_sa *sa);

/* The SA that is resumed, in 'out'; NULL: it is gone. */
const struct slab_handle *ike_act_resume_r_former(const struct ike_sa *sa, struct slab_handle *out);

/* The world's terms are there: AUTH_LIFETIME is no more than what the first authentication was good for. */
void ike_act_resume_r_bound(struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
