/*
 * The hub: owner of all sessions, and of the configuration they live by.  Loop thread only.
 */
#include "session/hub.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "session/auth/lookup.h"
#include "session/auth/proven.h"
#include "session/inner.h"

enum { SESSION_LIMIT = 100000 };

/* ---- configurations ---- */

const struct cfg_model *session_hub_model(const struct session_hub *h)
{
	return h->model == NULL ? NULL : h->model->cfg;
}

/* Sessions that the new configuration wouldn't give just what they have are over; those on their way begin again. */
static void end_changed(struct session_hub *h)
{
	uint32_t cursor = 0;
	struct slab_handle handle;
	struct session *s;

	while ((s = (struct session *)slab_walk(&h->sessions, &cursor, &handle)) != NULL)
		if (s->state != SESSION_S_UP || !(session_model_keeps(h->model->cfg, s) || session_dial_follows(s)))
			ike_engine_delete(h->engine, session_now(h), s->ike);
		else if (s->tunnel != NULL)
			session_lines_reload(s, session_tunnel_interface(s->tunnel));
}

static enum err apply(struct session_hub *h)
{
	enum err err = session_vrf_configure(h);

	if (err == ERR_OK)
		err = session_filter_configure(h);
	if (err == ERR_OK)
		err = session_rate_configure(h);
	if (err == ERR_OK)
		err = session_iface_configure(h->ifaces);
	if (err == ERR_OK)
		err = session_tunnel_configure(h);
	if (err == ERR_OK)
		err = session_plain_configure(h->plains);
	if (err == ERR_OK)
		err = session_iface_configure_tunnels(h->ifaces);
	if (err == ERR_OK)
		err = session_sla_configure(h->slas);
	if (err == ERR_OK)
		err = session_track_configure(h->tracks);
	if (err == ERR_OK)
		err = session_statics_configure(h);
	return err;
}

/* What the configuration in force doesn't have goes. */
static void sweep(struct session_hub *h)
{
	session_statics_sweep(h);
	session_track_sweep(h->tracks);
	session_sla_sweep(h->slas);
	session_address_sweep(h); /* before what they stand on */
	session_tunnel_sweep(h);
	session_plain_sweep(h->plains);
	session_iface_sweep(h->ifaces);
	session_rate_sweep(h);
	session_filter_sweep(h);
	route_rib_commit(h->env.rib);
	session_vrf_sweep(h);
}

/* 'err' came of a configuration that was half applied: the former one, or none, is again. */
static void restore(struct session_hub *h, struct session_model *former, const struct cfg_platform *platform)
{
	h->model = former;
	h->platform = platform;
	if (former == NULL) {
		session_statics_unmark(h);
		session_track_unmark(h->tracks);
		session_sla_unmark(h->slas);
		session_tunnel_unmark(h);
		session_plain_unmark(h->plains);
		session_iface_unmark(h->ifaces);
		session_filter_unmark(h);
		session_rate_unmark(h);
		session_vrf_unmark(h);
	} else if (apply(h) != ERR_OK) {
		log_event(h->env.log, LOG_L_ERROR, "config.restore", "the former configuration isn't whole");
		return;
	}
	sweep(h);
}

/* What the configuration says about IKE as a whole. */
static void tune(struct session_hub *h)
{
	const struct cfg_model *cfg = h->model->cfg;
	struct ike_tuning tuning = { .frag_mtu = (uint16_t)cfg->frag_mtu,
		.sa_limit = cfg->max_sa,
		.half_open_limit = cfg->max_in_negotiation,
		.cookie_threshold = cfg->cookie_challenge,
		.cookie_always = cfg->cookie_always,
		.cert_lookup = cfg->http_cert,
		.source = { .rate = cfg->source_rate, .burst = cfg->source_burst, .half_open = cfg->source_half_open } };

	if (h->engine != NULL)
		ike_engine_tune(h->engine, &tuning);
}

enum err session_hub_configure(struct session_hub *h, struct cfg_model *model, const struct cfg_platform *platform)
{
	struct session_model *former = h->model, *fresh = session_model_new(model, h->env.log);
	const struct cfg_platform *former_platform = h->platform;
	enum err err;

	if (fresh == NULL)
		return ERR_NOMEM;
	h->model = fresh;
	h->platform = platform;
	err = apply(h);
	if (err != ERR_OK) {
		restore(h, former, former_platform);
		fresh->cfg = NULL; /* the caller's still */
		session_model_put(fresh);
		return err;
	}
	sweep(h);
	tune(h);
	if (former != NULL) {
		end_changed(h);
		session_reach_changed(h, former->cfg, former_platform);
		session_vif_configure(h);
	}
	h->era++;
	session_lease_prune(h);
	session_tunnel_retry_all(h);
	session_model_put(former);
	return ERR_OK;
}

/* ---- the datapath speaks ---- */

static void tell_activity(struct session_hub *h, const struct dp_event *e)
{
	struct session *s = session_by_tunnel(h, e->id);
	struct ike_activity activity = { .idle_in_ms = e->idle_in_ms, .idle_out_ms = e->idle_out_ms };

	if (s != NULL && s->in_map)
		ike_engine_activity(h->engine, session_now(h), s->ike, &activity);
}

static void tell_pmtu(struct session_hub *h, const struct dp_event *e)
{
	struct session *s = session_by_tunnel(h, e->id);

	if (s == NULL)
		return;
	s->access.path_mtu = e->mtu;
	log_event(h->env.log, LOG_L_INFO, "access.mtu", "interface=%s mtu=%u", s->access.name, session_access_mtu(&s->access));
}

/* ESP of an SA that we don't know: whoever sends it still believes in a session that is gone. */
static void tell_unknown_spi(struct session_hub *h, const struct dp_event *e)
{
	struct ike_path path = { .remote = e->remote, .vrf = e->id };

	path.natt = e->remote.port != 0;
	path.local.addr = e->local;
	path.local.port = path.natt ? SESSION_NATT_PORT : SESSION_IKE_PORT;
	if (!path.natt)
		path.remote.port = SESSION_IKE_PORT;
	ike_engine_unknown_spi(h->engine, session_now(h), &path, e->spi);
}

/* Authentic packets come from elsewhere: the engine decides whether the session follows ('moved'). */
static void tell_moved(struct session_hub *h, const struct dp_event *e)
{
	const struct session_child *c = session_child_owner(h, e->id);

	if (c != NULL)
		ike_engine_moved(h->engine, session_now(h), c->session->ike, &e->remote);
}

/* An SA nears the end of its numbers or of its lifetime in bytes, or has met it. */
static void tell_worn(struct session_hub *h, const struct dp_event *e)
{
	const struct session_child *c = session_child_owner(h, e->id);

	if (c == NULL)
		return;
	log_event(h->env.log, LOG_L_INFO, "child.worn", "interface=%s peer=%s spi_in=%08x cause=%s hard=%d", c->session->access.name,
		c->session->peer, c->spi_in, dp_event_str(e->kind), e->hard);
	if (e->hard)
		ike_engine_expire_child(h->engine, session_now(h), c->session->ike, c->spi_in);
	else
		ike_engine_rekey_child(h->engine, session_now(h), c->session->ike, c->spi_in);
}

static void heard(struct dp_listener *l, const struct dp_event *e)
{
	struct session_hub *h = list_of(l, struct session_hub, events);

	switch (e->kind) {
	case DP_EV_ACTIVITY:
		tell_activity(h, e);
		return;
	case DP_EV_UNKNOWN_SPI:
		tell_unknown_spi(h, e);
		return;
	case DP_EV_PEER_MOVED:
		tell_moved(h, e);
		return;
	case DP_EV_SEQUENCE:
	case DP_EV_LIFETIME:
		tell_worn(h, e);
		return;
	case DP_EV_PLACEMENT:
		log_event(h->env.log, LOG_L_NOTICE, "sa.placement", "sa=%u placement=%s reason=%s", e->id,
			dp_placement_str((enum dp_placement)e->placement), dp_reason_str((enum dp_reason)e->reason));
		return;
	case DP_EV_DEVICE:
		log_event(h->env.log, LOG_L_NOTICE, "port.device", "port=%u up=%d reason=%s", e->id, e->up,
			dp_reason_str((enum dp_reason)e->reason));
		return;
	case DP_EV_LINK:
		log_event(h->env.log, LOG_L_NOTICE, "port.link", "port=%u up=%d", e->id, e->up);
		session_iface_link(h->ifaces, e->id, e->up);
		return;
	case DP_EV_PMTU:
		tell_pmtu(h, e);
		return;
	case DP_EV_NETDEV:
		session_vif_heard(h, e);
		return;
	case DP_EVENT_NONE:
	case DP_EVENT_COUNT:
		return;
	}
}

static void link_changed(struct dp_listener *l, struct dp_provider *p)
{
	struct session_hub *h = list_of(l, struct session_hub, events);

	log_event(h->env.log, LOG_L_NOTICE, "datapath.link", "up=%d", p->up);
	if (p->up)
		session_tunnel_retry_all(h);
	else
		session_vif_lost(h);
}

/* Tunnels waited for their first SPI. */
static void spis_there(struct dp_spi_pool *pool)
{
	session_tunnel_retry_all(list_of(pool, struct session_hub, spi));
}

/* ---- life ---- */

enum err session_hub_new(struct session_hub **out, const struct session_env *env)
{
	struct session_hub *h = (struct session_hub *)calloc(1, sizeof(*h));
	enum err err;

	if (h == NULL)
		return ERR_NOMEM;
	h->env = *env;
	slab_init(&h->sessions, sizeof(struct session), env->limit != 0 ? env->limit : SESSION_LIMIT);
	list_init(&h->ranges);
	list_init(&h->tunnels);
	list_init(&h->inquiries);
	list_init(&h->addresses);
	list_init(&h->filters);
	list_init(&h->rates);
	list_init(&h->vrfs);
	err = map_init(&h->by_ike, env->map_key);
	if (err == ERR_OK)
		err = map_init(&h->statics, env->map_key);
	if (err == ERR_OK)
		err = map_init(&h->vifs, env->map_key);
	if (err == ERR_OK)
		err = map_init(&h->vif_names, env->map_key);
	if (err == ERR_OK)
		err = map_init(&h->by_peer, env->map_key);
	if (err == ERR_OK)
		err = map_init(&h->by_tunnel, env->map_key);
	if (err == ERR_OK)
		err = session_proven_open(h);
	if (err == ERR_OK)
		err = session_lookup_open(h);
	if (err == ERR_OK && env->jobs != NULL)
		err = crypto_share_stock_new(&h->shares, env->jobs);
	if (err == ERR_OK)
		err = session_iface_new(&h->ifaces, h);
	if (err == ERR_OK)
		err = session_track_new(&h->tracks, h);
	if (err == ERR_OK)
		err = session_sla_new(&h->slas, h);
	if (err == ERR_OK)
		err = session_plain_new(&h->plains, h);
	if (err != ERR_OK) {
		session_sla_free(h->slas);
		session_track_free(h->tracks);
		session_iface_free(h->ifaces);
		crypto_share_stock_free(h->shares);
		map_fini(&h->statics);
		map_fini(&h->vifs);
		map_fini(&h->vif_names);
		map_fini(&h->by_ike);
		map_fini(&h->by_peer);
		map_fini(&h->by_tunnel);
		session_proven_close(h);
		session_lookup_close(h);
		free(h);
		return err;
	}
	dp_spi_init(&h->spi, env->datapath, 0);
	h->spi.filled = spis_there;
	h->events.event = heard;
	h->events.changed = link_changed;
	dp_provider_listen(env->datapath, &h->events);
	*out = h;
	return ERR_OK;
}

void session_hub_free(struct session_hub *h)
{
	if (h == NULL)
		return;
	assert(h->sessions.used == 0);
	dp_provider_unlisten(&h->events);
	session_statics_unmark(h);
	session_statics_sweep(h);
	session_tunnel_unmark(h);
	session_tunnel_sweep(h);
	session_lease_prune(h);
	dp_spi_fini(&h->spi);
	session_address_free_all(h);
	session_filter_free_all(h);
	session_rate_free_all(h);
	session_plain_free(h->plains);
	session_sla_free(h->slas);
	session_track_free(h->tracks);
	session_iface_free(h->ifaces);
	session_vrf_free_all(h);
	crypto_share_stock_free(h->shares);
	session_vif_free_all(h);
	map_fini(&h->statics);
	session_model_put(h->model);
	map_fini(&h->by_ike);
	map_fini(&h->by_peer);
	map_fini(&h->by_tunnel);
	session_proven_close(h);
	session_lookup_close(h);
	slab_fini(&h->sessions);
	free(h->units);
	free(h);
}

void session_hub_attach(struct session_hub *h, struct ike_engine *engine)
{
	h->engine = engine;
}

/* Walks those that 'peer' (family 0: all) is the peer of. */
static struct session *walk_of(struct session_hub *h, const struct addr *peer, uint32_t *cursor)
{
	struct slab_handle handle;
	struct session *s;

	while ((s = (struct session *)slab_walk(&h->sessions, cursor, &handle)) != NULL)
		if (peer->family == 0 || addr_eq(peer, &s->path.remote.addr))
			return s;
	return NULL;
}

unsigned session_hub_rekey(struct session_hub *h, const struct addr *peer, bool esp)
{
	uint32_t cursor = 0;
	struct session *s;
	unsigned count = 0;

	while ((s = walk_of(h, peer, &cursor)) != NULL) {
		count++;
		if (!esp) {
			ike_engine_rekey(h->engine, session_now(h), s->ike);
			continue;
		}
		list_each (it, &s->children)
			ike_engine_rekey_child(h->engine, session_now(h), s->ike, list_of(it, struct session_child, link)->spi_in);
	}
	return count;
}

unsigned session_hub_delete_esp(struct session_hub *h, uint32_t spi)
{
	struct addr anybody = { .family = 0 };
	uint32_t cursor = 0;
	struct session *s;

	while ((s = walk_of(h, &anybody, &cursor)) != NULL) {
		struct session_child *c = session_child_by_spi(s, spi);

		if (c == NULL)
			continue;
		ike_engine_delete_child(h->engine, session_now(h), s->ike, c->spi_in);
		return 1;
	}
	return 0;
}

unsigned session_hub_clear(struct session_hub *h, const struct addr *peer)
{
	uint32_t cursor = 0;
	struct session *s;
	unsigned count = 0;

	while ((s = walk_of(h, peer, &cursor)) != NULL) {
		ike_engine_delete(h->engine, session_now(h), s->ike);
		count++;
	}
	return count;
}

unsigned session_hub_clear_ivrf(struct session_hub *h, uint32_t vrf)
{
	struct addr anybody = { .family = 0 };
	uint32_t cursor = 0;
	struct session *s;
	unsigned count = 0;

	while ((s = walk_of(h, &anybody, &cursor)) != NULL) {
		if (s->access.vrf != vrf)
			continue;
		ike_engine_delete(h->engine, session_now(h), s->ike);
		count++;
	}
	return count;
}

const struct session *session_hub_walk(const struct session_hub *h, uint32_t *cursor)
{
	struct slab_handle handle;

	return (const struct session *)slab_walk(&h->sessions, cursor, &handle);
}

const struct session *session_hub_by_ike(const struct session_hub *h, struct slab_handle ike)
{
	return session_by_ike(h, ike);
}

const struct session *session_hub_by_tunnel(const struct session_hub *h, uint32_t tunnel)
{
	return session_by_tunnel(h, tunnel);
}

bool session_hub_pool_usage(const struct session_hub *h, const char *name, uint32_t *used, uint32_t *size)
{
	bool found = false;

	*used = 0;
	*size = 0;
	list_each (it, &h->ranges) {
		const struct session_range *r = list_of(it, struct session_range, link);

		if (strcmp(r->name, name) != 0)
			continue;
		*used += session_pool_used(r->pool);
		*size += session_pool_size(r->pool);
		found = true;
	}
	return found;
}

uint64_t session_hub_refused(const struct session_hub *h, enum dp_reason why)
{
	return h->refused[why];
}

void session_hub_interfaces(const struct session_hub *h, session_iface_fn *fn, void *ctx)
{
	session_show_interfaces(h, fn, ctx);
}

const char *session_hub_port_name(const struct session_hub *h, uint32_t id)
{
	return session_iface_port_name(h->ifaces, id);
}

uint32_t session_hub_port_id(const struct session_hub *h, const char *name)
{
	struct route_if key = session_iface_key(h->ifaces, name);

	return key.kind == ROUTE_IF_PORT ? key.id : 0;
}

const struct cfg_policy_map *session_hub_policy(const struct session_hub *h, const struct cfg_policy_map *named)
{
	return session_rate_current(h, named);
}

uint32_t session_hub_filter_id(const struct session_hub *h, const char *name)
{
	return session_filter_id(h, name);
}

bool session_hub_by_host(const struct session_hub *h, struct route_if key)
{
	return session_iface_by_host(h->ifaces, key);
}

const char *session_hub_netdev(const struct session_hub *h, uint32_t vrf, struct route_if key)
{
	return session_iface_netdev(h->ifaces, vrf, key);
}

struct route_if session_hub_key(const struct session_hub *h, uint32_t vrf, const char *netdev)
{
	return session_iface_of_netdev(h->ifaces, vrf, netdev);
}

void session_hub_tracks(const struct session_hub *h, session_track_fn *fn, void *ctx)
{
	session_track_walk(h->tracks, fn, ctx);
}

void session_hub_slas(const struct session_hub *h, session_sla_fn *fn, void *ctx)
{
	session_sla_walk(h->slas, fn, ctx);
}
