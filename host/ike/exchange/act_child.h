#ifndef IKE_ACT_CHILD_H
#define IKE_ACT_CHILD_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * CREATE_CHILD_SA for a child, as a responder: the successor of one that the peer rekeys (RFC7296-1.3.3), with PFS if the peer wants it.
 * Anything else is refused and answered at once.
 */
ike_action_fn ike_act_child_make;    /* has the successor installed; the response waits */
ike_action_fn ike_act_child_reply;   /* sends it */
ike_action_fn ike_act_child_give_up; /* it couldn't be installed: TEMPORARY_FAILURE, the old one stays */

#ifdef __cplusplus
}
#endif
#endif
