/*
 * Who may have a half-open SA.  Up to the point where all is good a request costs us no memory: cookie, proposals and
 * group are settled, or refused, from the message alone.
 */
#include "ike/admit.h"

#include <string.h>

#include "ike/core.h"
#include "ike/exchange/act_redirect.h"
#include "ike/exchange/act_resume_r.h"
#include "ike/keying/inter.h"
#include "ike/resume/resume.h"
#include "ike/wire/ke.h"
#include "ike/wire/nonce.h"

void ike_admit_refuse(struct ike_engine *e, const struct ike_path *path, uint16_t notify, struct bytes data)
{
	struct ike_hdr hdr = e->msg.hdr;
	struct ike_build b;
	struct bytes datagram;

	hdr.version = IKE_VERSION;
	hdr.flags = (uint8_t)(IKE_F_RESPONSE | (ike_hdr_from_initiator(&hdr) ? 0 : IKE_F_INITIATOR));
	ike_build_begin(&b, e->tx, sizeof(e->tx), &hdr);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), notify, data);
	if (ike_build_finish(&b, &datagram) == ERR_OK)
		ike_core_send(e, path, datagram);
}

static bool is_ready(const struct ike_engine *e)
{
	const struct ike_ports *ports = e->cfg.ports;

	return ports->ready == NULL || ports->ready(ports->ctx);
}

/* Also of a source that has half of what it may: who forges its address mustn't shut it out. */
static bool wants_cookie(const struct ike_engine *e, const struct ike_path *path)
{
	uint32_t threshold = e->cfg.cookie_threshold;

	if (e->cfg.cookie_always || e->stats.half_open > threshold)
		return true;
	return threshold != UINT32_MAX && ike_source_half_open(&e->sources, &path->remote.addr) >= (e->cfg.source.half_open + 1) / 2;
}

/* Whether the request may go on: it needn't have a cookie, or has a good one.  Else it is answered. */
static bool cookie_settled(struct ike_engine *e, const struct ike_path *path, struct bytes nonce)
{
	struct ike_cookie_of of = { .path = path, .nonce = nonce, .spi_i = e->msg.hdr.spi_i };
	uint8_t cookie[IKE_COOKIE_LEN];
	struct ike_notify n;

	if (!wants_cookie(e, path))
		return true;
	if (ike_cookie_refresh(&e->cookie, e->cfg.rand, e->now_ms) != ERR_OK)
		return false;
	if (ike_msg_notify(&e->msg, IKE_N_COOKIE, &n)) {
		if (ike_cookie_good(&e->cookie, e->cfg.crypto, &of, n.data))
			return true;
		ike_core_count(e, IKE_STAT_COOKIE_BAD);
	}
	if (ike_cookie_make(&e->cookie, e->cfg.crypto, &of, cookie) == ERR_OK) {
		ike_core_count(e, IKE_STAT_COOKIE_SENT);
		ike_admit_refuse(e, path, IKE_N_COOKIE, bytes_of(cookie, sizeof(cookie)));
	}
	return false;
}

static enum err choose(struct ike_engine *e, const struct ike_path *path, struct ike_choice *choice, struct ike_suite *suite)
{
	struct rd r = rd_of(ike_msg_find(&e->msg, IKE_P_SA)->body);
	struct ike_proposals ours, theirs;
	struct ike_offers offers;
	enum err err = ike_proposal_parse(&r, &theirs);

	if (err != ERR_OK)
		return ERR_MALFORMED;
	memset(&offers, 0, sizeof(offers));
	err = e->cfg.ports->policy(e->cfg.ports->ctx, path, &offers);
	if (err == ERR_OK)
		err = ike_suite_offer_ike(&offers, &ours);
	if (err == ERR_OK)
		err = ike_select_pick(&ours, &theirs, ike_inter_flags(&e->msg), choice);
	if (err == ERR_OK)
		err = ike_suite_of(choice, suite);
	return err == ERR_OK ? ERR_OK : ERR_NO_PROPOSAL;
}

/* Whether one more peer may be served; if not, it is counted why.  A peer beyond the limit of SAs is told, at a limited rate. */
static bool has_room(struct ike_engine *e, const struct ike_path *path)
{
	enum ike_stat why;

	if (e->stats.peers >= e->cfg.sa_limit)
		why = IKE_STAT_SA_FULL;
	else if (e->stats.half_open >= e->cfg.half_open_limit)
		why = IKE_STAT_HALF_OPEN_FULL;
	else if (ike_source_half_open(&e->sources, &path->remote.addr) >= e->cfg.source.half_open)
		why = IKE_STAT_SOURCE_FULL;
	else if (!is_ready(e))
		why = IKE_STAT_NOT_READY;
	else
		return true;
	ike_core_count(e, why);
	if (why == IKE_STAT_SA_FULL && limit_take(&e->notify_limit, e->now_ms)) {
		ike_core_log(e, path, LOG_L_WARN, "init.refused", "notify=NO_ADDITIONAL_SAS limit=%u", e->cfg.sa_limit);
		ike_admit_refuse(e, path, IKE_N_NO_ADDITIONAL_SAS, bytes_of(NULL, 0));
	}
	return false;
}

/* What a new SA begins with. */
struct beginning {
	enum ike_event event;
	struct ike_choice choice; /* of IKE_SA_INIT */
	struct ike_suite suite;
	struct ike_resume *resume; /* moved; NULL: it resumes none */
};

static void create(struct ike_engine *e, const struct ike_path *path, struct beginning *with)
{
	struct ike_step s = { .e = e, .msg = &e->msg, .path = path };
	enum err err = ike_sa_new(e, IKE_RESPONDER, path, &s.sa);

	if (err != ERR_OK) {
		ike_resume_free(with->resume);
		ike_core_count(e, err == ERR_FULL ? IKE_STAT_SA_FULL : IKE_STAT_CRYPTO);
		return;
	}
	s.sa->spi_i = e->msg.hdr.spi_i;
	s.sa->suite = with->suite;
	s.sa->setup->choice = with->choice;
	s.sa->setup->resume = with->resume;
	s.sa->pace.base_ms = e->cfg.retransmit_base_ms;
	s.sa->pace.tries = (uint8_t)e->cfg.retransmit_tries;
	ike_sa_enter_init(s.sa);
	err = ike_blob_set(&s.sa->setup->init_rx, e->msg.datagram);
	if (err == ERR_OK) {
		(void)ike_fsm_run(&s, with->event); /* it may wait for its key exchange; repeated, the request finds it */
	} else {
		ike_core_count(e, IKE_STAT_CRYPTO);
		ike_sa_free(s.sa);
	}
}

static void refuse_syntax(struct ike_engine *e, const struct ike_path *path)
{
	ike_core_count(e, IKE_STAT_RX_SYNTAX);
	if (limit_take(&e->notify_limit, e->now_ms))
		ike_admit_refuse(e, path, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
}

/* What IKE_SA_INIT and IKE_SESSION_RESUME have to pass alike (RFC5723-4.3.2); false: the request is dealt with. */
static bool passes(struct ike_engine *e, const struct ike_path *path)
{
	struct ike_sa *known = ike_sa_find_init(e, e->msg.hdr.spi_i, path, e->msg.datagram);
	struct rd r = rd_of(ike_msg_find(&e->msg, IKE_P_NONCE)->body);
	struct bytes nonce;

	if (e->msg.datagram.len > IKE_INIT_MAX) {
		ike_core_count(e, IKE_STAT_INIT_LONG);
		return false;
	}
	if (known != NULL) {
		if (known->state == IKE_S_R_INIT)
			ike_window_repeat(known);
		return false;
	}
	if (!has_room(e, path))
		return false;
	if (ike_nonce_parse(&r, &nonce) != ERR_OK) {
		refuse_syntax(e, path);
		return false;
	}
	return cookie_settled(e, path, nonce) && !ike_act_redirect_new_peer(e, path, nonce);
}

static void admit_init(struct ike_engine *e, const struct ike_path *path)
{
	struct rd r = rd_of(ike_msg_find(&e->msg, IKE_P_KE)->body);
	struct beginning with = { .event = IKE_E_INIT_REQUEST };
	struct ike_ke ke;
	uint8_t group[2];
	enum err err = ike_ke_parse(&r, &ke);

	if (err == ERR_OK)
		err = choose(e, path, &with.choice, &with.suite);
	if (err == ERR_NO_PROPOSAL) {
		ike_core_count(e, IKE_STAT_NO_PROPOSAL);
		ike_core_log(e, path, LOG_L_WARN, "init.refused", "notify=NO_PROPOSAL_CHOSEN");
		ike_admit_refuse(e, path, IKE_N_NO_PROPOSAL_CHOSEN, bytes_of(NULL, 0));
	} else if (err != ERR_OK) {
		refuse_syntax(e, path);
	} else if (ke.group != with.suite.group->id) { /* RFC7296-1.3 */
		ike_core_count(e, IKE_STAT_INVALID_KE);
		group[0] = (uint8_t)(with.suite.group->id >> 8);
		group[1] = (uint8_t)with.suite.group->id;
		ike_admit_refuse(e, path, IKE_N_INVALID_KE_PAYLOAD, bytes_of(group, sizeof(group)));
	} else {
		create(e, path, &with);
	}
}

static void admit_resume(struct ike_engine *e, const struct ike_path *path)
{
	struct beginning with = { .event = IKE_E_RESUME_REQUEST };

	if (ike_act_resume_r_open(e, path, &with.resume) != ERR_OK) {
		ike_admit_refuse(e, path, IKE_N_TICKET_NACK, bytes_of(NULL, 0));
		return;
	}
	with.suite = with.resume->past.suite;
	create(e, path, &with);
}

void ike_admit_request(struct ike_engine *e, const struct ike_path *path)
{
	if (!passes(e, path))
		return;
	if (e->msg.hdr.exchange == IKE_X_IKE_SESSION_RESUME)
		admit_resume(e, path);
	else
		admit_init(e, path);
}
