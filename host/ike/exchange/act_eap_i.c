/* EAP as an initiator carries it, from the responder's identity to our AUTH. */
#include "ike/exchange/act_eap_i.h"

#include "ike/ability.h"
#include "ike/core.h"
#include "ike/exchange/addresses.h"
#include "ike/exchange/act_auth_i.h"
#include "ike/exchange/talk.h"
#include "ike/keying/ppk.h"
#include "ike/keying/proof.h"
#include "ike/keying/seal.h"

/* Without AUTH the responder's proof is EAP's (RFC5998), if we said that we'd take that. */
static enum err prove(const struct ike_step *s)
{
	struct ike_talk *talk = &s->sa->setup->talk;
	enum err err;

	if (ike_msg_find(s->msg, IKE_P_AUTH) != NULL)
		return ike_act_auth_i_ask(s);
	if (!talk->only)
		return ike_act_auth_i_fail(s, "unproved");
	talk->bare = true;
	err = ike_act_auth_i_identify(s);
	if (err == ERR_OK)
		ike_fsm_post(s->sa, IKE_E_PROVED);
	return err;
}

enum err ike_act_eap_i_ask(const struct ike_step *s)
{
	if (!s->sa->setup->talk.on)
		return ERR_STATE;
	ike_talk_begin(s->sa);
	return prove(s);
}

enum err ike_act_eap_i_verify(const struct ike_step *s)
{
	struct ike_msg *msg = &s->e->msg;
	enum err err = ike_seal_reopen(s->sa, ike_blob_view(&s->sa->setup->held), msg);

	if (err == ERR_OK && !s->sa->setup->talk.bare)
		err = ike_act_auth_i_check(s, msg);
	return err == ERR_OK ? ike_talk_ask_message(s->sa, msg) : err;
}

enum err ike_act_eap_i_take(const struct ike_step *s)
{
	return ike_talk_ask_message(s->sa, s->msg);
}

static enum err send_eap(const struct ike_step *s, bool last)
{
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, s->sa, IKE_X_IKE_AUTH, false, &b);
	if (last) {
		ike_proof_build(s->sa, ike_build_payload(&b, IKE_P_AUTH));
		ike_ppk_build(s->sa, &b);
	} else {
		ike_talk_build(s->sa, &b);
	}
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	if (err != ERR_OK)
		return err;
	s->sa->tx = IKE_TX_AUTH;
	return ike_window_request(s->sa, datagram, &s->sa->pace);
}

enum err ike_act_eap_i_send(const struct ike_step *s)
{
	return send_eap(s, false);
}

enum err ike_act_eap_i_last(const struct ike_step *s)
{
	enum err err = ike_ppk_sign_last(s->sa);

	return err == ERR_OK ? send_eap(s, true) : err;
}

enum err ike_act_eap_i_hold(const struct ike_step *s)
{
	if (ike_ppk_settle(s->sa, s->msg) != ERR_OK || ike_ppk_lacks(s->sa))
		return ike_act_auth_i_fail(s, "ppk");
	ike_ability_take(s->sa, s->msg);
	(void)ike_addresses_take(s->sa, s->msg, &s->path->remote.addr);
	ike_fsm_post(s->sa, IKE_E_PROVED);
	return ike_blob_set(&s->sa->setup->held, s->msg->datagram);
}

enum err ike_act_eap_i_fail(const struct ike_step *s)
{
	s->sa->pace.tries = 1; /* a responder that sent Failure may have forgotten us */
	ike_core_count(s->e, IKE_STAT_AUTH_REJECTED);
	return ERR_OK;
}
