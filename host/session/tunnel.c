/*
 * Static tunnels with a fixed destination: each wants one session at all times.  A tunnel without a session tries to
 * make one, with a growing pause after each failure and a random part, so that a hub's return isn't met by all of its
 * spokes at once.  A tunnel that can't be tried (no route to its destination, no address, incomplete) says why.  The
 * other end may begin the session as well; when both did, one of the two goes.  Loop thread only.
 */
#include "session/tunnel.h"

#include <stdlib.h>
#include <string.h>

#include "aaa/authorize.h"
#include "session/exchange.h"
#include "session/inner.h"
#include "session/policy.h"
#include "session/terms.h"

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
	bool marked;        /* the model has it */
};

const struct cfg_interface *session_tunnel_interface(const struct session_tunnel *t)
{
	return t->source;
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

		if (s->access.tunnel != 0)
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

/* Our outer address: the source's own, or its interface's of the destination's family. */
static struct addr outer_source(const struct cfg_interface *i)
{
	struct addr none = { .family = 0 };

	if (i->tunnel.source_how == CFG_END_ADDRESS)
		return i->tunnel.source_addr;
	if (i->tunnel.source_how != CFG_END_INTERFACE || i->tunnel.source_if == NULL)
		return none;
	return session_exchange_own_address(i->tunnel.source_if, i->tunnel.destination.family);
}

/* NULL: the tunnel can be tried. */
static const char *obstacle(const struct session_tunnel *t, const struct cfg_profile *profile, struct addr *source)
{
	const struct cfg_interface *i = t->source;
	struct route_hop hop;

	if (i->shutdown)
		return "administratively down";
	if (!i->object.complete || profile == NULL || !profile->object.complete || profile->shutdown)
		return "incomplete";
	if (!t->hub->env.datapath->up)
		return "no datapath";
	*source = outer_source(i);
	if (source->family != i->tunnel.destination.family)
		return "no source address";
	if (!route_rib_underlay(t->hub->env.rib, 0, &i->tunnel.destination, t->id, &hop) || hop.out.kind == ROUTE_IF_NULL)
		return "no route to destination";
	if (hop.out.kind == ROUTE_IF_TUNNEL)
		return "recursive-routing";
	if (hop.out.kind == ROUTE_IF_LOOPBACK)
		return "destination is this box";
	return NULL;
}

/* ---- making a session ---- */

struct grant_slot {
	enum err err;
	struct aaa_grant grant;
};

static void take_grant(void *ctx, enum err err, const struct aaa_grant *grant)
{
	struct grant_slot *slot = (struct grant_slot *)ctx;

	slot->err = err;
	if (err == ERR_OK)
		slot->grant = *grant;
}

static enum err open_session(struct session_tunnel *t, const struct cfg_profile *profile, struct session **out)
{
	struct aaa_request wish = { .profile = profile, .method = CFG_AUTH_PSK };
	struct grant_slot slot = { .err = ERR_AGAIN };
	struct session *s;
	enum err err;

	aaa_authorize(&wish, take_grant, &slot);
	if (slot.err != ERR_OK)
		return slot.err;
	s = session_new(t->hub, IKE_INITIATOR);
	if (s == NULL)
		return ERR_FULL;
	s->profile = profile;
	s->grant = slot.grant;
	session_tunnel_join(t, s);
	err = session_access_open(s, t->source);
	if (err == ERR_OK)
		err = session_step(s, SESSION_E_GRANT);
	if (err != ERR_OK) {
		session_free(s);
		return err;
	}
	*out = s;
	return ERR_OK;
}

/* No other session of ours is with that end by the same profile: then INITIAL_CONTACT is true (RFC7296-2.4). */
static bool is_only_one(const struct session *s, const struct addr *remote)
{
	uint32_t cursor = 0;
	const struct session *other;

	while ((other = session_hub_walk(s->hub, &cursor)) != NULL)
		if (other != s && strcmp(other->profile->object.name, s->profile->object.name) == 0 &&
			addr_eq(&other->path.remote.addr, remote))
			return false;
	return true;
}

static enum err initiate(struct session_tunnel *t, struct session *s, const struct addr *source)
{
	const struct cfg_interface *i = t->source;
	struct cfg_identity nobody = { .type = CFG_ID_NONE };
	struct session_policy_psk psk = session_policy_keys(s->profile, &nobody, &i->tunnel.destination, false);
	struct ike_id local = session_convert_own_id(&s->profile->identity, source);
	struct ike_config want;
	struct session_terms terms;
	struct ike_request r;
	enum err err;

	if (psk.local == NULL)
		return ERR_INCOMPLETE;
	err = session_terms_fill(s->profile, i, &terms);
	if (err != ERR_OK)
		return err;
	memset(&r, 0, sizeof(r));
	r.path.local = (struct addr_port){ .addr = *source, .port = SESSION_IKE_PORT };
	r.path.remote = (struct addr_port){ .addr = i->tunnel.destination, .port = SESSION_IKE_PORT };
	r.ref = session_ref(s->handle);
	r.local_id = &local;
	r.need_address = i->ip_how == CFG_IP_NEGOTIATED;
	r.initial_contact = is_only_one(s, &i->tunnel.destination);
	r.terms = terms.terms;
	if (s->grant.active) {
		session_exchange_wants(i, &want);
		r.want = &want;
	}
	err = secret_set(&r.psk, secret_view(psk.local));
	if (err != ERR_OK)
		return err;
	s->path = r.path;
	err = ike_engine_initiate(t->hub->engine, session_now(t->hub), &r, &s->ike);
	secret_fini(&r.psk);
	if (err == ERR_OK)
		session_bind_ike(s, s->ike);
	return err;
}

static void schedule(struct session_tunnel *t)
{
	struct session_hub *h = t->hub;
	uint64_t now = session_now(h);
	struct {
		uint64_t now, unit;
	} what = { now, t->source->unit };
	uint64_t key[2];
	uint32_t jitter;

	memcpy(key, h->env.map_key, sizeof(key));
	jitter = (uint32_t)(map_siphash(key, bytes_of(&what, sizeof(what))) % (t->pause_ms / 2 + 1));
	wheel_arm(h->env.wheel, &t->retry, now + t->pause_ms / 2 + jitter);
	t->pause_ms = t->pause_ms * 2 < RETRY_MAX_MS ? t->pause_ms * 2 : RETRY_MAX_MS;
}

static void try_now(struct wheel_timer *timer, uint64_t now_ms)
{
	struct session_tunnel *t = list_of(timer, struct session_tunnel, retry);
	const struct cfg_ipsec_profile *protection = t->source->tunnel.protection;
	const struct cfg_profile *profile = protection->ikev2_profile;
	struct session *s = NULL;
	struct addr source;
	enum err err;

	(void)now_ms;
	t->reason = obstacle(t, profile, &source);
	if (t->reason != NULL) {
		schedule(t);
		return;
	}
	err = open_session(t, profile, &s);
	if (err == ERR_OK) {
		err = initiate(t, s, &source);
		if (err != ERR_OK)
			session_free(s);
	}
	if (err == ERR_OK)
		return;
	t->reason = err_str(err);
	if (!wheel_armed(&t->retry)) /* else the session's end did it */
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

void session_tunnel_leave(struct session *s)
{
	struct session_tunnel *t = s->tunnel;

	if (t == NULL)
		return;
	list_del(&s->in_tunnel);
	s->tunnel = NULL;
	if (!list_empty(&t->sessions))
		return;
	if (t->reason == NULL)
		t->reason = "peer not reached";
	schedule(t);
}

bool session_tunnel_hand_over(struct session_tunnel *t, const struct session *s)
{
	list_each (it, &t->sessions) {
		struct session *other = list_of(it, struct session, in_tunnel);

		if (other == s || other->state != SESSION_S_UP || !session_child_take_access(other))
			continue;
		session_routes_put(other);
		return true;
	}
	return false;
}

/*
 * Of two sessions that are up for one tunnel the newer stays: the peer of the older one has forgotten it.  But when each
 * end began one before it knew of the other's, both see the same two in some order: the one with the lowest SPI goes,
 * and its initiator sees to that.
 */
static struct session *loser(struct session *fresh, struct session *other)
{
	const struct ike_engine *e = fresh->hub->engine;
	struct ike_sa_info a, b;
	bool a_is_lower;

	if (ike_engine_info(e, fresh->ike, &a) != ERR_OK || ike_engine_info(e, other->ike, &b) != ERR_OK)
		return NULL;
	if (fresh->role == other->role || a.created_ms > other->up_ms)
		return other;
	a_is_lower = (a.spi_i < a.spi_r ? a.spi_i : a.spi_r) < (b.spi_i < b.spi_r ? b.spi_i : b.spi_r);
	if (a_is_lower)
		return fresh->role == IKE_INITIATOR ? fresh : NULL;
	return other->role == IKE_INITIATOR ? other : NULL;
}

void session_tunnel_up(struct session *s)
{
	struct session_tunnel *t = s->tunnel;
	struct session_hub *h = t->hub;

	t->pause_ms = RETRY_FIRST_MS;
	t->reason = NULL;
	list_each (it, &t->sessions) {
		struct session *other = list_of(it, struct session, in_tunnel), *gone;

		if (other == s || other->state != SESSION_S_UP)
			continue;
		gone = loser(s, other);
		if (gone == NULL)
			continue;
		log_event(h->env.log, LOG_L_INFO, "session.double", "interface=%s peer=%s role=%s", gone->access.name, gone->peer,
			gone->role == IKE_INITIATOR ? "initiator" : "responder");
		ike_engine_delete(h->engine, session_now(h), gone->ike);
	}
}

struct session_tunnel *session_tunnel_for_path(const struct session_hub *h, const struct ike_path *path, const struct cfg_profile *profile)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);
		struct addr source = outer_source(t->source);

		if (t->marked && t->source->object.complete && !t->source->shutdown &&
			t->source->tunnel.protection->ikev2_profile == profile &&
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
	}
	route_rib_del_if(t->hub->env.rib, key);
	wheel_disarm(t->hub->env.wheel, &t->retry);
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
