#ifndef IKE_ACT_REKEY_R_H
#define IKE_ACT_REKEY_R_H

#include "ike/rekey/accord.h"

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

/*
 * Parts of these, for series of key exchanges.  The answer to the step's request and its key exchange; ERR_UNSUPPORTED: another group is
 * wanted.  Tells the peer why not, and is always an error.  The new SA's keys take the place of the old ones, or wait.
 */
MUST_USE enum err ike_act_rekey_r_agree(const struct ike_step *s, struct ike_accord *a, struct ike_agreed **agreed);
enum err ike_act_rekey_r_refuse(const struct ike_step *s, const struct ike_accord *a, enum err err);
void ike_act_rekey_r_change(const struct ike_step *s, struct ike_sa *twin);
void ike_act_rekey_r_spare(const struct ike_step *s, struct ike_sa *twin);

#ifdef __cplusplus
}
#endif
#endif
