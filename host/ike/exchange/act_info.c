/* INFORMATIONAL exchanges of an SA whose keys are there, both ways. */
#include "ike/exchange/act_info.h"

#include <stdlib.h>

#include "ike/child.h"
#include "ike/config.h"
#include "ike/core.h"
#include "ike/exchange/act_child_i.h"
#include "ike/exchange/act_reauth.h"
#include "ike/exchange/act_redirect.h"
#include "ike/exchange/act_series_i.h"
#include "ike/exchange/act_ticket.h"
#include "ike/exchange/addresses.h"
#include "ike/exchange/mobike.h"
#include "ike/keying/seal.h"
#include "ike/live.h"
#include "ike/rekey/childfsm.h"
#include "ike/due.h"
#include "ike/wire/cp.h"
#include "ike/wire/delete.h"

/* A pair that we're deleting too isn't named in the response, RFC7296-2.25.1. */
static bool delete_child(const struct ike_step *s, uint32_t spi_out, uint32_t *spi_in)
{
	struct ike_child *child = ike_child_by_out(s->sa, spi_out);
	bool ours;

	if (child == NULL)
		return false;
	*spi_in = child->spi_in;
	ours = child->state == IKE_C_CLOSING;
	return ike_childfsm_step(s, child, IKE_CE_PEER_DELETE) == ERR_OK && !ours;
}

/* ESP SAs that the peer deletes: the other halves go too and are named in the response (RFC7296-1.4.1). */
static void answer_delete(const struct ike_step *s, struct ike_build *b)
{
	uint32_t gone[IKE_SA_CHILDREN];
	uint16_t count = 0;

	for (const struct ike_payload *p = ike_msg_find(s->msg, IKE_P_DELETE); p != NULL; p = ike_msg_next(s->msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_delete d;

		if (ike_delete_parse(&r, &d) != ERR_OK || d.protocol != IKE_PROTO_ESP)
			continue;
		for (unsigned i = 0; i < d.count && count < IKE_SA_CHILDREN; i++)
			if (delete_child(s, ike_delete_spi(&d, i), &gone[count]))
				count++;
	}
	if (count != 0)
		ike_delete_build_esp(ike_build_payload(b, IKE_P_DELETE), gone, count);
}

/* The peer's prefixes go to the world; those it takes are acknowledged. */
static void answer_config(const struct ike_step *s, struct ike_build *b)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	const struct ike_payload *p = ike_msg_find(s->msg, IKE_P_CP);
	bool accepted[IKE_CONFIG_PREFIXES] = { false };
	struct ike_config config;
	uint8_t type;

	if (p == NULL || !s->sa->known || !s->sa->takes_config)
		return;
	if (ike_config_parse(p->body, &type, &config) != ERR_OK || type != IKE_CP_SET)
		return;
	ports->config_set(ports->ctx, s->sa->handle, &config, accepted);
	for (unsigned i = 0; i < config.prefix_count; i++)
		s->sa->stats.prefixes_refused += !accepted[i];
	s->sa->stats.prefixes_refused += config.dropped;
	ike_config_build_ack(ike_build_payload(b, IKE_P_CP), &config, accepted);
}

/* RFC7296-3.10.1: a packet of ours wasn't one that its SA lets pass, so the ends disagree about selectors. */
static void note_selectors(const struct ike_step *s)
{
	struct ike_notify n;

	if (!ike_msg_notify(s->msg, IKE_N_INVALID_SELECTORS, &n))
		return;
	ike_core_count(s->e, IKE_STAT_SELECTORS);
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.selectors", "spi-out=%08x octets=%zu", (uint32_t)n.spi, n.data.len);
}

enum err ike_act_info_compose(const struct ike_step *s, struct bytes *out)
{
	struct ike_build b;

	note_selectors(s);
	ike_seal_begin(s->e, s->sa, IKE_X_INFORMATIONAL, true, &b);
	answer_delete(s, &b);
	answer_config(s, &b);
	ike_mobike_answer(s, &b);
	ike_act_ticket_answer(s, &b);
	ike_act_redirect_told(s);
	ike_act_reauth_take(s->sa, s->msg);
	return ike_seal_end(s->e, s->sa, &b, out);
}

/* Whether it is about pairs of an SA that goes on. */
static bool deletes_pairs(const struct ike_step *s)
{
	bool pairs = false;

	for (const struct ike_payload *p = ike_msg_find(s->msg, IKE_P_DELETE); p != NULL; p = ike_msg_next(s->msg, p)) {
		struct rd r = rd_of(p->body);
		struct ike_delete d;

		if (ike_delete_parse(&r, &d) != ERR_OK || d.protocol == IKE_PROTO_IKE)
			return false;
		pairs |= d.protocol == IKE_PROTO_ESP;
	}
	return pairs && s->sa->known;
}

/* With the answer the peer forgets the pairs: it must wait until the last packet that goes out by them is ahead of it. */
static enum err answer_later(const struct ike_step *s, struct bytes datagram)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	enum err err = ike_window_hold(s->sa, datagram);

	if (err == ERR_OK)
		ports->deleted(ports->ctx, s->sa->handle);
	return err;
}

enum err ike_act_info_answer(const struct ike_step *s)
{
	struct bytes datagram;
	enum err err = ike_act_info_compose(s, &datagram);

	if (err != ERR_OK)
		return err;
	if (s->e->cfg.ports->deleted != NULL && deletes_pairs(s))
		return answer_later(s, datagram);
	return ike_window_respond(s->sa, datagram);
}

enum err ike_act_info_notify(const struct ike_step *s, uint16_t type, struct bytes data)
{
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, s->sa, s->msg->hdr.exchange, true, &b);
	ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), type, data);
	err = ike_seal_end(s->e, s->sa, &b, &datagram);
	return err == ERR_OK ? ike_window_respond(s->sa, datagram) : err;
}

enum err ike_act_info_bad(const struct ike_step *s)
{
	uint8_t payload = s->msg->unsupported;

	if (payload != 0)
		return ike_act_info_notify(s, IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, bytes_of(&payload, 1));
	return ike_act_info_notify(s, IKE_N_INVALID_SYNTAX, bytes_of(NULL, 0));
}

enum err ike_act_info_no_more(const struct ike_step *s)
{
	return ike_act_info_notify(s, IKE_N_NO_ADDITIONAL_SAS, bytes_of(NULL, 0));
}

enum err ike_act_info_later(const struct ike_step *s)
{
	return ike_act_info_notify(s, IKE_N_TEMPORARY_FAILURE, bytes_of(NULL, 0));
}

static void take_ack(const struct ike_step *s)
{
	const struct ike_payload *p = ike_msg_find(s->msg, IKE_P_CP);
	unsigned accepted = 0;
	struct ike_cp cp;
	struct rd r;

	if (p != NULL) {
		r = rd_of(p->body);
		if (ike_cp_parse(&r, &cp) == ERR_OK && cp.type == IKE_CP_ACK)
			accepted = cp.count;
	}
	ike_core_log_sa(s->sa, LOG_L_INFO, "config.ack", "sent=%u accepted=%u", s->sa->routes->prefix_count, accepted);
	if ((s->sa->todo & 1u << IKE_TX_CONFIG) == 0) { /* else newer ones wait */
		free(s->sa->routes);
		s->sa->routes = NULL;
	}
}

/* Steps every child that is in 'state'. */
static void step_children(const struct ike_step *s, enum ike_child_state state, enum ike_child_event event)
{
	for (struct list *n = list_first(&s->sa->children), *next; n != NULL; n = next) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		next = list_next(&s->sa->children, n);
		if (child->state == state)
			(void)ike_childfsm_step(s, child, event);
	}
}

enum err ike_act_info_take(const struct ike_step *s)
{
	if (s->sa->tx == IKE_TX_CONFIG && s->sa->routes != NULL)
		take_ack(s);
	if (s->sa->tx == IKE_TX_DELETE_CHILD)
		step_children(s, IKE_C_CLOSING, IKE_CE_DELETED);
	if (s->sa->tx == IKE_TX_UPDATE)
		ike_mobike_take_update(s);
	if (s->sa->tx == IKE_TX_CHECK)
		ike_mobike_take_check(s);
	if (s->sa->tx == IKE_TX_TICKET)
		ike_act_ticket_take(s->sa, s->msg);
	s->sa->tx = IKE_TX_NONE;
	s->sa->hinted = false;
	return ERR_OK;
}

/* The farewell; a peer that failed authentication is told so (RFC7296-2.21.2). */
static void build_delete(struct ike_sa *sa, struct ike_build *b)
{
	if (sa->why == IKE_DOWN_AUTH)
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_AUTHENTICATION_FAILED, bytes_of(NULL, 0));
	ike_delete_build_ike(ike_build_payload(b, IKE_P_DELETE));
}

static void build_delete_children(const struct ike_sa *sa, struct ike_build *b)
{
	uint32_t spis[IKE_SA_CHILDREN];
	uint16_t count = 0;

	list_each (n, &sa->children) {
		const struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->state == IKE_C_CLOSE && count < IKE_SA_CHILDREN)
			spis[count++] = child->spi_in;
	}
	ike_delete_build_esp(ike_build_payload(b, IKE_P_DELETE), spis, count);
}

static struct ike_pace build_wanted(struct ike_sa *sa, enum ike_tx tx, struct ike_build *b)
{
	switch (tx) {
	case IKE_TX_DELETE:
		build_delete(sa, b);
		break;
	case IKE_TX_DELETE_CHILD:
		build_delete_children(sa, b);
		break;
	case IKE_TX_UPDATE:
		ike_mobike_build_update(sa, b);
		break;
	case IKE_TX_CHECK:
		ike_mobike_build_check(sa, b);
		break;
	case IKE_TX_ADDRESSES:
		ike_addresses_build(sa, b, true);
		break;
	case IKE_TX_CONFIG:
		ike_config_build(ike_build_payload(b, IKE_P_CP), IKE_CP_SET, sa->routes);
		break;
	case IKE_TX_REDIRECT:
		ike_core_count(sa->engine, IKE_STAT_REDIRECT_SENT);
		ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_REDIRECT, ike_blob_view(&sa->redirect));
		break;
	case IKE_TX_TICKET:
		ike_act_ticket_build(sa, b);
		break;
	default: /* a liveness check is empty */
		sa->stats.probes++;
		ike_core_count(sa->engine, IKE_STAT_PROBE);
		return ike_live_pace(sa);
	}
	return sa->pace;
}

static enum err send_info(const struct ike_step *s, enum ike_tx tx)
{
	struct ike_sa *sa = s->sa;
	struct ike_pace pace;
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, sa, IKE_X_INFORMATIONAL, false, &b);
	pace = build_wanted(sa, tx, &b);
	sa->todo &= (uint16_t) ~(1u << tx);
	err = ike_seal_end(s->e, sa, &b, &datagram);
	if (err != ERR_OK)
		return err;
	sa->tx = (uint8_t)tx;
	err = ike_window_request(sa, datagram, &pace);
	if (err == ERR_OK && tx == IKE_TX_DELETE_CHILD)
		step_children(s, IKE_C_CLOSE, IKE_CE_SEND);
	return err;
}

static struct ike_child *first_waiting(const struct ike_sa *sa)
{
	list_each (n, &sa->children) {
		struct ike_child *child = list_of(n, struct ike_child, link);

		if (child->state == IKE_C_WAIT || child->state == IKE_C_N_WAIT)
			return child;
	}
	return NULL;
}

bool ike_act_info_send_need(const struct ike_step *s, struct ike_agree *out)
{
	switch (ike_due_next(s->sa)) {
	case IKE_TX_FOLLOWUP:
		return ike_act_series_i_send_need(s, out);
	case IKE_TX_CHILD:
		return ike_act_child_i_send_need(s, out);
	default:
		return false;
	}
}

enum err ike_act_info_send(const struct ike_step *s)
{
	enum ike_tx tx = ike_due_next(s->sa);

	switch (tx) {
	case IKE_TX_NONE:  /* posted before the window closed */
	case IKE_TX_REKEY: /* has an event of its own */
		return ERR_OK;
	case IKE_TX_FOLLOWUP:
		ike_act_child_i_follow(s);
		return ERR_OK;
	case IKE_TX_CHILD:
		(void)ike_childfsm_step(s, first_waiting(s->sa), IKE_CE_SEND);
		return ERR_OK;
	default:
		return send_info(s, tx);
	}
}
