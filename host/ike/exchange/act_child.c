/*
 * A peer rekeys a child.  The successor gets the algorithms and at most the selectors of the old one; the old one stays until the
 * peer deletes it.  The response is made before the world is asked to install, and goes out when it has.
 */
#include "ike/exchange/act_child.h"

#include "crypto/iana.h"
#include "ike/child.h"
#include "ike/core.h"
#include "ike/exchange/act_info.h"
#include "ike/keying/seal.h"
#include "ike/narrow.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

/* What goes into the response. */
struct offspring {
	struct ike_choice choice;
	struct ike_child_plan plan;
	struct ike_ts_list local, remote;
	uint8_t nonce[IKE_NONCE_LEN];
	uint8_t pub[CRYPTO_PUB_MAX];
	struct secret shared;
};

/* Our offer: what the old child has, with the group of the peer's KE first if there is one. */
static enum err offer(const struct ike_child *old, const struct crypto_alg *group, struct ike_proposals *out)
{
	unsigned count = group == NULL ? 1 : 2;
	enum err err = ERR_OK;

	ike_proposal_init(out);
	for (unsigned i = 0; i < count && err == ERR_OK; i++) {
		err = ike_proposal_begin(out, IKE_PROTO_ESP, sizeof(uint32_t), 0);
		if (err == ERR_OK)
			err = ike_proposal_add(out, IKE_TRANSFORM_ENCR, old->encr->id, old->encr->key_bits);
		if (err == ERR_OK && old->integ != NULL)
			err = ike_proposal_add(out, IKE_TRANSFORM_INTEG, old->integ->id, 0);
		if (err == ERR_OK && group != NULL && i == 0)
			err = ike_proposal_add(out, IKE_TRANSFORM_GROUP, group->id, 0);
		if (err == ERR_OK)
			err = ike_proposal_add(out, IKE_TRANSFORM_ESN, old->esn ? CRYPTO_ESN_YES : CRYPTO_ESN_NO, 0);
	}
	return err;
}

/* The peer's public value; a group that we don't know counts as none. */
static const struct crypto_alg *read_ke(const struct ike_msg *msg, struct ike_ke *ke)
{
	const struct ike_payload *p = ike_msg_find(msg, IKE_P_KE);
	struct rd r;

	if (p == NULL)
		return NULL;
	r = rd_of(p->body);
	return ike_ke_parse(&r, ke) == ERR_OK ? crypto_alg_find(CRYPTO_GROUP, ke->group, 0) : NULL;
}

static enum err choose(const struct ike_step *s, const struct ike_child *old, struct offspring *o)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_SA)->body);
	struct ike_proposals ours, theirs;
	struct crypto_kex kex = { 0 };
	struct ike_ke ke;
	const struct crypto_alg *group = read_ke(s->msg, &ke);
	enum err err = ike_proposal_parse(&r, &theirs);

	if (err == ERR_OK)
		err = offer(old, group, &ours);
	if (err == ERR_OK)
		err = ike_select_pick(&ours, &theirs, 0, &o->choice);
	if (err == ERR_OK)
		err = ike_suite_of(&o->choice, &o->plan.esp);
	if (err != ERR_OK)
		return ERR_NO_PROPOSAL;
	o->plan.spi_out = (uint32_t)o->choice.spi;
	if (o->plan.esp.group == NULL)
		return ERR_OK;
	err = crypto_kex_new(s->e->cfg.crypto, s->e->cfg.rand, group, &kex, o->pub);
	if (err == ERR_OK)
		err = crypto_kex_derive(s->e->cfg.crypto, &kex, ke.data, &o->shared);
	crypto_kex_fini(&kex);
	return err;
}

static enum err narrow(const struct ike_step *s, const struct ike_child *old, struct offspring *o)
{
	struct rd i = rd_of(ike_msg_find(s->msg, IKE_P_TSI)->body);
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_TSR)->body);
	struct ike_ts_list tsi, tsr;
	enum err err = ike_ts_parse(&i, &tsi);

	if (err == ERR_OK)
		err = ike_ts_parse(&r, &tsr);
	if (err == ERR_OK)
		err = ike_narrow_side(old->ts + old->local_count, old->remote_count, &tsi, &o->remote);
	if (err == ERR_OK)
		err = ike_narrow_side(old->ts, old->local_count, &tsr, &o->local);
	o->plan.local = &o->local;
	o->plan.remote = &o->remote;
	return err;
}

static enum err seed(const struct ike_step *s, struct offspring *o)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	enum err err = ike_nonce_parse(&r, &o->plan.seed.ni);

	if (err == ERR_OK)
		err = crypto_rand_fill(s->e->cfg.rand, o->nonce, sizeof(o->nonce));
	o->plan.seed.nr = bytes_of(o->nonce, sizeof(o->nonce));
	o->plan.seed.shared = secret_view(&o->shared);
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
		struct ike_ke ke = { .group = o->plan.esp.group->id, .data = bytes_of(o->pub, o->plan.esp.group->pub_len) };

		ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	}
	ike_ts_build(ike_build_payload(&b, IKE_P_TSI), o->remote.item, o->remote.count);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSR), o->local.item, o->local.count);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_blob_set(&s->sa->response, datagram) : err;
}

static enum err make(const struct ike_step *s, const struct ike_child *old, struct offspring *o)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	enum err err = choose(s, old, o);

	if (err == ERR_OK)
		err = narrow(s, old, o);
	if (err == ERR_OK)
		err = seed(s, o);
	if (err == ERR_OK)
		err = ports->spi_new(ports->ctx, &s->sa->path, &o->plan.spi_in);
	if (err != ERR_OK)
		return err;
	err = prepare_response(s, o);
	if (err != ERR_OK) {
		ports->spi_free(ports->ctx, o->plan.spi_in);
		return err;
	}
	s->sa->making = o->plan.spi_in;
	s->sa->window.busy = true;
	err = ike_child_install(s->e, s->sa, &o->plan);
	if (err != ERR_OK)
		s->sa->window.busy = false;
	return err;
}

static uint16_t notify_of(enum err err)
{
	switch (err) {
	case ERR_NO_PROPOSAL:
		return IKE_N_NO_PROPOSAL_CHOSEN;
	case ERR_TS:
		return IKE_N_TS_UNACCEPTABLE;
	case ERR_MALFORMED:
	case ERR_RANGE:
		return IKE_N_INVALID_SYNTAX;
	default:
		return IKE_N_TEMPORARY_FAILURE;
	}
}

/* CHILD_SA_NOT_FOUND names the SPI that the peer named. */
static enum err refuse_unknown(const struct ike_step *s, uint32_t spi)
{
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_notify_build_esp(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_CHILD_SA_NOT_FOUND, spi);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

enum err ike_act_child_make(const struct ike_step *s)
{
	struct offspring o = { .plan = { .role = IKE_RESPONDER } };
	const struct ike_child *old;
	struct ike_notify n;
	enum err err;

	if (!s->e->cfg.child_rekey || !ike_msg_notify(s->msg, IKE_N_REKEY_SA, &n) || n.protocol != IKE_PROTO_ESP) {
		(void)ike_act_info_no_more(s);
		return ERR_UNSUPPORTED;
	}
	old = ike_child_by_out(s->sa, (uint32_t)n.spi);
	if (old == NULL || !old->up) {
		(void)refuse_unknown(s, (uint32_t)n.spi);
		return ERR_ABSENT;
	}
	o.plan.replaces = old->spi_in;
	err = make(s, old, &o);
	secret_fini(&o.shared);
	if (err != ERR_OK) {
		ike_core_log_sa(s->sa, LOG_L_WARN, "child.rekey.refused", "spi-in=%08x cause=%s", old->spi_in, err_name(err));
		(void)ike_act_info_notify(s, notify_of(err), bytes_of(NULL, 0));
	}
	return err;
}

enum err ike_act_child_reply(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	enum err err = ike_window_respond(sa, ike_blob_view(&sa->response));

	ike_core_log_sa(sa, LOG_L_INFO, "child.rekeyed", "spi-in=%08x", sa->making);
	ike_blob_drop(&sa->response);
	sa->making = 0;
	return err;
}

enum err ike_act_child_give_up(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_child *child = ike_sa_child(sa, sa->making);
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	sa->asked = IKE_ASKED_NOTHING; /* the install may still be under way */
	ike_core_count(s->e, IKE_STAT_INSTALL_FAILED);
	if (child != NULL)
		ike_child_remove(sa, child);
	ike_blob_drop(&sa->response);
	sa->making = 0;
	if (list_empty(&sa->children))
		ike_fsm_post(sa, IKE_E_NO_CHILD);
	ike_seal_begin(s->e, sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_TEMPORARY_FAILURE, bytes_of(NULL, 0));
	err = ike_seal_end(s->e, sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(sa, datagram) : err;
}
