/* IKE_FOLLOWUP_KE of a responder: what CREATE_CHILD_SA agreed on is a promise until the last one.  Engine's thread. */
#include "ike/exchange/act_series_r.h"

#include "ike/core.h"
#include "ike/exchange/act_info.h"
#include "ike/exchange/act_rekey_r.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/promise.h"

bool ike_act_series_r_promise_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_rekey_r_reply_need(s, out);
}

/* Ours for the same is under way: the nonces will tell whose goes on, RFC9370-2.2.4. */
static enum err note_crossing(const struct ike_step *s)
{
	const struct ike_keys_seed *seed = &s->sa->promise->accord.seed;

	if (s->sa->attempt == NULL || s->sa->attempt->old != 0)
		return ERR_OK;
	ike_core_count(s->e, IKE_STAT_REKEY_CROSSED);
	return ike_attempt_cross(s->sa->attempt, 0, seed->ni, seed->nr);
}

enum err ike_act_series_r_promise(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_agreed *agreed;
	struct ike_accord a;
	enum err err = ike_act_rekey_r_agree(s, &a, &agreed);

	if (err == ERR_OK)
		err = ike_promise_make(sa, &a, &agreed->shared);
	if (err == ERR_OK)
		err = note_crossing(s);
	if (err == ERR_OK)
		return ike_accord_respond(s, &a, agreed->pub, ike_promise_link(sa->promise));
	ike_promise_drop(sa);
	return ike_act_rekey_r_refuse(s, &a, err);
}

enum err ike_act_series_r_advance(const struct ike_step *s, struct ike_build *b)
{
	struct ike_promise *p = s->sa->promise;
	const struct crypto_alg *group = ike_series_next(&p->series);
	struct ike_agreed *agreed;
	enum err err = ike_agree_result(s, group, &agreed);

	if (err != ERR_OK)
		return err;
	ike_promise_advance(p, &agreed->shared);
	ike_core_count(s->e, IKE_STAT_FOLLOWUP);
	ike_seal_begin(s->e, s->sa, IKE_X_IKE_FOLLOWUP_KE, true, b);
	ike_series_build(b, group->id, agreed->pub, ike_series_next(&p->series) != NULL ? ike_promise_link(p) : bytes_of(NULL, 0));
	return ERR_OK;
}

static enum err respond(const struct ike_step *s, struct ike_build *b)
{
	struct bytes datagram;
	enum err err = ike_seal_end(s->e, s->sa, b, &datagram);

	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

/* Nothing comes of it; a value that isn't one of the group is the peer's fault. */
static enum err refuse(const struct ike_step *s, enum err err)
{
	ike_promise_drop(s->sa);
	ike_core_log_sa(s->sa, LOG_L_WARN, "ike.rekey.refused", "by=us cause=%s", err_name(err));
	if (err == ERR_ABSENT || err == ERR_MALFORMED)
		(void)ike_act_info_notify(s, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
	else
		(void)ike_act_info_later(s);
	return err;
}

bool ike_act_series_r_more_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_agree_with(s->msg, ike_series_next(&s->sa->promise->series), out);
}

bool ike_act_series_r_finish_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_series_r_more_need(s, out);
}

bool ike_act_series_r_cross_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_series_r_more_need(s, out);
}

enum err ike_act_series_r_more(const struct ike_step *s)
{
	struct ike_build b;
	enum err err = ike_act_series_r_advance(s, &b);

	return err == ERR_OK ? respond(s, &b) : refuse(s, err);
}

/* The promised SA, answered for. */
static enum err keep(const struct ike_step *s, struct ike_sa **twin)
{
	struct ike_promise *p = s->sa->promise;
	struct ike_build b;
	enum err err = ike_act_series_r_advance(s, &b);

	if (err == ERR_OK)
		err = ike_accord_make(s->sa, &p->accord, NULL, &p->series, twin);
	if (err != ERR_OK)
		return refuse(s, err);
	err = respond(s, &b);
	if (err != ERR_OK)
		ike_sa_free(*twin);
	ike_agree_drop(s->sa, IKE_AGREE_THEIRS); /* the window that it came by becomes another SA's */
	ike_promise_drop(s->sa);
	return err;
}

enum err ike_act_series_r_finish(const struct ike_step *s)
{
	struct ike_sa *twin;
	enum err err = keep(s, &twin);

	if (err == ERR_OK)
		ike_act_rekey_r_change(s, twin);
	return err;
}

enum err ike_act_series_r_cross(const struct ike_step *s)
{
	struct ike_sa *twin;
	enum err err = keep(s, &twin);

	if (err == ERR_OK)
		ike_act_rekey_r_spare(s, twin);
	return err;
}

enum err ike_act_series_r_lost(const struct ike_step *s)
{
	ike_core_count(s->e, IKE_STAT_FOLLOWUP_LOST);
	return ike_act_info_notify(s, IKE_N_STATE_NOT_FOUND, bytes_of(NULL, 0));
}
