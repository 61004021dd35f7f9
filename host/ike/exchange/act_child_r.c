/*
 * A peer rekeys a child, or asks for a further one.  A successor gets the algorithms and at most the selectors of the old one; the old one
 * stays until the peer deletes it, and sends until then (RFC7296-2.8).  A further one gets what policy grants.  The response is made
 * before the world is asked to install, and goes out when it has; with further key exchanges (RFC9370) that is the last one's.  Engine's thread.
 */
#include "ike/exchange/act_child_r.h"

#include "ike/bid.h"
#include "ike/child.h"
#include "ike/core.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_info.h"
#include "ike/exchange/act_series_r.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/groups.h"
#include "ike/rekey/promise.h"
#include "ike/wire/hdr.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

/* A request, as it is weighed. */
struct weighed {
	struct ike_bid bid;
	struct ike_ts assigned[2]; /* that the bid may borrow */
	struct ike_offspring o;
};

/* The group of the peer's public value; one that we haven't counts as none. */
static const struct crypto_alg *group_of(const struct ike_step *s)
{
	const struct ike_payload *p = ike_msg_find(s->msg, IKE_P_KE);
	const struct crypto_alg *group;
	struct ike_ke ke;
	struct rd r;

	if (p == NULL)
		return NULL;
	r = rd_of(p->body);
	group = ike_ke_parse(&r, &ke) == ERR_OK ? crypto_alg_find(CRYPTO_GROUP, ke.group, 0) : NULL;
	return group != NULL && crypto_has(s->e->cfg.crypto, group) ? group : NULL;
}

/* Our offer: with policy's groups if it has any, else with the peer's or without. */
static struct ike_bid_terms terms_for(const struct ike_step *s)
{
	struct ike_bid_terms terms = { .groups = ike_groups_of(s->sa) };
	const struct crypto_alg *theirs = group_of(s);

	if (terms.groups.count == 0 && theirs != NULL) {
		terms.groups.alg[terms.groups.count++] = theirs;
		terms.or_none = true;
	}
	return terms;
}

static enum err choose(const struct ike_step *s, struct weighed *w)
{
	struct ike_offspring *o = &w->o;
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_SA)->body);
	struct ike_proposals theirs;
	const struct crypto_alg *group = group_of(s);
	enum err err = ike_proposal_parse(&r, &theirs);

	if (err == ERR_OK)
		err = ike_select_pick(&w->bid.offer, &theirs, 0, &o->choice);
	if (err == ERR_OK)
		err = ike_suite_of(&o->choice, &o->plan.esp);
	if (err != ERR_OK)
		return ERR_NO_PROPOSAL;
	o->plan.spi_out = (uint32_t)o->choice.spi;
	return o->plan.esp.group == NULL || o->plan.esp.group == group ? ERR_OK : ERR_UNSUPPORTED;
}

static enum err agree(const struct ike_step *s, struct ike_offspring *o)
{
	struct ike_agreed *agreed;
	enum err err;

	if (o->plan.esp.group == NULL)
		return ERR_OK;
	err = ike_agree_result(s, o->plan.esp.group, &agreed);
	if (err != ERR_OK)
		return err;
	o->pub = agreed->pub;
	o->plan.seed.shared = secret_view(&agreed->shared);
	return ERR_OK;
}

static enum err read_ts(const struct ike_msg *msg, struct ike_ts_list *tsi, struct ike_ts_list *tsr)
{
	struct rd i = rd_of(ike_msg_find(msg, IKE_P_TSI)->body);
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_TSR)->body);
	enum err err = ike_ts_parse(&i, tsi);

	return err == ERR_OK ? ike_ts_parse(&r, tsr) : err;
}

static enum err seed(const struct ike_step *s, struct ike_offspring *o)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	enum err err = ike_nonce_parse(&r, &o->plan.seed.ni);

	return err == ERR_OK ? crypto_rand_fill(s->e->cfg.rand, o->nonce, sizeof(o->nonce)) : err;
}

/* Seals the response to CREATE_CHILD_SA. */
static enum err seal_response(const struct ike_step *s, const struct ike_offspring *o, struct bytes link, struct bytes *datagram)
{
	struct ike_build b;
	enum err err;

	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	err = ike_offspring_build(&b, o, link);
	return err == ERR_OK ? ike_seal_end(s->e, s->sa, &b, datagram) : err;
}

/* The same, to be sent when the world has the pair. */
static enum err prepare_response(const struct ike_step *s, const struct ike_offspring *o)
{
	struct bytes datagram;
	enum err err = seal_response(s, o, bytes_of(NULL, 0), &datagram);

	return err == ERR_OK ? ike_blob_set(&s->sa->response, datagram) : err;
}

/* Ours for the same child is under way: the nonces will tell which one goes (RFC7296-2.8.1).  'rival': what the peer's makes, if it is made. */
static enum err note_crossing(const struct ike_step *s, const struct ike_child_plan *plan, uint32_t rival)
{
	struct ike_attempt *a = s->sa->attempt;

	if (a == NULL || plan->replaces == 0 || a->old != plan->replaces)
		return ERR_OK;
	if (ike_blob_view(&a->rival_nonce).len == 0) { /* else it was promised before */
		ike_core_count(s->e, IKE_STAT_REKEY_CROSSED);
		ike_core_log_sa(s->sa, LOG_L_INFO, "child.rekey.crossed", "spi-in=%08x", a->old);
	}
	return ike_attempt_cross(a, rival, plan->seed.ni, plan->seed.nr);
}

static enum err install(const struct ike_step *s, const struct ike_child_plan *plan)
{
	enum err err;

	s->sa->making = plan->spi_in;
	s->sa->window.busy = true;
	err = ike_child_install(s->e, s->sa, plan);
	if (err == ERR_OK)
		return ERR_OK;
	s->sa->window.busy = false;
	if (s->sa->attempt != NULL && s->sa->attempt->rival == plan->spi_in)
		ike_attempt_uncross(s->sa->attempt);
	return err;
}

/* What was chosen becomes all that a pair needs but its keys; the SPI is ours to give back. */
static enum err grant(const struct ike_step *s, struct weighed *w)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_offspring *o = &w->o;
	enum err err = agree(s, o);

	if (err == ERR_OK)
		err = ike_narrow_answer(s->sa, s->msg, &w->bid.sides, &o->fit);
	if (err == ERR_OK)
		err = seed(s, o);
	if (err == ERR_OK)
		err = ports->spi_new(ports->ctx, &s->sa->path, &o->plan.spi_in);
	if (err == ERR_OK)
		ike_offspring_bind(o);
	return err;
}

static enum err make(const struct ike_step *s, struct weighed *w)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_offspring *o = &w->o;
	enum err err = grant(s, w);

	if (err != ERR_OK)
		return err;
	err = prepare_response(s, o);
	if (err == ERR_OK)
		err = note_crossing(s, &o->plan, o->plan.spi_in);
	if (err != ERR_OK) {
		ports->spi_free(ports->ctx, o->plan.spi_in);
		return err;
	}
	return install(s, &o->plan);
}

/* The response to CREATE_CHILD_SA goes out at once, the pair comes with the last of the further key exchanges (RFC9370-2.2.4). */
static enum err promise(const struct ike_step *s, struct weighed *w)
{
	struct ike_sa *sa = s->sa;
	struct ike_offspring *o = &w->o;
	struct ike_agreed *agreed;
	struct bytes datagram;
	enum err err = ike_agree_result(s, o->plan.esp.group, &agreed);

	if (err == ERR_OK)
		err = grant(s, w);
	if (err == ERR_OK)
		err = ike_promise_pair(sa, o, &agreed->shared);
	if (err != ERR_OK)
		return err;
	err = note_crossing(s, &o->plan, 0);
	if (err == ERR_OK)
		err = seal_response(s, o, ike_promise_link(sa->promise), &datagram);
	if (err == ERR_OK)
		err = ike_window_respond(sa, datagram);
	if (err != ERR_OK)
		ike_promise_drop(sa);
	return err;
}

/* Whether the message is the last key exchange of what was promised, and not the request itself. */
static bool is_last(const struct ike_step *s)
{
	return s->msg->hdr.exchange == IKE_X_IKE_FOLLOWUP_KE;
}

/* With it what was promised is made; 'spi_in' is its name then. */
static enum err fulfil(const struct ike_step *s, uint32_t *spi_in)
{
	struct ike_promise *p = s->sa->promise;
	struct ike_child_plan plan = p->child->plan;
	struct bytes part[IKE_PROPOSAL_EXTRAS], datagram;
	struct ike_build b;
	enum err err = ike_act_series_r_advance(s, &b);

	if (err == ERR_OK)
		err = ike_seal_end(s->e, s->sa, &b, &datagram);
	if (err == ERR_OK)
		err = ike_blob_set(&s->sa->response, datagram);
	if (err == ERR_OK)
		err = note_crossing(s, &plan, plan.spi_in);
	if (err != ERR_OK)
		return err;
	ike_series_seed(&p->series, part, &plan.seed);
	plan.series = &p->series;
	plan.config = plan.replaces == 0 ? ike_act_first_config(s->sa) : NULL;
	p->child->plan.spi_in = 0; /* it is the pair's now */
	*spi_in = plan.spi_in;
	return install(s, &plan);
}

/* The group that we want goes with INVALID_KE_PAYLOAD, RFC7296-1.3. */
static enum err refuse(const struct ike_step *s, const struct ike_offspring *o, enum err err)
{
	const struct crypto_alg *group = o->plan.esp.group;
	uint8_t data[2];

	switch (err) {
	case ERR_UNSUPPORTED:
		if (group == NULL)
			break;
		data[0] = (uint8_t)(group->id >> 8);
		data[1] = (uint8_t)group->id;
		return ike_act_info_notify(s, IKE_N_INVALID_KE_PAYLOAD, bytes_of(data, sizeof(data)));
	case ERR_NO_PROPOSAL:
		return ike_act_info_notify(s, IKE_N_NO_PROPOSAL_CHOSEN, bytes_of(NULL, 0));
	case ERR_TS:
		ike_core_count(s->e, IKE_STAT_TS_UNACCEPTABLE);
		return ike_act_info_notify(s, IKE_N_TS_UNACCEPTABLE, bytes_of(NULL, 0));
	case ERR_FULL:
		return ike_act_info_no_more(s);
	case ERR_MALFORMED:
	case ERR_RANGE:
		return ike_act_info_notify(s, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
	default:
		break;
	}
	return ike_act_info_later(s);
}

/* Policy's or the old pair's bid meets the request. */
static enum err weigh_successor(const struct ike_step *s, const struct ike_child *old, struct weighed *w)
{
	struct ike_bid_terms terms = terms_for(s);
	enum err err = ike_bid_of_child(old, &terms, &w->bid);

	w->o.plan.role = IKE_RESPONDER;
	w->o.plan.replaces = old->spi_in;
	return err == ERR_OK ? choose(s, w) : err;
}

bool ike_act_child_r_make_need(const struct ike_step *s, const struct ike_child *old, struct ike_agree *out)
{
	struct weighed w = { 0 };

	return weigh_successor(s, old, &w) == ERR_OK && ike_agree_with(s->msg, w.o.plan.esp.group, out);
}

bool ike_act_child_r_is_series(const struct ike_step *s, const struct ike_child *old)
{
	struct weighed w = { 0 };

	return weigh_successor(s, old, &w) == ERR_OK && ike_series_chosen(&w.o.choice);
}

static enum err refuse_successor(const struct ike_step *s, const struct ike_child *old, const struct weighed *w, enum err err)
{
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.rekey.refused", "by=us spi-in=%08x cause=%s", old->spi_in, err_name(err));
	(void)refuse(s, &w->o, err == ERR_FULL ? ERR_AGAIN : err);
	return err;
}

enum err ike_act_child_r_make(const struct ike_step *s, struct ike_child *child)
{
	struct weighed w = { 0 };
	enum err err = is_last(s) ? fulfil(s, &w.o.plan.spi_in) : weigh_successor(s, child, &w);

	if (err == ERR_OK && !is_last(s))
		err = make(s, &w);
	if (err != ERR_OK)
		return refuse_successor(s, child, &w, err);
	child->successor = w.o.plan.spi_in;
	return ERR_OK;
}

bool ike_act_child_r_late(const struct ike_child *child)
{
	const struct ike_attempt *a = child->sa->attempt;

	return a != NULL && a->old == child->spi_in && a->series.count != 0;
}

enum err ike_act_child_r_cross(const struct ike_step *s, struct ike_child *child)
{
	if (!ike_act_child_r_late(child))
		return ike_act_child_r_make(s, child);
	(void)ike_act_info_later(s);
	return ERR_BUSY;
}

enum err ike_act_child_r_promise(const struct ike_step *s, const struct ike_child *child)
{
	struct weighed w = { 0 };
	enum err err = weigh_successor(s, child, &w);

	if (err == ERR_OK)
		err = promise(s, &w);
	return err == ERR_OK ? ERR_OK : refuse_successor(s, child, &w, err);
}

/* What the world grants; ERR_FULL: nothing. */
static enum err consult(const struct ike_step *s, struct ike_child_policy *policy)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_child_plea plea = { .path = s->sa->path, .ref = s->sa->ref, .peer_id = &s->sa->remote_id };
	struct ike_ts_list tsi, tsr;
	enum err err = read_ts(s->msg, &tsi, &tsr);

	if (err != ERR_OK)
		return ERR_MALFORMED;
	plea.tsi = tsi.item;
	plea.tsr = tsr.item;
	plea.tsi_count = tsi.count;
	plea.tsr_count = tsr.count;
	if (!s->sa->came_up && !ike_act_first_later(s->sa))
		return ERR_FULL;
	if (ports->child_policy == NULL || ports->child_policy(ports->ctx, s->sa->handle, &plea, policy) != ERR_OK)
		return ERR_FULL;
	return ike_child_room(s->sa, policy->limit) ? ERR_OK : ERR_FULL;
}

static enum err weigh_further(const struct ike_step *s, struct weighed *w)
{
	struct ike_bid_terms terms = terms_for(s);
	struct ike_child_policy policy = { .limit = 0 };
	enum err err = consult(s, &policy);

	if (err == ERR_OK)
		err = ike_bid_of_policy(&policy, &terms, &w->bid);
	if (policy.narrow_to_address)
		ike_narrow_to_address(s->sa, w->assigned, &w->bid.sides);
	w->o.plan.role = IKE_RESPONDER;
	w->o.plan.config = ike_act_first_config(s->sa);
	return err == ERR_OK ? choose(s, w) : err;
}

bool ike_act_child_r_add_need(const struct ike_step *s, struct ike_agree *out)
{
	struct weighed w = { 0 };

	return weigh_further(s, &w) == ERR_OK && ike_agree_with(s->msg, w.o.plan.esp.group, out);
}

static enum err add(const struct ike_step *s, struct weighed *w)
{
	enum err err;

	if (is_last(s))
		return fulfil(s, &w->o.plan.spi_in);
	err = weigh_further(s, w);
	if (err != ERR_OK)
		return err;
	return ike_series_chosen(&w->o.choice) ? promise(s, w) : make(s, w);
}

enum err ike_act_child_r_add(const struct ike_step *s)
{
	struct weighed w = { 0 };
	enum err err = add(s, &w);

	if (err == ERR_OK)
		return ERR_OK;
	ike_core_count(s->e, IKE_STAT_CHILD_REFUSED);
	ike_core_log_sa(s->sa, LOG_L_INFO, "child.new.refused", "by=us cause=%s", err_name(err));
	return refuse(s, &w.o, err);
}

enum err ike_act_child_r_busy(const struct ike_step *s, struct ike_child *child)
{
	(void)child;
	return ike_act_info_later(s);
}

enum err ike_act_child_r_unknown(const struct ike_step *s, uint32_t spi)
{
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_notify_build_esp(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_CHILD_SA_NOT_FOUND, spi);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

/* What waited for it goes on: the child that it follows, and our own successor of that one. */
static void settle(struct ike_child *child, enum ike_child_event event)
{
	struct ike_sa *sa = child->sa;
	struct ike_attempt *a = sa->attempt;
	struct ike_child *made = a == NULL ? NULL : ike_sa_child(sa, a->made);

	list_each (n, &sa->children) {
		struct ike_child *old = list_of(n, struct ike_child, link);

		if (old->successor != child->spi_in)
			continue;
		if (event == IKE_CE_NOT_REPLACED)
			old->successor = 0;
		ike_childfsm_post(old, event);
	}
	if (a != NULL && a->rival == child->spi_in && event == IKE_CE_NOT_REPLACED)
		ike_attempt_uncross(a);
	if (made != NULL && made->state == IKE_C_I_HELD)
		ike_childfsm_post(made, a->lost ? IKE_CE_REDUNDANT : IKE_CE_INSTALLED);
	ike_blob_drop(&sa->response);
	sa->making = 0;
}

static bool is_successor(const struct ike_child *child)
{
	list_each (n, &child->sa->children)
		if (list_of(n, struct ike_child, link)->successor == child->spi_in)
			return true;
	return false;
}

enum err ike_act_child_r_reply(const struct ike_step *s, struct ike_child *child)
{
	struct ike_sa *sa = s->sa;
	enum err err = ike_window_respond(sa, ike_blob_view(&sa->response));

	if (err == ERR_OK && !ike_act_first_born(sa)) {
		ike_core_count(s->e, is_successor(child) ? IKE_STAT_CHILD_REKEY : IKE_STAT_CHILD_NEW);
		ike_core_log_sa(sa, LOG_L_INFO, is_successor(child) ? "child.rekeyed" : "child.new", "by=peer spi-in=%08x", child->spi_in);
	}
	if (err == ERR_OK) {
		ike_child_begin_life(child);
		if (ike_child_sender(sa, child->line) == NULL)
			ike_child_send_by(child); /* the old one went meanwhile */
	}
	settle(child, err == ERR_OK ? IKE_CE_REPLACED : IKE_CE_NOT_REPLACED);
	return err;
}

/* Of the request that the response is kept for. */
static uint8_t exchange_kept(const struct ike_sa *sa)
{
	struct rd r = rd_of(ike_blob_view(&sa->response));
	struct ike_hdr hdr;

	return ike_hdr_parse(&r, &hdr) == ERR_OK ? hdr.exchange : IKE_X_CREATE_CHILD_SA;
}

enum err ike_act_child_r_give_up(const struct ike_step *s, struct ike_child *child)
{
	uint16_t notify = ike_act_first_later(s->sa) ? IKE_N_NO_ADDITIONAL_SAS : IKE_N_TEMPORARY_FAILURE;
	uint8_t exchange = exchange_kept(s->sa);
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_core_count(s->e, IKE_STAT_INSTALL_FAILED);
	settle(child, IKE_CE_NOT_REPLACED);
	ike_seal_begin(s->e, s->sa, exchange, true, &b);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), notify, bytes_of(NULL, 0));
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}
