/*
 * Static routes of the configuration, in the routing table.  A route through an interface that the box hasn't (no port,
 * a tunnel that isn't complete) isn't added, and one that hangs on a track only while that is up.  Loop thread only.
 */
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

struct static_route {
	struct map_node node;
	struct route_candidate c;
	bool installed;
	bool marked;
};

static bool fill(const struct session_hub *h, const struct cfg_route *r, struct route_candidate *c)
{
	memset(c, 0, sizeof(*c));
	c->vrf = session_vrf_id(r->vrf);
	c->prefix = r->prefix;
	c->prefix.addr = addr_network(&r->prefix);
	c->source = ROUTE_STATIC;
	c->distance = r->distance;
	c->tag = r->tag;
	c->track = (uint16_t)r->track;
	c->gateway = r->gateway;
	if (r->if_name == NULL)
		return true;
	if (strcmp(r->if_name, "Null0") == 0)
		c->out.kind = ROUTE_IF_NULL;
	else
		c->out = session_iface_named(h, r->if_name);
	return c->out.kind != ROUTE_IF_NONE;
}

static bool is_same(const struct route_candidate *a, const struct route_candidate *b)
{
	return a->vrf == b->vrf && addr_prefix_eq(&a->prefix, &b->prefix) && a->out.kind == b->out.kind && a->out.id == b->out.id &&
	       addr_eq(&a->gateway, &b->gateway);
}

static uint64_t hash_of(const struct session_hub *h, const struct route_candidate *c)
{
	uint8_t key[22];

	memcpy(key, &c->vrf, 4);
	memcpy(key + 4, c->prefix.addr.b, 16);
	key[20] = c->prefix.addr.family;
	key[21] = c->prefix.len;
	return map_hash(&h->statics, bytes_of(key, sizeof(key)));
}

static struct static_route *find(const struct session_hub *h, const struct route_candidate *c)
{
	for (struct map_node *n = map_find(&h->statics, hash_of(h, c)); n != NULL; n = map_find_next(n)) {
		struct static_route *r = list_of(n, struct static_route, node);

		if (is_same(&r->c, c))
			return r;
	}
	return NULL;
}

static enum err follow(struct session_hub *h, struct static_route *r)
{
	bool wanted = r->c.track == 0 || session_track_up(h->tracks, r->c.track);
	enum err err = ERR_OK;

	if (wanted)
		err = route_rib_add(h->env.rib, &r->c);
	else if (r->installed)
		(void)route_rib_del(h->env.rib, &r->c);
	r->installed = wanted && err == ERR_OK;
	return err;
}

static enum err apply(struct session_hub *h, const struct cfg_route *cfg)
{
	struct route_candidate c;
	struct static_route *r;

	if (!cfg->object.complete || !fill(h, cfg, &c))
		return ERR_OK;
	r = find(h, &c);
	if (r == NULL) {
		r = (struct static_route *)calloc(1, sizeof(*r));
		if (r == NULL)
			return ERR_NOMEM;
		map_add(&h->statics, &r->node, hash_of(h, &c));
	}
	r->c = c;
	r->marked = true;
	return follow(h, r);
}

void session_statics_unmark(struct session_hub *h)
{
	for (struct map_node *n = map_walk(&h->statics, NULL); n != NULL; n = map_walk(&h->statics, n))
		list_of(n, struct static_route, node)->marked = false;
}

enum err session_statics_configure(struct session_hub *h)
{
	enum err err = ERR_OK;

	session_statics_unmark(h);
	for (const struct cfg_route *r = h->model->cfg->routes; r != NULL && err == ERR_OK; r = r->next)
		err = apply(h, r);
	return err;
}

void session_statics_sweep(struct session_hub *h)
{
	struct map_node *next;

	for (struct map_node *n = map_walk(&h->statics, NULL); n != NULL; n = next) {
		struct static_route *r = list_of(n, struct static_route, node);

		next = map_walk(&h->statics, n);
		if (r->marked)
			continue;
		if (r->installed)
			(void)route_rib_del(h->env.rib, &r->c);
		map_del(&h->statics, n);
		free(r);
	}
}

void session_statics_follow(struct session_hub *h)
{
	for (struct map_node *n = map_walk(&h->statics, NULL); n != NULL; n = map_walk(&h->statics, n)) {
		struct static_route *r = list_of(n, struct static_route, node);
		enum err err = r->c.track == 0 ? ERR_OK : follow(h, r);

		if (err != ERR_OK)
			log_event(h->env.log, LOG_L_ERROR, "route.static", "track=%u err=%s", r->c.track, err_name(err));
	}
}
