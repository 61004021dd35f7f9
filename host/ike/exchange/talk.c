/* EAP within IKE_AUTH, RFC7296-2.16: what initiator and responder have in common.  Engine's thread. */
#include "ike/exchange/talk.h"

#include "ike/core.h"
#include "ike/wire/eap.h"

void ike_talk_begin(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	sa->setup->talk.until_ms = e->now_ms + e->cfg.eap_ms;
	ike_core_count(e, IKE_STAT_EAP);
}

uint64_t ike_talk_left_ms(const struct ike_sa *sa)
{
	const struct ike_talk *talk = &sa->setup->talk;
	uint64_t now_ms = sa->engine->now_ms;
	uint64_t left_ms = talk->until_ms > now_ms ? talk->until_ms - now_ms : 1;

	return talk->wait_ms != 0 && talk->wait_ms < left_ms ? talk->wait_ms : left_ms;
}

enum err ike_talk_ask(struct ike_sa *sa, struct bytes packet)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_talk *talk = &sa->setup->talk;
	struct ike_eap_turn turn = { .role = (enum ike_role)sa->role,
		.path = sa->path,
		.ref = sa->ref,
		.local_id = &sa->local_id,
		.peer_id = &sa->remote_id,
		.only = talk->bare,
		.packet = packet };

	if (talk->rounds == IKE_TALK_ROUNDS)
		return ERR_LIMIT;
	talk->rounds++;
	sa->asked = IKE_ASKED_EAP;
	ports->eap(ports->ctx, sa->handle, &turn);
	return ERR_OK;
}

enum err ike_talk_ask_message(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_EAP)->body);
	struct ike_eap eap;
	enum err err = ike_eap_parse(&r, &eap);

	return err == ERR_OK ? ike_talk_ask(sa, eap.packet) : err;
}

/* Both AUTH are made as if by a pre-shared key: the MSK, or without one SK_pi and SK_pr. */
static enum err take_keys(struct ike_sa *sa, struct secret *msk)
{
	enum err err;

	sa->setup->talk.keyless = msk->len == 0;
	if (sa->setup->talk.keyless)
		return sa->setup->talk.bare ? ERR_INCOMPLETE : ERR_OK;
	err = secret_set(&sa->setup->sign, secret_view(msk));
	secret_take(&sa->setup->verify, msk);
	return err;
}

/* Why it has failed, once: the peer may well go away when it is told. */
static void blame(struct ike_sa *sa, const char *why)
{
	if (sa->setup->talk.failed)
		return;
	sa->setup->talk.failed = true;
	ike_core_blame(sa, IKE_DOWN_AUTH);
	ike_core_log_sa(sa, LOG_L_WARN, "eap.refused", "why=%s", why);
}

enum ike_event ike_talk_take(struct ike_sa *sa, struct ike_eap_answer *answer)
{
	enum err err = ike_blob_set(&sa->setup->talk.packet, answer->packet);

	sa->setup->talk.wait_ms = answer->wait_ms;
	if (err == ERR_OK && answer->verdict == IKE_EAP_DONE) {
		sa->setup->proved = false; /* by the responder's signature, maybe: what is to come isn't */
		sa->eap = answer->method;
		err = take_keys(sa, &answer->msk);
	}
	if (answer->why != NULL)
		blame(sa, answer->why);
	if (err == ERR_OK && answer->verdict != IKE_EAP_FAILED)
		return answer->verdict == IKE_EAP_DONE ? IKE_E_EAP_DONE : IKE_E_EAP_ON;
	blame(sa, err_name(err));
	return IKE_E_EAP_FAILED;
}

void ike_talk_build(const struct ike_sa *sa, struct ike_build *b)
{
	struct bytes packet = ike_blob_view(&sa->setup->talk.packet);

	if (packet.len != 0)
		wr_bytes(ike_build_payload(b, IKE_P_EAP), packet);
}
