/*
 * What runs while an SA is up: dead peer detection (cli.md 1.4), NAT keepalives (RFC3948-4), the lifetime.  On demand, a
 * probe goes out when packets went to the peer after the last came from it and 'interval' has passed since that one;
 * periodic, whenever the peer was silent for 'interval'.
 */
#include "ike/live.h"

#include "ike/core.h"
#include "ike/exchange/act_ticket.h"

enum { DPD_TRIES = 5 }; /* cli.md 1.4: dead after 5 unanswered */
enum { MS = 1000 };
enum { SOFT_INITIATOR = 80, SOFT_RESPONDER = 88, SOFT_SPREAD = 5 }; /* percent of a lifetime, and of that the jitter */

static uint64_t last_heard(const struct ike_sa *sa)
{
	return sa->last_in_ms > sa->last_rx_ms ? sa->last_in_ms : sa->last_rx_ms;
}

static void want_probe(struct ike_sa *sa, bool hinted)
{
	if (ike_window_waiting(&sa->window)) /* whatever is under way tells as much */
		return;
	sa->hinted = hinted;
	sa->todo |= 1u << IKE_TX_PROBE;
	ike_fsm_post(sa, IKE_E_SEND);
}

void ike_live_probe(struct ike_sa *sa)
{
	if (sa->came_up)
		want_probe(sa, false);
}

static bool overdue(const struct ike_sa *sa)
{
	return sa->dpd.periodic || sa->last_out_ms > last_heard(sa);
}

static void arm_dpd(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;
	uint64_t due = last_heard(sa) + (uint64_t)sa->dpd.interval_s * MS;

	if (sa->dpd.interval_s != 0 && overdue(sa))
		wheel_arm(&e->wheel, &sa->dpd_timer, due > e->now_ms ? due : e->now_ms + 1);
}

static void dpd_due(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_sa *sa = list_of(t, struct ike_sa, dpd_timer);
	uint64_t interval_ms = (uint64_t)sa->dpd.interval_s * MS;

	if (overdue(sa) && now_ms - last_heard(sa) >= interval_ms) {
		want_probe(sa, false);
		if (sa->dpd.periodic)
			wheel_arm(&sa->engine->wheel, t, now_ms + interval_ms);
	} else {
		arm_dpd(sa);
	}
}

static void nat_due(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_sa *sa = list_of(t, struct ike_sa, nat_timer);
	const struct ike_ports *ports = sa->engine->cfg.ports;
	uint64_t period_ms = (uint64_t)sa->nat_keepalive_s * MS;
	uint64_t last = sa->last_tx_ms > sa->last_out_ms ? sa->last_tx_ms : sa->last_out_ms;

	if (now_ms - last >= period_ms) {
		ports->keepalive(ports->ctx, &sa->path);
		last = now_ms;
	}
	wheel_arm(&sa->engine->wheel, t, last + period_ms);
}

/* ---- lifetime ---- */

/* A number below 'bound', which isn't 0; without randomness 0. */
static uint64_t jitter(struct ike_engine *e, uint64_t bound)
{
	uint64_t n;

	return crypto_rand_fill(e->cfg.rand, &n, sizeof(n)) == ERR_OK ? n % bound : 0;
}

uint64_t ike_live_soft_ms(struct ike_engine *e, enum ike_role role, uint32_t lifetime_s)
{
	uint64_t percent_ms = (uint64_t)lifetime_s * MS / 100;
	uint64_t first = role == IKE_INITIATOR ? SOFT_INITIATOR : SOFT_RESPONDER;

	return percent_ms * first + jitter(e, percent_ms * SOFT_SPREAD + 1);
}

uint64_t ike_live_retry_ms(struct ike_engine *e)
{
	return e->cfg.rekey_retry_ms + jitter(e, e->cfg.rekey_retry_ms / 2 + 1);
}

static void life_due(struct wheel_timer *t, uint64_t now_ms);

static void arm_life(struct ike_sa *sa)
{
	bool soft = sa->soft_ms != 0 && (sa->hard_ms == 0 || sa->soft_ms < sa->hard_ms);
	uint64_t due = soft ? sa->soft_ms : sa->hard_ms;

	sa->life_timer.expired = life_due;
	if (due != 0)
		wheel_arm(&sa->engine->wheel, &sa->life_timer, due);
}

static void life_due(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_sa *sa = list_of(t, struct ike_sa, life_timer);

	if (sa->hard_ms != 0 && now_ms >= sa->hard_ms) {
		ike_fsm_post(sa, IKE_E_LIFETIME);
		return;
	}
	sa->soft_ms = 0;
	ike_fsm_post(sa, IKE_E_SOFT);
	arm_life(sa);
}

void ike_live_rekey_later(struct ike_sa *sa)
{
	sa->soft_ms = sa->engine->now_ms + ike_live_retry_ms(sa->engine);
	arm_life(sa);
}

void ike_live_keepalive(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	wheel_disarm(&e->wheel, &sa->nat_timer);
	if (sa->nat_local)
		wheel_arm(&e->wheel, &sa->nat_timer, e->now_ms + (uint64_t)sa->nat_keepalive_s * MS);
}

void ike_live_start(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	sa->dpd_timer.expired = dpd_due;
	sa->nat_timer.expired = nat_due;
	arm_dpd(sa);
	ike_live_keepalive(sa);
	wheel_disarm(&e->wheel, &sa->life_timer);
	if (sa->lifetime_s != 0) {
		sa->soft_ms = e->now_ms + ike_live_soft_ms(e, (enum ike_role)sa->role, sa->lifetime_s);
		sa->hard_ms = e->now_ms + (uint64_t)sa->lifetime_s * MS;
	}
	arm_life(sa);
}

void ike_live_restart(struct ike_sa *sa)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;

	ike_live_start(sa);
	ike_act_ticket_rekeyed(sa);
	if (ports->rekeyed != NULL)
		ports->rekeyed(ports->ctx, sa->handle);
}

static uint64_t moment(const struct ike_sa *sa, uint32_t idle_ms, uint64_t before)
{
	uint64_t now_ms = sa->engine->now_ms;

	if (idle_ms == UINT32_MAX || idle_ms > now_ms)
		return before;
	return now_ms - idle_ms > before ? now_ms - idle_ms : before;
}

void ike_live_activity(struct ike_sa *sa, const struct ike_activity *activity)
{
	sa->last_in_ms = moment(sa, activity->idle_in_ms, sa->last_in_ms);
	sa->last_out_ms = moment(sa, activity->idle_out_ms, sa->last_out_ms);
	if (sa->came_up && !sa->dpd.periodic && !wheel_armed(&sa->dpd_timer))
		arm_dpd(sa);
}

void ike_live_hint(struct ike_sa *sa)
{
	struct ike_engine *e = sa->engine;

	if (!sa->came_up || !sa->known || sa->hinted || !limit_take(&e->hint_limit, e->now_ms))
		return;
	ike_core_count(e, IKE_STAT_HINT);
	ike_core_log_sa(sa, LOG_L_INFO, "ike.hint", "the peer may have lost the SA: probing");
	if (ike_window_waiting(&sa->window)) {
		sa->hinted = true;
		ike_window_hurry(sa, e->cfg.probe_base_ms, (uint8_t)(e->cfg.probe_tries - 1));
	} else {
		want_probe(sa, true);
	}
}

struct ike_pace ike_live_pace(const struct ike_sa *sa)
{
	const struct ike_engine_config *cfg = &sa->engine->cfg;

	if (sa->hinted)
		return (struct ike_pace){ .base_ms = cfg->probe_base_ms, .tries = (uint8_t)cfg->probe_tries, .constant = true };
	if (sa->dpd.interval_s != 0 && sa->dpd.retry_s != 0)
		return (struct ike_pace){ .base_ms = (uint32_t)sa->dpd.retry_s * MS, .tries = DPD_TRIES, .constant = true };
	return sa->pace;
}
