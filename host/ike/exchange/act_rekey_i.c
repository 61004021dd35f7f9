/*
 * We rekey the IKE SA.  The request is prepared in sa->attempt; when it crosses one of the peer's, what that made waits as sa->spare
 * until it is known which of the two stays.  Engine's thread.
 */
#include "ike/exchange/act_rekey_i.h"

#include <string.h>

#include "ike/core.h"
#include "ike/exchange/act_info.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/live.h"
#include "ike/rekey/accord.h"
#include "ike/rekey/attempt.h"
#include "ike/due.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

enum err ike_act_rekey_i_want(const struct ike_step *s)
{
	s->sa->todo |= 1u << IKE_TX_REKEY;
	return ERR_OK;
}

static bool offered(const struct ike_offers *offers, const struct crypto_alg *group)
{
	for (unsigned i = 0; i < offers->count; i++)
		for (unsigned k = 0; k < offers->offer[i].alg_count; k++)
			if (offers->offer[i].alg[k] == group)
				return true;
	return false;
}

static enum err build_request(const struct ike_step *s, struct bytes pub, struct bytes *out)
{
	const struct ike_attempt *a = s->sa->attempt;
	struct ike_ke ke = { .group = a->kex.group->id, .data = pub };
	struct ike_proposals list;
	struct ike_build b;
	enum err err = ike_accord_offer(a, &list);

	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, false, &b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), bytes_of(a->nonce, sizeof(a->nonce)));
	ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	return ike_seal_end(s->e, s->sa, &b, out);
}

/* 'group', or the first that we offer if that isn't among them; NULL: we offer none. */
static const struct crypto_alg *group_for(const struct ike_offers *offers, const struct crypto_alg *group)
{
	return offered(offers, group) ? group : ike_suite_first_group(offers);
}

bool ike_act_rekey_i_send_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_offers offers;

	memset(&offers, 0, sizeof(offers));
	if (ike_due_next(s->sa) == IKE_TX_REKEY && ports->policy(ports->ctx, &s->sa->path, &offers) == ERR_OK)
		out->group = group_for(&offers, s->sa->suite.group);
	return out->group != NULL;
}

/* Asks with a public value of 'group', or of another that we offer. */
static enum err ask(const struct ike_step *s, const struct crypto_alg *group)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_sa *sa = s->sa;
	struct ike_attempt *a = sa->attempt;
	struct ike_agreed *agreed;
	struct bytes datagram;
	enum err err = ports->policy(ports->ctx, &sa->path, &a->offers);

	if (err == ERR_OK)
		err = ike_sa_draw_spi(s->e, &a->spi);
	group = group_for(&a->offers, group);
	if (err == ERR_OK)
		err = ike_agree_result(s, group, &agreed);
	if (err != ERR_OK)
		return err;
	a->kex.group = group;
	secret_take(&a->kex.key, &agreed->own);
	err = build_request(s, agreed->pub, &datagram);
	if (err != ERR_OK)
		return err;
	sa->tx = IKE_TX_REKEY;
	return ike_window_request(sa, datagram, &sa->pace);
}

static enum err begin(const struct ike_step *s, const struct crypto_alg *group)
{
	struct ike_sa *sa = s->sa;
	enum err err = ike_attempt_begin(sa, 0);

	if (err == ERR_OK)
		err = ask(s, group);
	if (err == ERR_OK)
		return ERR_OK;
	ike_core_log_sa(sa, LOG_L_WARN, "ike.rekey.failed", "cause=%s", err_name(err));
	ike_attempt_end(sa);
	ike_live_rekey_later(sa);
	return err;
}

enum err ike_act_rekey_i_send(const struct ike_step *s)
{
	if (ike_due_next(s->sa) != IKE_TX_REKEY) /* posted before something more urgent came */
		return ERR_BUSY;
	s->sa->todo &= (uint16_t) ~(1u << IKE_TX_REKEY);
	return begin(s, s->sa->suite.group);
}

/* The group that is demanded; NULL: none that we could use. */
static const struct crypto_alg *demanded_group(const struct ike_step *s)
{
	const struct ike_attempt *a = s->sa->attempt;
	const struct crypto_alg *group = NULL;
	struct ike_notify n;

	if (ike_msg_notify(s->msg, IKE_N_INVALID_KE_PAYLOAD, &n))
		group = crypto_alg_find(CRYPTO_GROUP, ike_notify_group(&n), 0);
	return group == NULL || group == a->kex.group || !offered(&a->offers, group) || a->regrouped ? NULL : group;
}

bool ike_act_rekey_i_group_need(const struct ike_step *s, struct ike_agree *out)
{
	out->group = demanded_group(s);
	return out->group != NULL;
}

enum err ike_act_rekey_i_group(const struct ike_step *s)
{
	const struct crypto_alg *group = demanded_group(s);

	ike_core_count(s->e, IKE_STAT_INVALID_KE);
	if (group == NULL) {
		(void)ike_act_rekey_i_refused(s);
		return ERR_NO_PROPOSAL;
	}
	ike_attempt_end(s->sa);
	if (begin(s, group) != ERR_OK)
		return ERR_CRYPTO;
	s->sa->attempt->regrouped = true;
	return ERR_OK;
}

enum err ike_act_rekey_i_refused(const struct ike_step *s)
{
	struct ike_notify n = { 0 };

	(void)ike_msg_error(s->msg, &n);
	ike_core_count(s->e, IKE_STAT_REKEY_REFUSED);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekey.refused", "by=peer notify=%s", ike_iana_notify_str(n.type));
	s->sa->tx = IKE_TX_NONE;
	ike_attempt_end(s->sa);
	ike_live_rekey_later(s->sa);
	return ERR_OK;
}

static bool need(const struct ike_step *s, struct ike_agree *out)
{
	const struct ike_attempt *a = s->sa->attempt;

	out->own = secret_view(&a->kex.key);
	return ike_agree_with(s->msg, a->kex.group, out);
}

bool ike_act_rekey_i_take_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

bool ike_act_rekey_i_win_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

bool ike_act_rekey_i_lose_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

bool ike_act_rekey_i_spurn_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

/* What we asked for, as an SA of its own. */
static enum err make_twin(const struct ike_step *s, struct ike_sa **twin)
{
	struct ike_accord accord;
	struct ike_agreed *agreed;
	enum err err = ike_accord_read(s->sa, s->msg, &accord);

	if (err == ERR_OK)
		err = ike_agree_result(s, accord.suite.group, &agreed);
	if (err == ERR_OK)
		err = ike_accord_make(s->sa, &accord, &agreed->shared, NULL, twin);
	s->sa->tx = IKE_TX_NONE;
	ike_attempt_end(s->sa);
	if (err != ERR_OK)
		ike_core_log_sa(s->sa, LOG_L_WARN, "ike.rekey.failed", "cause=%s", err_name(err));
	return err;
}

static void rekeyed(const struct ike_step *s, const char *by)
{
	ike_core_count(s->e, IKE_STAT_REKEY);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekeyed", "by=%s", by);
	if (s->sa->known) /* else it only changes over to delete the new one */
		ike_live_restart(s->sa);
}

void ike_act_rekey_i_change(const struct ike_step *s, struct ike_sa *twin)
{
	ike_sa_swap(s->sa, twin);
	ike_fsm_post(twin, IKE_E_SUPERSEDED);
	rekeyed(s, "us");
}

enum err ike_act_rekey_i_take(const struct ike_step *s)
{
	struct ike_sa *twin;
	enum err err = make_twin(s, &twin);

	if (err == ERR_OK)
		ike_act_rekey_i_change(s, twin);
	return err;
}

/* Changes over to the peer's; the SA that was spare until now has the old keys and takes 'event'. */
static void change_over(const struct ike_step *s, enum ike_event event)
{
	struct ike_sa *spare = s->sa->spare;

	ike_window_withdraw(s->sa);
	ike_agree_drop(s->sa, IKE_AGREE_OURS);
	ike_attempt_end(s->sa);
	ike_sa_part(s->sa);
	ike_sa_swap(s->sa, spare);
	ike_fsm_post(spare, event);
	s->sa->tx = IKE_TX_NONE;
	rekeyed(s, "peer");
}

enum err ike_act_rekey_i_win(const struct ike_step *s)
{
	struct ike_sa *spare = s->sa->spare;

	ike_sa_part(s->sa);
	ike_fsm_post(spare, IKE_E_REPLACED);
	return ike_act_rekey_i_take(s);
}

enum err ike_act_rekey_i_lose(const struct ike_step *s)
{
	struct ike_sa *twin;

	if (make_twin(s, &twin) == ERR_OK)
		ike_fsm_post(twin, IKE_E_SUPERSEDED);
	change_over(s, IKE_E_REPLACED);
	return ERR_OK;
}

enum err ike_act_rekey_i_spurn(const struct ike_step *s)
{
	struct ike_sa *twin;
	enum err err = make_twin(s, &twin);

	if (err == ERR_OK)
		ike_fsm_post(twin, IKE_E_SUPERSEDED);
	ike_live_rekey_later(s->sa); /* unless the peer's comes to be */
	return err;
}

enum err ike_act_rekey_i_adopt(const struct ike_step *s)
{
	change_over(s, IKE_E_REPLACED);
	return ERR_OK;
}

enum err ike_act_rekey_i_follow(const struct ike_step *s)
{
	enum err err = ike_act_info_answer(s);

	if (err == ERR_OK)
		change_over(s, IKE_E_CLOSED);
	return err;
}

enum err ike_act_rekey_i_alone(const struct ike_step *s)
{
	ike_attempt_uncross(s->sa->attempt);
	return ERR_OK;
}
