/* CREATE_CHILD_SA that rekeys the IKE SA, as a responder.  Engine's thread. */
#include "ike/exchange/act_rekey_r.h"

#include <string.h>

#include "ike/core.h"
#include "ike/exchange/act_info.h"
#include "ike/keying/agree.h"
#include "ike/keying/seal.h"
#include "ike/live.h"
#include "ike/rekey/attempt.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

/* What is agreed on, from request to response. */
struct accord {
	struct ike_choice choice;
	struct ike_fresh fresh;
	struct ike_keys_seed seed;
	struct ike_ke theirs;
	uint8_t nonce[IKE_NONCE_LEN];
};

/* Policy's answer to the peer's proposals, as in IKE_SA_INIT. */
static enum err choose(const struct ike_step *s, struct accord *a)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_SA)->body);
	struct rd ke = rd_of(ike_msg_find(s->msg, IKE_P_KE)->body);
	struct rd nonce = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	struct ike_proposals ours, theirs;
	struct ike_offers offers;
	enum err err = ike_ke_parse(&ke, &a->theirs);

	memset(&offers, 0, sizeof(offers));
	if (err == ERR_OK)
		err = ike_nonce_parse(&nonce, &a->seed.ni);
	if (err == ERR_OK)
		err = ike_proposal_parse(&r, &theirs);
	if (err != ERR_OK)
		return ERR_MALFORMED;
	err = ports->policy(ports->ctx, &s->sa->path, &offers);
	if (err == ERR_OK)
		ike_suite_first_exchange(&offers);
	if (err == ERR_OK)
		err = ike_suite_offer_ike(&offers, &ours);
	if (err == ERR_OK)
		err = ike_select_pick(&ours, &theirs, IKE_SELECT_NO_EXTRA, &a->choice);
	if (err == ERR_OK)
		err = ike_suite_of(&a->choice, &a->fresh.suite);
	return err == ERR_OK && a->choice.spi != 0 ? ERR_OK : ERR_NO_PROPOSAL;
}

static bool need(const struct ike_step *s, struct ike_agree *out)
{
	struct accord a = { 0 };

	return choose(s, &a) == ERR_OK && ike_agree_with(s->msg, a.fresh.suite.group, out);
}

bool ike_act_rekey_r_reply_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

bool ike_act_rekey_r_cross_need(const struct ike_step *s, struct ike_agree *out)
{
	return need(s, out);
}

enum err ike_act_rekey_r_derive(const struct ike_step *s, struct ike_fresh *fresh, struct ike_keys_seed *seed)
{
	struct crypto *c = s->e->cfg.crypto;
	struct ike_keys_old old = { &s->sa->suite, &s->sa->keys };
	struct ike_agreed *agreed;
	enum err err = ike_agree_result(s, fresh->suite.group, &agreed);

	if (err != ERR_OK)
		return err;
	seed->shared = secret_view(&agreed->shared);
	err = ike_keys_rekey(c, &old, &fresh->suite, seed, &fresh->keys);
	if (err == ERR_OK)
		err = ike_keys_trim(&fresh->suite, &fresh->keys);
	seed->shared = bytes_of(NULL, 0);
	fresh->spi_i = seed->spi_i;
	fresh->spi_r = seed->spi_r;
	return err;
}

static enum err make_keys(const struct ike_step *s, struct accord *a)
{
	enum err err = crypto_rand_fill(s->e->cfg.rand, a->nonce, sizeof(a->nonce));

	a->fresh.role = IKE_RESPONDER;
	a->seed.nr = bytes_of(a->nonce, sizeof(a->nonce));
	a->seed.spi_i = a->choice.spi;
	if (err == ERR_OK)
		err = ike_sa_draw_spi(s->e, &a->seed.spi_r);
	if (err == ERR_OK)
		err = ike_act_rekey_r_derive(s, &a->fresh, &a->seed);
	return err;
}

static enum err send_response(const struct ike_step *s, const struct accord *a)
{
	struct ike_ke ke = { .group = a->fresh.suite.group->id };
	struct ike_proposals answer;
	struct ike_agreed *agreed;
	struct ike_build b;
	struct bytes datagram;
	enum err err = ike_select_answer(&a->choice, a->seed.spi_r, &answer);

	if (err == ERR_OK)
		err = ike_agree_result(s, a->fresh.suite.group, &agreed);
	if (err != ERR_OK)
		return err;
	ke.data = agreed->pub;
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &answer);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), a->seed.nr);
	ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

static enum err refuse(const struct ike_step *s, enum err err)
{
	uint16_t notify = err == ERR_NO_PROPOSAL ? IKE_N_NO_PROPOSAL_CHOSEN
			  : err == ERR_MALFORMED ? IKE_N_INVALID_SYNTAX
						 : IKE_N_TEMPORARY_FAILURE;

	ike_core_log_sa(s->sa, LOG_L_WARN, "ike.rekey.refused", "by=us cause=%s", err_name(err));
	(void)ike_act_info_notify(s, notify, bytes_of(NULL, 0));
	return err;
}

static enum err demand_group(const struct ike_step *s, const struct crypto_alg *group)
{
	uint8_t data[2] = { (uint8_t)(group->id >> 8), (uint8_t)group->id };

	(void)ike_act_info_notify(s, IKE_N_INVALID_KE_PAYLOAD, bytes_of(data, sizeof(data)));
	return ERR_NO_PROPOSAL;
}

/* The new SA, answered for; or the refusal is sent. */
static enum err answer(const struct ike_step *s, struct accord *a, struct ike_sa **twin)
{
	enum err err = choose(s, a);

	if (err == ERR_OK && a->theirs.group != a->fresh.suite.group->id)
		return demand_group(s, a->fresh.suite.group);
	if (err == ERR_OK)
		err = make_keys(s, a);
	if (err == ERR_OK)
		err = ike_sa_twin(s->sa, &a->fresh, twin);
	secret_fini(&a->fresh.keys);
	if (err != ERR_OK)
		return refuse(s, err);
	err = send_response(s, a);
	if (err != ERR_OK)
		ike_sa_free(*twin);
	ike_agree_drop(s->sa, IKE_AGREE_THEIRS); /* the window that it came by becomes another SA's */
	return err;
}

enum err ike_act_rekey_r_reply(const struct ike_step *s)
{
	struct accord a = { 0 };
	struct ike_sa *twin;
	enum err err = answer(s, &a, &twin);

	if (err != ERR_OK)
		return err;
	ike_sa_swap(s->sa, twin);
	ike_fsm_post(twin, IKE_E_REPLACED);
	s->sa->todo &= (uint16_t) ~(1u << IKE_TX_REKEY);
	ike_live_restart(s->sa);
	ike_core_count(s->e, IKE_STAT_REKEY);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekeyed", "by=peer old-spi=%016llx", (unsigned long long)ike_sa_own_spi(twin));
	return ERR_OK;
}

enum err ike_act_rekey_r_cross(const struct ike_step *s)
{
	struct accord a = { 0 };
	struct ike_sa *twin;
	enum err err = answer(s, &a, &twin);

	if (err != ERR_OK)
		return err;
	err = ike_attempt_cross(s->sa->attempt, 0, a.seed.ni, a.seed.nr);
	if (err != ERR_OK) { /* ours can't be weighed against it */
		ike_fsm_post(twin, IKE_E_SUPERSEDED);
		return err;
	}
	s->sa->spare = twin;
	twin->spare_of = s->sa;
	ike_fsm_post(twin, IKE_E_SPARED);
	ike_core_count(s->e, IKE_STAT_REKEY_CROSSED);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekey.crossed", "spare-spi=%016llx", (unsigned long long)ike_sa_own_spi(twin));
	return ERR_OK;
}
