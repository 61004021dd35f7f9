/*
 * We rekey a child, or want a further one.  A successor is offered the old one's algorithms and selectors, a further one those of policy,
 * with a key exchange if policy has groups.  A successor sends once the world has it, for the peer had it before it answered; only then
 * the old one is deleted (RFC7296-2.8).  Engine's thread.
 */
#include "ike/exchange/act_child_i.h"

#include "ike/bid.h"
#include "ike/child.h"
#include "ike/core.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_series_i.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/groups.h"
#include "ike/rekey/promise.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

/* The SPI that the pair is to have: a further one's is its name from the first. */
static uint32_t spi_of(const struct ike_child *child)
{
	return child->wish != NULL ? child->spi_in : child->sa->attempt->spi_in;
}

static enum err bid_for(const struct ike_child *child, struct ike_bid *out)
{
	struct ike_bid_terms terms = { .spi = spi_of(child), .groups = child->sa->attempt->groups };

	return child->wish != NULL ? ike_bid_of_policy(&child->wish->policy, &terms, out) : ike_bid_of_child(child, &terms, out);
}

static enum err build_request(const struct ike_step *s, const struct ike_child *child, struct bytes pub, struct bytes *out)
{
	const struct ike_attempt *a = s->sa->attempt;
	const struct crypto_alg *group = a->kex.group;
	struct ike_bid bid;
	struct ike_build b;
	enum err err = bid_for(child, &bid);

	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, false, &b);
	if (child->wish == NULL)
		ike_notify_build_esp(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_REKEY_SA, child->spi_in);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &bid.offer);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), bytes_of(a->nonce, sizeof(a->nonce)));
	if (group != NULL) {
		struct ike_ke ke = { .group = group->id, .data = pub };

		ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	}
	ike_narrow_build_mode(&b, bid.sides.transport);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSI), bid.sides.local, bid.sides.local_count);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSR), bid.sides.remote, bid.sides.remote_count);
	return ike_seal_end(s->e, s->sa, &b, out);
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

/* Asks with a public value of 'group'; NULL: none. */
static enum err ask(const struct ike_step *s, const struct ike_child *child, const struct crypto_alg *group)
{
	struct ike_sa *sa = s->sa;
	struct bytes pub = { 0 }, datagram;
	enum err err = ERR_OK;

	if (group != NULL)
		err = take_share(s, group, &pub);
	if (err == ERR_OK)
		err = build_request(s, child, pub, &datagram);
	if (err != ERR_OK)
		return err;
	sa->tx = IKE_TX_CHILD;
	return ike_window_request(sa, datagram, &sa->pace);
}

/* The attempt is over without a pair; one that is there still, or still wanted, tries again later. */
static void fail(const struct ike_step *s, struct ike_child *child, enum err err)
{
	ike_core_log_sa(s->sa, LOG_L_WARN, child->wish != NULL ? "child.new.failed" : "child.rekey.failed", "spi-in=%08x cause=%s",
		child->spi_in, err_name(err));
	ike_attempt_end(s->sa);
	ike_child_rekey_later(child);
}

bool ike_act_child_i_send_need(const struct ike_step *s, struct ike_agree *out)
{
	out->group = ike_groups_first(s->sa);
	return out->group != NULL;
}

enum err ike_act_child_i_send(const struct ike_step *s, struct ike_child *child)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_sa *sa = s->sa;
	enum err err = ike_attempt_begin(sa, child->spi_in);

	if (err == ERR_OK)
		ike_groups_begin(sa);
	if (err == ERR_OK && child->wish == NULL)
		err = ports->spi_new(ports->ctx, &sa->path, &sa->attempt->spi_in);
	if (err == ERR_OK)
		err = ask(s, child, ike_groups_first(sa));
	if (err != ERR_OK)
		fail(s, child, err);
	return err;
}

bool ike_act_child_i_regroup_need(const struct ike_step *s, struct ike_agree *out)
{
	out->group = ike_groups_next(s->sa, s->msg);
	return out->group != NULL;
}

enum err ike_act_child_i_regroup(const struct ike_step *s, struct ike_child *child)
{
	const struct crypto_alg *group = ike_groups_next(s->sa, s->msg);
	enum err err = group == NULL ? ERR_NO_PROPOSAL : ERR_OK;

	if (ike_msg_notify(s->msg, IKE_N_INVALID_KE_PAYLOAD, NULL))
		ike_core_count(s->e, IKE_STAT_INVALID_KE);
	ike_groups_widen(s->sa, s->msg);
	if (err == ERR_OK)
		err = ike_attempt_again(s->sa);
	if (err == ERR_OK)
		err = ask(s, child, group);
	if (err != ERR_OK)
		fail(s, child, err);
	return err;
}

bool ike_act_child_i_accept_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct crypto_kex *kex = &s->sa->attempt->kex;

	out->own = secret_view(&kex->key);
	return ike_agree_with(s->msg, kex->group, out);
}

/* What the response grants. */
struct granted {
	struct ike_child_plan plan; /* borrows from the message, the attempt, the key exchange and what follows */
	struct ike_narrow_result fit;
	struct bytes part[IKE_PROPOSAL_EXTRAS];
};

/* The algorithms that the answer chose. */
static enum err read_choice(const struct ike_step *s, const struct ike_bid *bid, struct ike_choice *choice, struct ike_suite *esp)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_SA)->body);
	struct ike_proposals answer;
	enum err err = ike_proposal_parse(&r, &answer);

	if (err == ERR_OK)
		err = ike_select_check(&bid->offer, &answer, 0, choice);
	if (err == ERR_OK)
		err = ike_suite_of(choice, esp);
	return err == ERR_OK && esp->group != s->sa->attempt->kex.group ? ERR_NO_PROPOSAL : err;
}

/* g^ir, and what further key exchanges brought if there were any. */
static enum err read_secrets(const struct ike_step *s, struct granted *g)
{
	const struct ike_attempt *a = s->sa->attempt;
	struct ike_agreed *agreed;
	enum err err = ERR_OK;

	if (a->series.count != 0) {
		if (ike_series_next(&a->series) != NULL) /* a bad value of the peer's */
			return ERR_MALFORMED;
		ike_series_seed(&a->series, g->part, &g->plan.seed);
		g->plan.series = &a->series;
	} else if (a->kex.group != NULL) {
		err = ike_agree_result(s, a->kex.group, &agreed);
		if (err == ERR_OK)
			g->plan.seed.shared = secret_view(&agreed->shared);
	}
	return err == ERR_ABSENT ? ERR_MALFORMED : err; /* no KE of that group */
}

static enum err read_suite(const struct ike_step *s, const struct ike_bid *bid, struct granted *g)
{
	struct ike_choice choice;
	enum err err = read_choice(s, bid, &choice, &g->plan.esp);

	if (err != ERR_OK)
		return err;
	g->plan.spi_out = (uint32_t)choice.spi;
	if (ike_series_chosen(&choice) && s->sa->attempt->series.count == 0) /* they were to be made first */
		return ERR_MALFORMED;
	return read_secrets(s, g);
}

static enum err read_response(const struct ike_step *s, const struct ike_child *child, struct granted *g)
{
	struct ike_attempt *a = s->sa->attempt;
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	struct ike_bid bid;
	enum err err = bid_for(child, &bid);

	if (err == ERR_OK)
		err = ike_nonce_parse(&r, &g->plan.seed.nr);
	if (err == ERR_OK)
		err = read_suite(s, &bid, g);
	if (err == ERR_OK)
		err = ike_narrow_accept(s->sa, s->msg, &bid.sides, &g->fit);
	g->plan.role = IKE_INITIATOR;
	g->plan.spi_in = spi_of(child);
	g->plan.seed.ni = bytes_of(a->nonce, sizeof(a->nonce));
	g->plan.local = &g->fit.local;
	g->plan.remote = &g->fit.remote;
	g->plan.transport = err == ERR_OK && g->fit.transport;
	return err;
}

bool ike_act_child_i_yields(const struct ike_step *s)
{
	const struct ike_attempt *a = s->sa->attempt;
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	struct bytes nr;

	return ike_nonce_parse(&r, &nr) == ERR_OK && ike_attempt_redundant(a, nr);
}

/* The peer's crossing one ends there, RFC9370-2.2.4. */
static void outdo(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;

	if (sa->promise != NULL && ike_promise_follows(sa->promise, sa->attempt->old))
		ike_promise_drop(sa);
}

enum err ike_act_child_i_series(const struct ike_step *s, const struct ike_child *child)
{
	struct ike_attempt *a = s->sa->attempt;
	struct ike_agreed *agreed;
	struct ike_choice choice;
	struct ike_suite esp;
	struct ike_bid bid;
	enum err err = bid_for(child, &bid);

	if (err == ERR_OK)
		err = read_choice(s, &bid, &choice, &esp);
	if (err == ERR_OK && (a->kex.group == NULL || !ike_series_chosen(&choice)))
		err = ERR_MALFORMED;
	if (err == ERR_OK)
		err = ike_agree_result(s, a->kex.group, &agreed);
	if (err == ERR_OK)
		err = ike_act_series_i_keep(s, &choice, &agreed->shared);
	if (err != ERR_OK)
		return err;
	outdo(s);
	s->sa->todo |= 1u << IKE_TX_FOLLOWUP;
	return ERR_OK;
}

void ike_act_child_i_follow(const struct ike_step *s)
{
	struct ike_attempt *a = s->sa->attempt;
	struct ike_child *child = ike_sa_child(s->sa, a->old);
	enum err err;

	s->sa->todo &= (uint16_t) ~(1u << IKE_TX_FOLLOWUP);
	err = ike_act_series_i_ask(s);
	if (err == ERR_OK)
		return;
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.series.failed", "spi-in=%08x cause=%s", a->old, err_name(err));
	if (child == NULL || child->state == IKE_C_FADE)
		ike_attempt_end(s->sa);
	else
		(void)ike_childfsm_step(s, child, child->wish != NULL ? IKE_CE_NEVER : IKE_CE_LATER);
}

static enum err take_successor(const struct ike_step *s, const struct ike_child *old)
{
	struct ike_attempt *a = s->sa->attempt;
	struct granted g = { .plan = { .replaces = old->spi_in } };
	enum err err = read_response(s, old, &g);

	if (err != ERR_OK)
		return err;
	a->lost = ike_attempt_redundant(a, g.plan.seed.nr);
	a->made = a->spi_in;
	a->spi_in = 0;
	outdo(s);
	return ike_child_install(s->e, s->sa, &g.plan);
}

enum err ike_act_child_i_accept(const struct ike_step *s, struct ike_child *child)
{
	struct ike_attempt *a = s->sa->attempt;
	enum err err = take_successor(s, child);

	if (err == ERR_OK)
		return ERR_OK;
	if (a->spi_in != 0)
		ike_child_stillborn(s->sa, a->spi_in);
	a->spi_in = 0;
	fail(s, child, err);
	return err;
}

enum err ike_act_child_n_accept(const struct ike_step *s, struct ike_child *child)
{
	struct granted g = { .plan = { .config = ike_act_first_config(s->sa) } };
	enum err err = read_response(s, child, &g);

	if (err == ERR_OK)
		err = ike_child_install(s->e, s->sa, &g.plan);
	ike_attempt_end(s->sa); /* nothing crosses it */
	if (err != ERR_OK) {
		ike_core_log_sa(s->sa, LOG_L_WARN, "child.new.failed", "spi-in=%08x cause=%s", child->spi_in, err_name(err));
		ike_child_tell_down(child);
	}
	return err;
}

static bool is_host(const struct ike_ts *ts)
{
	return addr_eq(&ts->start, &ts->end);
}

enum err ike_act_child_n_single(const struct ike_step *s, struct ike_child *child)
{
	struct ike_child_policy *policy = &child->wish->policy;
	const struct crypto_alg *group = s->sa->attempt->kex.group;
	bool narrower = policy->local_count + policy->remote_count > 2 && is_host(policy->local) && is_host(policy->remote);
	enum err err = narrower ? ike_attempt_again(s->sa) : ERR_TS;

	policy->local_count = 1;
	policy->remote_count = 1;
	if (err == ERR_OK)
		err = ask(s, child, group);
	if (err != ERR_OK)
		fail(s, child, err);
	return err;
}

enum err ike_act_child_n_begin(const struct ike_step *s, struct ike_child *child)
{
	ike_child_begin_life(child);
	if (ike_act_first_born(s->sa))
		return ERR_OK;
	ike_core_count(s->e, IKE_STAT_CHILD_NEW);
	ike_core_log_sa(s->sa, LOG_L_INFO, "child.new", "by=us spi-in=%08x", child->spi_in);
	return ERR_OK;
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
