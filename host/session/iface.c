/*
 * The box's own interfaces.  A configuration is applied by marking: everything that the new one has is put (puts are
 * idempotent) and marked, then what has no mark is taken back.  Addresses go to three places at once: the datapath
 * (local), the routing table (local and connected) and the host's device.  Loop thread only.
 */
#include "session/iface.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/exchange.h"
#include "session/inner.h"
#include "session/tunnel.h"

struct iface {
	struct list link;
	char *name;
	struct route_if key;
	char netdev[DP_IFNAME_MAX];
	bool marked;
	struct dp_owner owner; /* of its port */
	struct session_ifaces *table;
};

struct iface_addr {
	struct list link;
	struct iface *iface; /* NULL: of the box as a whole, on the TUN */
	struct addr_prefix prefix;
	bool marked;
	bool kept; /* came with a session: no configuration takes it back */
};

struct iface_route {
	struct list link;
	struct route_candidate c;
	bool marked;
};

struct session_ifaces {
	struct session_hub *hub;
	struct list ifaces;
	struct list addrs;
	struct list routes;
	struct dp_owner vrf_owner;
};

static struct iface *find(const struct session_ifaces *t, const char *name)
{
	list_each (it, &t->ifaces) {
		struct iface *i = list_of(it, struct iface, link);

		if (strcmp(i->name, name) == 0)
			return i;
	}
	return NULL;
}

struct route_if session_iface_key(const struct session_ifaces *t, const char *name)
{
	const struct iface *i = find(t, name);
	struct route_if none = { .kind = ROUTE_IF_NONE };

	return i != NULL ? i->key : none;
}

const char *session_iface_netdev(const struct session_ifaces *t, struct route_if key)
{
	if (key.kind == ROUTE_IF_TUNNEL || key.kind == ROUTE_IF_LOOPBACK)
		return SESSION_IFACE_TUN;
	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == key.kind && i->key.id == key.id)
			return i->netdev;
	}
	return NULL;
}

const char *session_iface_port_name(const struct session_ifaces *t, uint32_t id)
{
	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == ROUTE_IF_PORT && i->key.id == id)
			return i->name;
	}
	return NULL;
}

/* ---- addresses ---- */

/* On a loopback and on the TUN an address stands alone, whatever mask was written. */
static struct addr_prefix host_prefix(const struct iface_addr *a)
{
	if (a->iface != NULL && a->iface->key.kind == ROUTE_IF_PORT)
		return a->prefix;
	return addr_prefix_host(&a->prefix.addr);
}

static void tell_host(struct session_ifaces *t, const struct iface_addr *a, bool add)
{
	struct addr_prefix prefix = host_prefix(a);

	if (t->hub->env.address != NULL)
		t->hub->env.address(t->hub->env.world, a->iface != NULL ? a->iface->netdev : SESSION_IFACE_TUN, &prefix, add);
}

static struct dp_op local_op(const struct iface_addr *a, enum dp_op_kind kind)
{
	struct dp_op op = { .kind = kind };

	op.u.local.port = a->iface != NULL && a->iface->key.kind == ROUTE_IF_PORT ? a->iface->key.id : 0;
	op.u.local.prefix = host_prefix(a);
	return op;
}

/* The host prefix as local, the network of a port as connected. */
static unsigned candidates_of(const struct iface_addr *a, struct route_candidate out[2])
{
	unsigned count = 0;

	memset(out, 0, 2 * sizeof(*out));
	out[count].prefix = addr_prefix_host(&a->prefix.addr);
	out[count].source = ROUTE_LOCAL;
	out[count++].out.kind = ROUTE_IF_LOOPBACK;
	if (a->iface == NULL || a->iface->key.kind != ROUTE_IF_PORT || a->prefix.len == addr_bits(&a->prefix.addr))
		return count;
	out[count].prefix = a->prefix;
	out[count].source = ROUTE_CONNECTED;
	out[count++].out = a->iface->key;
	return count;
}

static enum err add_addr(struct session_ifaces *t, struct iface *iface, const struct addr_prefix *prefix, bool kept)
{
	struct route_candidate c[2];
	struct iface_addr *a;
	struct dp_op op;
	unsigned count;
	enum err err;

	list_each (it, &t->addrs) {
		a = list_of(it, struct iface_addr, link);
		if (a->iface == iface && addr_prefix_eq(&a->prefix, prefix)) {
			a->marked = true;
			return ERR_OK;
		}
	}
	a = (struct iface_addr *)calloc(1, sizeof(*a));
	if (a == NULL)
		return ERR_NOMEM;
	a->iface = iface;
	a->prefix = *prefix;
	a->kept = kept;
	a->marked = true;
	list_add(&t->addrs, &a->link);
	op = local_op(a, DP_PUT_LOCAL);
	err = dp_sync_put(t->hub->env.sync, &op, NULL);
	count = candidates_of(a, c);
	for (unsigned i = 0; i < count && err == ERR_OK; i++)
		err = route_rib_add(t->hub->env.rib, &c[i]);
	tell_host(t, a, true);
	return err;
}

static void drop_addr(struct session_ifaces *t, struct iface_addr *a)
{
	struct dp_op op = local_op(a, DP_DEL_LOCAL);
	struct route_candidate c[2];
	unsigned count = candidates_of(a, c);

	for (unsigned i = 0; i < count; i++)
		route_rib_del(t->hub->env.rib, &c[i]);
	(void)dp_sync_del(t->hub->env.sync, &op);
	tell_host(t, a, false);
	list_del(&a->link);
	free(a);
}

enum err session_iface_add_local(struct session_ifaces *t, const struct addr *a)
{
	struct addr_prefix host = addr_prefix_host(a);
	enum err err = add_addr(t, NULL, &host, true);

	route_rib_commit(t->hub->env.rib);
	return err;
}

void session_iface_del_local(struct session_ifaces *t, const struct addr *a)
{
	list_each (it, &t->addrs) {
		struct iface_addr *have = list_of(it, struct iface_addr, link);

		if (have->kept && addr_eq(&have->prefix.addr, a)) {
			drop_addr(t, have);
			route_rib_commit(t->hub->env.rib);
			return;
		}
	}
}

/* The datapath made (again) the device that carries addresses. */
static void device_told(struct dp_owner *owner, const struct dp_op *op, const struct dp_result *r)
{
	struct iface *iface = list_of(owner, struct iface, owner);
	struct session_ifaces *t = iface->table;

	(void)op;
	log_event(t->hub->env.log, r->err == ERR_OK ? LOG_L_INFO : LOG_L_ERROR, "port.put", "interface=%s err=%s", iface->name,
		err_name(r->err));
	if (r->err != ERR_OK)
		return;
	list_each (it, &t->addrs) {
		const struct iface_addr *a = list_of(it, struct iface_addr, link);

		if (a->iface == iface)
			tell_host(t, a, true);
	}
}

static void vrf_told(struct dp_owner *owner, const struct dp_op *op, const struct dp_result *r)
{
	struct session_ifaces *t = list_of(owner, struct session_ifaces, vrf_owner);

	(void)op;
	if (r->err != ERR_OK) {
		log_event(t->hub->env.log, LOG_L_ERROR, "vrf.put", "err=%s", err_name(r->err));
		return;
	}
	list_each (it, &t->addrs) {
		const struct iface_addr *a = list_of(it, struct iface_addr, link);

		if (a->iface == NULL || a->iface->key.kind == ROUTE_IF_LOOPBACK)
			tell_host(t, a, true);
	}
}

/* ---- ports ---- */

/* "Ethernet0/0" -> "Et0-0": fits a netdev's name and has no slash. */
static void twin_name(const char *name, char out[DP_IFNAME_MAX])
{
	size_t digits = strcspn(name, "0123456789");

	(void)snprintf(out, DP_IFNAME_MAX, "%.2s%.12s", name, name + digits);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '/')
			*c = '-';
}

static enum err put_port(struct iface *i, const struct cfg_port *port, const struct cfg_interface *cfg)
{
	struct dp_op op = { .kind = DP_PUT_PORT };
	struct dp_port *p = &op.u.port;

	p->id = i->key.id;
	p->kind = (uint8_t)(port->how == CFG_PORT_NETDEV ? DP_PORT_NETDEV : port->how == CFG_PORT_PCI ? DP_PORT_PCI : DP_PORT_VDEV);
	p->role = port->role == CFG_PORT_WAN ? DP_ROLE_WAN : DP_ROLE_LAN;
	p->up = !cfg->shutdown;
	p->offload = port->offload != CFG_OFFLOAD_OFF;
	p->mtu = port->mtu;
	(void)snprintf(p->name, sizeof(p->name), "%s", i->name);
	(void)snprintf(p->spec, sizeof(p->spec), "%s", port->device);
	if (port->backup_netdev != NULL)
		(void)snprintf(p->backup, sizeof(p->backup), "%s", port->backup_netdev);
	if (port->how != CFG_PORT_NETDEV)
		(void)snprintf(p->twin, sizeof(p->twin), "%s", i->netdev);
	return dp_sync_put(i->table->hub->env.sync, &op, &i->owner);
}

/* Ids stay with their name: the next one that no interface has. */
static uint32_t next_id(const struct session_ifaces *t, uint8_t kind)
{
	uint32_t id = 1;

	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == kind && i->key.id >= id)
			id = i->key.id + 1;
	}
	return id;
}

static struct iface *make(struct session_ifaces *t, const char *name, uint8_t kind)
{
	struct iface *i = find(t, name);

	if (i != NULL)
		return i;
	i = (struct iface *)calloc(1, sizeof(*i));
	if (i == NULL)
		return NULL;
	i->name = strdup(name);
	if (i->name == NULL) {
		free(i);
		return NULL;
	}
	i->table = t;
	i->owner.result = device_told;
	i->key = (struct route_if){ .kind = kind, .id = next_id(t, kind) };
	list_add(&t->ifaces, &i->link);
	return i;
}

static enum err apply_addresses(struct session_ifaces *t, struct iface *i, const struct cfg_interface *cfg)
{
	enum err err = ERR_OK;

	if (cfg->ip_how == CFG_IP_ADDRESS)
		err = add_addr(t, i, &cfg->ip, false);
	for (const struct cfg_ipv6_addr *six = cfg->ipv6; six != NULL && err == ERR_OK; six = six->next)
		err = add_addr(t, i, &six->prefix, false);
	return err;
}

static enum err apply_interface(struct session_ifaces *t, const struct cfg_interface *cfg)
{
	const struct cfg_port *port = cfg_platform_port(t->hub->platform, cfg->object.name);
	bool loopback = cfg->type == CFG_IF_LOOPBACK;
	struct iface *i;
	enum err err;

	if (!cfg->object.complete || (port == NULL && !loopback))
		return ERR_OK;
	i = make(t, cfg->object.name, loopback ? ROUTE_IF_LOOPBACK : ROUTE_IF_PORT);
	if (i == NULL)
		return ERR_NOMEM;
	i->marked = true;
	if (loopback)
		(void)snprintf(i->netdev, sizeof(i->netdev), "%s", SESSION_IFACE_TUN);
	else if (port->how == CFG_PORT_NETDEV)
		(void)snprintf(i->netdev, sizeof(i->netdev), "%s", port->device);
	else
		twin_name(i->name, i->netdev);
	err = loopback ? ERR_OK : put_port(i, port, cfg);
	if (err == ERR_OK)
		err = route_rib_set_if(t->hub->env.rib, i->key, !cfg->shutdown, i->name);
	return err == ERR_OK ? apply_addresses(t, i, cfg) : err;
}

/* ---- static routes ---- */

static bool fill_route(const struct session_ifaces *t, const struct cfg_route *r, struct route_candidate *c)
{
	const struct session_tunnel *tunnel = r->if_name != NULL ? session_tunnel_find(t->hub, r->if_name) : NULL;

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
		c->out = session_iface_key(t, r->if_name);
	return c->out.kind != ROUTE_IF_NONE;
}

static bool same_route(const struct route_candidate *a, const struct route_candidate *b)
{
	return addr_prefix_eq(&a->prefix, &b->prefix) && a->out.kind == b->out.kind && a->out.id == b->out.id &&
	       addr_eq(&a->gateway, &b->gateway);
}

static enum err apply_route(struct session_ifaces *t, const struct cfg_route *cfg)
{
	struct route_candidate c;
	struct iface_route *r = NULL;

	if (!cfg->object.complete || !fill_route(t, cfg, &c))
		return ERR_OK;
	list_each (it, &t->routes)
		if (same_route(&list_of(it, struct iface_route, link)->c, &c))
			r = list_of(it, struct iface_route, link);
	if (r == NULL) {
		r = (struct iface_route *)calloc(1, sizeof(*r));
		if (r == NULL)
			return ERR_NOMEM;
		list_add(&t->routes, &r->link);
	}
	r->c = c;
	r->marked = true;
	return route_rib_add(t->hub->env.rib, &c);
}

/* ---- applying ---- */

static void sweep_routes(struct session_ifaces *t, bool all)
{
	struct list *next;

	for (struct list *it = list_first(&t->routes); it != NULL; it = next) {
		struct iface_route *r = list_of(it, struct iface_route, link);

		next = list_next(&t->routes, it);
		if (r->marked && !all)
			continue;
		route_rib_del(t->hub->env.rib, &r->c);
		list_del(it);
		free(r);
	}
}

static void sweep_addrs(struct session_ifaces *t)
{
	struct list *next;

	for (struct list *it = list_first(&t->addrs); it != NULL; it = next) {
		struct iface_addr *a = list_of(it, struct iface_addr, link);

		next = list_next(&t->addrs, it);
		if (!a->marked && !a->kept)
			drop_addr(t, a);
	}
}

static void drop_iface(struct session_ifaces *t, struct iface *i)
{
	struct dp_op op = { .kind = DP_DEL_PORT };

	if (i->key.kind == ROUTE_IF_PORT) {
		op.u.port.id = i->key.id;
		(void)dp_sync_del(t->hub->env.sync, &op);
	}
	route_rib_del_if(t->hub->env.rib, i->key);
	list_del(&i->link);
	free(i->name);
	free(i);
}

static void sweep_ifaces(struct session_ifaces *t)
{
	struct list *next;

	for (struct list *it = list_first(&t->ifaces); it != NULL; it = next) {
		struct iface *i = list_of(it, struct iface, link);

		next = list_next(&t->ifaces, it);
		if (!i->marked)
			drop_iface(t, i);
	}
}

static enum err put_vrf(struct session_ifaces *t)
{
	struct dp_op op = { .kind = DP_PUT_VRF };

	(void)snprintf(op.u.vrf.name, sizeof(op.u.vrf.name), "global");
	(void)snprintf(op.u.vrf.tun, sizeof(op.u.vrf.tun), "%s", SESSION_IFACE_TUN);
	return dp_sync_put(t->hub->env.sync, &op, &t->vrf_owner);
}

static void unmark(struct session_ifaces *t)
{
	list_each (it, &t->ifaces)
		list_of(it, struct iface, link)->marked = false;
	list_each (it, &t->addrs)
		list_of(it, struct iface_addr, link)->marked = false;
	list_each (it, &t->routes)
		list_of(it, struct iface_route, link)->marked = false;
}

enum err session_iface_configure(struct session_ifaces *t)
{
	const struct cfg_model *m = t->hub->model->cfg;
	enum err err;

	unmark(t);
	err = route_rib_set_if(t->hub->env.rib, (struct route_if){ .kind = ROUTE_IF_LOOPBACK }, true, "Loopback");
	if (err == ERR_OK)
		err = put_vrf(t);
	for (const struct cfg_interface *i = m->interfaces; i != NULL && err == ERR_OK; i = i->next)
		err = apply_interface(t, i);
	for (const struct cfg_route *r = m->routes; r != NULL && err == ERR_OK; r = r->next)
		err = apply_route(t, r);
	if (err == ERR_OK) {
		sweep_routes(t, false);
		sweep_addrs(t);
		sweep_ifaces(t);
	}
	route_rib_commit(t->hub->env.rib);
	return err;
}

/* ---- show ---- */

static const char *method_of(const struct cfg_interface *i)
{
	switch (i->ip_how) {
	case CFG_IP_ADDRESS:
		return "configured";
	case CFG_IP_NEGOTIATED:
		return "negotiated";
	case CFG_IP_UNNUMBERED:
		return "unnumbered";
	case CFG_IP_NONE:
		break;
	}
	return "unset";
}

static void tell_configured(const struct session_ifaces *t, const struct cfg_interface *cfg, session_iface_fn *fn, void *ctx)
{
	struct session_iface_info info = { .name = cfg->object.name, .method = method_of(cfg), .admin_up = !cfg->shutdown };

	info.addr = session_exchange_own_address(cfg, AF_INET);
	if (!cfg->object.complete)
		info.reason = "incomplete";
	else if (cfg->type == CFG_IF_VIRTUAL_TEMPLATE)
		info.reason = "template";
	else if (cfg->type != CFG_IF_LOOPBACK && find(t, cfg->object.name) == NULL)
		info.reason = "no port";
	info.up = info.admin_up && info.reason == NULL;
	fn(ctx, &info);
}

/* A tunnel or virtual access is up with its session. */
static void tell_access(const struct session *s, session_iface_fn *fn, void *ctx)
{
	const struct cfg_interface *source = s->access.source;
	struct session_iface_info info = { .name = s->access.name, .method = method_of(source), .admin_up = true };

	info.addr = s->assigned.family != 0 ? s->assigned : session_exchange_own_address(source, AF_INET);
	info.up = s->state == SESSION_S_UP;
	info.reason = info.up ? NULL : "negotiating";
	fn(ctx, &info);
}

static bool has_session(const struct session_hub *h, const char *name)
{
	uint32_t cursor = 0;
	const struct session *s;

	while ((s = session_hub_walk(h, &cursor)) != NULL)
		if (strcmp(s->access.name, name) == 0)
			return true;
	return false;
}

void session_iface_walk(const struct session_ifaces *t, session_iface_fn *fn, void *ctx)
{
	const struct session_hub *h = t->hub;
	uint32_t cursor = 0;
	const struct session *s;

	for (const struct cfg_interface *i = h->model->cfg->interfaces; i != NULL; i = i->next) {
		struct session_iface_info info = { .name = i->object.name, .method = method_of(i), .admin_up = !i->shutdown };

		if (i->type != CFG_IF_TUNNEL) {
			tell_configured(t, i, fn, ctx);
		} else if (!has_session(h, i->object.name)) {
			info.addr = session_exchange_own_address(i, AF_INET);
			info.reason = i->object.complete ? session_tunnel_reason(h, i->object.name) : "incomplete";
			fn(ctx, &info);
		}
	}
	while ((s = session_hub_walk(h, &cursor)) != NULL)
		if (s->access.source != NULL)
			tell_access(s, fn, ctx);
}

/* ---- life ---- */

enum err session_iface_new(struct session_ifaces **out, struct session_hub *h)
{
	struct session_ifaces *t = (struct session_ifaces *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->hub = h;
	t->vrf_owner.result = vrf_told;
	list_init(&t->ifaces);
	list_init(&t->addrs);
	list_init(&t->routes);
	*out = t;
	return ERR_OK;
}

void session_iface_free(struct session_ifaces *t)
{
	if (t == NULL)
		return;
	while (!list_empty(&t->addrs)) {
		struct list *it = list_first(&t->addrs);

		list_del(it);
		free(list_of(it, struct iface_addr, link));
	}
	sweep_routes(t, true);
	while (!list_empty(&t->ifaces)) {
		struct iface *i = list_of(list_first(&t->ifaces), struct iface, link);

		list_del(&i->link);
		dp_sync_release(t->hub->env.sync, &i->owner);
		free(i->name);
		free(i);
	}
	dp_sync_release(t->hub->env.sync, &t->vrf_owner);
	free(t);
}
