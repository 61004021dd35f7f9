/* Session resumption from a gateway's side.  Admission (admit.c) is that of IKE_SA_INIT: source, cookie, limits.  Engine's thread. */
#include "ike/exchange/act_resume_r.h"

#include "ike/ability.h"
#include "ike/core.h"
#include "ike/exchange/act_init.h"
#include "ike/exchange/act_ticket.h"
#include "ike/keying/proof.h"
#include "ike/keying/seal.h"
#include "ike/resume/resume.h"

/* ---- the ticket ---- */

static enum err decrypt(struct ike_engine *e, struct ike_resume **out)
{
	struct ike_vault_content content = { .stub = { .generation = 0 } };
	struct ike_notify n;
	enum err err = ike_msg_notify(&e->msg, IKE_N_TICKET_OPAQUE, &n) ? ERR_OK : ERR_MALFORMED;

	if (err == ERR_OK)
		err = ike_vault_open(&e->vault, e->cfg.crypto, e->now_ms, n.data, &content);
	if (err == ERR_OK)
		err = ike_resume_new(&content.text, out);
	if (err == ERR_OK)
		(*out)->stub = content.stub;
	secret_fini(&content.text);
	return err;
}

static bool is_allowed(struct ike_engine *e, const struct ike_path *path, const struct ike_past *past)
{
	const struct ike_ports *ports = e->cfg.ports;
	struct ike_ticket ticket = { .peer_id = &past->id_i, .memo = past->memo };
	struct ike_offers offers = { .count = 0 };

	if (ports->resumable == NULL || ports->policy(ports->ctx, path, &offers) != ERR_OK)
		return false;
	return ike_resume_offered(&offers, &past->suite) && ports->resumable(ports->ctx, path, &ticket);
}

static enum err judge(struct ike_engine *e, const struct ike_path *path, const struct ike_past *past)
{
	if (past->expires_ms <= e->now_ms)
		return ERR_TIMEOUT;
	return is_allowed(e, path, past) ? ERR_OK : ERR_DENIED;
}

static enum ike_stat stat_of(enum err err)
{
	switch (err) {
	case ERR_TIMEOUT:
		return IKE_STAT_RESUME_EXPIRED;
	case ERR_REPLAY:
		return IKE_STAT_RESUME_SPENT;
	case ERR_DENIED:
		return IKE_STAT_RESUME_CHANGED;
	default:
		return IKE_STAT_RESUME_FOREIGN;
	}
}

enum err ike_act_resume_r_open(struct ike_engine *e, const struct ike_path *path, struct ike_resume **out)
{
	struct ike_resume *r = NULL;
	enum err err = decrypt(e, &r);

	if (err == ERR_OK)
		err = judge(e, path, &r->past);
	if (err == ERR_OK) {
		*out = r;
		return ERR_OK;
	}
	ike_core_count(e, stat_of(err));
	ike_core_log(e, path, LOG_L_INFO, "resume.refused", "why=%s", ike_engine_stat_str(stat_of(err)));
	ike_resume_free(r);
	return err;
}

/* ---- IKE_SESSION_RESUME ---- */

static enum err build_reply(const struct ike_step *s, struct bytes *out)
{
	struct ike_build b;
	enum err err;

	ike_seal_begin_clear(s->e, s->sa, IKE_X_IKE_SESSION_RESUME, true, &b);
	err = ike_act_init_build_nonce(s->e, &b);
	if (err == ERR_OK)
		err = ike_act_init_build_notes(s->sa, &b, false);
	return err == ERR_OK ? ike_build_finish(&b, out) : err;
}

/* What is known of it before it is proved again. */
static void become_past(struct ike_sa *sa, const struct ike_past *past)
{
	sa->auth_remote = past->auth_i;
	sa->auth_local = past->auth_r;
	sa->eap = past->eap;
	sa->ppk = past->ppk;
	sa->resumed = true;
}

enum err ike_act_resume_r_reply(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_setup *setup = sa->setup;
	struct ike_act_init_accepted a = { .suite = sa->suite };
	struct bytes datagram;
	enum err err;

	ike_ability_renounce(sa, IKE_CAN_PPK);
	ike_ability_renounce(sa, IKE_CAN_INTERMEDIATE);
	setup->resume->keyed = true;
	err = ike_act_init_read_request(s, &a);
	if (err == ERR_OK)
		err = build_reply(s, &datagram);
	if (err == ERR_OK)
		err = ike_blob_set(&setup->init_tx, datagram);
	a.seed.nr = ike_proof_nonce(&setup->init_tx);
	if (err == ERR_OK)
		err = ike_keys_resume(s->e->cfg.crypto, &a.suite, setup->resume->past.sk_d, &a.seed, &a.keys);
	if (err == ERR_OK) {
		become_past(sa, &setup->resume->past);
		err = ike_act_init_respond(sa, &a);
	}
	secret_fini(&a.keys);
	if (err != ERR_OK)
		ike_core_log_sa(sa, LOG_L_INFO, "ike.resume.failed", "cause=%s", err_name(err));
	return err;
}

/* ---- IKE_AUTH ---- */

const char *ike_act_resume_r_fault(const struct ike_step *s)
{
	const struct ike_resume *r = ike_resume_of(s->sa);
	const struct ike_payload *idr = ike_msg_find(s->msg, IKE_P_IDR);
	struct ike_id id;
	struct rd rd;

	if (r == NULL)
		return NULL;
	if (!ike_id_eq(&s->sa->remote_id, &r->past.id_i))
		return "ticket-identity";
	if (ike_msg_find(s->msg, IKE_P_CERT) != NULL)
		return "ticket-certificate";
	if (ike_msg_find(s->msg, IKE_P_AUTH) == NULL)
		return "ticket-method";
	if (idr == NULL)
		return NULL;
	rd = rd_of(idr->body);
	return ike_id_parse(&rd, &id) == ERR_OK && ike_id_eq(&id, &r->past.id_r) ? NULL : "ticket-identity";
}

bool ike_act_resume_r_spend(struct ike_sa *sa)
{
	const struct ike_resume *r = ike_resume_of(sa);

	return r == NULL || ike_vault_spend(&sa->engine->vault, &r->stub);
}

/* The SPI of ours was in the place of the role that we had when the ticket was made. */
const struct slab_handle *ike_act_resume_r_former(const struct ike_sa *sa, struct slab_handle *out)
{
	const struct ike_resume *r = ike_resume_of(sa);
	const struct ike_sa *old = NULL;

	if (r == NULL)
		return NULL;
	old = ike_sa_find(sa->engine, r->past.spi_r);
	if (old == NULL)
		old = ike_sa_find(sa->engine, r->past.spi_i);
	if (old == NULL || old->spi_i != r->past.spi_i || old->spi_r != r->past.spi_r || !old->known || old->original)
		return NULL;
	*out = old->handle;
	return out;
}

void ike_act_resume_r_bound(struct ike_sa *sa)
{
	const struct ike_resume *r = ike_resume_of(sa);

	if (r != NULL)
		ike_act_ticket_bound(sa, r->past.auth_until_ms);
}
