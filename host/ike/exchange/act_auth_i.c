/* IKE_AUTH as an initiator does it, from the request to the first child. */
#include "ike/exchange/act_auth_i.h"

#include <stdlib.h>

#include "ike/ability.h"
#include "ike/child.h"
#include "ike/config.h"
#include "ike/core.h"
#include "ike/exchange/act_first.h"
#include "ike/exchange/act_reauth.h"
#include "ike/exchange/act_redirect.h"
#include "ike/exchange/act_ticket.h"
#include "ike/exchange/addresses.h"
#include "ike/keying/certs.h"
#include "ike/keying/ppk.h"
#include "ike/keying/proof.h"
#include "ike/keying/seal.h"
#include "ike/narrow.h"
#include "ike/wire/id.h"

static struct ike_id wanted_id(const struct ike_setup *setup)
{
	struct ike_id id = { 0 };

	if (setup->wanted_id.len != 0) {
		id.type = setup->wanted_id.data[0];
		id.data = bytes_of(setup->wanted_id.data + 1, setup->wanted_id.len - 1);
	}
	return id;
}

static void build_child(struct ike_build *b, const struct ike_child_policy *child, const struct ike_proposals *esp)
{
	ike_proposal_build(ike_build_payload(b, IKE_P_SA), esp);
	ike_narrow_build_mode(b, child->transport);
	ike_ts_build(ike_build_payload(b, IKE_P_TSI), child->local, child->local_count);
	ike_ts_build(ike_build_payload(b, IKE_P_TSR), child->remote, child->remote_count);
}

static enum err build_request(const struct ike_step *s, const struct ike_proposals *esp, struct bytes *out)
{
	struct ike_setup *setup = s->sa->setup;
	struct ike_id wanted = wanted_id(setup);
	struct ike_build b;

	ike_seal_begin(s->e, s->sa, IKE_X_IKE_AUTH, false, &b);
	ike_id_build(ike_build_payload(&b, IKE_P_IDI), &s->sa->local_id);
	ike_certs_build(&b, &setup->certs);
	if (setup->initial_contact)
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_INITIAL_CONTACT, bytes_of(NULL, 0));
	ike_ability_build(s->sa, IKE_X_IKE_AUTH, &b);
	if (ike_ability_willing(s->sa, IKE_CAN_MOBIKE))
		ike_addresses_build(s->sa, &b, false);
	ike_act_ticket_build(s->sa, &b);
	ike_certs_build_request(&b, ike_blob_view(&setup->authorities));
	if (wanted.type != 0)
		ike_id_build(ike_build_payload(&b, IKE_P_IDR), &wanted);
	if (!setup->talk.on)
		ike_proof_build(s->sa, ike_build_payload(&b, IKE_P_AUTH));
	else if (setup->talk.only)
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_EAP_ONLY_AUTHENTICATION, bytes_of(NULL, 0));
	if (!setup->talk.on)
		ike_ppk_build(s->sa, &b);
	if (setup->deal->has_config)
		ike_config_build_request(ike_build_payload(&b, IKE_P_CP), &setup->deal->config);
	if (!setup->childless)
		build_child(&b, &setup->deal->terms.child, esp);
	return ike_seal_end(s->e, s->sa, &b, out);
}

enum err ike_act_auth_i_sign(const struct ike_step *s)
{
	struct ike_msg init;
	enum err err = ike_msg_parse(ike_blob_view(&s->sa->setup->init_rx), &init);

	if (err == ERR_OK && s->sa->setup->talk.on) { /* it will be signed when EAP is through */
		ike_fsm_post(s->sa, IKE_E_SIGNED);
		return ERR_OK;
	}
	if (err == ERR_OK)
		err = ike_ppk_begin(s->sa);
	return err == ERR_OK ? ike_proof_begin(s->e, s->sa, &init) : err;
}

enum err ike_act_auth_i_send(const struct ike_step *s)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_setup *setup = s->sa->setup;
	struct ike_proposals esp;
	struct bytes datagram;
	enum err err = ports->spi_new(ports->ctx, &s->sa->path, &setup->spi_in);

	if (err != ERR_OK) {
		setup->spi_in = 0;
		ike_core_count(s->e, IKE_STAT_NO_SPI);
		return err;
	}
	ike_act_first_begin(s->sa);
	err = ike_suite_offer_esp(&setup->deal->terms.child.esp, setup->spi_in, &esp);
	if (err == ERR_OK)
		err = build_request(s, &esp, &datagram);
	if (err != ERR_OK)
		return err;
	s->sa->tx = IKE_TX_AUTH;
	return ike_window_request(s->sa, datagram, &s->sa->pace);
}

enum ike_down ike_act_auth_i_blame_of(uint16_t notify)
{
	switch (notify) {
	case IKE_N_AUTHENTICATION_FAILED:
		return IKE_DOWN_AUTH;
	case IKE_N_NO_PROPOSAL_CHOSEN:
		return IKE_DOWN_NO_PROPOSAL;
	case IKE_N_TS_UNACCEPTABLE:
		return IKE_DOWN_TS;
	case IKE_N_INTERNAL_ADDRESS_FAILURE:
	case IKE_N_FAILED_CP_REQUIRED:
		return IKE_DOWN_ADDRESS;
	case IKE_N_NO_ADDITIONAL_SAS:
	case IKE_N_TEMPORARY_FAILURE:
		return IKE_DOWN_NO_CHILD;
	default:
		return IKE_DOWN_PROTOCOL;
	}
}

enum err ike_act_auth_i_refused(const struct ike_step *s)
{
	struct ike_notify n = { 0 };

	(void)ike_msg_error(s->msg, &n);
	ike_core_count(s->e, IKE_STAT_AUTH_REJECTED);
	ike_core_blame(s->sa, ike_act_auth_i_blame_of(n.type));
	ike_core_log_sa(s->sa, LOG_L_WARN, "auth.rejected", "notify=%s", ike_iana_notify_str(n.type));
	return ERR_OK;
}

enum err ike_act_auth_i_fail(const struct ike_step *s, const char *why)
{
	ike_core_count(s->e, IKE_STAT_AUTH_FAILED);
	ike_core_blame(s->sa, IKE_DOWN_AUTH);
	ike_core_log_sa(s->sa, LOG_L_WARN, "auth.failed", "why=%s", why);
	return ERR_AUTH;
}

enum err ike_act_auth_i_identify(const struct ike_step *s)
{
	struct ike_id wanted = wanted_id(s->sa->setup);
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_IDR)->body);
	struct ike_id id;
	enum err err = ike_id_parse(&r, &id);

	if (err == ERR_OK)
		err = ike_blob_set(&s->sa->setup->held, s->msg->datagram);
	if (err == ERR_OK)
		err = ike_sa_set_id(&s->sa->remote_id, &s->sa->remote_octets, &id);
	if (err == ERR_OK && wanted.type != 0 && !ike_id_eq(&wanted, &id))
		return ike_act_auth_i_fail(s, "other-identity");
	return err;
}

enum err ike_act_auth_i_ask(const struct ike_step *s)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_AUTH)->body);
	struct ike_authdata auth;
	struct ike_who who = { .role = IKE_INITIATOR, .path = s->sa->path, .ref = s->sa->ref };
	enum err err = ike_authdata_parse(&r, &auth);

	if (err == ERR_OK)
		err = ike_act_auth_i_identify(s);
	if (err != ERR_OK)
		return err;
	if (s->sa->setup->talk.on && ike_msg_find(s->msg, IKE_P_EAP) == NULL)
		return ike_act_auth_i_fail(s, "no-eap"); /* let in unproved: who would do that to us would to others */
	if (!s->sa->setup->talk.on && ike_ppk_settle(s->sa, s->msg) != ERR_OK)
		return ike_act_auth_i_fail(s, "ppk");
	ike_ability_take(s->sa, s->msg);
	(void)ike_addresses_take(s->sa, s->msg, &s->path->remote.addr);
	return ike_proof_ask(s->e, s->sa, s->msg, &auth, &who);
}

enum err ike_act_auth_i_unproved(const struct ike_step *s)
{
	ike_core_count(s->e, IKE_STAT_AUTH_REFUSED);
	return ERR_OK;
}

enum err ike_act_auth_i_check(const struct ike_step *s, const struct ike_msg *msg)
{
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_AUTH)->body);
	struct ike_authdata auth;
	enum err err = ike_authdata_parse(&r, &auth);

	if (err == ERR_OK)
		err = ike_proof_check(s->e, s->sa, &auth);
	if (err == ERR_AUTH)
		return ike_act_auth_i_fail(s, "wrong-key");
	return err;
}

/* The peer let us in but gave us no child. */
static enum err refuse_childless(const struct ike_step *s, uint16_t notify)
{
	ike_core_blame(s->sa, ike_act_auth_i_blame_of(notify));
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.rejected", "notify=%s", ike_iana_notify_str(notify));
	return ERR_INCOMPLETE;
}

static enum err read_config(const struct ike_step *s, const struct ike_msg *msg, struct ike_config *out, bool *found)
{
	const struct ike_payload *p = ike_msg_find(msg, IKE_P_CP);
	uint8_t type;
	enum err err = ERR_OK;

	*found = false;
	if (p != NULL)
		err = ike_config_parse(p->body, &type, out);
	if (err != ERR_OK)
		return err;
	if (p != NULL && type == IKE_CP_REPLY) {
		*found = true;
		s->sa->assigned_ip4 = out->ip4;
		s->sa->assigned_ip6 = out->ip6.addr;
	}
	if (s->sa->setup->need_address && s->sa->assigned_ip4.family == 0 && s->sa->assigned_ip6.family == 0) {
		ike_core_blame(s->sa, IKE_DOWN_ADDRESS);
		return ERR_ABSENT;
	}
	return ERR_OK;
}

/* The child as the response states it, held against what we proposed. */
static enum err read_child(const struct ike_step *s, const struct ike_msg *msg, struct ike_child_plan *plan, struct ike_narrow_result *fit)
{
	const struct ike_child_policy *policy = &s->sa->setup->deal->terms.child;
	struct ike_narrow_sides sides = ike_narrow_of_policy(policy);
	struct rd sa_rd = rd_of(ike_msg_find(msg, IKE_P_SA)->body);
	struct ike_proposals offered, answer;
	struct ike_choice choice;
	enum err err = ike_proposal_parse(&sa_rd, &answer);

	if (err == ERR_OK)
		err = ike_suite_offer_esp(&policy->esp, s->sa->setup->spi_in, &offered);
	if (err == ERR_OK)
		err = ike_select_check(&offered, &answer, IKE_SELECT_NO_GROUP, &choice);
	if (err == ERR_OK)
		err = ike_suite_of(&choice, &plan->esp);
	if (err != ERR_OK) {
		ike_core_blame(s->sa, IKE_DOWN_NO_PROPOSAL);
		return err;
	}
	plan->spi_out = (uint32_t)choice.spi;
	plan->local = &fit->local;
	plan->remote = &fit->remote;
	err = ike_narrow_accept(s->sa, msg, &sides, fit);
	plan->transport = err == ERR_OK && fit->transport;
	if (err == ERR_TS) {
		ike_core_blame(s->sa, IKE_DOWN_TS);
		ike_core_count(s->e, IKE_STAT_TS_UNACCEPTABLE);
	}
	return err;
}

/*
 * The peer lets us in without a child, as was agreed (RFC6023), or it refuses the one that was asked for and we know another (RFC7296-1.2):
 * that comes next.  What else its answer brings is kept for it.
 */
static enum err leave_for_later(const struct ike_step *s, const struct ike_msg *msg)
{
	struct ike_setup *setup = s->sa->setup;
	struct ike_notify n = { 0 };
	bool refused = ike_msg_error(msg, &n);
	enum err err;

	if (refused == setup->childless || (refused && !ike_act_first_other(s, n.type)))
		return refuse_childless(s, n.type);
	setup->childless = true;
	err = read_config(s, msg, &setup->deal->config, &setup->deal->has_config);
	if (err == ERR_OK)
		ike_fsm_post(s->sa, IKE_E_LATER);
	return err;
}

enum err ike_act_auth_i_verify(const struct ike_step *s)
{
	struct ike_setup *setup = s->sa->setup;
	struct ike_msg *msg = &s->e->msg;
	struct ike_child_plan plan = { .role = IKE_INITIATOR, .spi_in = setup->spi_in };
	struct ike_narrow_result fit;
	struct ike_config config;
	bool has_config;
	enum err err = ike_seal_reopen(s->sa, ike_blob_view(&setup->held), msg);

	if (err == ERR_OK)
		err = ike_act_auth_i_check(s, msg);
	if (err != ERR_OK)
		return err;
	ike_act_reauth_take(s->sa, msg);
	ike_act_ticket_take(s->sa, msg);
	if (ike_act_redirect_auth(s, msg))
		return ERR_CLOSED;
	if (ike_msg_find(msg, IKE_P_SA) == NULL)
		return leave_for_later(s, msg);
	if (setup->childless) /* that wasn't asked for */
		return ERR_MALFORMED;
	err = read_config(s, msg, &config, &has_config);
	if (err == ERR_OK)
		err = read_child(s, msg, &plan, &fit);
	if (err != ERR_OK)
		return err;
	plan.seed = ike_proof_seed(s->sa);
	plan.config = has_config ? &config : NULL;
	setup->spi_in = 0;
	return ike_child_install(s->e, s->sa, &plan);
}

enum err ike_act_auth_i_up(const struct ike_step *s)
{
	enum err err = ike_keys_trim(&s->sa->suite, &s->sa->keys);

	return err == ERR_OK ? ike_act_first_up(s) : err;
}
