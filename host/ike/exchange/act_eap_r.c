/* EAP as a responder carries it, from our identity to the peer's last AUTH. */
#include "ike/exchange/act_eap_r.h"

#include "ike/core.h"
#include "ike/exchange/act_auth_r.h"
#include "ike/exchange/talk.h"
#include "ike/keying/certs.h"
#include "ike/keying/ppk.h"
#include "ike/keying/proof.h"
#include "ike/keying/seal.h"
#include "ike/wire/id.h"

enum err ike_act_eap_r_sign(const struct ike_step *s)
{
	struct ike_msg *msg = &s->e->msg;
	enum err err = ike_seal_reopen(s->sa, ike_blob_view(&s->sa->setup->held), msg);

	ike_talk_begin(s->sa);
	if (err == ERR_OK && s->sa->setup->talk.bare) {
		ike_fsm_post(s->sa, IKE_E_SIGNED);
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = ike_proof_begin(s->e, s->sa, msg);
	return err == ERR_OK ? ERR_OK : ike_act_auth_r_fail(s, "internal");
}

enum err ike_act_eap_r_begin(const struct ike_step *s)
{
	return ike_talk_ask(s->sa, bytes_of(NULL, 0)) == ERR_OK ? ERR_OK : ike_act_auth_r_fail(s, "internal");
}

enum err ike_act_eap_r_take(const struct ike_step *s)
{
	s->sa->window.busy = true;
	return ike_talk_ask_message(s->sa, s->msg) == ERR_OK ? ERR_OK : ike_act_auth_r_fail(s, "eap");
}

/* RFC7296-C.2: who we are stands in the first response alone. */
static void build_identity(struct ike_sa *sa, struct ike_build *b)
{
	ike_id_build(ike_build_payload(b, IKE_P_IDR), &sa->local_id);
	if (sa->setup->talk.bare)
		return;
	ike_certs_build(b, &sa->setup->certs);
	ike_proof_build(sa, ike_build_payload(b, IKE_P_AUTH));
}

static enum err send_eap(const struct ike_step *s, uint16_t notify)
{
	struct ike_sa *sa = s->sa;
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, sa, IKE_X_IKE_AUTH, true, &b);
	if (!sa->setup->talk.said)
		build_identity(sa, &b);
	sa->setup->talk.said = true;
	ike_talk_build(sa, &b);
	if (notify != 0)
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), notify, bytes_of(NULL, 0));
	err = ike_seal_end(s->e, sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(sa, datagram) : err;
}

enum err ike_act_eap_r_send(const struct ike_step *s)
{
	return send_eap(s, 0);
}

enum err ike_act_eap_r_fail(const struct ike_step *s)
{
	ike_core_count(s->e, IKE_STAT_AUTH_FAILED);
	ike_core_blame(s->sa, IKE_DOWN_AUTH);
	return send_eap(s, IKE_N_AUTHENTICATION_FAILED);
}

enum err ike_act_eap_r_verify(const struct ike_step *s)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_AUTH)->body);
	struct ike_authdata auth;
	enum err err = ike_authdata_parse(&r, &auth);

	s->sa->window.busy = true;
	if (err == ERR_OK && ike_ppk_receive_last(s->sa, s->msg, &auth) != ERR_OK)
		return ike_act_auth_r_fail(s, "ppk");
	if (err == ERR_OK)
		err = ike_proof_check(s->e, s->sa, &auth);
	if (err != ERR_OK)
		return ike_act_auth_r_fail(s, err == ERR_AUTH ? "wrong-key" : "internal");
	ike_sa_opened(s->sa);
	return ike_proof_begin(s->e, s->sa, s->msg) == ERR_OK ? ERR_OK : ike_act_auth_r_fail(s, "internal");
}
