/* CREATE_CHILD_SA that rekeys the IKE SA, as a responder. */
#include "ike/exchange/act_rekey.h"

#include <string.h>

#include "ike/core.h"
#include "ike/exchange/act_info.h"
#include "ike/keying/seal.h"
#include "ike/live.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

/* Policy's answer to the peer's proposals, as in IKE_SA_INIT. */
static enum err choose(const struct ike_step *s, struct ike_choice *choice, struct ike_suite *suite)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_SA)->body);
	struct ike_proposals ours, theirs;
	struct ike_offers offers;
	enum err err = ike_proposal_parse(&r, &theirs);

	memset(&offers, 0, sizeof(offers));
	if (err == ERR_OK)
		err = ports->policy(ports->ctx, &s->sa->path, &offers);
	if (err == ERR_OK)
		err = ike_suite_offer_ike(&offers, &ours);
	if (err == ERR_OK)
		err = ike_select_pick(&ours, &theirs, 0, choice);
	if (err == ERR_OK)
		err = ike_suite_of(choice, suite);
	return err == ERR_OK && choice->spi != 0 ? ERR_OK : ERR_NO_PROPOSAL;
}

static enum err send_response(
	const struct ike_step *s, const struct ike_choice *choice, const struct ike_keys_seed *seed, const struct ike_ke *ke)
{
	struct ike_proposals answer;
	struct ike_build b;
	struct bytes datagram;
	enum err err = ike_select_answer(choice, seed->spi_r, &answer);

	if (err != ERR_OK)
		return err;
	ike_seal_begin(s->e, s->sa, IKE_X_CREATE_CHILD_SA, true, &b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &answer);
	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), seed->nr);
	ike_ke_build(ike_build_payload(&b, IKE_P_KE), ke);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

/* The new SA's keys; 'ours' is the public value that goes back. */
static enum err derive(const struct ike_step *s, struct bytes theirs, struct ike_fresh *fresh, struct ike_keys_seed *seed, uint8_t *ours)
{
	struct crypto *c = s->e->cfg.crypto;
	struct ike_keys_old old = { &s->sa->suite, &s->sa->keys };
	struct crypto_kex kex = { 0 };
	struct secret shared = { 0 };
	enum err err = crypto_kex_new(c, s->e->cfg.rand, fresh->suite.group, &kex, ours);

	if (err == ERR_OK)
		err = crypto_kex_derive(c, &kex, theirs, &shared);
	seed->shared = secret_view(&shared);
	if (err == ERR_OK)
		err = ike_keys_rekey(c, &old, &fresh->suite, seed, &fresh->keys);
	if (err == ERR_OK)
		err = ike_keys_trim(&fresh->suite, &fresh->keys);
	seed->shared = bytes_of(NULL, 0);
	crypto_kex_fini(&kex);
	secret_fini(&shared);
	return err;
}

/* All that can fail, and the response; then the SA changes over. */
static enum err rekey(const struct ike_step *s, const struct ike_choice *choice, struct ike_fresh *fresh, const struct ike_ke *peer_ke)
{
	uint8_t nonce[IKE_NONCE_LEN], pub[CRYPTO_PUB_MAX];
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_NONCE)->body);
	struct ike_keys_seed seed = { .spi_i = choice->spi };
	struct ike_ke ke = { .group = fresh->suite.group->id, .data = bytes_of(pub, fresh->suite.group->pub_len) };
	struct ike_sa *old;
	enum err err = ike_nonce_parse(&r, &seed.ni);

	if (err == ERR_OK)
		err = crypto_rand_fill(s->e->cfg.rand, nonce, sizeof(nonce));
	seed.nr = bytes_of(nonce, sizeof(nonce));
	if (err == ERR_OK)
		err = ike_sa_prepare(s->e, &old, &seed.spi_r);
	if (err != ERR_OK)
		return err;
	err = derive(s, peer_ke->data, fresh, &seed, pub);
	if (err == ERR_OK)
		err = send_response(s, choice, &seed, &ke);
	if (err != ERR_OK) {
		ike_sa_unprepare(old);
		return err;
	}
	fresh->spi_i = seed.spi_i;
	fresh->spi_r = seed.spi_r;
	ike_sa_replace(s->sa, fresh, old);
	ike_fsm_post(old, IKE_E_REPLACED);
	ike_live_start(s->sa);
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.rekeyed", "by=peer old-spi=%016llx", (unsigned long long)ike_sa_own_spi(old));
	return ERR_OK;
}

static enum err refuse(const struct ike_step *s, enum err err)
{
	uint16_t notify = err == ERR_NO_PROPOSAL ? IKE_N_NO_PROPOSAL_CHOSEN
			  : err == ERR_MALFORMED ? IKE_N_INVALID_SYNTAX
						 : IKE_N_TEMPORARY_FAILURE;

	ike_core_log_sa(s->sa, LOG_L_WARN, "ike.rekey.refused", "cause=%s", err_name(err));
	return ike_act_info_notify(s, notify, bytes_of(NULL, 0));
}

enum err ike_act_rekey_reply(const struct ike_step *s)
{
	struct rd r = rd_of(ike_msg_find(s->msg, IKE_P_KE)->body);
	struct ike_fresh fresh = { 0 };
	struct ike_choice choice;
	struct ike_ke ke;
	uint8_t group[2];
	enum err err = ike_window_waiting(&s->sa->window) ? ERR_BUSY : ike_ke_parse(&r, &ke);

	if (err == ERR_OK)
		err = choose(s, &choice, &fresh.suite);
	if (err != ERR_OK)
		return refuse(s, err);
	if (ke.group != fresh.suite.group->id) {
		group[0] = (uint8_t)(fresh.suite.group->id >> 8);
		group[1] = (uint8_t)fresh.suite.group->id;
		return ike_act_info_notify(s, IKE_N_INVALID_KE_PAYLOAD, bytes_of(group, sizeof(group)));
	}
	err = rekey(s, &choice, &fresh, &ke);
	secret_fini(&fresh.keys);
	return err == ERR_OK ? ERR_OK : refuse(s, err);
}
