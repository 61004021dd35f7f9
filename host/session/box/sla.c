/*
 * Probes.  A request carries a random token, which its answer brings back; an answer that comes when the next request is out, or from elsewhere,
 * is nobody's.  A probe whose life is over knows nothing any more.  Loop thread only.
 */
#include "session/box/sla.h"

#include <stdlib.h>
#include <string.h>

#include "cfg/find.h"
#include "session/exchange.h"
#include "session/inner.h"

enum { LOOK_MS = 60000 };

struct sla {
	struct list link;
	struct session_slas *all;
	const struct cfg_sla *cfg;
	bool marked;
	bool begun;              /* its time has come ... */
	bool ended;              /* ... and its life is over */
	bool asked;              /* an answer is waited for */
	uint64_t token;          /* which brings this */
	uint64_t sent_ms;        /* the last request; 0: there was none */
	uint64_t begun_ms;       /* when its life began; before, when it began to wait for that */
	int64_t at_s;            /* AT: when that is, by the wall clock */
	struct wheel_timer next; /* request */
	struct wheel_timer late; /* the answer is */
	enum session_sla_code code;
	uint32_t rtt_ms; /* of the last answer */
	uint64_t successes, failures;
};

struct session_slas {
	struct session_hub *hub;
	struct list slas;
};

static struct sla *find(const struct session_slas *t, uint32_t number)
{
	list_each (it, &t->slas) {
		struct sla *s = list_of(it, struct sla, link);

		if (s->cfg->number == number)
			return s;
	}
	return NULL;
}

enum session_sla_code session_sla_last(const struct session_slas *t, uint32_t number)
{
	const struct sla *s = find(t, number);

	return s == NULL ? SESSION_SLA_UNKNOWN : s->code;
}

const char *session_sla_code_str(enum session_sla_code code)
{
	static const char *const word[SESSION_SLA_COUNT] = {
#define SESSION_SLA_WORD(name, word) word,
		SESSION_SLA_LIST(SESSION_SLA_WORD)
#undef SESSION_SLA_WORD
	};

	return (unsigned)code < SESSION_SLA_COUNT ? word[code] : "?";
}

/* ---- what comes of it ---- */

static void turn(struct sla *s, enum session_sla_code code)
{
	struct session_hub *h = s->all->hub;

	if (code == s->code)
		return;
	s->code = code;
	log_event(h->env.log, LOG_L_INFO, "sla.code", "sla=%u code=%s", s->cfg->number, session_sla_code_str(code));
	session_track_news(h->tracks);
}

static void settle(struct sla *s, enum session_sla_code code)
{
	s->asked = false;
	wheel_disarm(s->all->hub->env.wheel, &s->late);
	if (code == SESSION_SLA_OK || code == SESSION_SLA_OVER_THRESHOLD)
		s->successes++;
	else
		s->failures++;
	turn(s, code);
}

static void answer_late(struct wheel_timer *timer, uint64_t now_ms)
{
	(void)now_ms;
	settle(list_of(timer, struct sla, late), SESSION_SLA_TIMEOUT);
}

void session_hub_echoed(struct session_hub *h, uint32_t vrf, const struct addr *from, uint64_t token)
{
	list_each (it, &h->slas->slas) {
		struct sla *s = list_of(it, struct sla, link);

		if (!s->asked || s->token != token || !addr_eq(&s->cfg->destination, from) || session_vrf_id(s->cfg->vrf) != vrf)
			continue;
		s->rtt_ms = (uint32_t)(session_now(h) - s->sent_ms);
		settle(s, s->rtt_ms > s->cfg->threshold_ms ? SESSION_SLA_OVER_THRESHOLD : SESSION_SLA_OK);
		return;
	}
}

/* ---- asking ---- */

/* The address of a tunnel that asks its peer for one. */
static struct addr assigned_to(const struct session_hub *h, const struct cfg_interface *i)
{
	const struct session_tunnel *tunnel = session_tunnel_find(h, i->object.name);
	const struct session *s = tunnel != NULL ? session_tunnel_session(tunnel) : NULL;
	struct addr none = { .family = 0 };

	return s != NULL ? s->assigned : none;
}

/* False: the interface that it is to come from has no address. */
static bool find_source(const struct session_hub *h, const struct cfg_sla *cfg, struct addr *out)
{
	const struct cfg_interface *i;

	*out = cfg->source;
	if (cfg->source_if == NULL)
		return true;
	i = cfg_find_interface(h->model->cfg, cfg->source_if);
	if (i == NULL || i->shutdown)
		return false;
	*out = session_exchange_own_address(i, cfg->destination.family);
	if (i->ip_how == CFG_IP_NEGOTIATED && cfg->destination.family == AF_INET)
		*out = assigned_to(h, i);
	return out->family == cfg->destination.family;
}

static enum err ask(struct sla *s)
{
	struct session_hub *h = s->all->hub;
	struct session_echo e = { .vrf = session_vrf_id(s->cfg->vrf), .destination = s->cfg->destination };
	enum err err;

	if (h->env.echo == NULL || !find_source(h, s->cfg, &e.source))
		return ERR_UNSUPPORTED;
	err = crypto_rand_fill(h->env.rand, &e.token, sizeof(e.token));
	if (err != ERR_OK)
		return err;
	s->token = e.token;
	s->asked = true;
	return h->env.echo(h->env.world, &e);
}

/* How long it has to wait for its time; the wall clock may be set meanwhile. */
static uint64_t wait_ms(const struct sla *s, uint64_t now_ms)
{
	const struct session_hub *h = s->all->hub;
	int64_t left_ms = 0;

	if (s->cfg->start == CFG_SLA_AFTER)
		left_ms = (int64_t)(s->begun_ms + UINT64_C(1000) * s->cfg->after_s) - (int64_t)now_ms;
	else if (s->cfg->start == CFG_SLA_AT)
		left_ms = (s->at_s - h->env.wall_s(h->env.clock)) * 1000;
	return left_ms > 0 ? (uint64_t)left_ms : 0;
}

/* False: it waits on, and looks again in a minute at the latest. */
static bool has_begun(struct sla *s, uint64_t now_ms)
{
	uint64_t left_ms = s->begun ? 0 : wait_ms(s, now_ms);

	if (left_ms != 0) {
		wheel_arm(s->all->hub->env.wheel, &s->next, now_ms + (left_ms < LOOK_MS ? left_ms : LOOK_MS));
		return false;
	}
	if (!s->begun)
		s->begun_ms = now_ms;
	s->begun = true;
	return true;
}

static bool is_over(const struct sla *s, uint64_t now_ms)
{
	return s->cfg->life_s != 0 && now_ms >= s->begun_ms + UINT64_C(1000) * s->cfg->life_s;
}

static void ask_next(struct wheel_timer *timer, uint64_t now_ms)
{
	struct sla *s = list_of(timer, struct sla, next);
	struct wheel *wheel = s->all->hub->env.wheel;

	if (!has_begun(s, now_ms))
		return;
	if (s->asked) /* its time is longer than the pause between two */
		settle(s, SESSION_SLA_TIMEOUT);
	if (is_over(s, now_ms)) {
		s->ended = true;
		turn(s, SESSION_SLA_UNKNOWN);
		return;
	}
	wheel_arm(wheel, &s->next, now_ms + UINT64_C(1000) * s->cfg->frequency_s);
	s->sent_ms = now_ms;
	wheel_arm(wheel, &s->late, now_ms + s->cfg->timeout_ms);
	if (ask(s) != ERR_OK)
		settle(s, SESSION_SLA_NO_CONNECTION);
}

/* ---- the configuration ---- */

static bool is_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

static bool is_same(const struct cfg_sla *a, const struct cfg_sla *b)
{
	return addr_eq(&a->destination, &b->destination) && addr_eq(&a->source, &b->source) && is_text(a->source_if, b->source_if) &&
	       is_text(a->vrf, b->vrf) && a->frequency_s == b->frequency_s && a->timeout_ms == b->timeout_ms &&
	       a->threshold_ms == b->threshold_ms && a->start == b->start && a->after_s == b->after_s && a->at.second == b->at.second &&
	       a->at.month == b->at.month && a->at.day == b->at.day && a->life_s == b->life_s && a->object.complete == b->object.complete;
}

static void begin(struct sla *s)
{
	struct session_hub *h = s->all->hub;

	wheel_disarm(h->env.wheel, &s->next);
	wheel_disarm(h->env.wheel, &s->late);
	s->asked = false;
	s->begun = false;
	s->ended = false;
	s->begun_ms = session_now(h);
	s->at_s = cfg_date_next(&s->cfg->at, h->env.wall_s(h->env.clock));
	turn(s, SESSION_SLA_UNKNOWN);
	if (s->cfg->object.complete && s->cfg->start != CFG_SLA_PENDING)
		wheel_arm(h->env.wheel, &s->next, s->begun_ms);
}

static enum err apply(struct session_slas *t, const struct cfg_sla *cfg)
{
	struct sla *s = find(t, cfg->number);
	bool same = s != NULL && is_same(s->cfg, cfg);

	if (s == NULL) {
		s = (struct sla *)calloc(1, sizeof(*s));
		if (s == NULL)
			return ERR_NOMEM;
		s->all = t;
		s->next.expired = ask_next;
		s->late.expired = answer_late;
		list_add(&t->slas, &s->link);
	}
	s->cfg = cfg;
	s->marked = true;
	if (!same)
		begin(s);
	return ERR_OK;
}

void session_sla_unmark(struct session_slas *t)
{
	list_each (it, &t->slas)
		list_of(it, struct sla, link)->marked = false;
}

enum err session_sla_configure(struct session_slas *t)
{
	enum err err = ERR_OK;

	session_sla_unmark(t);
	for (const struct cfg_sla *cfg = t->hub->model->cfg->slas; cfg != NULL && err == ERR_OK; cfg = cfg->next)
		err = apply(t, cfg);
	return err;
}

static void forget(struct sla *s)
{
	wheel_disarm(s->all->hub->env.wheel, &s->next);
	wheel_disarm(s->all->hub->env.wheel, &s->late);
	list_del(&s->link);
	free(s);
}

void session_sla_sweep(struct session_slas *t)
{
	struct list *next;

	for (struct list *it = list_first(&t->slas); it != NULL; it = next) {
		next = list_next(&t->slas, it);
		if (!list_of(it, struct sla, link)->marked)
			forget(list_of(it, struct sla, link));
	}
}

void session_sla_walk(const struct session_slas *t, session_sla_fn *fn, void *ctx)
{
	uint64_t now_ms = session_now(t->hub);

	list_each (it, &t->slas) {
		const struct sla *s = list_of(it, struct sla, link);
		struct session_sla_info info = { .cfg = s->cfg,
			.running = s->begun && !s->ended,
			.code = s->code,
			.sent = s->sent_ms != 0,
			.since_s = s->sent_ms == 0 ? 0 : (now_ms - s->sent_ms) / 1000,
			.rtt_ms = s->rtt_ms,
			.successes = s->successes,
			.failures = s->failures };

		fn(ctx, &info);
	}
}

/* ---- life ---- */

enum err session_sla_new(struct session_slas **out, struct session_hub *h)
{
	struct session_slas *t = (struct session_slas *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->hub = h;
	list_init(&t->slas);
	*out = t;
	return ERR_OK;
}

void session_sla_free(struct session_slas *t)
{
	if (t == NULL)
		return;
	while (!list_empty(&t->slas))
		forget(list_of(list_first(&t->slas), struct sla, link));
	free(t);
}
