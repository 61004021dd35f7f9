/*
 * What the first child's coming means, and IKE_AUTH without it: the peers would have it so (RFC6023), or the responder can't grant what was
 * asked for, and the initiator may ask for another one (RFC7296-1.3).  Until it is there the SA keeps its setup: what the world allows, and the
 * configuration that IKE_AUTH brought.  Engine's thread.
 */
#include "ike/exchange/act_first.h"

#include <stdlib.h>

#include "ike/ability.h"
#include "ike/child.h"
#include "ike/config.h"
#include "ike/core.h"
#include "ike/exchange/act_auth_i.h"
#include "ike/exchange/act_auth_r.h"
#include "ike/exchange/act_reauth.h"
#include "ike/exchange/act_ticket.h"
#include "ike/keying/seal.h"
#include "ike/live.h"

bool ike_act_first_later(const struct ike_sa *sa)
{
	return sa->setup != NULL && sa->setup->childless;
}

void ike_act_first_begin(struct ike_sa *sa)
{
	sa->setup->childless = ike_ability_agreed(sa, IKE_CAN_CHILDLESS);
}

void ike_act_first_take(struct ike_sa *sa, const struct ike_msg *msg)
{
	sa->setup->childless = ike_msg_find(msg, IKE_P_SA) == NULL;
}

/* Answers IKE_AUTH without a child; 'refusal': the notify that says why, 0: none was asked for. */
static enum err reply(const struct ike_step *s, uint16_t refusal)
{
	struct ike_sa *sa = s->sa;
	const struct ike_deal *deal = sa->setup->deal;
	struct ike_build b;
	struct bytes datagram;
	enum err err;

	ike_seal_begin(s->e, sa, IKE_X_IKE_AUTH, true, &b);
	ike_act_auth_r_build_proof(sa, &b);
	ike_act_reauth_build(sa, &b);
	ike_act_ticket_reply(sa, &b, refusal == 0);
	if (deal->has_config)
		ike_config_build(ike_build_payload(&b, IKE_P_CP), IKE_CP_REPLY, &deal->config);
	if (refusal != 0)
		ike_notify_build_plain(ike_build_payload(&b, IKE_P_NOTIFY), refusal, bytes_of(NULL, 0));
	err = ike_seal_end(s->e, sa, &b, &datagram);
	if (err == ERR_OK)
		err = ike_window_respond(sa, datagram);
	return err == ERR_OK ? ike_keys_trim(&sa->suite, &sa->keys) : err;
}

enum err ike_act_first_reply(const struct ike_step *s)
{
	ike_core_count(s->e, IKE_STAT_CHILDLESS);
	return reply(s, 0);
}

enum err ike_act_first_refuse(const struct ike_step *s, uint16_t notify)
{
	ike_core_log_sa(s->sa, LOG_L_WARN, "child.refused", "notify=%s", ike_iana_notify_str(notify));
	s->sa->setup->childless = true;
	return reply(s, notify);
}

/* Under the SPI that the setup has for it. */
static enum err want(struct ike_sa *sa)
{
	enum err err = ike_child_want(sa, &sa->setup->deal->terms.child, sa->setup->spi_in);

	if (err == ERR_OK)
		sa->setup->spi_in = 0;
	return err;
}

enum err ike_act_first_ask(const struct ike_step *s)
{
	enum err err = want(s->sa);

	ike_core_count(s->e, IKE_STAT_CHILDLESS);
	return err == ERR_OK ? ike_keys_trim(&s->sa->suite, &s->sa->keys) : err;
}

enum err ike_act_first_up(const struct ike_step *s)
{
	struct ike_sa *sa = s->sa;

	ike_sa_settle(sa);
	sa->up_ms = s->e->now_ms;
	sa->came_up = true;
	s->e->stats.up++;
	ike_core_count(s->e, IKE_STAT_UP);
	if (sa->resumed)
		ike_core_count(s->e, IKE_STAT_RESUMED);
	ike_live_start(sa);
	ike_act_reauth_start(sa);
	if (sa->routes != NULL)
		sa->todo |= 1u << IKE_TX_CONFIG;
	ike_core_log_sa(sa, LOG_L_NOTICE, "ike.up", "role=%s encap=%s%s", sa->role == IKE_INITIATOR ? "initiator" : "responder",
		ike_sa_udp_encap(sa) ? "udp" : "esp", sa->resumed ? " resumed" : "");
	s->e->cfg.ports->up(s->e->cfg.ports->ctx, sa->handle);
	return ERR_OK;
}

bool ike_act_first_born(struct ike_sa *sa)
{
	if (sa->came_up)
		return false;
	ike_fsm_post(sa, IKE_E_BORN); /* stepped after HAS_CHILD, in UP */
	return true;
}

bool ike_act_first_other(const struct ike_step *s, uint16_t notify)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct ike_deal *deal = s->sa->setup->deal, *other;
	struct ike_terms terms = deal->terms;

	if (ports->first_refused == NULL || !ports->first_refused(ports->ctx, s->sa->handle, notify, &terms.child))
		return false;
	if (ike_sa_copy_deal(&terms, deal->has_config ? &deal->config : NULL, &other) != ERR_OK)
		return false;
	s->sa->setup->deal = other;
	free(deal);
	return true;
}

void ike_act_first_refused(const struct ike_step *s, uint16_t notify)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	uint32_t spi;

	if (ike_act_first_other(s, notify) && ports->spi_new(ports->ctx, &s->sa->path, &spi) == ERR_OK) {
		s->sa->setup->spi_in = spi;
		if (want(s->sa) == ERR_OK) {
			ike_fsm_post(s->sa, IKE_E_CHILD);
			return;
		}
	}
	ike_core_blame(s->sa, ike_act_auth_i_blame_of(notify));
	ike_fsm_post(s->sa, IKE_E_DELETE);
}

const struct ike_config *ike_act_first_config(const struct ike_sa *sa)
{
	return ike_act_first_later(sa) && sa->setup->deal->has_config ? &sa->setup->deal->config : NULL;
}
