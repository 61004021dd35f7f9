/*
 * The box's own interfaces.  A configuration is applied by marking: everything that the new one has is put (puts are
 * idempotent) and marked, then what has no mark is taken back.  Loop thread only.
 */
#include "session/box/iface.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

struct iface {
	struct list link;
	char *name;
	struct route_if key;
	uint32_t vrf;
	char netdev[DP_IFNAME_MAX];
	bool marked;
	bool wan;
	bool shutdown;
	bool no_carrier;
	bool by_host;          /* the host sets its addresses and routes by itself */
	struct dp_owner owner; /* of its port */
	struct session_ifaces *table;
};

struct session_ifaces {
	struct session_hub *hub;
	struct list ifaces;
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

struct route_if session_iface_named(const struct session_hub *h, const char *name)
{
	const struct session_tunnel *tunnel = session_tunnel_find(h, name);
	uint32_t id = tunnel != NULL ? session_tunnel_id(tunnel) : session_plain_id(h->plains, name);

	if (id == 0)
		return session_iface_key(h->ifaces, name);
	return (struct route_if){ .kind = ROUTE_IF_TUNNEL, .id = id };
}

bool session_iface_is_wan(const struct session_ifaces *t, struct route_if key)
{
	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == key.kind && i->key.id == key.id)
			return i->wan;
	}
	return false;
}

const char *session_iface_netdev(const struct session_ifaces *t, uint32_t vrf, struct route_if key)
{
	const char *own = key.kind == ROUTE_IF_TUNNEL ? session_vif_netdev(t->hub, key.id) : NULL;

	if (key.kind == ROUTE_IF_TUNNEL || key.kind == ROUTE_IF_LOOPBACK)
		return own != NULL ? own : session_vrf_tun(t->hub, vrf);
	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == key.kind && i->key.id == key.id)
			return i->netdev;
	}
	return NULL;
}

struct route_if session_iface_of_netdev(const struct session_ifaces *t, uint32_t vrf, const char *netdev)
{
	struct route_if key = { .kind = ROUTE_IF_NONE };

	if (strcmp(netdev, session_vrf_tun(t->hub, vrf)) == 0)
		key.kind = ROUTE_IF_TUNNEL;
	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == ROUTE_IF_PORT && i->vrf == vrf && strcmp(i->netdev, netdev) == 0)
			key = i->key;
	}
	if (key.kind != ROUTE_IF_NONE)
		return key;
	key.id = session_vif_tunnel(t->hub, vrf, netdev);
	key.kind = key.id != 0 ? ROUTE_IF_TUNNEL : ROUTE_IF_NONE;
	return key;
}

bool session_iface_by_host(const struct session_ifaces *t, struct route_if key)
{
	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == key.kind && i->key.id == key.id)
			return i->by_host;
	}
	return t->hub->platform->addresses == CFG_OWNER_HOST;
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

static enum err set_line(const struct iface *i)
{
	return route_rib_set_if(i->table->hub->env.rib, i->key, !i->shutdown && !i->no_carrier, i->name);
}

void session_iface_link(struct session_ifaces *t, uint32_t id, bool up)
{
	list_each (it, &t->ifaces) {
		struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind != ROUTE_IF_PORT || i->key.id != id || i->no_carrier == !up)
			continue;
		i->no_carrier = !up;
		if (set_line(i) == ERR_OK)
			route_rib_commit(t->hub->env.rib);
		return;
	}
}

bool session_iface_has_link(const struct session_ifaces *t, struct route_if key)
{
	list_each (it, &t->ifaces) {
		const struct iface *i = list_of(it, struct iface, link);

		if (i->key.kind == key.kind && i->key.id == key.id)
			return !i->no_carrier;
	}
	return true;
}

/* The datapath made (again) the device that carries addresses. */
static void device_told(struct dp_owner *owner, const struct dp_op *op, const struct dp_result *r)
{
	struct iface *iface = list_of(owner, struct iface, owner);
	struct session_ifaces *t = iface->table;

	(void)op;
	log_event(t->hub->env.log, r->err == ERR_OK ? LOG_L_INFO : LOG_L_ERROR, "port.put", "interface=%s err=%s", iface->name,
		err_name(r->err));
	if (r->err == ERR_OK)
		session_address_tell(t->hub, iface->key, iface->vrf);
}

/* ---- ports ---- */

static uint8_t offload_of(enum cfg_offload offload)
{
	switch (offload) {
	case CFG_OFFLOAD_OFF:
		return DP_OFFLOAD_OFF;
	case CFG_OFFLOAD_INLINE:
		return DP_OFFLOAD_INLINE;
	case CFG_OFFLOAD_AUTO:
		break;
	}
	return DP_OFFLOAD_AUTO;
}

static enum err put_port(struct iface *i, const struct cfg_port *port, const struct cfg_interface *cfg)
{
	const struct cfg_model *model = session_hub_model(i->table->hub);
	struct dp_op op = { .kind = DP_PUT_PORT };
	struct dp_port *p = &op.u.port;

	p->id = i->key.id;
	p->kind = (uint8_t)(port->how == CFG_PORT_NETDEV ? DP_PORT_NETDEV : port->how == CFG_PORT_PCI ? DP_PORT_PCI : DP_PORT_VDEV);
	p->role = port->role == CFG_PORT_WAN ? DP_ROLE_WAN : DP_ROLE_LAN;
	p->up = !cfg->shutdown;
	p->offload = offload_of(port->offload);
	p->mtu = port->mtu;
	p->vrf = i->vrf;
	session_filter_features(i->table->hub, cfg, p->feature);
	session_rate_ids(i->table->hub, cfg, p->policy);
	p->init_rate = model->source_rate;
	p->init_burst = model->source_burst;
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

/* What tunnels may come from: addresses of WAN ports, and those that a 'tunnel source' names. */
static bool is_underlay(const struct session_ifaces *t, const struct iface *iface, const struct addr *a)
{
	if (iface->wan)
		return true;
	for (const struct cfg_interface *i = t->hub->model->cfg->interfaces; i != NULL; i = i->next) {
		if (i->tunnel.source_how == CFG_END_ADDRESS && addr_eq(&i->tunnel.source_addr, a))
			return true;
		if (i->tunnel.source_how == CFG_END_INTERFACE && i->tunnel.source_if != NULL &&
			strcmp(i->tunnel.source_if->object.name, iface->name) == 0)
			return true;
	}
	return false;
}

static enum err apply_address(
	struct session_ifaces *t, const struct iface *i, const struct session_place *where, const struct addr_prefix *prefix)
{
	struct session_place place = *where;

	place.underlay = i != NULL && is_underlay(t, i, &prefix->addr);
	return session_address_mark(t->hub, &place, prefix);
}

/* 'i' is NULL for a tunnel: none comes from another's address. */
static enum err apply_addresses(
	struct session_ifaces *t, const struct iface *i, const struct session_place *where, const struct cfg_interface *cfg)
{
	enum err err = ERR_OK;

	if (cfg->ip_how == CFG_IP_ADDRESS)
		err = apply_address(t, i, where, &cfg->ip);
	for (const struct cfg_ipv6_addr *six = cfg->ipv6; six != NULL && err == ERR_OK; six = six->next)
		err = apply_address(t, i, where, &six->prefix);
	return err;
}

static enum err apply_interface(struct session_ifaces *t, const struct cfg_interface *cfg)
{
	const struct cfg_port *port = cfg_platform_port(t->hub->platform, cfg->object.name);
	bool loopback = cfg->type == CFG_IF_LOOPBACK;
	struct session_place place;
	struct iface *i;
	enum err err;

	if (!cfg->object.complete || (port == NULL && !loopback) ||
		(port != NULL && cfg->vrf != NULL && session_vrf_place(t->hub, cfg->vrf) == NULL))
		return ERR_OK;
	i = make(t, cfg->object.name, loopback ? ROUTE_IF_LOOPBACK : ROUTE_IF_PORT);
	if (i == NULL)
		return ERR_NOMEM;
	i->marked = true;
	i->vrf = session_vrf_id(cfg->vrf);
	i->wan = port != NULL && port->role == CFG_PORT_WAN;
	i->shutdown = cfg->shutdown;
	i->by_host = (port != NULL ? port->addresses : t->hub->platform->addresses) == CFG_OWNER_HOST;
	if (loopback)
		(void)snprintf(i->netdev, sizeof(i->netdev), "%s", session_vrf_tun(t->hub, i->vrf));
	else if (port->how == CFG_PORT_NETDEV)
		(void)snprintf(i->netdev, sizeof(i->netdev), "%s", port->device);
	else
		dp_ifname(i->name, i->netdev);
	err = loopback ? ERR_OK : put_port(i, port, cfg);
	if (err == ERR_OK)
		err = set_line(i);
	if (err != ERR_OK || cfg->shutdown)
		return err;
	place = (struct session_place){ .key = i->key, .vrf = i->vrf, .netdev = i->netdev, .by_host = i->by_host };
	return apply_addresses(t, i, &place, cfg);
}

static enum err apply_tunnel(struct session_ifaces *t, const struct cfg_interface *cfg)
{
	struct session_place place = { .vrf = session_vrf_id(cfg->vrf), .by_host = t->hub->platform->addresses == CFG_OWNER_HOST };

	place.netdev = session_vrf_tun(t->hub, place.vrf);
	place.key = session_iface_named(t->hub, cfg->object.name);
	if (place.key.kind == ROUTE_IF_NONE || cfg->shutdown)
		return ERR_OK;
	return apply_addresses(t, NULL, &place, cfg);
}

/* ---- applying ---- */

static void free_iface(struct iface *i)
{
	dp_sync_release(i->table->hub->env.sync, &i->owner);
	list_del(&i->link);
	free(i->name);
	free(i);
}

void session_iface_unmark(struct session_ifaces *t)
{
	list_each (it, &t->ifaces)
		list_of(it, struct iface, link)->marked = false;
	session_address_unmark(t->hub);
}

enum err session_iface_configure(struct session_ifaces *t)
{
	enum err err;

	session_iface_unmark(t);
	err = route_rib_set_if(t->hub->env.rib, (struct route_if){ .kind = ROUTE_IF_LOOPBACK }, true, "Loopback");
	for (const struct cfg_interface *i = t->hub->model->cfg->interfaces; i != NULL && err == ERR_OK; i = i->next)
		err = apply_interface(t, i);
	return err;
}

enum err session_iface_configure_tunnels(struct session_ifaces *t)
{
	enum err err = ERR_OK;

	for (const struct cfg_interface *i = t->hub->model->cfg->interfaces; i != NULL && err == ERR_OK; i = i->next)
		if (i->type == CFG_IF_TUNNEL)
			err = apply_tunnel(t, i);
	return err;
}

void session_iface_sweep(struct session_ifaces *t)
{
	struct list *next;

	for (struct list *it = list_first(&t->ifaces); it != NULL; it = next) {
		struct iface *i = list_of(it, struct iface, link);

		next = list_next(&t->ifaces, it);
		if (i->marked)
			continue;
		route_rib_del_if(t->hub->env.rib, i->key);
		free_iface(i);
	}
}

/* ---- life ---- */

enum err session_iface_new(struct session_ifaces **out, struct session_hub *h)
{
	struct session_ifaces *t = (struct session_ifaces *)calloc(1, sizeof(*t));

	if (t == NULL)
		return ERR_NOMEM;
	t->hub = h;
	list_init(&t->ifaces);
	*out = t;
	return ERR_OK;
}

void session_iface_free(struct session_ifaces *t)
{
	if (t == NULL)
		return;
	while (!list_empty(&t->ifaces))
		free_iface(list_of(list_first(&t->ifaces), struct iface, link));
	free(t);
}
