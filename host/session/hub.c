/*
 * The hub: owner of all sessions, and of the configuration they live by.  Loop thread only.
 */
#include "session/hub.h"

#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

enum { SESSION_LIMIT = 100000 };

/* ---- configurations ---- */

struct session_model *session_model_get(struct session_model *m)
{
	m->users++;
	return m;
}

void session_model_put(struct session_model *m)
{
	if (m == NULL || --m->users != 0)
		return;
	cfg_model_free(m->cfg);
	free(m);
}

const struct cfg_model *session_hub_model(const struct session_hub *h)
{
	return h->model == NULL ? NULL : h->model->cfg;
}

/* Sessions of an older configuration end: their profile, template or grant may no longer be what they were given. */
static void end_older(struct session_hub *h)
{
	uint32_t cursor = 0;
	struct slab_handle handle;
	struct session *s;

	while ((s = (struct session *)slab_walk(&h->sessions, &cursor, &handle)) != NULL)
		if (s->model != h->model)
			ike_engine_delete(h->engine, session_now(h), s->ike);
}

enum err session_hub_configure(struct session_hub *h, struct cfg_model *model, const struct cfg_platform *platform)
{
	struct session_model *fresh = (struct session_model *)calloc(1, sizeof(*fresh));
	struct session_model *former = h->model;
	enum err err;

	if (fresh == NULL)
		return ERR_NOMEM;
	fresh->cfg = model;
	fresh->users = 1;
	h->model = fresh;
	h->platform = platform;
	err = session_tunnel_configure(h);
	if (err == ERR_OK)
		err = session_iface_configure(h->ifaces);
	if (err != ERR_OK) {
		h->model = former;
		free(fresh);
		if (former != NULL && (session_tunnel_configure(h) != ERR_OK || session_iface_configure(h->ifaces) != ERR_OK))
			log_event(h->env.log, LOG_L_ERROR, "config.restore", "err=%s", err_name(err));
		return err;
	}
	if (former != NULL)
		end_older(h);
	session_model_put(former);
	return ERR_OK;
}

/* ---- pools ---- */

static struct session_pool_entry *find_pool(const struct session_hub *h, const char *name)
{
	list_each (it, &h->pools) {
		struct session_pool_entry *e = list_of(it, struct session_pool_entry, link);

		if (strcmp(e->name, name) == 0)
			return e;
	}
	return NULL;
}

static void free_pool(struct session_pool_entry *e)
{
	list_del(&e->link);
	session_pool_free(e->pool);
	free(e->name);
	free(e);
}

struct session_pool *session_hub_pool(struct session_hub *h, const struct cfg_pool *cfg)
{
	struct session_pool_entry *e = find_pool(h, cfg->object.name);

	if (e != NULL)
		return e->pool;
	if (cfg->ranges == NULL)
		return NULL;
	e = (struct session_pool_entry *)calloc(1, sizeof(*e));
	if (e == NULL)
		return NULL;
	e->name = strdup(cfg->object.name);
	if (e->name == NULL || session_pool_new(&e->pool, &cfg->ranges->first, &cfg->ranges->last) != ERR_OK) {
		free_pool(e);
		return NULL;
	}
	list_add(&h->pools, &e->link);
	return e->pool;
}

bool session_hub_pool_usage(const struct session_hub *h, const char *name, uint32_t *used, uint32_t *size)
{
	const struct session_pool_entry *e = find_pool(h, name);

	if (e == NULL)
		return false;
	*used = session_pool_used(e->pool);
	*size = session_pool_size(e->pool);
	return true;
}

/* ---- the datapath speaks ---- */

static struct session *by_sa(const struct session_hub *h, uint32_t sa)
{
	uint32_t cursor = 0;
	struct slab_handle handle;
	struct session *s;

	while ((s = (struct session *)slab_walk(&h->sessions, &cursor, &handle)) != NULL)
		list_each (it, &s->children) {
			const struct session_child *c = list_of(it, struct session_child, link);

			if (c->sa_in == sa || c->sa_out == sa)
				return s;
		}
	return NULL;
}

static void tell_activity(struct session_hub *h, const struct dp_event *e)
{
	struct session *s = session_by_tunnel(h, e->id);
	struct ike_activity activity = { .idle_in_ms = e->idle_in_ms, .idle_out_ms = e->idle_out_ms };

	if (s != NULL && s->in_map)
		ike_engine_activity(h->engine, session_now(h), s->ike, &activity);
}

/* ESP of an SA that we don't know: whoever sends it still believes in a session that is gone. */
static void tell_unknown_spi(struct session_hub *h, const struct dp_event *e)
{
	struct ike_path path = { .remote = e->remote };

	path.natt = e->remote.port != 0;
	path.local.addr = e->local;
	path.local.port = path.natt ? SESSION_NATT_PORT : SESSION_IKE_PORT;
	if (!path.natt)
		path.remote.port = SESSION_IKE_PORT;
	ike_engine_unknown_spi(h->engine, session_now(h), &path, e->spi);
}

static void heard(struct dp_listener *l, const struct dp_event *e)
{
	struct session_hub *h = list_of(l, struct session_hub, events);
	struct session *s;

	switch (e->kind) {
	case DP_EV_ACTIVITY:
		tell_activity(h, e);
		return;
	case DP_EV_UNKNOWN_SPI:
		tell_unknown_spi(h, e);
		return;
	case DP_EV_PEER_MOVED:
		s = by_sa(h, e->id);
		if (s != NULL)
			ike_engine_moved(h->engine, session_now(h), s->ike, &e->remote);
		return;
	case DP_EV_SEQUENCE:
	case DP_EV_LIFETIME:
		s = by_sa(h, e->id);
		if (s != NULL)
			ike_engine_delete(h->engine, session_now(h), s->ike);
		return;
	case DP_EV_PLACEMENT:
		log_event(h->env.log, LOG_L_NOTICE, "sa.placement", "sa=%u placement=%s reason=%s", e->id,
			dp_placement_str((enum dp_placement)e->placement), dp_reason_str((enum dp_reason)e->reason));
		return;
	case DP_EV_DEVICE:
	case DP_EV_LINK:
		log_event(h->env.log, LOG_L_NOTICE, e->kind == DP_EV_LINK ? "port.link" : "port.device", "port=%u up=%d reason=%s", e->id,
			e->up, dp_reason_str((enum dp_reason)e->reason));
		return;
	case DP_EV_PMTU:
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
	list_init(&h->pools);
	list_init(&h->tunnels);
	err = map_init(&h->by_ike, env->map_key);
	if (err == ERR_OK)
		err = map_init(&h->by_tunnel, env->map_key);
	if (err == ERR_OK)
		err = session_iface_new(&h->ifaces, h);
	if (err != ERR_OK) {
		map_fini(&h->by_ike);
		map_fini(&h->by_tunnel);
		free(h);
		return err;
	}
	dp_spi_init(&h->spi, env->datapath, 0);
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
	dp_provider_unlisten(&h->events);
	session_tunnel_free_all(h);
	while (!list_empty(&h->pools))
		free_pool(list_of(list_first(&h->pools), struct session_pool_entry, link));
	dp_spi_fini(&h->spi);
	session_iface_free(h->ifaces);
	session_model_put(h->model);
	map_fini(&h->by_ike);
	map_fini(&h->by_tunnel);
	slab_fini(&h->sessions);
	free(h->units);
	free(h);
}

void session_hub_attach(struct session_hub *h, struct ike_engine *engine)
{
	h->engine = engine;
}

unsigned session_hub_clear(struct session_hub *h, const struct addr *peer)
{
	uint32_t cursor = 0;
	struct slab_handle handle;
	struct session *s;
	unsigned count = 0;

	while ((s = (struct session *)slab_walk(&h->sessions, &cursor, &handle)) != NULL) {
		if (peer->family != 0 && !addr_eq(peer, &s->path.remote.addr))
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

const struct session *session_hub_by_tunnel(const struct session_hub *h, uint32_t tunnel)
{
	return session_by_tunnel(h, tunnel);
}

void session_hub_interfaces(const struct session_hub *h, session_iface_fn *fn, void *ctx)
{
	session_iface_walk(h->ifaces, fn, ctx);
}

const char *session_hub_port_name(const struct session_hub *h, uint32_t id)
{
	return session_iface_port_name(h->ifaces, id);
}

const char *session_hub_netdev(const struct session_hub *h, struct route_if key)
{
	return session_iface_netdev(h->ifaces, key);
}
