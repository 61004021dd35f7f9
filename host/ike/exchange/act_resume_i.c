/* Session resumption from a client's side.  Engine's thread. */
#include "ike/exchange/act_resume_i.h"

#include "ike/ability.h"
#include "ike/core.h"
#include "ike/exchange/act_init.h"
#include "ike/exchange/act_ticket.h"
#include "ike/keying/ppk.h"
#include "ike/keying/proof.h"
#include "ike/keying/seal.h"
#include "ike/resume/resume.h"

enum { TRIES = 3 }; /* who is silent may have forgotten how to resume */

/* IDr is insisted on as type and data. */
static bool is_wanted(const struct ike_setup *setup, const struct ike_id *id)
{
	struct bytes wanted = ike_blob_view(&setup->wanted_id);
	struct ike_id w;

	if (wanted.len == 0)
		return true;
	w.type = wanted.data[0];
	w.data = bytes_of(wanted.data + 1, wanted.len - 1);
	return ike_id_eq(&w, id);
}

static bool fits(const struct ike_sa *sa, const struct ike_past *past)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_offers offers = { .count = 0 };

	if (past->expires_ms <= sa->engine->now_ms || ports->policy(ports->ctx, &sa->path, &offers) != ERR_OK)
		return false;
	return ike_resume_offered(&offers, &past->suite) && ike_id_eq(&past->id_i, &sa->local_id) && is_wanted(sa->setup, &past->id_r);
}

void ike_act_resume_i_keep(struct ike_sa *sa, struct bytes pass)
{
	struct ike_resume *r;

	if (pass.len == 0 || ike_resume_unpack(pass, &r) != ERR_OK)
		return;
	if (fits(sa, &r->past))
		sa->setup->resume = r;
	else
		ike_resume_free(r);
}

enum err ike_act_resume_i_send(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_resume *r = sa->setup->resume;
	struct ike_pace pace = sa->pace;
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	r->willing = sa->willing;
	ike_ability_renounce(sa, IKE_CAN_PPK); /* it is in SK_d already, if it was used */
	ike_ability_renounce(sa, IKE_CAN_INTERMEDIATE);
	if (pace.tries > TRIES)
		pace.tries = TRIES;
	ike_seal_begin_clear(s->e, sa, IKE_X_IKE_SESSION_RESUME, false, &b);
	err = ike_act_init_build_nonce(s->e, &b);
	if (err != ERR_OK)
		return err;
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_TICKET_OPAQUE, ike_blob_view(&r->ticket));
	err = ike_act_init_build_notes(sa, &b, false);
	if (err == ERR_OK)
		err = ike_build_finish(&b, &datagram);
	if (err == ERR_OK)
		err = ike_act_init_request(sa, datagram, &pace);
	if (err == ERR_OK)
		ike_core_count(s->e, IKE_STAT_INIT_OUT);
	return err;
}

/* The gateway must be who it was, RFC5723-4.3.3; certificates, EAP and post-quantum keys have had their say. */
static enum err become_past(struct ike_sa *sa, const struct ike_past *past)
{
	struct ike_setup *setup = sa->setup;
	uint8_t wanted[1 + IKE_ID_MAX];
	struct wr w = wr_of(wanted, sizeof(wanted));
	enum err err;

	wr_u8(&w, past->id_r.type);
	wr_bytes(&w, past->id_r.data);
	err = wr_done(&w);
	if (err == ERR_OK)
		err = ike_blob_set(&setup->wanted_id, wr_view(&w));
	ike_blob_drop(&setup->authorities);
	ike_ppk_free(setup->ppk);
	setup->ppk = NULL;
	setup->talk.on = false;
	setup->talk.only = false;
	sa->auth_local = past->auth_i;
	sa->auth_remote = past->auth_r;
	sa->eap = past->eap;
	sa->ppk = past->ppk;
	ike_act_ticket_bound(sa, past->auth_until_ms);
	return err;
}

enum err ike_act_resume_i_accept(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_resume *r = sa->setup->resume;
	struct ike_act_init_accepted a = { .suite = r->past.suite };
	enum err err = ike_act_init_read_response(s, &a);

	if (err == ERR_OK)
		err = ike_keys_resume(s->e->cfg.crypto, &a.suite, r->past.sk_d, &a.seed, &a.keys);
	if (err == ERR_OK)
		err = ike_blob_set(&sa->setup->init_rx, s->msg->datagram);
	if (err == ERR_OK)
		err = become_past(sa, &r->past);
	if (err != ERR_OK) {
		secret_fini(&a.keys);
		sa->stats.corrupt++;
		ike_core_log_sa(sa, LOG_L_INFO, "ike.resume.ignored", "cause=%s", err_name(err));
		return err;
	}
	r->keyed = true;
	sa->resumed = true;
	ike_act_init_enter(s, &a);
	ike_fsm_post(sa, IKE_E_KEYED);
	return ERR_OK;
}

bool ike_act_resume_i_fall_back_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_act_init_send_need(s, out);
}

enum err ike_act_resume_i_fall_back(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	bool refused = s->msg != NULL;

	ike_core_count(s->e, IKE_STAT_RESUME_VAIN);
	ike_core_log_sa(sa, LOG_L_INFO, "ike.resume.vain", "why=%s", refused ? "refused" : "no-answer");
	ike_fsm_withdraw(sa, IKE_E_NO_ANSWER);
	sa->willing = sa->setup->resume->willing;
	sa->agreed = 0;
	ike_resume_free(sa->setup->resume);
	sa->setup->resume = NULL;
	if (refused)
		ike_act_ticket_lost(sa);
	return ike_act_init_send(s);
}
