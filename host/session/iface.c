/*
 * The box's own interfaces.  A configuration is applied by marking: everything that the new one has is put (puts are
 * idempotent) and marked, then what has no mark is taken back.  Addresses go to three places at once: the datapath
 * (local), the routing table (local and connected) and the host's device.  Loop thread only.
 */
#include "session/iface.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

struct iface {
	struct list link;
	char *name;
	struct route_if key;
	char netdev[DP_IFNAME_MAX];
	bool marked;
	bool wan;
	struct dp_owner owner; /* of its port */
	struct session_ifaces *table;
};

struct iface_addr {
	struct list link;
	struct iface *iface; /* NULL: of the box as a whole, on the TUN */
	struct addr_prefix prefix;
	bool underlay;
	bool marked;
	unsigned users; /* sessions that it came with: no configuration takes it back */
};

struct session_ifaces {
	struct session_hub *hub;
	struct list ifaces;
	struct list addrs;
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

static const char *netdev_of(const struct iface_addr *a)
{
	return a->iface != NULL ? a->iface->netdev : SESSION_IFACE_TUN;
}

static void tell_host(struct session_ifaces *t, const struct iface_addr *a, bool add)
{
	struct addr_prefix prefix = host_prefix(a);

	if (t->hub->env.address != NULL)
		t->hub->env.address(t->hub->env.world, netdev_of(a), &prefix, add);
}

static struct dp_op local_op(const struct iface_addr *a, enum dp_op_kind kind)
{
	struct dp_op op = { .kind = kind };

	op.u.local.port = a->iface != NULL && a->iface->key.kind == ROUTE_IF_PORT ? a->iface->key.id : 0;
	op.u.local.prefix = host_prefix(a);
	op.u.local.underlay = a->underlay;
	return op;
}

/* What tunnels may come from: addresses of WAN ports, and those that a 'tunnel source' names. */
static bool is_underlay(const struct session_ifaces *t, const struct iface *iface, const struct addr *a)
{
	if (iface == NULL || iface->wan)
		return iface != NULL;
	for (const struct cfg_interface *i = t->hub->model->cfg->interfaces; i != NULL; i = i->next) {
		if (i->tunnel.source_how == CFG_END_ADDRESS && addr_eq(&i->tunnel.source_addr, a))
			return true;
		if (i->tunnel.source_how == CFG_END_INTERFACE && i->tunnel.source_if != NULL &&
			strcmp(i->tunnel.source_if->object.name, iface->name) == 0)
			return true;
	}
	return false;
}

static enum err put_local(const struct session_ifaces *t, const struct iface_addr *a)
{
	struct dp_op op = local_op(a, DP_PUT_LOCAL);

	return dp_sync_put(t->hub->env.sync, &op, NULL);
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

static struct iface_addr *find_addr(const struct session_ifaces *t, const struct iface *iface, const struct addr_prefix *prefix)
{
	list_each (it, &t->addrs) {
		struct iface_addr *a = list_of(it, struct iface_addr, link);

		if (a->iface == iface && addr_prefix_eq(&a->prefix, prefix))
			return a;
	}
	return NULL;
}

/* Whether another address is the same for the datapath and the host. */
static bool is_doubled(const struct session_ifaces *t, const struct iface_addr *a)
{
	struct addr_prefix prefix = host_prefix(a);

	list_each (it, &t->addrs) {
		const struct iface_addr *b = list_of(it, struct iface_addr, link);
		struct addr_prefix other = host_prefix(b);

		if (b != a && addr_prefix_eq(&prefix, &other) && strcmp(netdev_of(a), netdev_of(b)) == 0)
			return true;
	}
	return false;
}

static bool is_needed(const struct session_ifaces *t, const struct iface_addr *but, const struct route_candidate *c)
{
	struct addr network = addr_network(&c->prefix);

	list_each (it, &t->addrs) {
		const struct iface_addr *a = list_of(it, struct iface_addr, link);
		struct route_candidate other[2];
		unsigned count = a == but ? 0 : candidates_of(a, other);

		for (unsigned i = 0; i < count; i++) {
			struct addr same = addr_network(&other[i].prefix);

			if (addr_eq(&network, &same) && c->prefix.len == other[i].prefix.len && c->out.kind == other[i].out.kind &&
				c->out.id == other[i].out.id)
				return true;
		}
	}
	return false;
}

/* While an address changes or moves, two have something in common: what the other needs stays. */
static void drop_addr(struct session_ifaces *t, struct iface_addr *a)
{
	struct dp_op op = local_op(a, DP_DEL_LOCAL);
	struct route_candidate c[2];
	unsigned count = candidates_of(a, c);

	for (unsigned i = 0; i < count; i++)
		if (!is_needed(t, a, &c[i]))
			route_rib_del(t->hub->env.rib, &c[i]);
	if (!is_doubled(t, a)) {
		(void)dp_sync_del(t->hub->env.sync, &op);
		tell_host(t, a, false);
	}
	list_del(&a->link);
	free(a);
}

static enum err put_addr(struct session_ifaces *t, const struct iface_addr *a)
{
	struct route_candidate c[2];
	unsigned count = candidates_of(a, c);
	enum err err = put_local(t, a);

	for (unsigned i = 0; i < count && err == ERR_OK; i++)
		err = route_rib_add(t->hub->env.rib, &c[i]);
	if (err == ERR_OK)
		tell_host(t, a, true);
	return err;
}

static enum err add_addr(struct session_ifaces *t, struct iface *iface, const struct addr_prefix *prefix, struct iface_addr **out)
{
	struct iface_addr *a = find_addr(t, iface, prefix);
	bool underlay = is_underlay(t, iface, &prefix->addr);
	enum err err = ERR_OK;

	if (a != NULL && a->underlay != underlay) {
		a->underlay = underlay;
		err = put_local(t, a);
	} else if (a == NULL) {
		a = (struct iface_addr *)calloc(1, sizeof(*a));
		if (a == NULL)
			return ERR_NOMEM;
		a->iface = iface;
		a->prefix = *prefix;
		a->underlay = underlay;
		list_add(&t->addrs, &a->link);
		err = put_addr(t, a);
	}
	if (err != ERR_OK) {
		drop_addr(t, a);
		return err;
	}
	*out = a;
	return ERR_OK;
}

enum err session_iface_add_local(struct session_ifaces *t, const struct addr *a)
{
	struct addr_prefix host = addr_prefix_host(a);
	struct iface_addr *made;
	enum err err = add_addr(t, NULL, &host, &made);

	if (err != ERR_OK)
		return err;
	made->users++;
	route_rib_commit(t->hub->env.rib);
	return ERR_OK;
}

void session_iface_del_local(struct session_ifaces *t, const struct addr *a)
{
	struct addr_prefix host = addr_prefix_host(a);
	struct iface_addr *have = find_addr(t, NULL, &host);

	if (have == NULL || --have->users != 0)
		return;
	drop_addr(t, have);
	route_rib_commit(t->hub->env.rib);
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

static enum err mark_addr(struct session_ifaces *t, struct iface *i, const struct addr_prefix *prefix)
{
	struct iface_addr *a;
	enum err err = add_addr(t, i, prefix, &a);

	if (err == ERR_OK)
		a->marked = true;
	return err;
}

static enum err apply_addresses(struct session_ifaces *t, struct iface *i, const struct cfg_interface *cfg)
{
	enum err err = ERR_OK;

	if (cfg->ip_how == CFG_IP_ADDRESS)
		err = mark_addr(t, i, &cfg->ip);
	for (const struct cfg_ipv6_addr *six = cfg->ipv6; six != NULL && err == ERR_OK; six = six->next)
		err = mark_addr(t, i, &six->prefix);
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
	i->wan = port != NULL && port->role == CFG_PORT_WAN;
	if (loopback)
		(void)snprintf(i->netdev, sizeof(i->netdev), "%s", SESSION_IFACE_TUN);
	else if (port->how == CFG_PORT_NETDEV)
		(void)snprintf(i->netdev, sizeof(i->netdev), "%s", port->device);
	else
		twin_name(i->name, i->netdev);
	err = loopback ? ERR_OK : put_port(i, port, cfg);
	if (err == ERR_OK)
		err = route_rib_set_if(t->hub->env.rib, i->key, !cfg->shutdown, i->name);
	if (err != ERR_OK || cfg->shutdown)
		return err;
	return apply_addresses(t, i, cfg);
}

/* ---- applying ---- */

static void sweep_addrs(struct session_ifaces *t)
{
	struct list *next;

	for (struct list *it = list_first(&t->addrs); it != NULL; it = next) {
		struct iface_addr *a = list_of(it, struct iface_addr, link);

		next = list_next(&t->addrs, it);
		if (!a->marked && a->users == 0)
			drop_addr(t, a);
	}
}

static void free_iface(struct iface *i)
{
	dp_sync_release(i->table->hub->env.sync, &i->owner);
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
		if (i->marked)
			continue;
		route_rib_del_if(t->hub->env.rib, i->key);
		free_iface(i);
	}
}

static enum err put_vrf(struct session_ifaces *t)
{
	struct dp_op op = { .kind = DP_PUT_VRF };

	(void)snprintf(op.u.vrf.name, sizeof(op.u.vrf.name), "global");
	(void)snprintf(op.u.vrf.tun, sizeof(op.u.vrf.tun), "%s", SESSION_IFACE_TUN);
	return dp_sync_put(t->hub->env.sync, &op, &t->vrf_owner);
}

void session_iface_unmark(struct session_ifaces *t)
{
	list_each (it, &t->ifaces)
		list_of(it, struct iface, link)->marked = false;
	list_each (it, &t->addrs)
		list_of(it, struct iface_addr, link)->marked = false;
}

enum err session_iface_configure(struct session_ifaces *t)
{
	enum err err;

	session_iface_unmark(t);
	err = route_rib_set_if(t->hub->env.rib, (struct route_if){ .kind = ROUTE_IF_LOOPBACK }, true, "Loopback");
	if (err == ERR_OK)
		err = put_vrf(t);
	for (const struct cfg_interface *i = t->hub->model->cfg->interfaces; i != NULL && err == ERR_OK; i = i->next)
		err = apply_interface(t, i);
	return err;
}

void session_iface_sweep(struct session_ifaces *t)
{
	sweep_addrs(t);
	sweep_ifaces(t);
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
	while (!list_empty(&t->ifaces))
		free_iface(list_of(list_first(&t->ifaces), struct iface, link));
	dp_sync_release(t->hub->env.sync, &t->vrf_owner);
	free(t);
}
