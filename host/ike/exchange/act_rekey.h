#ifndef IKE_ACT_REKEY_H
#define IKE_ACT_REKEY_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The peer rekeys the IKE SA, RFC7296-1.3.2: new SPIs and keys under the same handle; children and the world notice
 * nothing.  An SA of its own keeps the old ones until the peer deletes it.  TEMPORARY_FAILURE while a request of ours is under way.
 */
ike_action_fn ike_act_rekey_reply;

#ifdef __cplusplus
}
#endif
#endif
