/*
 * Static tunnels with a fixed destination: each wants one session at all times.  A tunnel without a session tries to
 * make one, with a growing pause after each failure and a random part, so that a hub's return isn't met by all of its
 * spokes at once.  A tunnel that can't be tried says why (session/dial).  The other end may begin the session as well;
 * when both did, one of the two goes.  Loop thread only.
 */
#include "session/tunnel.h"

#include <stdlib.h>
#include <string.h>

#include "session/auth/pass.h"
#include "session/inner.h"
#include "session/pause.h"

enum { RETRY_FIRST_MS = 1000, RETRY_MAX_MS = 15000 };

struct session_tunnel {
	struct list link;
	struct session_hub *hub;
	const struct cfg_interface *source; /* of the hub's model */
	uint32_t id;                        /* of the datapath's tunnel */
	struct list sessions;               /* that serve it: one, but for those that crossed */
	struct wheel_timer retry;
	uint32_t pause_ms;
	const char *reason; /* why there is no session */
	struct session_redirect redirect;
	struct session_pass pass;
	unsigned turn; /* which line of its policy comes first */
	bool renew;    /* its session is to authenticate anew */
	bool marked;   /* the model has it */
};

const struct cfg_interface *session_tunnel_interface(const struct session_tunnel *t)
{
	return t->source;
}

struct session_pass *session_tunnel_pass(struct session_tunnel *t)
{
	return &t->pass;
}

uint32_t session_tunnel_id(const struct session_tunnel *t)
{
	return t->id;
}

const struct session *session_tunnel_session(const struct session_tunnel *t)
{
	const struct session *first = NULL;

	list_each (it, &t->sessions) {
		const struct session *s = list_of(it, struct session, in_tunnel);

		if (s->access.held)
			return s;
		if (first == NULL)
			first = s;
	}
	return first;
}

struct session_tunnel *session_tunnel_find(const struct session_hub *h, const char *name)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);

		if (t->marked && strcmp(t->source->object.name, name) == 0)
			return t;
	}
	return NULL;
}

const char *session_tunnel_reason(const struct session_hub *h, const char *name)
{
	const struct session_tunnel *t = session_tunnel_find(h, name);

	return t != NULL && list_empty(&t->sessions) ? t->reason : NULL;
}

/* ---- trying ---- */

static void schedule(struct session_tunnel *t)
{
	struct session_hub *h = t->hub;

	wheel_arm(h->env.wheel, &t->retry, session_pause(h, t->source->unit, &t->pause_ms, RETRY_MAX_MS));
}

/* To the destination, unless a gateway sent us elsewhere: there once only, then it is the destination's turn again. */
static struct session_way next_way(struct session_tunnel *t)
{
	struct session_way way = { .destination = t->source->tunnel.destination, .turn = t->turn };
	const struct session *now = t->renew ? session_tunnel_session(t) : NULL;

	if (now != NULL && now->state == SESSION_S_UP) {
		way.destination = now->path.remote.addr;
		way.address = now->assigned;
	}
	if (t->redirect.to.family == 0) {
		if (!t->renew && session_pass_fits(&t->pass, t->hub, &way.destination))
			way.pass = &t->pass;
		return way;
	}
	way.destination = t->redirect.to;
	way.from = t->redirect.from;
	t->redirect.to.family = 0;
	return way;
}

static void try_now(struct wheel_timer *timer, uint64_t now_ms)
{
	struct session_tunnel *t = list_of(timer, struct session_tunnel, retry);
	struct session_hub *h = t->hub;
	struct session_way way = next_way(t);
	struct session *s;
	enum err err;

	(void)now_ms;
	t->reason = session_dial_obstacle(h, t->source, t->id, &way);
	if (t->reason == NULL) {
		err = session_dial_begin(h, t->source, t->id, &way, &s);
		if (err == ERR_OK) {
			session_tunnel_join(t, s);
			return;
		}
		t->reason = err_str(err);
	}
	schedule(t);
}

void session_tunnel_retry_all(struct session_hub *h)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);

		if (!list_empty(&t->sessions))
			continue;
		t->pause_ms = RETRY_FIRST_MS;
		wheel_arm(h->env.wheel, &t->retry, 0);
	}
}

/* ---- who serves it ---- */

void session_tunnel_join(struct session_tunnel *t, struct session *s)
{
	s->tunnel = t;
	list_add(&t->sessions, &s->in_tunnel);
	wheel_disarm(t->hub->env.wheel, &t->retry);
}

void session_tunnel_settle(struct session_tunnel *t)
{
	struct session *heir = NULL;

	list_each (it, &t->sessions) {
		struct session *s = list_of(it, struct session, in_tunnel);

		if (s->access.held)
			return;
		if (s->state == SESSION_S_UP)
			heir = s;
	}
	if (heir != NULL && session_child_take_access(heir))
		session_routes_put(heir);
}

void session_tunnel_turn(struct session_tunnel *t)
{
	t->turn++;
}

void session_tunnel_blame(struct session_tunnel *t, const char *why)
{
	t->reason = why;
}

void session_tunnel_renew(struct session *s)
{
	s->tunnel->renew = true;
	wheel_arm(s->hub->env.wheel, &s->tunnel->retry, 0);
}

bool session_tunnel_redirect(struct session *s, const struct addr *to)
{
	struct session_tunnel *t = s->tunnel;
	struct session_hub *h = t->hub;

	if (!session_redirect_follow(&t->redirect, &s->path.remote.addr, to, h->model->cfg->redirect_max, session_now(h)))
		return false;
	if (s->state == SESSION_S_UP) /* it serves until the other one is up */
		wheel_arm(h->env.wheel, &t->retry, 0);
	return true;
}

void session_tunnel_left(struct session_tunnel *t)
{
	session_tunnel_settle(t);
	if (t->redirect.to.family != 0) {
		wheel_arm(t->hub->env.wheel, &t->retry, 0);
		return;
	}
	if (!list_empty(&t->sessions)) {
		if (t->renew) /* its successor came to nothing */
			schedule(t);
		return;
	}
	t->renew = false;
	if (t->reason == NULL)
		t->reason = "peer not reached";
	schedule(t);
}

/*
 * Of two sessions that are up for one tunnel the newer stays: the peer of the older one has forgotten it.  But when each
 * end began one before it knew of the other's, both see the same two in some order: the one with the lowest of the four
 * nonces goes, and its initiator sees to that.
 */
static struct session *loser(struct session *fresh, struct session *other)
{
	const struct ike_engine *e = fresh->hub->engine;
	struct ike_sa_info a, b;

	if (ike_engine_info(e, fresh->ike, &a) != ERR_OK || ike_engine_info(e, other->ike, &b) != ERR_OK)
		return NULL;
	if (fresh->role == other->role || a.created_ms > other->up_ms)
		return other;
	if (memcmp(a.low_nonce, b.low_nonce, sizeof(a.low_nonce)) < 0)
		return fresh->role == IKE_INITIATOR ? fresh : NULL;
	return other->role == IKE_INITIATOR ? other : NULL;
}

void session_tunnel_up(struct session *s)
{
	struct session_tunnel *t = s->tunnel;
	struct session_hub *h = t->hub;

	t->pause_ms = RETRY_FIRST_MS;
	t->reason = NULL;
	t->renew = false;
	list_each (it, &t->sessions) {
		struct session *other = list_of(it, struct session, in_tunnel), *gone;

		if (other == s || other->state != SESSION_S_UP)
			continue;
		gone = loser(s, other);
		if (gone == NULL || other == s->former)
			continue;
		log_event(h->env.log, LOG_L_INFO, "session.double", "interface=%s peer=%s role=%s", gone->access.name, gone->peer,
			gone->role == IKE_INITIATOR ? "initiator" : "responder");
		if (gone == other && s->role == IKE_INITIATOR && gone->role == IKE_INITIATOR)
			ike_engine_retire(h->engine, session_now(h), gone->ike);
		else
			ike_engine_delete(h->engine, session_now(h), gone->ike);
	}
}

struct session_tunnel *session_tunnel_for_path(const struct session_hub *h, const struct ike_path *path, const struct cfg_profile *profile)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);
		struct addr source = session_dial_source(t->source);

		if (t->marked && t->source->object.complete && !t->source->shutdown &&
			t->source->tunnel.protection->ikev2_profile == profile && session_vrf_id(t->source->tunnel.fvrf) == path->vrf &&
			addr_eq(&t->source->tunnel.destination, &path->remote.addr) && addr_eq(&source, &path->local.addr))
			return t;
	}
	return NULL;
}

/* ---- configuration ---- */

static bool is_wanted(const struct cfg_interface *i)
{
	return i->type == CFG_IF_TUNNEL && i->tunnel.protection != NULL && i->tunnel.destination_how == CFG_END_ADDRESS;
}

static void end(struct session_tunnel *t)
{
	struct route_if key = { .kind = ROUTE_IF_TUNNEL, .id = t->id };

	/* Their end is nobody's matter now. */
	while (!list_empty(&t->sessions)) {
		struct session *s = list_of(list_first(&t->sessions), struct session, in_tunnel);

		list_del(&s->in_tunnel);
		s->tunnel = NULL;
		s->access.lasting = false;
	}
	route_rib_del_if(t->hub->env.rib, key);
	wheel_disarm(t->hub->env.wheel, &t->retry);
	session_pass_drop(&t->pass);
	list_del(&t->link);
	free(t);
}

static struct session_tunnel *find_any(const struct session_hub *h, const char *name)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);

		if (strcmp(t->source->object.name, name) == 0)
			return t;
	}
	return NULL;
}

static enum err begin(struct session_hub *h, const struct cfg_interface *i)
{
	struct session_tunnel *t = find_any(h, i->object.name);

	if (t == NULL) {
		t = (struct session_tunnel *)calloc(1, sizeof(*t));
		if (t == NULL)
			return ERR_NOMEM;
		t->hub = h;
		t->id = dp_sync_new_id(h->env.sync, DP_CLASS_TUNNEL);
		t->retry.expired = try_now;
		list_init(&t->sessions);
		list_add(&h->tunnels, &t->link);
	}
	t->source = i;
	t->marked = true;
	return ERR_OK;
}

void session_tunnel_unmark(struct session_hub *h)
{
	list_each (it, &h->tunnels)
		list_of(it, struct session_tunnel, link)->marked = false;
}

enum err session_tunnel_configure(struct session_hub *h)
{
	enum err err = ERR_OK;

	session_tunnel_unmark(h);
	for (const struct cfg_interface *i = h->model->cfg->interfaces; i != NULL && err == ERR_OK; i = i->next)
		if (is_wanted(i))
			err = begin(h, i);
	return err;
}

void session_tunnel_sweep(struct session_hub *h)
{
	struct list *next;

	for (struct list *it = list_first(&h->tunnels); it != NULL; it = next) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);

		next = list_next(&h->tunnels, it);
		if (!t->marked)
			end(t);
	}
}
