#ifndef IKE_ACT_INFO_H
#define IKE_ACT_INFO_H

#include "ike/fsm.h"

#ifdef __cplusplus
extern "C" {
#endif

/* INFORMATIONAL, RFC7296-1.4, and what else can be asked of an SA that is up. */
ike_action_fn ike_act_info_answer;  /* liveness checks, deletes, CFG_SET */
ike_action_fn ike_act_info_bad;     /* INVALID_SYNTAX or UNSUPPORTED_CRITICAL_PAYLOAD; fatal for both sides, RFC7296-2.21.3 */
ike_action_fn ike_act_info_no_more; /* CREATE_CHILD_SA: NO_ADDITIONAL_SAS; the peer keeps what it has (RFC7296-1.3) */

ike_action_fn ike_act_info_later; /* CREATE_CHILD_SA: TEMPORARY_FAILURE; the peer asks again (RFC7296-2.25) */

/* Does what s->msg asks for; '*out' is the answer, a view until the engine seals another. */
MUST_USE enum err ike_act_info_compose(const struct ike_step *s, struct bytes *out);

/* Answers s->msg with one notify.  If that can't be sent the peer asks again. */
enum err ike_act_info_notify(const struct ike_step *s, uint16_t type, struct bytes data);

ike_action_fn ike_act_info_take; /* the response to one of ours */
ike_action_fn ike_act_info_send; /* the most urgent of what is to be sent */
ike_need_fn ike_act_info_send_need;

#ifdef __cplusplus
}
#endif
#endif
