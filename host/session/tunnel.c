/*
 * Static tunnels with a fixed destination: each wants one session at all times.  A tunnel without a session tries to
 * make one, with a growing pause after each failure and a random part, so that a hub's return isn't met by all of its
 * spokes at once.  A tunnel that can't be tried (no route to its destination, no address, incomplete) says why.
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
	struct slab_handle session;         /* ours; generation 0: none */
	struct wheel_timer retry;
	uint32_t pause_ms;
	const char *reason; /* why there is no session; NULL while one is up or being made */
};

static struct session *session_of(const struct session_tunnel *t)
{
	return (struct session *)slab_get(&t->hub->sessions, t->session);
}

const struct cfg_interface *session_tunnel_interface(const struct session_tunnel *t)
{
	return t->source;
}

uint32_t session_tunnel_id(const struct session_tunnel *t)
{
	return t->id;
}

struct session_tunnel *session_tunnel_find(const struct session_hub *h, const char *name)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);

		if (strcmp(t->source->object.name, name) == 0)
			return t;
	}
	return NULL;
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
	*source = outer_source(i);
	if (source->family != i->tunnel.destination.family)
		return "no source address";
	if (!route_rib_underlay(t->hub->env.rib, 0, &i->tunnel.destination, t->id, &hop) || hop.out.kind == ROUTE_IF_NULL)
		return "no route to destination";
	if (hop.out.kind == ROUTE_IF_TUNNEL)
		return "recursive-routing";
	return NULL;
}

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
	s->initiator = t;
	s->grant = slot.grant;
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

/* No other session of ours has the same identities: then INITIAL_CONTACT is true (RFC7296-2.4). */
static bool is_only_one(const struct session *s)
{
	uint32_t cursor = 0;
	const struct session *other;

	while ((other = session_hub_walk(s->hub, &cursor)) != NULL)
		if (other != s && other->role == IKE_INITIATOR && other->profile == s->profile &&
			addr_eq(&other->access.source->tunnel.destination, &s->access.source->tunnel.destination))
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
	r.initial_contact = is_only_one(s);
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
	uint64_t now = session_now(t->hub);
	uint32_t jitter = (uint32_t)(map_siphash((const uint64_t[2]){ now, t->source->unit }, bytes_of(NULL, 0)) % (t->pause_ms / 2 + 1));

	wheel_arm(t->hub->env.wheel, &t->retry, now + t->pause_ms / 2 + jitter);
	t->pause_ms = t->pause_ms * 2 < RETRY_MAX_MS ? t->pause_ms * 2 : RETRY_MAX_MS;
}

static void try_now(struct wheel_timer *timer, uint64_t now_ms)
{
	struct session_tunnel *t = list_of(timer, struct session_tunnel, retry);
	const struct cfg_ipsec_profile *protection = t->source->tunnel.protection;
	const struct cfg_profile *profile = protection != NULL ? protection->ikev2_profile : NULL;
	struct session *s;
	struct addr source;
	enum err err;

	(void)now_ms;
	t->reason = obstacle(t, profile, &source);
	if (t->reason != NULL || !t->hub->env.datapath->up) {
		schedule(t);
		return;
	}
	err = open_session(t, profile, &s);
	if (err == ERR_OK) {
		t->session = s->handle;
		err = initiate(t, s, &source);
		if (err != ERR_OK)
			session_free(s);
	}
	if (err != ERR_OK) {
		t->reason = err_str(err);
		schedule(t);
	}
}

void session_tunnel_down(struct session_tunnel *t)
{
	t->session = (struct slab_handle){ 0 };
	if (t->reason == NULL)
		t->reason = "peer not reached";
	schedule(t);
}

void session_tunnel_up(struct session_tunnel *t)
{
	t->pause_ms = RETRY_FIRST_MS;
	t->reason = NULL;
}

void session_tunnel_retry_all(struct session_hub *h)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);

		if (session_of(t) != NULL)
			continue;
		t->pause_ms = RETRY_FIRST_MS;
		wheel_arm(h->env.wheel, &t->retry, 0);
	}
}

struct session_tunnel *session_tunnel_for_path(const struct session_hub *h, const struct ike_path *path, const struct cfg_profile *profile)
{
	list_each (it, &h->tunnels) {
		struct session_tunnel *t = list_of(it, struct session_tunnel, link);
		struct addr source = outer_source(t->source);

		if (t->source->object.complete && !t->source->shutdown && t->source->tunnel.protection->ikev2_profile == profile &&
			addr_eq(&t->source->tunnel.destination, &path->remote.addr) && addr_eq(&source, &path->local.addr))
			return t;
	}
	return NULL;
}

const char *session_tunnel_reason(const struct session_hub *h, const char *name)
{
	const struct session_tunnel *t = session_tunnel_find(h, name);

	return t != NULL ? t->reason : NULL;
}

/* ---- configuration ---- */

static bool is_wanted(const struct cfg_interface *i)
{
	return i->type == CFG_IF_TUNNEL && i->tunnel.protection != NULL && i->tunnel.destination_how == CFG_END_ADDRESS;
}

static void end(struct session_tunnel *t)
{
	struct session *s = session_of(t);

	if (s != NULL)
		s->initiator = NULL; /* its end is nobody's matter now */
	wheel_disarm(t->hub->env.wheel, &t->retry);
	list_del(&t->link);
	free(t);
}

static enum err begin(struct session_hub *h, const struct cfg_interface *i)
{
	struct session_tunnel *t = (struct session_tunnel *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->hub = h;
	t->source = i;
	t->id = dp_sync_new_id(h->env.sync, DP_CLASS_TUNNEL);
	t->pause_ms = RETRY_FIRST_MS;
	t->retry.expired = try_now;
	list_add(&h->tunnels, &t->link);
	wheel_arm(h->env.wheel, &t->retry, 0);
	return ERR_OK;
}

enum err session_tunnel_configure(struct session_hub *h)
{
	session_tunnel_free_all(h);
	for (const struct cfg_interface *i = h->model->cfg->interfaces; i != NULL; i = i->next) {
		enum err err = is_wanted(i) ? begin(h, i) : ERR_OK;

		if (err != ERR_OK)
			return err;
	}
	return ERR_OK;
}

void session_tunnel_free_all(struct session_hub *h)
{
	while (!list_empty(&h->tunnels))
		end(list_of(list_first(&h->tunnels), struct session_tunnel, link));
}
