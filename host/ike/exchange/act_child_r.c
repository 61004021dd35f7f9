/*
 * A peer rekeys a child, or asks for a further one.  A successor gets the algorithms and at most the selectors of the old one; the old one
 * stays until the peer deletes it, and sends until then (RFC7296-2.8).  A further one gets what policy grants.  The response is made
 * before the world is asked to install, and goes out when it has.  Engine's thread.
 */
#include "ike/exchange/act_child_r.h"

#include "ike/bid.h"
#include "ike/child.h"
#include "ike/core.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_info.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/rekey/attempt.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

/* What goes into the response. */
struct offspring {
	struct ike_bid bid;
	struct ike_choice choice;
	struct ike_child_plan plan;
	struct ike_ts assigned[2]; /* that the bid may borrow */
	struct ike_narrow_result fit;
	uint8_t nonce[IKE_NONCE_LEN];
	struct bytes pub; /* and g^ir in the plan's seed: of the step's key exchange */
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
	struct ike_bid_terms terms = { .groups = s->sa->pfs };
	const struct crypto_alg *theirs = group_of(s);

	if (terms.groups.count == 0 && theirs != NULL) {
		terms.groups.alg[terms.groups.count++] = theirs;
		terms.or_none = true;
	}
	return terms;
}

static enum err choose(const struct ike_step *s, struct offspring *o)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_SA)->body);
	struct ike_proposals theirs;
	const struct crypto_alg *group = group_of(s);
	enum err err = ike_proposal_parse(&r, &theirs);

	if (err == ERR_OK)
		err = ike_select_pick(&o->bid.offer, &theirs, 0, &o->choice);
	if (err == ERR_OK)
		err = ike_suite_of(&o->choice, &o->plan.esp);
	if (err != ERR_OK)
		return ERR_NO_PROPOSAL;
	o->plan.spi_out = (uint32_t)o->choice.spi;
	return o->plan.esp.group == NULL || o->plan.esp.group == group ? ERR_OK : ERR_UNSUPPORTED;
}

static enum err agree(const struct ike_step *s, struct offspring *o)
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

static enum err narrow(const struct ike_step *s, struct offspring *o)
{
	enum err err = ike_narrow_answer(s->sa, s->msg, &o->bid.sides, &o->fit);

	o->plan.local = &o->fit.local;
	o->plan.remote = &o->fit.remote;
	o->plan.transport = err == ERR_OK && o->fit.transport;
	return err;
}

static enum err seed(const struct ike_step *s, struct offspring *o)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	enum err err = ike_nonce_parse(&r, &o->plan.seed.ni);

	if (err == ERR_OK)
		err = crypto_rand_fill(s->e->cfg.rand, o->nonce, sizeof(o->nonce));
	o->plan.seed.nr = bytes_of(o->nonce, sizeof(o->nonce));
	return err;
}

/* Seals the response and keeps it. */
static enum err prepare_response(const struct ike_step *s, const struct offspring *o)
{
	struct ike_proposals answer;
	struct ike_build b;
	struct bytes datagram;
	enum err err = ike_select_answer(&o->choice, o->plan.spi_in, &answer);

	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &answer);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), o->plan.seed.nr);
	if (o->plan.esp.group != NULL) {
		struct ike_ke ke = { .group = o->plan.esp.group->id, .data = o->pub };

		ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	}
	ike_narrow_build_mode(&b, o->fit.transport);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSI), o->fit.remote.item, o->fit.remote.count);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSR), o->fit.local.item, o->fit.local.count);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_blob_set(&s->sa->response, datagram) : err;
}

/* Ours for the same child is under way: both are made, the nonces will tell which one goes (RFC7296-2.8.1). */
static enum err note_crossing(const struct ike_step *s, const struct ike_child *old, const struct offspring *o)
{
	struct ike_attempt *a = s->sa->attempt;

	if (a == NULL || a->old != old->spi_in)
		return ERR_OK;
	ike_core_count(s->e, IKE_STAT_REKEY_CROSSED);
	ike_core_log_sa(s->sa, LOG_L_INFO, "child.rekey.crossed", "spi-in=%08x", old->spi_in);
	return ike_attempt_cross(a, o->plan.spi_in, o->plan.seed.ni, o->plan.seed.nr);
}

static enum err install(const struct ike_step *s, struct offspring *o)
{
	enum err err;

	s->sa->making = o->plan.spi_in;
	s->sa->window.busy = true;
	err = ike_child_install(s->e, s->sa, &o->plan);
	if (err == ERR_OK)
		return ERR_OK;
	s->sa->window.busy = false;
	if (s->sa->attempt != NULL && s->sa->attempt->rival == o->plan.spi_in)
		ike_attempt_uncross(s->sa->attempt);
	return err;
}

/* A successor of 'old', or a further pair if that is NULL. */
static enum err make(const struct ike_step *s, const struct ike_child *old, struct offspring *o)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	enum err err = choose(s, o);

	if (err == ERR_OK)
		err = agree(s, o);
	if (err == ERR_OK)
		err = narrow(s, o);
	if (err == ERR_OK)
		err = seed(s, o);
	if (err == ERR_OK)
		err = ports->spi_new(ports->ctx, &s->sa->path, &o->plan.spi_in);
	if (err != ERR_OK)
		return err;
	err = prepare_response(s, o);
	if (err == ERR_OK && old != NULL)
		err = note_crossing(s, old, o);
	if (err != ERR_OK) {
		ports->spi_free(ports->ctx, o->plan.spi_in);
		return err;
	}
	return install(s, o);
}

/* The group that we want goes with INVALID_KE_PAYLOAD, RFC7296-1.3. */
static enum err refuse(const struct ike_step *s, const struct offspring *o, enum err err)
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

static enum err bid_successor(const struct ike_step *s, const struct ike_child *old, struct offspring *o)
{
	struct ike_bid_terms terms = terms_for(s);

	return ike_bid_of_child(old, &terms, &o->bid);
}

bool ike_act_child_r_make_need(const struct ike_step *s, const struct ike_child *old, struct ike_agree *out)
{
	struct offspring o = { .plan = { .role = IKE_RESPONDER } };

	return bid_successor(s, old, &o) == ERR_OK && choose(s, &o) == ERR_OK && ike_agree_with(s->msg, o.plan.esp.group, out);
}

enum err ike_act_child_r_make(const struct ike_step *s, struct ike_child *child)
{
	struct offspring o = { .plan = { .role = IKE_RESPONDER, .replaces = child->spi_in } };
	enum err err = bid_successor(s, child, &o);

	if (err == ERR_OK)
		err = make(s, child, &o);
	if (err == ERR_OK) {
		child->successor = o.plan.spi_in;
		return ERR_OK;
	}
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.rekey.refused", "by=us spi-in=%08x cause=%s", child->spi_in, err_name(err));
	(void)refuse(s, &o, err == ERR_FULL ? ERR_AGAIN : err);
	return err;
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
	if (ike_act_first_policy(s->sa, policy))
		return ERR_OK;
	if (ports->child_policy == NULL || !s->sa->came_up || ports->child_policy(ports->ctx, s->sa->handle, &plea, policy) != ERR_OK)
		return ERR_FULL;
	return ike_child_room(s->sa, policy->limit) ? ERR_OK : ERR_FULL;
}

static enum err bid_further(const struct ike_step *s, struct offspring *o)
{
	struct ike_bid_terms terms = terms_for(s);
	struct ike_child_policy policy = { .limit = 0 };
	enum err err = consult(s, &policy);

	if (err == ERR_OK)
		err = ike_bid_of_policy(&policy, &terms, &o->bid);
	if (policy.narrow_to_address)
		ike_narrow_to_address(s->sa, o->assigned, &o->bid.sides);
	return err;
}

bool ike_act_child_r_add_need(const struct ike_step *s, struct ike_agree *out)
{
	struct offspring o = { .plan = { .role = IKE_RESPONDER } };

	return bid_further(s, &o) == ERR_OK && choose(s, &o) == ERR_OK && ike_agree_with(s->msg, o.plan.esp.group, out);
}

enum err ike_act_child_r_add(const struct ike_step *s)
{
	struct offspring o = { .plan = { .role = IKE_RESPONDER, .config = ike_act_first_config(s->sa) } };
	enum err err = bid_further(s, &o);

	if (err == ERR_OK)
		err = make(s, NULL, &o);
	if (err == ERR_OK)
		return ERR_OK;
	ike_core_count(s->e, IKE_STAT_CHILD_REFUSED);
	ike_core_log_sa(s->sa, LOG_L_INFO, "child.new.refused", "by=us cause=%s", err_name(err));
	return refuse(s, &o, err);
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

enum err ike_act_child_r_give_up(const struct ike_step *s, struct ike_child *child)
{
	uint16_t notify = ike_act_first_later(s->sa) ? IKE_N_NO_ADDITIONAL_SAS : IKE_N_TEMPORARY_FAILURE;
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_core_count(s->e, IKE_STAT_INSTALL_FAILED);
	settle(child, IKE_CE_NOT_REPLACED);
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), notify, bytes_of(NULL, 0));
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}
