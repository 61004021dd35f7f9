#ifndef IKE_ACT_INIT_H
#define IKE_ACT_INIT_H

#include "ike/fsm.h"
#include "ike/keying/keys.h"
#include "ike/natd.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IKE_SA_INIT, RFC7296-1.2, -2.6, -2.23.  Initiator: */
ike_action_fn ike_act_init_send;    /* begins it */
ike_action_fn ike_act_init_cookie;  /* again, with the cookie that was demanded */
ike_action_fn ike_act_init_group;   /* again, with a public value of the group that was demanded */
ike_action_fn ike_act_init_refused; /* not believed, for it isn't authentic; but the wait is cut short */
ike_action_fn ike_act_init_give_up;
ike_action_fn ike_act_init_accept; /* keys from the response; an unusable one is ignored */
ike_need_fn ike_act_init_send_need, ike_act_init_group_need, ike_act_init_accept_need;

/* Responder: keys from the request, and the response. */
ike_action_fn ike_act_init_reply;
ike_need_fn ike_act_init_reply_need;

/* ---- what IKE_SESSION_RESUME (RFC5723-4.3.2) has in common with it ---- */

struct ike_pace;

/* What a usable message of the peer's brings; nothing of it is the SA's before all is good. */
struct ike_act_init_accepted {
	struct ike_suite suite;
	struct ike_natd natd;
	struct ike_keys_seed seed; /* without g^ir; of a request without our nonce, too */
	struct secret keys;
	bool flexvpn;
};

/* A nonce of ours; and NAT detection, 'hashes' for signatures, abilities and the vendor id. */
MUST_USE enum err ike_act_init_build_nonce(struct ike_engine *e, struct ike_build *b);
MUST_USE enum err ike_act_init_build_notes(struct ike_sa *sa, struct ike_build *b, bool hashes);

/* Keeps the request, which AUTH will sign, and sends it. */
MUST_USE enum err ike_act_init_request(struct ike_sa *sa, struct bytes datagram, const struct ike_pace *pace);

/* Nonces, SPIs and NATs of the step's message: the responder's, and the initiator's, whose abilities are noted. */
MUST_USE enum err ike_act_init_read_response(const struct ike_step *s, struct ike_act_init_accepted *a);
MUST_USE enum err ike_act_init_read_request(const struct ike_step *s, struct ike_act_init_accepted *a);

/* A responder's end of it: suite, NATs and keys are the SA's from now on, and the response that 'setup' has is sent. */
MUST_USE enum err ike_act_init_respond(struct ike_sa *sa, struct ike_act_init_accepted *a);
/* An initiator's: the same, and it enters what follows its exchange, maybe on the other port. */
void ike_act_init_enter(const struct ike_step *s, struct ike_act_init_accepted *a);

#ifdef __cplusplus
}
#endif
#endif
