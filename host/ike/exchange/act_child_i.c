/*
 * We rekey a child: its algorithms and selectors are proposed for the successor, with a key exchange if the policy has a group.  The
 * successor sends once the world has it, for the peer had it before it answered; only then the old one is deleted
 * (RFC7296-2.8).  Engine's thread.
 */
#include "ike/exchange/act_child_i.h"

#include "ike/child.h"
#include "ike/core.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/narrow.h"
#include "ike/rekey/attempt.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

static enum err offer(const struct ike_child *old, uint32_t spi, struct ike_proposals *out)
{
	ike_proposal_init(out);
	return ike_child_offer(old, old->sa->pfs, spi, out);
}

bool ike_act_child_i_send_need(const struct ike_step *s, struct ike_agree *out)
{
	out->group = s->sa->pfs;
	return out->group != NULL;
}

/* The share that was made for us: its private half stays in the attempt. */
static enum err take_share(const struct ike_step *s, const struct crypto_alg *group, struct bytes *pub)
{
	struct ike_agreed *agreed;
	enum err err = ike_agree_result(s, group, &agreed);

	if (err != ERR_OK)
		return err;
	s->sa->attempt->kex.group = group;
	secret_take(&s->sa->attempt->kex.key, &agreed->own);
	*pub = agreed->pub;
	return ERR_OK;
}

static enum err build_request(const struct ike_step *s, const struct ike_child *old, struct bytes *out)
{
	struct ike_attempt *a = s->sa->attempt;
	const struct crypto_alg *group = s->sa->pfs;
	struct ike_proposals list;
	struct bytes pub;
	struct ike_build b;
	enum err err = offer(old, a->spi_in, &list);

	if (err == ERR_OK && group != NULL)
		err = take_share(s, group, &pub);
	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, false, &b);
	ike_notify_build_esp(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_REKEY_SA, old->spi_in);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), bytes_of(a->nonce, sizeof(a->nonce)));
	if (group != NULL) {
		struct ike_ke ke = { .group = group->id, .data = pub };

		ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	}
	ike_ts_build(ike_build_payload(&b, IKE_P_TSI), old->ts, old->local_count);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSR), old->ts + old->local_count, old->remote_count);
	return ike_seal_end(s->e, s->sa, &b, out);
}

enum err ike_act_child_i_send(const struct ike_step *s, struct ike_child *child)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_sa *sa = s->sa;
	struct bytes datagram;
	enum err err = ike_attempt_begin(sa, child->spi_in);

	if (err == ERR_OK)
		err = ports->spi_new(ports->ctx, &sa->path, &sa->attempt->spi_in);
	if (err == ERR_OK)
		err = build_request(s, child, &datagram);
	if (err == ERR_OK) {
		sa->tx = IKE_TX_REKEY_CHILD;
		err = ike_window_request(sa, datagram, &sa->pace);
	}
	if (err != ERR_OK) {
		ike_core_log_sa(sa, LOG_L_WARN, "child.rekey.failed", "spi-in=%08x cause=%s", child->spi_in, err_name(err));
		ike_attempt_end(sa);
		ike_child_rekey_later(child);
	}
	return err;
}

bool ike_act_child_i_accept_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct crypto_kex *kex = &s->sa->attempt->kex;

	out->own = secret_view(&kex->key);
	return ike_agree_with(s->msg, kex->group, out);
}

/* The algorithms and g^ir of the answer. */
static enum err read_suite(const struct ike_step *s, const struct ike_child *old, struct ike_child_plan *plan)
{
	const struct ike_attempt *a = s->sa->attempt;
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_SA)->body);
	struct ike_proposals offered, answer;
	struct ike_choice choice;
	struct ike_agreed *agreed;
	enum err err = ike_proposal_parse(&r, &answer);

	if (err == ERR_OK)
		err = offer(old, a->spi_in, &offered);
	if (err == ERR_OK)
		err = ike_select_check(&offered, &answer, 0, &choice);
	if (err == ERR_OK)
		err = ike_suite_of(&choice, &plan->esp);
	if (err != ERR_OK)
		return err;
	plan->spi_out = (uint32_t)choice.spi;
	if (a->kex.group == NULL)
		return ERR_OK;
	err = ike_agree_result(s, a->kex.group, &agreed);
	if (err == ERR_OK)
		plan->seed.shared = secret_view(&agreed->shared);
	return err == ERR_ABSENT ? ERR_MALFORMED : err; /* no KE of that group */
}

static enum err read_selectors(const struct ike_step *s, const struct ike_child *old, struct ike_ts_list ts[2])
{
	struct rd i = rd_of(ike_msg_find(s->msg, IKE_P_TSI)->body);
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_TSR)->body);
	enum err err = ike_ts_parse(&i, &ts[0]);

	if (err == ERR_OK)
		err = ike_ts_parse(&r, &ts[1]);
	if (err != ERR_OK)
		return err;
	return ike_narrow_accepts(old->ts, old->local_count, &ts[0]) &&
			       ike_narrow_accepts(old->ts + old->local_count, old->remote_count, &ts[1])
		       ? ERR_OK
		       : ERR_TS;
}

static enum err take_response(const struct ike_step *s, const struct ike_child *old)
{
	struct ike_attempt *a = s->sa->attempt;
	struct ike_child_plan plan = { .role = IKE_INITIATOR, .spi_in = a->spi_in, .replaces = old->spi_in };
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	struct ike_ts_list ts[2];
	enum err err = ike_nonce_parse(&r, &plan.seed.nr);

	if (err == ERR_OK)
		err = read_suite(s, old, &plan);
	if (err == ERR_OK)
		err = read_selectors(s, old, ts);
	if (err != ERR_OK)
		return err;
	plan.seed.ni = bytes_of(a->nonce, sizeof(a->nonce));
	plan.local = &ts[0];
	plan.remote = &ts[1];
	a->lost = ike_attempt_redundant(a, plan.seed.nr);
	a->made = a->spi_in;
	a->spi_in = 0;
	return ike_child_install(s->e, s->sa, &plan);
}

enum err ike_act_child_i_accept(const struct ike_step *s, struct ike_child *child)
{
	struct ike_attempt *a = s->sa->attempt;
	enum err err = take_response(s, child);

	if (err == ERR_OK)
		return ERR_OK;
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.rekey.failed", "spi-in=%08x cause=%s", child->spi_in, err_name(err));
	if (a->spi_in != 0)
		ike_child_stillborn(s->sa, a->spi_in);
	a->spi_in = 0;
	ike_attempt_end(s->sa);
	ike_child_rekey_later(child);
	return err;
}

enum err ike_act_child_i_forget(const struct ike_step *s, struct ike_child *child)
{
	(void)child;
	ike_attempt_end(s->sa);
	return ERR_OK;
}

enum err ike_act_child_i_abort(const struct ike_step *s, struct ike_child *child)
{
	(void)child;
	ike_child_stillborn(s->sa, s->sa->attempt->spi_in);
	s->sa->attempt->spi_in = 0;
	ike_attempt_end(s->sa);
	return ERR_OK;
}

enum ike_child_event ike_act_child_i_verdict(const struct ike_child *made)
{
	const struct ike_attempt *a = made->sa->attempt;
	const struct ike_child *rival = a == NULL ? NULL : ike_sa_child(made->sa, a->rival);

	if (rival == NULL)
		return IKE_CE_INSTALLED;
	if (rival->state == IKE_C_R_INSTALL)
		return IKE_CE_HELD;
	return a->lost ? IKE_CE_REDUNDANT : IKE_CE_INSTALLED;
}

/* The child that 'made' was asked for, if it is there still. */
static struct ike_child *old_of(const struct ike_child *made)
{
	const struct ike_attempt *a = made->sa->attempt;

	return a == NULL ? NULL : ike_sa_child(made->sa, a->old);
}

enum err ike_act_child_i_take_over(const struct ike_step *s, struct ike_child *child)
{
	struct ike_child *old = old_of(child);
	struct ike_child *rival = ike_sa_child(s->sa, s->sa->attempt->rival);

	ike_core_count(s->e, IKE_STAT_CHILD_REKEY);
	ike_core_log_sa(s->sa, LOG_L_INFO, "child.rekeyed", "by=us spi-in=%08x crossed=%d", child->spi_in, rival != NULL);
	ike_child_begin_life(child);
	ike_child_send_by(child);
	if (old != NULL) {
		old->successor = child->spi_in;
		ike_childfsm_post(old, IKE_CE_SUCCEEDED);
	}
	if (rival != NULL) { /* the peer's to delete, RFC7296-2.8.1 */
		rival->successor = child->spi_in;
		ike_childfsm_post(rival, IKE_CE_REPLACED);
	}
	ike_attempt_end(s->sa);
	return ERR_OK;
}

enum err ike_act_child_i_yield(const struct ike_step *s, struct ike_child *child)
{
	struct ike_child *old = old_of(child);

	ike_core_log_sa(s->sa, LOG_L_INFO, "child.rekey.yielded", "spi-in=%08x", child->spi_in);
	if (old != NULL)
		ike_childfsm_post(old, IKE_CE_YIELDED);
	ike_attempt_end(s->sa);
	return ERR_OK;
}

enum err ike_act_child_i_fail(const struct ike_step *s, struct ike_child *child)
{
	struct ike_child *old = old_of(child);

	ike_core_count(s->e, IKE_STAT_INSTALL_FAILED);
	ike_child_tell_down(child);
	if (old != NULL)
		ike_childfsm_post(old, s->sa->attempt->rival != 0 ? IKE_CE_YIELDED : IKE_CE_FAILED);
	ike_attempt_end(s->sa);
	return ERR_OK;
}
