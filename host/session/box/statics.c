/*
 * Static routes of the configuration, in the routing table.  A route through an interface that the box hasn't (no port,
 * a tunnel that isn't complete) isn't added.  Loop thread only.
 */
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

struct static_route {
	struct list link;
	struct route_candidate c;
	bool marked;
};

static bool fill(const struct session_hub *h, const struct cfg_route *r, struct route_candidate *c)
{
	const struct session_tunnel *tunnel = r->if_name != NULL ? session_tunnel_find(h, r->if_name) : NULL;

	memset(c, 0, sizeof(*c));
	c->prefix = r->prefix;
	c->prefix.addr = addr_network(&r->prefix);
	c->source = ROUTE_STATIC;
	c->distance = r->distance;
	c->tag = r->tag;
	c->gateway = r->gateway;
	if (r->if_name == NULL)
		return true;
	if (strcmp(r->if_name, "Null0") == 0)
		c->out.kind = ROUTE_IF_NULL;
	else if (tunnel != NULL)
		c->out = (struct route_if){ .kind = ROUTE_IF_TUNNEL, .id = session_tunnel_id(tunnel) };
	else
		c->out = session_iface_key(h->ifaces, r->if_name);
	return c->out.kind != ROUTE_IF_NONE;
}

static bool is_same(const struct route_candidate *a, const struct route_candidate *b)
{
	return addr_prefix_eq(&a->prefix, &b->prefix) && a->out.kind == b->out.kind && a->out.id == b->out.id &&
	       addr_eq(&a->gateway, &b->gateway);
}

static struct static_route *find(const struct session_hub *h, const struct route_candidate *c)
{
	list_each (it, &h->statics) {
		struct static_route *r = list_of(it, struct static_route, link);

		if (is_same(&r->c, c))
			return r;
	}
	return NULL;
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
		list_add(&h->statics, &r->link);
	}
	r->c = c;
	r->marked = true;
	return route_rib_add(h->env.rib, &c);
}

void session_statics_unmark(struct session_hub *h)
{
	list_each (it, &h->statics)
		list_of(it, struct static_route, link)->marked = false;
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
	struct list *next;

	for (struct list *it = list_first(&h->statics); it != NULL; it = next) {
		struct static_route *r = list_of(it, struct static_route, link);

		next = list_next(&h->statics, it);
		if (r->marked)
			continue;
		route_rib_del(h->env.rib, &r->c);
		list_del(it);
		free(r);
	}
}
