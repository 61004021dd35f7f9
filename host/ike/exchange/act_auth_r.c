/* IKE_AUTH as a responder does it, from the request to the response that ends it. */
#include "ike/exchange/act_auth_r.h"

#include <string.h>

#include "ike/ability.h"
#include "ike/child.h"
#include "ike/config.h"
#include "ike/core.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_reauth.h"
#include "ike/exchange/act_resume_r.h"
#include "ike/exchange/act_ticket.h"
#include "ike/exchange/addresses.h"
#include "ike/keying/certs.h"
#include "ike/keying/inter.h"
#include "ike/keying/ppk.h"
#include "ike/keying/proof.h"
#include "ike/keying/seal.h"
#include "ike/narrow.h"
#include "ike/wire/id.h"

/* A response that is one error. */
static enum err reply_error(const struct ike_step *s, uint16_t notify)
{
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, s->sa, IKE_X_IKE_AUTH, true, &b);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), notify, bytes_of(NULL, 0));
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

enum err ike_act_auth_r_fail(const struct ike_step *s, const char *why)
{
	ike_core_count(s->e, IKE_STAT_AUTH_FAILED);
	ike_core_blame(s->sa, IKE_DOWN_AUTH);
	ike_core_log_sa(s->sa, LOG_L_WARN, "auth.failed", "why=%s", why);
	(void)reply_error(s, IKE_N_AUTHENTICATION_FAILED);
	return ERR_AUTH;
}

enum err ike_act_auth_r_refuse(const struct ike_step *s)
{
	ike_core_count(s->e, IKE_STAT_AUTH_REFUSED);
	return reply_error(s, IKE_N_AUTHENTICATION_FAILED);
}

static enum err read_id(const struct ike_msg *msg, uint8_t type, struct ike_id *out)
{
	const struct ike_payload *p = ike_msg_find(msg, type);
	struct rd r;

	memset(out, 0, sizeof(*out));
	if (p == NULL)
		return ERR_ABSENT;
	r = rd_of(p->body);
	return ike_id_parse(&r, out);
}

static enum err read_auth(const struct ike_msg *msg, struct ike_authdata *out)
{
	const struct ike_payload *p = ike_msg_find(msg, IKE_P_AUTH);
	struct rd r;

	memset(out, 0, sizeof(*out));
	if (p == NULL) /* RFC7296-2.16: it wants EAP */
		return ERR_ABSENT;
	r = rd_of(p->body);
	return ike_authdata_parse(&r, out);
}

enum err ike_act_auth_r_ask(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_who who = { .role = IKE_RESPONDER, .path = sa->path };
	struct ike_authdata auth;
	struct ike_id id, wanted;
	const char *fault;
	enum err err = read_id(s->msg, IKE_P_IDI, &id);

	if (err == ERR_OK)
		err = ike_blob_set(&sa->setup->held, s->msg->datagram);
	if (err == ERR_OK)
		err = ike_sa_set_id(&sa->remote_id, &sa->remote_octets, &id);
	if (err != ERR_OK)
		return ike_act_auth_r_fail(s, "identity");
	if (ike_inter_next(sa) != NULL)
		return ike_act_auth_r_fail(s, "intermediate");
	fault = ike_act_resume_r_fault(s);
	if (fault != NULL)
		return ike_act_auth_r_fail(s, fault);
	err = read_auth(s->msg, &auth);
	if (err != ERR_OK && (err != ERR_ABSENT || s->e->cfg.ports->eap == NULL))
		return ike_act_auth_r_fail(s, "method");
	sa->setup->talk.on = err == ERR_ABSENT;
	who.eap_only = sa->setup->talk.only = err == ERR_ABSENT && ike_msg_notify(s->msg, IKE_N_EAP_ONLY_AUTHENTICATION, NULL);
	sa->window.busy = true;
	ike_ability_take(sa, s->msg);
	(void)ike_addresses_take(sa, s->msg, &s->path->remote.addr);
	ike_act_first_take(sa, s->msg);
	ike_act_ticket_hear(sa, s->msg);
	sa->initial_contact = ike_msg_notify(s->msg, IKE_N_INITIAL_CONTACT, NULL);
	if (read_id(s->msg, IKE_P_IDR, &wanted) == ERR_OK)
		who.wanted_id = &wanted;
	return ike_proof_ask(s->e, sa, s->msg, &auth, &who) == ERR_OK ? ERR_OK : ike_act_auth_r_fail(s, "internal");
}

static enum err read_ts(const struct ike_msg *msg, struct ike_ts_list *tsi, struct ike_ts_list *tsr)
{
	struct rd i = rd_of(ike_msg_find(msg, IKE_P_TSI)->body);
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_TSR)->body);
	enum err err = ike_ts_parse(&i, tsi);

	return err == ERR_OK ? ike_ts_parse(&r, tsr) : err;
}

/* The CFG_REQUEST of 'msg'; false when there is none that can be read. */
static bool read_config(const struct ike_msg *msg, struct ike_config *out)
{
	const struct ike_payload *p = ike_msg_find(msg, IKE_P_CP);
	uint8_t type;

	return p != NULL && ike_config_parse(p->body, &type, out) == ERR_OK && type == IKE_CP_REQUEST;
}

enum err ike_act_auth_r_plead(const struct ike_step *s)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_msg *msg = &s->e->msg;
	struct ike_sa *sa = s->sa;
	struct ike_plea plea = { .path = sa->path, .ref = sa->ref, .peer_id = &sa->remote_id, .flexvpn = sa->flexvpn };
	struct ike_ts_list tsi = { .count = 0 }, tsr = { .count = 0 };
	struct slab_handle former;
	struct ike_config want;
	enum err err = ike_seal_reopen(sa, ike_blob_view(&sa->setup->held), msg);

	if (err != ERR_OK)
		return ike_act_auth_r_fail(s, "internal");
	if (!sa->setup->childless && read_ts(msg, &tsi, &tsr) != ERR_OK) {
		ike_core_blame(sa, IKE_DOWN_PROTOCOL);
		(void)reply_error(s, IKE_N_INVALID_SYNTAX);
		return ERR_MALFORMED;
	}
	sa->setup->wants_config = read_config(msg, &want);
	plea.want = sa->setup->wants_config ? &want : NULL;
	plea.tsi = tsi.item;
	plea.tsr = tsr.item;
	plea.tsi_count = tsi.count;
	plea.tsr_count = tsr.count;
	plea.initial_contact = sa->initial_contact;
	plea.udp_encap = ike_sa_udp_encap(sa);
	plea.redirectable = ike_ability_agreed(sa, IKE_CAN_REDIRECT);
	plea.redirected_from = sa->setup->redirected_from;
	plea.former = ike_act_resume_r_former(sa, &former);
	sa->asked = IKE_ASKED_GRANT;
	ports->authorize(ports->ctx, sa->handle, &plea);
	return ERR_OK;
}

enum err ike_act_auth_r_verify(const struct ike_step *s)
{
	struct ike_msg *msg = &s->e->msg;
	struct ike_authdata auth;
	enum err err = ike_seal_reopen(s->sa, ike_blob_view(&s->sa->setup->held), msg);

	if (err == ERR_OK)
		err = read_auth(msg, &auth);
	if (err == ERR_OK)
		ike_ppk_choose(s->sa, msg, &auth);
	if (err == ERR_OK)
		err = ike_proof_check(s->e, s->sa, &auth);
	if (err != ERR_OK)
		return ike_act_auth_r_fail(s, err == ERR_AUTH ? "wrong-key" : "internal");
	if (!ike_act_resume_r_spend(s->sa))
		return ike_act_auth_r_fail(s, "ticket-spent");
	ike_sa_opened(s->sa);
	return ike_proof_begin(s->e, s->sa, msg) == ERR_OK ? ERR_OK : ike_act_auth_r_fail(s, "internal");
}

void ike_act_auth_r_build_proof(struct ike_sa *sa, struct ike_build *b)
{
	if (!sa->setup->talk.said) {
		ike_id_build(ike_build_payload(b, IKE_P_IDR), &sa->local_id);
		ike_certs_build(b, &sa->setup->certs);
	}
	ike_proof_build(sa, ike_build_payload(b, IKE_P_AUTH));
	ike_ppk_confirm(sa, b);
	ike_ability_build(sa, IKE_X_IKE_AUTH, b);
	if (ike_ability_agreed(sa, IKE_CAN_MOBIKE))
		ike_addresses_build(sa, b, false);
}

/* AUTH, and the notify for which there is and will be no child. */
static enum err reply_childless_with(const struct ike_step *s, uint16_t notify, struct bytes data)
{
	struct ike_sa *sa = s->sa;
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, sa, IKE_X_IKE_AUTH, true, &b);
	ike_act_auth_r_build_proof(sa, &b);
	ike_act_ticket_reply(sa, &b, false);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), notify, data);
	err = ike_seal_end(s->e, sa, &b, &datagram);
	if (err == ERR_OK)
		err = ike_window_respond(sa, datagram);
	if (err == ERR_OK)
		err = ike_keys_trim(&sa->suite, &sa->keys);
	ike_sa_settle(sa);
	return err;
}

static enum err reply_childless(const struct ike_step *s, uint16_t notify)
{
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.refused", "notify=%s", ike_iana_notify_str(notify));
	return reply_childless_with(s, notify, bytes_of(NULL, 0));
}

enum err ike_act_auth_r_redirect(const struct ike_step *s)
{
	ike_core_count(s->e, IKE_STAT_REDIRECT_SENT);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.redirect", "in=IKE_AUTH");
	return reply_childless_with(s, IKE_N_REDIRECT, ike_blob_view(&s->sa->redirect));
}

enum err ike_act_auth_r_no_address(const struct ike_step *s)
{
	ike_core_count(s->e, IKE_STAT_NO_ADDRESS);
	return reply_childless(s, IKE_N_INTERNAL_ADDRESS_FAILURE);
}

enum err ike_act_auth_r_no_child(const struct ike_step *s)
{
	struct list *first = list_first(&s->sa->children);

	s->sa->asked = IKE_ASKED_NOTHING; /* the install may still be under way */
	ike_core_count(s->e, IKE_STAT_INSTALL_FAILED);
	if (first != NULL)
		ike_child_free(list_of(first, struct ike_child, link));
	return reply_childless(s, IKE_N_NO_ADDITIONAL_SAS);
}

static enum err pick_proposal(const struct ike_step *s, const struct ike_msg *msg, struct ike_child_plan *plan)
{
	struct ike_setup *setup = s->sa->setup;
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_SA)->body);
	struct ike_proposals ours, theirs;
	enum err err = ike_proposal_parse(&r, &theirs);

	if (err == ERR_OK)
		err = ike_suite_offer_esp(&setup->deal->terms.child.esp, 0, &ours);
	if (err == ERR_OK)
		err = ike_select_pick(&ours, &theirs, IKE_SELECT_NO_GROUP, &setup->choice);
	if (err == ERR_OK)
		err = ike_suite_of(&setup->choice, &plan->esp);
	plan->spi_out = (uint32_t)setup->choice.spi;
	return err == ERR_OK ? ERR_OK : ERR_NO_PROPOSAL;
}

static enum err narrow(const struct ike_step *s, const struct ike_msg *msg, struct ike_child_plan *plan, struct ike_narrow_result *fit)
{
	const struct ike_child_policy *policy = &s->sa->setup->deal->terms.child;
	struct ike_narrow_sides sides = ike_narrow_of_policy(policy);
	struct ike_ts assigned[2];
	enum err err;

	if (policy->narrow_to_address)
		ike_narrow_to_address(s->sa, assigned, &sides);
	err = ike_narrow_answer(s->sa, msg, &sides, fit);
	plan->local = &fit->local;
	plan->remote = &fit->remote;
	plan->transport = err == ERR_OK && fit->transport;
	return err;
}

/* What the peer is told when there will be no child. */
static uint16_t child_notify(struct ike_engine *e, enum err err)
{
	switch (err) {
	case ERR_NO_PROPOSAL:
		ike_core_count(e, IKE_STAT_NO_PROPOSAL);
		return IKE_N_NO_PROPOSAL_CHOSEN;
	case ERR_TS:
		ike_core_count(e, IKE_STAT_TS_UNACCEPTABLE);
		return IKE_N_TS_UNACCEPTABLE;
	default:
		return IKE_N_NO_ADDITIONAL_SAS;
	}
}

static enum err make_child(const struct ike_step *s)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_setup *setup = s->sa->setup;
	struct ike_msg *msg = &s->e->msg;
	struct ike_child_plan plan = { .role = IKE_RESPONDER };
	struct ike_narrow_result fit;
	enum err err = ike_seal_reopen(s->sa, ike_blob_view(&setup->held), msg);

	if (err == ERR_OK)
		err = pick_proposal(s, msg, &plan);
	if (err == ERR_OK)
		err = narrow(s, msg, &plan, &fit);
	if (err != ERR_OK)
		return err;
	err = ports->spi_new(ports->ctx, &s->sa->path, &plan.spi_in);
	if (err != ERR_OK) {
		ike_core_count(s->e, IKE_STAT_NO_SPI);
		return err;
	}
	plan.seed = ike_proof_seed(s->sa);
	plan.config = setup->deal->has_config ? &setup->deal->config : NULL;
	return ike_child_install(s->e, s->sa, &plan);
}

enum err ike_act_auth_r_child(const struct ike_step *s)
{
	enum err err = make_child(s);

	if (err != ERR_OK)
		(void)ike_act_first_refuse(s, child_notify(s->e, err));
	return err;
}

static enum err build_response(const struct ike_step *s, const struct ike_child *child, struct bytes *out)
{
	struct ike_setup *setup = s->sa->setup;
	struct ike_proposals answer;
	struct ike_build b;
	enum err err = ike_select_answer(&setup->choice, child->spi_in, &answer);

	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_IKE_AUTH, true, &b);
	ike_act_auth_r_build_proof(s->sa, &b);
	ike_act_reauth_build(s->sa, &b);
	ike_act_ticket_reply(s->sa, &b, true);
	if (setup->deal->has_config)
		ike_config_build(ike_build_payload(&b, IKE_P_CP), IKE_CP_REPLY, &setup->deal->config);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &answer);
	ike_narrow_build_mode(&b, child->transport);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSI), child->ts + child->local_count, child->remote_count);
	ike_ts_build(ike_build_payload(&b, IKE_P_TSR), child->ts, child->local_count);
	return ike_seal_end(s->e, s->sa, &b, out);
}

enum err ike_act_auth_r_up(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct bytes datagram;
	enum err err = build_response(s, list_of(list_first(&sa->children), struct ike_child, link), &datagram);

	if (err == ERR_OK)
		err = ike_window_respond(sa, datagram);
	if (err == ERR_OK)
		err = ike_keys_trim(&sa->suite, &sa->keys);
	if (err != ERR_OK)
		return err;
	return ike_act_first_up(s);
}
