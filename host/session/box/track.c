/*
 * Tracks.  A look judges all of them, again as long as something changes (lists of lists), and a track whose change is delayed waits on a
 * timer of its own.  A track that hangs on the route that hangs on it would turn for ever: the pause between two looks bounds that.  Loop
 * thread only.
 */
#include "session/box/track.h"

#include <stdlib.h>

#include "cfg/find.h"
#include "session/inner.h"

enum { TRACK_PAUSE_MS = 500, TRACK_ROUNDS = 8 };

struct track {
	struct list link;
	struct session_tracks *all;
	const struct cfg_track *cfg;
	bool marked;
	bool known; /* was judged once */
	bool up;
	uint64_t since_ms; /* of the last change, or of the beginning */
	uint32_t changes;
	struct wheel_timer delay;
};

struct session_tracks {
	struct session_hub *hub;
	struct list tracks;
	struct wheel_timer look;
	uint64_t looked_ms;
	struct route_listener listener;
};

static struct track *find(const struct session_tracks *t, uint32_t number)
{
	list_each (it, &t->tracks) {
		struct track *k = list_of(it, struct track, link);

		if (k->cfg->number == number)
			return k;
	}
	return NULL;
}

bool session_track_up(const struct session_tracks *t, uint32_t number)
{
	const struct track *k = find(t, number);

	return k != NULL && k->up;
}

/* ---- judging ---- */

static bool has_address(const struct session_hub *h, const struct cfg_interface *i)
{
	const struct session_tunnel *tunnel = session_tunnel_find(h, i->object.name);
	const struct session *s = tunnel != NULL ? session_tunnel_session(tunnel) : NULL;

	if (i->ip_how == CFG_IP_NEGOTIATED)
		return s != NULL && s->assigned.family != 0;
	return i->ip_how != CFG_IP_NONE;
}

static bool is_interface_up(const struct session_hub *h, const struct cfg_track *cfg)
{
	const struct cfg_interface *i = cfg_find_interface(h->model->cfg, cfg->if_name);
	struct route_if key = session_iface_named(h, cfg->if_name);

	return i != NULL && key.kind != ROUTE_IF_NONE && route_rib_if_up(h->env.rib, key) && (!cfg->ip_routing || has_address(h, i));
}

static bool is_list_up(const struct session_tracks *t, const struct cfg_track *cfg)
{
	for (const struct cfg_track_member *m = cfg->members; m != NULL; m = m->next)
		if ((session_track_up(t, m->number) != m->negated) != cfg->all)
			return !cfg->all;
	return cfg->all && cfg->members != NULL;
}

static bool is_probe_up(const struct session_hub *h, const struct cfg_track *cfg)
{
	enum session_sla_code code = session_sla_last(h->slas, cfg->sla);

	return code == SESSION_SLA_OK || (cfg->reachability && code == SESSION_SLA_OVER_THRESHOLD);
}

static bool judge(const struct session_tracks *t, const struct cfg_track *cfg)
{
	if (!cfg->object.complete)
		return false;
	switch (cfg->how) {
	case CFG_TRACK_INTERFACE:
		return is_interface_up(t->hub, cfg);
	case CFG_TRACK_ROUTE:
		return route_rib_has(t->hub->env.rib, 0, &cfg->prefix);
	case CFG_TRACK_LIST:
		return is_list_up(t, cfg);
	case CFG_TRACK_STUB:
		return cfg->stub_up;
	case CFG_TRACK_SLA:
		return is_probe_up(t->hub, cfg);
	}
	return false;
}

static void turn(struct track *k, bool up)
{
	struct session_hub *h = k->all->hub;

	k->up = up;
	k->since_ms = session_now(h);
	k->changes++;
	log_event(h->env.log, LOG_L_NOTICE, "track.state", "track=%u state=%s", k->cfg->number, up ? "up" : "down");
}

/* Whether the track is another now. */
static bool settle(struct track *k, uint64_t now_ms)
{
	bool up = judge(k->all, k->cfg);
	uint32_t delay_s = up ? k->cfg->delay_up_s : k->cfg->delay_down_s;
	struct wheel *wheel = k->all->hub->env.wheel;

	if (up == k->up) {
		k->known = true;
		wheel_disarm(wheel, &k->delay);
		return false;
	}
	if (k->known && delay_s != 0) {
		if (!wheel_armed(&k->delay))
			wheel_arm(wheel, &k->delay, now_ms + UINT64_C(1000) * delay_s);
		return false;
	}
	k->known = true;
	turn(k, up);
	return true;
}

static void look(struct session_tracks *t)
{
	uint64_t now_ms = session_now(t->hub);
	bool changed = true, any = false;

	t->looked_ms = now_ms;
	for (int i = 0; i < TRACK_ROUNDS && changed; i++) {
		changed = false;
		list_each (it, &t->tracks)
			changed = settle(list_of(it, struct track, link), now_ms) || changed;
		any = any || changed;
	}
	if (!any)
		return;
	session_statics_follow(t->hub);
	route_rib_commit(t->hub->env.rib);
}

static void look_due(struct wheel_timer *timer, uint64_t now_ms)
{
	(void)now_ms;
	look(list_of(timer, struct session_tracks, look));
}

static void delay_over(struct wheel_timer *timer, uint64_t now_ms)
{
	struct track *k = list_of(timer, struct track, delay);

	(void)now_ms;
	if (judge(k->all, k->cfg) == k->up)
		return;
	turn(k, !k->up);
	session_statics_follow(k->all->hub);
	look(k->all); /* lists that it is in */
	route_rib_commit(k->all->hub->env.rib);
}

void session_track_news(struct session_tracks *t)
{
	const struct session_hub *h = t->hub;
	uint32_t timer_ms = h->model != NULL ? h->model->cfg->track_timer_ms : 0;
	uint64_t due = t->looked_ms == 0 ? 0 : t->looked_ms + (timer_ms != 0 ? timer_ms : TRACK_PAUSE_MS);

	if (!list_empty(&t->tracks) && !wheel_armed(&t->look))
		wheel_arm(h->env.wheel, &t->look, due > session_now(h) ? due : session_now(h));
}

static void table_settled(struct route_listener *l)
{
	session_track_news(list_of(l, struct session_tracks, listener));
}

/* ---- the configuration ---- */

static enum err apply(struct session_tracks *t, const struct cfg_track *cfg)
{
	struct track *k = find(t, cfg->number);

	if (k == NULL) {
		k = (struct track *)calloc(1, sizeof(*k));
		if (k == NULL)
			return ERR_NOMEM;
		k->all = t;
		k->delay.expired = delay_over;
		k->since_ms = session_now(t->hub);
		list_add(&t->tracks, &k->link);
	}
	k->cfg = cfg;
	k->marked = true;
	return ERR_OK;
}

void session_track_unmark(struct session_tracks *t)
{
	list_each (it, &t->tracks)
		list_of(it, struct track, link)->marked = false;
}

enum err session_track_configure(struct session_tracks *t)
{
	enum err err = ERR_OK;

	session_track_unmark(t);
	for (const struct cfg_track *cfg = t->hub->model->cfg->tracks; cfg != NULL && err == ERR_OK; cfg = cfg->next)
		err = apply(t, cfg);
	session_track_news(t);
	return err;
}

static void forget(struct track *k)
{
	wheel_disarm(k->all->hub->env.wheel, &k->delay);
	list_del(&k->link);
	free(k);
}

void session_track_sweep(struct session_tracks *t)
{
	struct list *next;

	for (struct list *it = list_first(&t->tracks); it != NULL; it = next) {
		next = list_next(&t->tracks, it);
		if (!list_of(it, struct track, link)->marked)
			forget(list_of(it, struct track, link));
	}
}

void session_track_walk(const struct session_tracks *t, session_track_fn *fn, void *ctx)
{
	list_each (it, &t->tracks) {
		const struct track *k = list_of(it, struct track, link);
		struct session_track_info info = {
			.cfg = k->cfg, .up = k->up, .changes = k->changes, .since_s = (session_now(t->hub) - k->since_ms) / 1000
		};

		fn(ctx, &info);
	}
}

/* ---- life ---- */

enum err session_track_new(struct session_tracks **out, struct session_hub *h)
{
	struct session_tracks *t = (struct session_tracks *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->hub = h;
	t->look.expired = look_due;
	t->listener.settled = table_settled;
	list_init(&t->tracks);
	route_rib_listen(h->env.rib, &t->listener);
	*out = t;
	return ERR_OK;
}

void session_track_free(struct session_tracks *t)
{
	if (t == NULL)
		return;
	route_rib_unlisten(&t->listener);
	wheel_disarm(t->hub->env.wheel, &t->look);
	while (!list_empty(&t->tracks))
		forget(list_of(list_first(&t->tracks), struct track, link));
	free(t);
}
