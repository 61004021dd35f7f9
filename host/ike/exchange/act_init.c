/*
 * IKE_SA_INIT from both sides.  Nothing in it is authenticated, so an initiator lets no message but a usable response end
 * its wait, and that one changes the SA only when all of it was good.  A responder's request has passed admit.c.
 */
#include "ike/exchange/act_init.h"

#include <string.h>

#include "crypto/iana.h"
#include "ike/ability.h"
#include "ike/core.h"
#include "ike/exchange/act_redirect.h"
#include "ike/natd.h"
#include "ike/keying/agree.h"
#include "ike/keying/certs.h"
#include "ike/keying/inter.h"
#include "ike/keying/ppk.h"
#include "ike/keying/proof.h"
#include "ike/keying/seal.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"
#include "ike/wire/vendor.h"

enum { COOKIES_MAX = 4, GROUPS_MAX = 4 }; /* how often a peer may send us back to the start */
enum { HURRY_MS = 1000, HURRY_TRIES = 2 };

static void build_ke(struct ike_build *b, const struct crypto_alg *group, struct bytes pub)
{
	struct ike_ke ke = { .group = group->id, .data = pub };

	ike_ke_build(ike_build_payload(b, IKE_P_KE), &ke);
}

enum err ike_act_init_build_nonce(struct ike_engine *e, struct ike_build *b)
{
	uint8_t nonce[IKE_NONCE_LEN];
	enum err err = crypto_rand_fill(e->cfg.rand, nonce, sizeof(nonce));

	if (err == ERR_OK)
		ike_nonce_build(ike_build_payload(b, IKE_P_NONCE), bytes_of(nonce, sizeof(nonce)));
	return err;
}

enum err ike_act_init_build_notes(struct ike_sa *sa, struct ike_build *b, bool hashes)
{
	struct ike_hdr spis = { .spi_i = sa->spi_i, .spi_r = sa->spi_r };
	enum err err = ike_natd_build(sa->engine->cfg.crypto, b, &spis, &sa->path, sa->setup->force_udp);

	if (hashes)
		ike_certs_build_hashes(b);
	ike_act_redirect_build_from(sa, b);
	ike_ability_build(sa, IKE_X_IKE_SA_INIT, b);
	ike_vendor_build(ike_build_payload(b, IKE_P_VENDOR), IKE_VENDOR_FLEXVPN);
	return err;
}

/* What follows KE in request and response alike. */
static enum err build_rest(struct ike_engine *e, struct ike_sa *sa, struct ike_build *b, bool hashes)
{
	enum err err = ike_act_init_build_nonce(e, b);

	return err == ERR_OK ? ike_act_init_build_notes(sa, b, hashes) : err;
}

enum err ike_act_init_request(struct ike_sa *sa, struct bytes datagram, const struct ike_pace *pace)
{
	enum err err = ike_blob_set(&sa->setup->init_tx, datagram);

	if (err != ERR_OK)
		return err;
	ike_window_withdraw(sa);
	sa->tx = IKE_TX_INIT;
	return ike_window_request(sa, datagram, pace);
}

bool ike_act_init_send_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_offers offers;

	memset(&offers, 0, sizeof(offers));
	if (ports->policy(ports->ctx, &s->sa->path, &offers) == ERR_OK)
		out->group = ike_suite_first_group(&offers);
	return out->group != NULL;
}

/* The private half of the share that was made for us is kept; 'pub' is the other. */
static enum err take_share(const struct ike_step *s, const struct crypto_alg *group, struct bytes *pub)
{
	struct ike_agreed *answer;
	enum err err = ike_agree_result(s, group, &answer);

	if (err != ERR_OK)
		return err;
	secret_take(&s->sa->setup->kex.key, &answer->own);
	s->sa->setup->kex.group = group;
	*pub = answer->pub;
	return ERR_OK;
}

enum err ike_act_init_send(const struct ike_step *s)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	const struct crypto_alg *group;
	struct ike_proposals list;
	struct ike_offers offers;
	struct ike_build b;
	struct bytes datagram, pub;
	enum err err;

	memset(&offers, 0, sizeof(offers));
	err = ports->policy(ports->ctx, &s->sa->path, &offers);
	if (err == ERR_OK)
		err = ike_suite_offer_ike(&offers, &list);
	if (err != ERR_OK)
		return err;
	ike_inter_offer(s->sa, &list);
	group = ike_suite_first_group(&offers);
	err = take_share(s, group, &pub);
	if (err != ERR_OK)
		return err;
	ike_seal_begin_clear(s->e, s->sa, IKE_X_IKE_SA_INIT, false, &b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &list);
	build_ke(&b, group, pub);
	err = build_rest(s->e, s->sa, &b, ports->sign != NULL);
	if (err == ERR_OK)
		err = ike_build_finish(&b, &datagram);
	if (err == ERR_OK)
		err = ike_act_init_request(s->sa, datagram, &s->sa->pace);
	if (err == ERR_OK)
		ike_core_count(s->e, IKE_STAT_INIT_OUT);
	return err;
}

static bool is_cookie(const struct ike_payload *p)
{
	struct rd r = rd_of(p->body);
	struct ike_notify n;

	return p->type == IKE_P_NOTIFY && ike_notify_parse(&r, &n) == ERR_OK && n.type == IKE_N_COOKIE;
}

/*
 * The request once more, payload by payload: 'cookie' first if there is one (RFC7296-2.6), and KE from 'pub' if that
 * isn't NULL.  Everything else has to stay the same.
 */
static enum err send_again(const struct ike_step *s, const struct bytes *cookie, const struct bytes *pub)
{
	struct ike_setup *setup = s->sa->setup;
	struct ike_msg old;
	struct ike_build b;
	struct bytes datagram;
	enum err err = ike_msg_parse(ike_blob_view(&setup->init_tx), &old);

	if (err != ERR_OK)
		return err;
	ike_seal_begin_clear(s->e, s->sa, old.hdr.exchange, false, &b);
	if (cookie != NULL)
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), IKE_N_COOKIE, *cookie);
	for (unsigned i = 0; i < old.count; i++) {
		const struct ike_payload *p = &old.payload[i];

		if (cookie != NULL && is_cookie(p))
			continue;
		if (pub != NULL && p->type == IKE_P_KE)
			build_ke(&b, setup->kex.group, *pub);
		else
			wr_bytes(ike_build_payload(&b, p->type), p->body);
	}
	err = ike_build_finish(&b, &datagram);
	return err == ERR_OK ? ike_act_init_request(s->sa, datagram, &s->sa->pace) : err;
}

enum err ike_act_init_cookie(const struct ike_step *s)
{
	struct ike_notify n;

	if (!ike_msg_notify(s->msg, IKE_N_COOKIE, &n) || n.data.len == 0 || n.data.len > IKE_NOTIFY_COOKIE_MAX)
		return ERR_MALFORMED;
	if (s->sa->setup->cookie_count == COOKIES_MAX)
		return ERR_LIMIT;
	s->sa->setup->cookie_count++;
	ike_core_count(s->e, IKE_STAT_COOKIE_ANSWERED);
	return send_again(s, &n.data, NULL);
}

/* The proposals of a message of the SA's that is kept. */
static enum err proposals_of(const struct ike_msg *msg, struct ike_proposals *out)
{
	const struct ike_payload *p = ike_msg_find(msg, IKE_P_SA);
	struct rd r;

	if (p == NULL)
		return ERR_MALFORMED;
	r = rd_of(p->body);
	return ike_proposal_parse(&r, out);
}

/* Only a group that we offered: a forged demand can't lower the choice below our policy. */
static const struct crypto_alg *offered_group(const struct ike_blob *request, uint16_t id)
{
	struct ike_proposals list;
	struct ike_msg msg;

	if (ike_msg_parse(ike_blob_view(request), &msg) != ERR_OK || proposals_of(&msg, &list) != ERR_OK)
		return NULL;
	for (unsigned i = 0; i < list.transform_count; i++)
		if (list.transform[i].type == IKE_TRANSFORM_GROUP && list.transform[i].id == id)
			return crypto_alg_find(CRYPTO_GROUP, id, 0);
	return NULL;
}

/* The group that is demanded; NULL: none that we could use. */
static const struct crypto_alg *demanded_group(const struct ike_step *s)
{
	const struct ike_setup *setup = s->sa->setup;
	const struct crypto_alg *group;
	struct ike_notify n;

	if (!ike_msg_notify(s->msg, IKE_N_INVALID_KE_PAYLOAD, &n))
		return NULL;
	group = offered_group(&setup->init_tx, ike_notify_group(&n));
	return group == setup->kex.group ? NULL : group;
}

bool ike_act_init_group_need(const struct ike_step *s, struct ike_agree *out)
{
	out->group = demanded_group(s);
	return out->group != NULL && s->sa->setup->group_count < GROUPS_MAX;
}

enum err ike_act_init_group(const struct ike_step *s)
{
	struct ike_setup *setup = s->sa->setup;
	const struct crypto_alg *group = demanded_group(s);
	struct bytes pub;
	enum err err;

	if (group == NULL)
		return ERR_MALFORMED;
	if (setup->group_count == GROUPS_MAX)
		return ERR_LIMIT;
	err = take_share(s, group, &pub);
	if (err != ERR_OK)
		return err;
	setup->group_count++;
	ike_core_count(s->e, IKE_STAT_INVALID_KE);
	return send_again(s, NULL, &pub);
}

enum err ike_act_init_refused(const struct ike_step *s)
{
	struct ike_notify n;

	if (!ike_msg_error(s->msg, &n))
		return ERR_MALFORMED;
	s->sa->setup->refusal = n.type == IKE_N_NO_PROPOSAL_CHOSEN ? IKE_DOWN_NO_PROPOSAL : IKE_DOWN_PROTOCOL;
	ike_core_log_sa(s->sa, LOG_L_INFO, "ike.init.refused", "notify=%s", ike_iana_notify_str(n.type));
	ike_window_hurry(s->sa, HURRY_MS, HURRY_TRIES);
	return ERR_OK;
}

enum err ike_act_init_give_up(const struct ike_step *s)
{
	if (s->sa->setup->refusal != IKE_DOWN_COUNT) {
		ike_core_blame(s->sa, s->sa->setup->refusal);
		if (s->sa->setup->refusal == IKE_DOWN_NO_PROPOSAL)
			ike_core_count(s->e, IKE_STAT_NO_PROPOSAL);
	}
	return ERR_OK;
}

static enum err choose(const struct ike_step *s, struct ike_choice *choice, struct ike_suite *out)
{
	struct ike_proposals offered, answer;
	struct ike_msg request;
	enum err err = ike_msg_parse(ike_blob_view(&s->sa->setup->init_tx), &request);

	if (err == ERR_OK)
		err = proposals_of(&request, &offered);
	if (err == ERR_OK)
		err = proposals_of(s->msg, &answer);
	if (err == ERR_OK)
		err = ike_select_check(&offered, &answer, ike_inter_flags(s->msg), choice);
	return err == ERR_OK ? ike_suite_of(choice, out) : err;
}

/* The keys, from g^ir with the public value in the step's message. */
static enum err derive(const struct ike_step *s, struct ike_act_init_accepted *a)
{
	struct ike_keys_seed seed = a->seed;
	struct ike_agreed *answer;
	enum err err = ike_agree_result(s, a->suite.group, &answer);

	if (err != ERR_OK)
		return err == ERR_ABSENT ? ERR_MALFORMED : err; /* KE of another group */
	seed.shared = secret_view(&answer->shared);
	return ike_keys_derive(s->e->cfg.crypto, &a->suite, &seed, &a->keys);
}

static enum err peer_nonce(const struct ike_msg *msg, struct bytes *out)
{
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_NONCE)->body);

	return ike_nonce_parse(&r, out);
}

enum err ike_act_init_read_response(const struct ike_step *s, struct ike_act_init_accepted *a)
{
	enum err err = s->msg->hdr.spi_r == 0 ? ERR_MALFORMED : peer_nonce(s->msg, &a->seed.nr);

	a->flexvpn = ike_msg_vendor(s->msg, IKE_VENDOR_FLEXVPN);
	a->seed.ni = ike_proof_nonce(&s->sa->setup->init_tx);
	a->seed.spi_i = s->sa->spi_i;
	a->seed.spi_r = s->msg->hdr.spi_r;
	return err == ERR_OK ? ike_natd_check(s->e->cfg.crypto, s->msg, s->path, &a->natd) : err;
}

enum err ike_act_init_read_request(const struct ike_step *s, struct ike_act_init_accepted *a)
{
	enum err err = peer_nonce(s->msg, &a->seed.ni);

	a->flexvpn = ike_msg_vendor(s->msg, IKE_VENDOR_FLEXVPN);
	a->seed.spi_i = s->sa->spi_i;
	a->seed.spi_r = s->sa->spi_r;
	ike_ability_take(s->sa, s->msg);
	ike_act_redirect_take_from(s->sa, s->msg);
	return err == ERR_OK ? ike_natd_check(s->e->cfg.crypto, s->msg, s->path, &a->natd) : err;
}

static void take(struct ike_sa *sa, struct ike_act_init_accepted *a)
{
	sa->suite = a->suite;
	sa->flexvpn = a->flexvpn;
	sa->nat_local = a->natd.local || (sa->setup->force_udp && a->natd.supported);
	sa->nat_remote = a->natd.remote;
	secret_take(&sa->keys, &a->keys);
	crypto_kex_fini(&sa->setup->kex);
}

enum err ike_act_init_respond(struct ike_sa *sa, struct ike_act_init_accepted *a)
{
	take(sa, a);
	sa->stats.rx++;
	ike_core_count(sa->engine, IKE_STAT_INIT_IN);
	return ike_window_respond(sa, ike_blob_view(&sa->setup->init_tx));
}

bool ike_act_init_accept_need(const struct ike_step *s, struct ike_agree *out)
{
	const struct crypto_kex *kex = &s->sa->setup->kex;

	out->own = secret_view(&kex->key);
	return ike_agree_with(s->msg, kex->group, out);
}

/* RFC7296-2.23: behind a NAT; RFC4555-3.3: one may come. */
static bool floats(const struct ike_sa *sa, const struct ike_natd *natd)
{
	return ike_sa_udp_encap(sa) || (natd->supported && ike_ability_willing(sa, IKE_CAN_MOBIKE));
}

void ike_act_init_enter(const struct ike_step *s, struct ike_act_init_accepted *a)
{
	struct ike_sa *sa = s->sa;

	sa->spi_r = s->msg->hdr.spi_r;
	ike_ability_take(sa, s->msg);
	take(sa, a);
	sa->last_rx_ms = s->e->now_ms;
	sa->stats.rx++;
	ike_window_answered(sa);
	if (floats(sa, &a->natd) && !sa->path.natt) {
		sa->path.natt = true;
		sa->path.local.port = IKE_PORT_NATT;
		sa->path.remote.port = IKE_PORT_NATT;
	}
}

enum err ike_act_init_accept(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_setup *setup = sa->setup;
	struct ike_act_init_accepted a = { .flexvpn = false };
	struct ike_choice choice;
	enum err err = choose(s, &choice, &a.suite);

	if (err == ERR_OK)
		err = ike_ppk_accept(sa, s->msg);
	if (err == ERR_OK)
		err = ike_act_init_read_response(s, &a);
	if (err == ERR_OK)
		err = derive(s, &a);
	if (err == ERR_OK)
		err = ike_blob_set(&setup->init_rx, s->msg->datagram);
	if (err == ERR_OK)
		err = ike_inter_begin(sa, &choice);
	if (err != ERR_OK) {
		secret_fini(&a.keys);
		sa->stats.corrupt++;
		if (err == ERR_AUTH)
			ike_window_hurry(sa, HURRY_MS, HURRY_TRIES);
		ike_core_log_sa(sa, LOG_L_INFO, "ike.init.ignored", "cause=%s", err_name(err));
		return err;
	}
	ike_act_init_enter(s, &a);
	ike_fsm_post(sa, ike_inter_event(sa));
	return ERR_OK;
}

static enum err build_reply(const struct ike_step *s, struct bytes *out)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	bool hashes = ports->sign != NULL && ike_certs_hashes(s->msg) != 0;
	struct ike_proposals answer;
	struct ike_agreed *agreed;
	struct ike_build b;
	enum err err = ike_select_answer(&s->sa->setup->choice, 0, &answer);

	if (err == ERR_OK)
		err = ike_agree_result(s, s->sa->suite.group, &agreed);
	if (err != ERR_OK)
		return err;
	ike_seal_begin_clear(s->e, s->sa, IKE_X_IKE_SA_INIT, true, &b);
	ike_proposal_build(ike_build_payload(&b, IKE_P_SA), &answer);
	build_ke(&b, s->sa->suite.group, agreed->pub);
	err = build_rest(s->e, s->sa, &b, hashes);
	if (ports->authorities != NULL)
		ike_certs_build_request(&b, ports->authorities(ports->ctx, &s->sa->path));
	return err == ERR_OK ? ike_build_finish(&b, out) : err;
}

bool ike_act_init_reply_need(const struct ike_step *s, struct ike_agree *out)
{
	return ike_agree_with(s->msg, s->sa->suite.group, out);
}

enum err ike_act_init_reply(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;
	struct ike_setup *setup = sa->setup;
	struct ike_act_init_accepted a = { .suite = sa->suite };
	struct bytes datagram;
	enum err err = ike_inter_begin(sa, &setup->choice);

	ike_ppk_offer(sa);
	if (err == ERR_OK)
		err = ike_act_init_read_request(s, &a);
	if (err == ERR_OK)
		err = build_reply(s, &datagram);
	if (err == ERR_OK)
		err = ike_blob_set(&setup->init_tx, datagram);
	a.seed.nr = ike_proof_nonce(&setup->init_tx);
	if (err == ERR_OK)
		err = derive(s, &a);
	if (err == ERR_OK)
		err = ike_act_init_respond(sa, &a);
	secret_fini(&a.keys);
	if (err != ERR_OK)
		ike_core_log_sa(sa, LOG_L_INFO, "ike.init.refused", "cause=%s", err_name(err));
	return err;
}
