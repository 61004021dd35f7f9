#ifndef IKE_ACT_REKEY_R_H
#define IKE_ACT_REKEY_R_H

#include "crypto/kex.h"
#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The peer rekeys the IKE SA, RFC7296-1.3.2: new SPIs and keys under the same handle; children and the world notice
 * nothing.  An SA of its own keeps the old ones until the peer deletes it.
 */
ike_action_fn ike_act_rekey_r_reply;
ike_action_fn ike_act_rekey_r_cross; /* while a request of ours for the same is under way: the new SA is spare for now */

ike_need_fn ike_act_rekey_r_reply_need, ike_act_rekey_r_cross_need;

/* The new SA's keys from the step's key exchange; 'fresh' has its suite, 'seed' nonces and SPIs. */
enum err ike_act_rekey_r_derive(const struct ike_step *s, struct ike_fresh *fresh, struct ike_keys_seed *seed);

#ifdef __cplusplus
}
#endif
#endif
