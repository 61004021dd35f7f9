/*
 * Re-authentication, RFC7296-2.8.3 and RFC4478: an authentication that ends in time is followed by another, whose IKE SA and children
 * come up beside the old ones.  Who began the old one makes the new one and deletes the old; both let the old pairs receive
 * what is on its way.  When that is to happen is kept here; what a successor is, the world knows.
 */
#include "ike/exchange/act_reauth.h"

#include "ike/core.h"
#include "ike/exchange/act_info.h"
#include "ike/live.h"

enum { MS = 1000 };

static void auth_ends(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_sa *sa = list_of(t, struct ike_sa, auth_timer);
	const struct ike_ports *ports = sa->engine->cfg.ports;

	(void)now_ms;
	if (!sa->original) {
		ike_fsm_post(sa, IKE_E_LIFETIME);
		return;
	}
	ike_core_count(sa->engine, IKE_STAT_REAUTH);
	ike_core_log_sa(sa, LOG_L_INFO, "ike.reauth", "lifetime=%u", sa->auth_lifetime_s);
	if (sa->known && ports->reauthenticate != NULL)
		ports->reauthenticate(ports->ctx, sa->handle);
}

uint64_t ike_act_reauth_until(const struct ike_sa *sa)
{
	if (sa->came_up || sa->auth_lifetime_s == 0)
		return sa->auth_until_ms;
	return sa->engine->now_ms + (uint64_t)sa->auth_lifetime_s * MS;
}

void ike_act_reauth_start(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;
	uint64_t wait_ms = (uint64_t)sa->auth_lifetime_s * MS;

	if (sa->auth_lifetime_s == 0)
		return;
	sa->auth_until_ms = e->now_ms + wait_ms;
	if (sa->original)
		wait_ms = ike_live_soft_ms(e, IKE_INITIATOR, sa->auth_lifetime_s);
	sa->auth_timer.expired = auth_ends;
	wheel_arm(&e->wheel, &sa->auth_timer, e->now_ms + wait_ms);
}

void ike_act_reauth_build(const struct ike_sa *sa, struct ike_build *b)
{
	uint8_t data[sizeof(uint32_t)];
	struct wr w = wr_of(data, sizeof(data));

	if (sa->auth_lifetime_s == 0)
		return;
	wr_u32(&w, sa->auth_lifetime_s);
	ike_notify_build_plain(ike_build_payload(b, IKE_P_NOTIFY), IKE_N_AUTH_LIFETIME, wr_view(&w));
}

void ike_act_reauth_take(struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_notify n;
	struct rd r;
	uint32_t told;

	if (!sa->original || !ike_msg_notify(msg, IKE_N_AUTH_LIFETIME, &n))
		return;
	r = rd_of(n.data);
	told = rd_u32(&r);
	if (told == 0 || (sa->auth_lifetime_s != 0 && sa->auth_lifetime_s <= told))
		return;
	sa->auth_lifetime_s = told;
	if (sa->came_up)
		ike_act_reauth_start(sa);
}

/* It is over but for what is on its way: nothing of its own begins any more. */
static void rest(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	ike_core_blame(sa, IKE_DOWN_REPLACED);
	wheel_disarm(&e->wheel, &sa->dpd_timer);
	wheel_disarm(&e->wheel, &sa->nat_timer);
	wheel_disarm(&e->wheel, &sa->life_timer);
	wheel_disarm(&e->wheel, &sa->auth_timer);
	wheel_disarm(&e->wheel, &sa->ticket_timer);
	sa->todo = 0;
}

enum err ike_act_reauth_retire(const struct ike_step *s)
{
	rest(s->sa);
	s->sa->todo = 1u << IKE_TX_DELETE;
	return ERR_OK;
}

/* With the answer the peer forgets the pairs: it must wait until the last packet that goes out by them is ahead of it. */
enum err ike_act_reauth_retired(const struct ike_step *s)
{
	const struct ike_ports *ports = s->e->cfg.ports;
	struct bytes datagram;
	enum err err = ike_act_info_compose(s, &datagram);

	if (err == ERR_OK)
		err = ike_window_hold(s->sa, datagram);
	rest(s->sa);
	ike_window_withdraw(s->sa);
	if (s->sa->known && ports->retired != NULL)
		ports->retired(ports->ctx, s->sa->handle);
	else
		ike_window_release(s->sa);
	return err;
}
