/*
 * IKE_FOLLOWUP_KE of an initiator.  The response to CREATE_CHILD_SA waits in sa->attempt, with the secrets that are there already, until
 * the last exchange is through.  Engine's thread.
 */
#include "ike/exchange/act_series_i.h"

#include "ike/core.h"
#include "ike/exchange/act_rekey_i.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/live.h"
#include "ike/rekey/accord.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/promise.h"

enum { LOST_MAX = 3 }; /* RFC9370-2.2.4: several retries */

/* The attempt is over, and tried again later. */
static enum err fail(const struct ike_step *s, enum err err)
{
	ike_core_log_sa(s->sa, LOG_L_WARN, "ike.rekey.failed", "cause=%s", err_name(err));
	s->sa->tx = IKE_TX_NONE;
	ike_attempt_end(s->sa);
	ike_live_rekey_later(s->sa);
	return err;
}

static enum err keep_link(const struct ike_step *s)
{
	struct bytes link = ike_series_link(s->msg);

	return link.len > IKE_SERIES_LINK ? ERR_LIMIT : ike_blob_set(&s->sa->attempt->link, link);
}

enum err ike_act_series_i_keep(const struct ike_step *s, const struct ike_choice *choice, struct secret *first)
{
	struct ike_attempt *a = s->sa->attempt;
	enum err err = ike_series_of(choice, &a->series);

	if (err == ERR_OK)
		err = keep_link(s);
	if (err == ERR_OK)
		err = ike_blob_set(&a->held, s->msg->datagram);
	if (err == ERR_OK)
		secret_take(&a->series.first, first);
	return err;
}

bool ike_act_series_i_begin_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_rekey_i_take_need(s, out);
}

bool ike_act_series_i_win_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_rekey_i_take_need(s, out);
}

enum err ike_act_series_i_begin(const struct ike_step *s)
{
	struct ike_agreed *agreed;
	struct ike_accord accord;
	enum err err = ike_accord_read(s->sa, s->msg, &accord);

	if (err == ERR_OK)
		err = ike_accord_is_series(&accord) ? ike_agree_result(s, accord.suite.group, &agreed) : ERR_MALFORMED;
	if (err == ERR_OK)
		err = ike_act_series_i_keep(s, &accord.choice, &agreed->shared);
	if (err != ERR_OK)
		return fail(s, err);
	s->sa->tx = IKE_TX_NONE;
	ike_promise_drop(s->sa); /* the peer's crossing one ends there */
	ike_fsm_post(s->sa, IKE_E_FOLLOWUP);
	return ERR_OK;
}

enum err ike_act_series_i_win(const struct ike_step *s)
{
	struct ike_sa *spare = s->sa->spare;

	ike_sa_part(s->sa);
	ike_fsm_post(spare, IKE_E_REPLACED);
	return ike_act_series_i_begin(s);
}

enum err ike_act_series_i_yield(const struct ike_step *s)
{
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekey.yielded", "to=peer");
	s->sa->tx = IKE_TX_NONE;
	ike_attempt_end(s->sa);
	ike_live_rekey_later(s->sa); /* unless the peer's comes to be */
	return ERR_OK;
}

bool ike_act_series_i_send_need(const struct ike_step *s, struct ike_agree *out)
{
	out->group = ike_series_next(&s->sa->attempt->series);
	return out->group != NULL;
}

enum err ike_act_series_i_ask(const struct ike_step *s)
{
	struct ike_attempt *a = s->sa->attempt;
	const struct crypto_alg *group = ike_series_next(&a->series);
	struct ike_agreed *agreed;
	struct ike_build b;
	struct bytes datagram;
	enum err err = ike_agree_result(s, group, &agreed);

	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_IKE_FOLLOWUP_KE, false, &b);
	ike_series_build(&b, group->id, agreed->pub, ike_blob_view(&a->link));
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	if (err == ERR_OK)
		err = ike_window_request(s->sa, datagram, &s->sa->pace);
	if (err != ERR_OK)
		return err;
	secret_take(&a->share, &agreed->own);
	s->sa->tx = IKE_TX_FOLLOWUP;
	return ERR_OK;
}

enum err ike_act_series_i_send(const struct ike_step *s)
{
	enum err err = ike_act_series_i_ask(s);

	return err == ERR_OK ? ERR_OK : fail(s, err);
}

bool ike_act_series_i_take_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct ike_attempt *a = s->sa->attempt;

	out->own = secret_view(&a->share);
	return ike_agree_with(s->msg, ike_series_next(&a->series), out);
}

bool ike_act_series_i_finish_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_series_i_take_need(s, out);
}

enum err ike_act_series_i_have(const struct ike_step *s)
{
	struct ike_series *series = &s->sa->attempt->series;
	struct ike_agreed *agreed;
	enum err err = ike_agree_result(s, ike_series_next(series), &agreed);

	s->sa->tx = IKE_TX_NONE;
	if (err != ERR_OK)
		return err;
	ike_series_add(series, &agreed->shared);
	ike_core_count(s->e, IKE_STAT_FOLLOWUP);
	if (ike_series_next(series) != NULL)
		return keep_link(s);
	s->sa->followups_lost = 0;
	return ERR_OK;
}

enum err ike_act_series_i_take(const struct ike_step *s)
{
	enum err err = ike_act_series_i_have(s);

	if (err != ERR_OK)
		return fail(s, err);
	ike_fsm_post(s->sa, IKE_E_FOLLOWUP);
	return ERR_OK;
}

enum err ike_act_series_i_finish(const struct ike_step *s)
{
	struct ike_attempt *a = s->sa->attempt;
	struct ike_accord accord;
	struct ike_sa *twin;
	enum err err = ike_act_series_i_have(s);

	if (err == ERR_OK)
		err = ike_seal_reopen(s->sa, ike_blob_view(&a->held), &s->e->msg);
	if (err == ERR_OK)
		err = ike_accord_read(s->sa, &s->e->msg, &accord);
	if (err == ERR_OK)
		err = ike_accord_make(s->sa, &accord, NULL, &a->series, &twin);
	if (err != ERR_OK) /* the peer has it */
		return fail(s, err);
	ike_attempt_end(s->sa);
	ike_act_rekey_i_change(s, twin);
	return ERR_OK;
}

void ike_act_series_i_note_refusal(const struct ike_step *s)
{
	if (ike_msg_notify(s->msg, IKE_N_STATE_NOT_FOUND, NULL)) {
		ike_core_count(s->e, IKE_STAT_FOLLOWUP_LOST);
		s->sa->followups_lost++;
	}
	if (s->sa->followups_lost == LOST_MAX) {
		ike_core_blame(s->sa, IKE_DOWN_PROTOCOL);
		ike_fsm_post(s->sa, IKE_E_DELETE);
	}
}

enum err ike_act_series_i_refused(const struct ike_step *s)
{
	ike_act_series_i_note_refusal(s);
	return ike_act_rekey_i_refused(s);
}
