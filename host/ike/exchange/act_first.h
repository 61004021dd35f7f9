#ifndef IKE_ACT_FIRST_H
#define IKE_ACT_FIRST_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_sa;

/*
 * The first child: with it the SA is up.  It comes in IKE_AUTH, or later by CREATE_CHILD_SA: if both sides would have it so (RFC6023), or
 * if the responder refused what IKE_AUTH asked for.
 */

/* Whether it comes later, and hasn't yet. */
bool ike_act_first_later(const struct ike_sa *sa);

/* Initiator, before IKE_AUTH: whether it is to. */
void ike_act_first_begin(struct ike_sa *sa);

/* Responder: whether the peer's first IKE_AUTH request leaves it for later. */
void ike_act_first_take(struct ike_sa *sa, const struct ike_msg *msg);

/* Responder: answers IKE_AUTH with 'notify' instead of it.  The SA stands, and waits for the peer to ask for another one (RFC7296-1.3). */
enum err ike_act_first_refuse(const struct ike_step *s, uint16_t notify);

ike_action_fn ike_act_first_reply; /* responder: answers IKE_AUTH without it */
ike_action_fn ike_act_first_ask;   /* initiator: IKE_AUTH is through, so CREATE_CHILD_SA is next */
ike_action_fn ike_act_first_up;    /* it is there: the SA is up */

/* A child that came by CREATE_CHILD_SA is installed; false: it isn't the first. */
bool ike_act_first_born(struct ike_sa *sa);

/* Initiator: the peer refuses it by 'notify'.  Whether the world has another one be the first, which is to be asked for then. */
bool ike_act_first_other(const struct ike_step *s, uint16_t notify);

/* The peer refuses it by 'notify' in CREATE_CHILD_SA: another one is asked for, or the SA is of no use. */
void ike_act_first_refused(const struct ike_step *s, uint16_t notify);

/* The CFG_REPLY of IKE_AUTH, for the world that installs it; NULL: none, or that has seen it. */
const struct ike_config *ike_act_first_config(const struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
