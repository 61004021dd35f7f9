/*
 * From datagrams to events.  Only what is authentic reaches an SA that has keys; what comes in clear is at most a hint.
 * The classifier reads, decides nothing else than which event it is, and changes nothing.
 */
#include "ike/input.h"

#include <string.h>

#include "ike/ability.h"
#include "ike/admit.h"
#include "ike/child.h"
#include "ike/core.h"
#include "ike/frag/gather.h"
#include "ike/keying/agree.h"
#include "ike/keying/inter.h"
#include "ike/keying/seal.h"
#include "ike/live.h"
#include "ike/move.h"
#include "ike/rekey/attempt.h"
#include "ike/rekey/promise.h"
#include "ike/due.h"
#include "ike/wire/delete.h"
#include "ike/wire/nonce.h"
#include "ike/wire/rule.h"

static bool deletes_ike(const struct ike_msg *msg)
{
	for (const struct ike_payload *p = ike_msg_find(msg, IKE_P_DELETE); p != NULL; p = ike_msg_next(msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_delete d;

		if (ike_delete_parse(&r, &d) == ERR_OK && d.protocol == IKE_PROTO_IKE)
			return true;
	}
	/* RFC7296-2.21.2, -2.21.3: these end the SA without a delete. */
	return ike_msg_notify(msg, IKE_N_AUTHENTICATION_FAILED, NULL) || ike_msg_notify(msg, IKE_N_INVALID_SYNTAX, NULL);
}

/* Whether a response says that our request broke the format. */
static bool complains(const struct ike_msg *msg)
{
	return ike_msg_notify(msg, IKE_N_INVALID_SYNTAX, NULL) || ike_msg_notify(msg, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, NULL);
}

static enum ike_event refusal_event(const struct ike_msg *msg)
{
	if (ike_msg_notify(msg, IKE_N_COOKIE, NULL))
		return IKE_E_INIT_COOKIE;
	if (ike_msg_notify(msg, IKE_N_REDIRECT, NULL))
		return IKE_E_INIT_REDIRECT;
	return ike_msg_notify(msg, IKE_N_INVALID_KE_PAYLOAD, NULL) ? IKE_E_INIT_GROUP : IKE_E_INIT_REFUSED;
}

static enum ike_event resume_refusal_event(const struct ike_msg *msg)
{
	if (ike_msg_notify(msg, IKE_N_COOKIE, NULL))
		return IKE_E_INIT_COOKIE;
	return ike_msg_notify(msg, IKE_N_REDIRECT, NULL) ? IKE_E_INIT_REDIRECT : IKE_E_RESUME_REFUSED;
}

/* A peer's request for a new IKE SA: our exchanges may stand against it, but for one that asks for the same. */
static enum ike_event rekey_event(const struct ike_sa *sa, const struct ike_msg *msg)
{
	bool early = ike_due_moving(sa) || (ike_window_waiting(&sa->window) && sa->tx != IKE_TX_REKEY);

	if (sa->state == IKE_S_UP && early)
		return IKE_E_REKEY_EARLY;
	if ((sa->state == IKE_S_UP || sa->state == IKE_S_REKEY) && ike_accord_wants_series(sa, msg))
		return IKE_E_SERIES_REQUEST;
	return IKE_E_REKEY_REQUEST;
}

/* A peer's IKE_FOLLOWUP_KE: one of a series that we know, and can go on with? */
static enum ike_event followup_event(const struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_promise *p = ike_promise_of(sa, msg);
	enum ike_event last = p != NULL && p->child != NULL ? IKE_E_CHILD_LAST : IKE_E_FOLLOWUP_FINAL;

	if (p == NULL || ike_fsm_cell((enum ike_state)sa->state, last)->ok == IKE_S_NONE)
		return IKE_E_FOLLOWUP_LOST;
	return p->series.done + 1U == p->series.count ? last : IKE_E_FOLLOWUP_REQUEST;
}

/* The response to ours, which must name the next one as long as there is one. */
static enum ike_event followed_event(const struct ike_sa *sa, const struct ike_msg *msg)
{
	const struct ike_attempt *a = sa->attempt;
	bool last = a == NULL || a->series.done + 1U == a->series.count;

	if (a != NULL && last != (ike_series_link(msg).len == 0))
		return IKE_E_BAD_RESPONSE;
	if (a == NULL || a->old != 0)
		return IKE_E_CHILD_RESPONSE;
	return last ? IKE_E_FOLLOWUP_LAST : IKE_E_FOLLOWUP_RESPONSE;
}

static enum ike_event followup_refusal(const struct ike_sa *sa, const struct ike_msg *msg)
{
	if (complains(msg))
		return IKE_E_BAD_RESPONSE;
	return sa->attempt == NULL || sa->attempt->old != 0 ? IKE_E_CHILD_RESPONSE : IKE_E_FOLLOWUP_REFUSED;
}

/* The response to our request for a new IKE SA. */
static enum ike_event rekeyed_event(const struct ike_sa *sa, const struct ike_msg *msg)
{
	struct rd r = rd_of(ike_msg_find(msg, IKE_P_NONCE)->body);
	bool series = ike_series_link(msg).len != 0;
	struct bytes nonce;

	if (sa->tx != IKE_TX_REKEY || ike_nonce_parse(&r, &nonce) != ERR_OK)
		return IKE_E_BAD_RESPONSE;
	if (ike_attempt_redundant(sa->attempt, nonce))
		return series ? IKE_E_SERIES_YIELDS : IKE_E_REKEY_REDUNDANT;
	return series ? IKE_E_SERIES_RESPONSE : IKE_E_REKEY_RESPONSE;
}

/* A refusal of our CREATE_CHILD_SA. */
static enum ike_event create_refusal(const struct ike_sa *sa, const struct ike_msg *msg)
{
	if (complains(msg))
		return IKE_E_BAD_RESPONSE;
	if (sa->tx != IKE_TX_REKEY)
		return IKE_E_CHILD_RESPONSE;
	return ike_msg_notify(msg, IKE_N_INVALID_KE_PAYLOAD, NULL) ? IKE_E_REKEY_GROUP : IKE_E_REKEY_REFUSED;
}

/* A first IKE_AUTH request; without a child it keeps the rules where we said that we could (RFC6023-3). */
static enum ike_event auth_event(const struct ike_sa *sa, const struct ike_msg *msg, bool bare)
{
	if (bare && !ike_ability_agreed(sa, IKE_CAN_CHILDLESS))
		return IKE_E_BAD_REQUEST;
	return ike_msg_find(msg, IKE_P_AUTH) != NULL ? IKE_E_AUTH_REQUEST : IKE_E_EAP_WANTED;
}

/* The event that a message of 'form' is; IKE_E_COUNT for one that no state has a use for yet. */
static enum ike_event classify(const struct ike_sa *sa, const struct ike_msg *msg, enum ike_form form)
{
	switch (form) {
	case IKE_FORM_INIT_RESPONSE:
		return IKE_E_INIT_RESPONSE;
	case IKE_FORM_INIT_REFUSAL:
		return refusal_event(msg);
	case IKE_FORM_RESUME_RESPONSE:
		return IKE_E_RESUME_RESPONSE;
	case IKE_FORM_RESUME_REFUSAL:
		return resume_refusal_event(msg);
	case IKE_FORM_INTER_REQUEST:
		return IKE_E_INTER_REQUEST;
	case IKE_FORM_INTER_RESPONSE:
		return IKE_E_INTER_RESPONSE;
	case IKE_FORM_INTER_REFUSAL:
		return IKE_E_INTER_REFUSED;
	case IKE_FORM_AUTH_REQUEST:
	case IKE_FORM_AUTH_BARE:
		return auth_event(sa, msg, form == IKE_FORM_AUTH_BARE);
	case IKE_FORM_AUTH_RESPONSE:
		return IKE_E_AUTH_RESPONSE;
	case IKE_FORM_AUTH_CHILDLESS:
		return IKE_E_AUTH_CHILDLESS;
	case IKE_FORM_AUTH_EAP_START:
		return IKE_E_EAP_OFFERED;
	case IKE_FORM_AUTH_EAP_REQUEST:
	case IKE_FORM_AUTH_EAP_RESPONSE:
		return IKE_E_EAP_PACKET;
	case IKE_FORM_AUTH_LAST_REQUEST:
	case IKE_FORM_AUTH_LAST_RESPONSE:
	case IKE_FORM_AUTH_LAST_CHILDLESS:
		return IKE_E_AUTH_LAST;
	case IKE_FORM_AUTH_REFUSAL:
		return IKE_E_AUTH_REFUSED;
	case IKE_FORM_CHILD_REQUEST:
		return IKE_E_CHILD_REQUEST;
	case IKE_FORM_CHILD_RESPONSE:
		return sa->tx == IKE_TX_REKEY ? IKE_E_BAD_RESPONSE : IKE_E_CHILD_RESPONSE;
	case IKE_FORM_CHILD_REFUSAL:
		return create_refusal(sa, msg);
	case IKE_FORM_REKEY_REQUEST:
		return rekey_event(sa, msg);
	case IKE_FORM_REKEY_RESPONSE:
		return rekeyed_event(sa, msg);
	case IKE_FORM_FOLLOWUP_REQUEST:
		return followup_event(sa, msg);
	case IKE_FORM_FOLLOWUP_RESPONSE:
		return followed_event(sa, msg);
	case IKE_FORM_FOLLOWUP_REFUSAL:
		return followup_refusal(sa, msg);
	case IKE_FORM_INFO_REQUEST:
		if (!deletes_ike(msg))
			return IKE_E_INFO_REQUEST;
		return sa->succeeded && sa->state == IKE_S_UP ? IKE_E_PEER_RETIRE : IKE_E_PEER_DELETE;
	case IKE_FORM_INFO_RESPONSE:
		if (sa->tx == IKE_TX_DELETE)
			return IKE_E_DELETED;
		return complains(msg) ? IKE_E_BAD_RESPONSE : IKE_E_INFO_RESPONSE;
	default:
		return IKE_E_COUNT;
	}
}

/* 'answer': to our request under way. */
static void run(struct ike_engine *e, struct ike_sa *sa, const struct ike_path *path, enum ike_event event, bool answer)
{
	struct ike_step s = { .e = e, .sa = sa, .msg = &e->msg, .path = path, .answer = answer };

	if (event == IKE_E_COUNT && answer) /* no other will come */
		event = IKE_E_BAD_RESPONSE;
	if (event == IKE_E_COUNT)
		ike_core_count(e, IKE_STAT_RX_REFUSED);
	else
		(void)ike_fsm_run(&s, event);
}

/* A notify in clear about an ESP SA that the peer doesn't know: find whose it is.  A walk, so at a limited rate. */
static void hint_about_esp(struct ike_engine *e, const struct ike_path *path, uint32_t spi)
{
	struct slab_handle handle;
	struct ike_sa *sa;
	uint32_t at = 0;

	if (!limit_take(&e->notify_limit, e->now_ms))
		return;
	while ((sa = (struct ike_sa *)slab_walk(&e->sas, &at, &handle)) != NULL) {
		if (!addr_eq(&sa->path.remote.addr, &path->remote.addr) || ike_child_by_out(sa, spi) == NULL)
			continue;
		ike_live_hint(sa);
		return;
	}
}

/* In clear, and not what an SA begins with: never believed. */
static void take_hint(struct ike_engine *e, const struct ike_path *path, struct ike_sa *sa)
{
	struct ike_notify n;

	if (sa != NULL && ike_msg_notify(&e->msg, IKE_N_INVALID_IKE_SPI, NULL)) {
		ike_live_hint(sa);
	} else if (ike_msg_notify(&e->msg, IKE_N_INVALID_SPI, &n) && n.data.len == sizeof(uint32_t)) {
		struct rd r = rd_of(n.data);

		hint_about_esp(e, path, rd_u32(&r));
	} else {
		ike_core_count(e, IKE_STAT_RX_FORGED);
		return;
	}
	ike_fsm_drain(e);
}

/* Whether the SA waits for a response in clear like this one. */
static bool awaits(const struct ike_sa *sa, const struct ike_hdr *hdr)
{
	if (sa == NULL || !ike_hdr_is_response(hdr))
		return false;
	return sa->state == (hdr->exchange == IKE_X_IKE_SA_INIT ? IKE_S_I_INIT : IKE_S_I_RESUME);
}

static void receive_clear(struct ike_engine *e, const struct ike_path *path, struct ike_sa *sa)
{
	struct ike_rule_result rule;

	if (!ike_hdr_opens(&e->msg.hdr)) {
		take_hint(e, path, sa);
	} else if (!awaits(sa, &e->msg.hdr)) {
		ike_core_count(e, IKE_STAT_RX_WINDOW);
	} else if (ike_rule_check(&e->msg, &rule) != ERR_OK) {
		ike_core_count(e, IKE_STAT_RX_SYNTAX);
		sa->stats.corrupt++;
	} else {
		run(e, sa, path, classify(sa, &e->msg, rule.form), false);
	}
}

/* A request for an SA that we don't have: the peer may have one that we lost (RFC7296-2.21.4). */
static void receive_unknown(struct ike_engine *e, const struct ike_path *path)
{
	ike_core_count(e, IKE_STAT_RX_UNKNOWN_SPI);
	if (ike_hdr_is_response(&e->msg.hdr))
		return;
	if (limit_take(&e->notify_limit, e->now_ms))
		ike_admit_refuse(e, path, IKE_N_INVALID_IKE_SPI, bytes_of(NULL, 0));
	else
		ike_core_count(e, IKE_STAT_NOTIFY_LIMITED);
}

/* Exchange type of our request under way. */
static uint8_t exchange_under_way(const struct ike_sa *sa)
{
	switch (sa->tx) {
	case IKE_TX_INIT:
		return IKE_X_IKE_SA_INIT;
	case IKE_TX_INTER:
		return IKE_X_IKE_INTERMEDIATE;
	case IKE_TX_AUTH:
		return IKE_X_IKE_AUTH;
	case IKE_TX_CHILD:
	case IKE_TX_REKEY:
		return IKE_X_CREATE_CHILD_SA;
	case IKE_TX_FOLLOWUP:
		return IKE_X_IKE_FOLLOWUP_KE;
	default:
		return IKE_X_INFORMATIONAL;
	}
}

/*
 * Where the peer is to be reached from an authentic new message on: a responder takes the initiator's choice of port;
 * later a peer behind a NAT is followed (RFC7296-2.23), any other is only answered where it asked.  With MOBIKE only ESP shows where it is
 * (RFC4555-3.8): so it may try other paths.
 */
static void follow(struct ike_sa *sa, const struct ike_path *path)
{
	sa->reply_path = *path;
	if (sa->state == IKE_S_R_INIT)
		sa->path = *path;
	else if (sa->nat_remote && !ike_ability_agreed(sa, IKE_CAN_MOBIKE))
		ike_move_follow(sa, path, "ike");
}

/* A response that is no answer to what was asked breaks the protocol: there will be no other, and nothing else would end the wait. */
static enum ike_event of_use(const struct ike_sa *sa, enum ike_event event, bool response)
{
	bool useless = event == IKE_E_COUNT || ike_fsm_cell((enum ike_state)sa->state, event)->ok == IKE_S_NONE;

	return response && useless ? IKE_E_BAD_RESPONSE : event;
}

/* What SK held, 'err' being what came of parsing it, held to the rules; the event that it is. */
static enum ike_event judge_inner(struct ike_engine *e, struct ike_sa *sa, enum err err)
{
	bool response = ike_hdr_is_response(&e->msg.hdr);
	struct ike_rule_result rule;

	if (err == ERR_OK)
		err = ike_rule_check(&e->msg, &rule);
	if (err == ERR_OK)
		return of_use(sa, classify(sa, &e->msg, rule.form), response);
	ike_core_count(e, e->msg.unsupported != 0 ? IKE_STAT_RX_CRITICAL : IKE_STAT_RX_SYNTAX);
	ike_core_log_sa(sa, LOG_L_WARN, "ike.syntax", "exchange=%s cause=%s", ike_iana_exchange_str(e->msg.hdr.exchange), err_name(err));
	return response ? IKE_E_BAD_RESPONSE : IKE_E_BAD_REQUEST;
}

/* A repeated request came under the keys of its time. */
static enum err open_sealed(struct ike_engine *e, struct ike_sa *sa, enum ike_window_verdict verdict, struct bytes *plain)
{
	bool before = verdict == IKE_WINDOW_REPEAT && ike_inter_rewind(sa);
	enum err err = ike_seal_open(e, sa, &e->msg, e->rx, plain);

	if (before)
		(void)ike_inter_rewind(sa);
	return err;
}

static void receive_sealed(struct ike_engine *e, const struct ike_path *path, struct ike_sa *sa)
{
	const struct ike_hdr *hdr = &e->msg.hdr;
	bool response = ike_hdr_is_response(hdr);
	enum ike_window_verdict verdict = ike_window_judge(&sa->window, response, hdr->message_id);
	enum ike_event event;
	struct bytes plain;

	if (sa->keys.len == 0 || verdict == IKE_WINDOW_OUTSIDE || (response && hdr->exchange != exchange_under_way(sa))) {
		ike_core_count(e, IKE_STAT_RX_WINDOW);
		sa->stats.refused++;
		return;
	}
	if (!ike_gather_wants(sa, &e->msg, verdict == IKE_WINDOW_REPEAT)) {
		ike_core_count(e, IKE_STAT_FRAGMENT_VAIN);
		return;
	}
	if (open_sealed(e, sa, verdict, &plain) != ERR_OK) {
		ike_core_count(e, IKE_STAT_RX_CORRUPT);
		sa->stats.corrupt++;
		return;
	}
	sa->last_rx_ms = e->now_ms;
	if (verdict == IKE_WINDOW_REPEAT) {
		sa->reply_path = *path;
		ike_window_repeat(sa);
		return;
	}
	if (!ike_gather_take(e, sa, &plain))
		return;
	if (!response)
		ike_inter_forget(sa);
	sa->stats.rx++;
	follow(sa, path);
	event = judge_inner(e, sa, ike_msg_parse_inner(&e->msg, e->msg.inner_first, plain));
	run(e, sa, path, event, response);
}

/* ---- what waited for a key exchange ---- */

/* A sealed one, opened before it waited.  Meanwhile the window may have been closed to it. */
static void resume_sealed(struct ike_engine *e, const struct ike_path *path, struct ike_sa *sa, struct bytes opened)
{
	enum err err = ike_seal_reopen(sa, opened, &e->msg);
	bool response = ike_hdr_is_response(&e->msg.hdr);

	if (ike_window_judge(&sa->window, response, e->msg.hdr.message_id) == IKE_WINDOW_FRESH)
		run(e, sa, path, judge_inner(e, sa, err), response);
}

void ike_input_resume(struct ike_engine *e, struct ike_agreement *a)
{
	struct slab_handle handle = a->handle;
	struct ike_blob held = a->held;
	struct ike_path path = a->path;
	struct ike_sa *sa = a->sa;

	list_del(&a->link);
	memset(&a->held, 0, sizeof(a->held)); /* now ours: the message borrows from it */
	if (a->side == IKE_AGREE_THEIRS)
		sa->window.busy = false;
	if (ike_msg_parse(ike_blob_view(&held), &e->msg) == ERR_OK) {
		if (ike_msg_sk(&e->msg) != NULL)
			resume_sealed(e, &path, sa, ike_blob_view(&held));
		else if (a->side == IKE_AGREE_OURS)
			receive_clear(e, &path, sa);
		else
			run(e, sa, &path, IKE_E_INIT_REQUEST, false);
	}
	ike_blob_drop(&held);
	a = (struct ike_agreement *)slab_get(&e->agreements, handle);
	if (a != NULL) /* nobody wanted it any more */
		ike_agree_drop(a->sa, (enum ike_agree_side)a->side);
}

/* ---- datagrams ---- */

/* The SA that the header names: by the SPI that is ours, if the other is the peer's. */
static struct ike_sa *sa_of(const struct ike_engine *e, const struct ike_hdr *hdr)
{
	bool to_responder = ike_hdr_from_initiator(hdr);
	struct ike_sa *sa = ike_sa_find(e, to_responder ? hdr->spi_r : hdr->spi_i);

	if (sa == NULL || (sa->role == IKE_RESPONDER) != to_responder)
		return NULL;
	if (to_responder)
		return sa->spi_i == hdr->spi_i ? sa : NULL;
	return sa->spi_r == 0 || sa->spi_r == hdr->spi_r ? sa : NULL;
}

/* A datagram that isn't an IKEv2 message; the few whose sender should know why are answered, at a limited rate. */
static void refuse_unparsed(struct ike_engine *e, const struct ike_path *path, enum err err)
{
	const struct ike_hdr *hdr = &e->msg.hdr;
	uint8_t data = e->msg.unsupported;
	uint16_t notify = IKE_N_INVALID_MAJOR_VERSION;
	bool newer = err == ERR_VERSION && hdr->version >> 4 > IKE_VERSION_MAJOR;
	bool critical = err == ERR_UNSUPPORTED && ike_hdr_opens(hdr) && hdr->spi_r == 0;

	ike_core_count(e, err == ERR_VERSION ? IKE_STAT_RX_VERSION : err == ERR_UNSUPPORTED ? IKE_STAT_RX_CRITICAL : IKE_STAT_RX_SHORT);
	if (ike_hdr_is_response(hdr) || (!newer && !critical) || !limit_take(&e->notify_limit, e->now_ms))
		return;
	if (critical)
		notify = IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD;
	ike_admit_refuse(e, path, notify, bytes_of(&data, critical ? 1 : 0));
}

static void receive_init_request(struct ike_engine *e, const struct ike_path *path)
{
	struct ike_rule_result rule;

	if (!ike_source_admit(&e->sources, &e->cfg.source, &path->remote.addr, e->now_ms)) {
		ike_core_count(e, IKE_STAT_SOURCE_RATE);
		return;
	}
	if (ike_rule_check(&e->msg, &rule) == ERR_OK) {
		ike_admit_request(e, path);
		return;
	}
	ike_core_count(e, IKE_STAT_RX_SYNTAX);
	if (limit_take(&e->notify_limit, e->now_ms))
		ike_admit_refuse(e, path, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
}

void ike_input_receive(struct ike_engine *e, const struct ike_path *path, struct bytes datagram)
{
	struct ike_sa *sa;
	enum err err;

	ike_core_count(e, IKE_STAT_RX);
	if (datagram.len < IKE_HDR_LEN || datagram.len > sizeof(e->rx)) {
		ike_core_count(e, IKE_STAT_RX_SHORT);
		return;
	}
	memcpy(e->rx, datagram.data, datagram.len); /* decrypted in place */
	err = ike_msg_parse(bytes_of(e->rx, datagram.len), &e->msg);
	if (err != ERR_OK) {
		refuse_unparsed(e, path, err);
		return;
	}
	if (ike_hdr_opens(&e->msg.hdr) && e->msg.hdr.spi_r == 0 && !ike_hdr_is_response(&e->msg.hdr)) {
		receive_init_request(e, path);
		return;
	}
	sa = sa_of(e, &e->msg.hdr);
	if (ike_msg_sk(&e->msg) == NULL)
		receive_clear(e, path, sa);
	else if (sa == NULL)
		receive_unknown(e, path);
	else
		receive_sealed(e, path, sa);
}
