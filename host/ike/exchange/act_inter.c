/*
 * IKE_INTERMEDIATE from both sides: one KE payload each way, under the keys that there are; from the next exchange on those hold that
 * follow from it.  Nobody is authenticated yet, so whatever goes wrong ends the SA.
 */
#include "ike/exchange/act_inter.h"

#include <string.h>

#include "ike/core.h"
#include "ike/keying/agree.h"
#include "ike/keying/inter.h"
#include "ike/keying/seal.h"
#include "ike/wire/ke.h"

enum { KE_MAX = IKE_MSG_GENERIC_LEN + 4 + CRYPTO_PUB_MAX };

/* A message that is one KE payload; it is added to IntAuth.  'out' borrows the engine's buffer. */
static enum err build(const struct ike_step *s, bool response, struct bytes pub, struct bytes *out)
{
	struct ike_ke ke = { .group = ike_inter_next(s->sa)->id, .data = pub };
	uint8_t inner[KE_MAX], head[IKE_INTER_HEAD_LEN];
	struct wr w = wr_of(inner, sizeof(inner));
	struct ike_build b;
	size_t mark;
	enum err err;

	wr_u8(&w, IKE_P_NONE);
	wr_u8(&w, 0);
	mark = wr_mark_u16(&w);
	ike_ke_build(&w, &ke);
	wr_close_u16(&w, mark, IKE_MSG_GENERIC_LEN);
	err = wr_done(&w);
	ike_seal_begin(s->e, s->sa, IKE_X_IKE_INTERMEDIATE, response, &b);
	ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	memcpy(head, b.w.buf, sizeof(head)); /* of the whole message: it may go in fragments */
	if (err == ERR_OK)
		err = ike_seal_end(s->e, s->sa, &b, out);
	return err == ERR_OK ? ike_inter_cover_own(s->sa, head, wr_view(&w)) : err;
}

static enum err fail(const struct ike_step *s, enum err err)
{
	ike_core_blame(s->sa, err == ERR_NOMEM || err == ERR_CRYPTO ? IKE_DOWN_INTERNAL : IKE_DOWN_PROTOCOL);
	ike_core_log_sa(s->sa, LOG_L_WARN, "ike.intermediate.failed", "cause=%s", err_name(err));
	return err;
}

/* ---- initiator ---- */

bool ike_act_inter_send_need(const struct ike_step *s, struct ike_agree *out)
{
	out->group = ike_inter_next(s->sa);
	return out->group != NULL;
}

enum err ike_act_inter_send(const struct ike_step *s)
{
	struct ike_agreed *agreed;
	struct bytes datagram;
	enum err err = ike_agree_result(s, ike_inter_next(s->sa), &agreed);

	if (err == ERR_OK)
		err = build(s, false, agreed->pub, &datagram);
	if (err != ERR_OK)
		return fail(s, err);
	secret_take(&s->sa->setup->inter->own, &agreed->own);
	s->sa->tx = IKE_TX_INTER;
	return ike_window_request(s->sa, datagram, &s->sa->pace);
}

bool ike_act_inter_take_need(const struct ike_step *s, struct ike_agree *out)
{
	out->own = secret_view(&s->sa->setup->inter->own);
	return ike_agree_with(s->msg, ike_inter_next(s->sa), out);
}

enum err ike_act_inter_take(const struct ike_step *s)
{
	struct ike_agreed *agreed;
	enum err err = ike_agree_result(s, ike_inter_next(s->sa), &agreed);

	if (err == ERR_OK)
		err = ike_inter_cover_peer(s->sa, s->msg);
	if (err == ERR_OK)
		err = ike_inter_update(s->sa, secret_view(&agreed->shared));
	if (err != ERR_OK)
		return fail(s, err);
	ike_fsm_post(s->sa, ike_inter_event(s->sa));
	return ERR_OK;
}

/* ---- responder ---- */

bool ike_act_inter_reply_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_agree_with(s->msg, ike_inter_next(s->sa), out);
}

static enum err refuse(const struct ike_step *s, enum err err)
{
	struct ike_build b;
	struct bytes datagram;
	enum err sent;

	ike_seal_begin(s->e, s->sa, IKE_X_IKE_INTERMEDIATE, true, &b);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
	sent = ike_seal_end(s->e, s->sa, &b, &datagram);
	if (sent == ERR_OK)
		sent = ike_window_respond(s->sa, datagram);
	return fail(s, sent == ERR_OK ? err : sent);
}

enum err ike_act_inter_reply(const struct ike_step *s)
{
	struct ike_agreed *agreed;
	struct bytes datagram;
	enum err err = ike_agree_result(s, ike_inter_next(s->sa), &agreed); /* ERR_ABSENT: none is due, or another */

	if (err == ERR_OK)
		err = ike_inter_cover_peer(s->sa, s->msg);
	if (err == ERR_OK)
		err = build(s, true, agreed->pub, &datagram);
	if (err != ERR_OK)
		return refuse(s, err);
	err = ike_window_respond(s->sa, datagram);
	return err == ERR_OK ? ike_inter_update(s->sa, secret_view(&agreed->shared)) : err;
}
