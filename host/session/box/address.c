/*
 * The box's own addresses, each in three places at once: the datapath (local), the routing table (local and connected)
 * and the host's device.  While an address changes or moves from one interface to another two entries have something
 * in common: what the other one needs stays.  Loop thread only.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/inner.h"

struct address {
	struct list link;
	struct route_if key;
	uint32_t vrf;
	char netdev[DP_IFNAME_MAX];
	bool by_host; /* it sets the address by itself */
	struct addr_prefix prefix;
	bool underlay;  /* tunnels may come from it */
	bool told;      /* set on 'netdev' */
	bool marked;    /* of the configuration */
	unsigned users; /* sessions that it came with */
};

static bool on_port(const struct address *a)
{
	return a->key.kind == ROUTE_IF_PORT;
}

/* On a loopback and on the TUN an address stands alone, whatever mask was written. */
static struct addr_prefix host_prefix(const struct address *a)
{
	return on_port(a) ? a->prefix : addr_prefix_host(&a->prefix.addr);
}

static void tell_host(const struct session_hub *h, struct address *a, bool add)
{
	struct addr_prefix prefix = host_prefix(a);
	session_address_fn *fn = a->by_host ? h->env.expect : h->env.address;

	if (fn == NULL || (!add && !a->told))
		return;
	fn(h->env.world, a->vrf, a->netdev, &prefix, add);
	a->told = add;
}

static struct dp_op local_op(const struct address *a, enum dp_op_kind kind)
{
	struct dp_op op = { .kind = kind };

	op.u.local.vrf = a->vrf;
	op.u.local.port = on_port(a) ? a->key.id : 0;
	op.u.local.prefix = host_prefix(a);
	op.u.local.underlay = a->underlay;
	return op;
}

/* The host prefix as local, the network of a port or tunnel as connected. */
static unsigned candidates_of(const struct address *a, struct route_candidate out[2])
{
	unsigned count = 0;

	memset(out, 0, 2 * sizeof(*out));
	out[0].vrf = out[1].vrf = a->vrf;
	out[count].prefix = addr_prefix_host(&a->prefix.addr);
	out[count].source = ROUTE_LOCAL;
	out[count++].out.kind = ROUTE_IF_LOOPBACK;
	if ((!on_port(a) && a->key.kind != ROUTE_IF_TUNNEL) || a->prefix.len == addr_bits(&a->prefix.addr))
		return count;
	out[count].prefix = a->prefix;
	out[count].prefix.addr = addr_network(&a->prefix);
	out[count].source = ROUTE_CONNECTED;
	out[count++].out = a->key;
	return count;
}

static bool same_key(struct route_if a, struct route_if b)
{
	return a.kind == b.kind && a.id == b.id;
}

static struct address *find(const struct session_hub *h, const struct session_place *place, const struct addr_prefix *prefix)
{
	list_each (it, &h->addresses) {
		struct address *a = list_of(it, struct address, link);

		if (a->vrf == place->vrf && same_key(a->key, place->key) && addr_prefix_eq(&a->prefix, prefix))
			return a;
	}
	return NULL;
}

/* Whether another address is the same one for the datapath and the host. */
static bool is_doubled(const struct session_hub *h, const struct address *a)
{
	struct addr_prefix prefix = host_prefix(a);

	list_each (it, &h->addresses) {
		const struct address *b = list_of(it, struct address, link);
		struct addr_prefix other = host_prefix(b);
		bool same_place = on_port(a) ? same_key(a->key, b->key) : !on_port(b);

		if (b != a && a->vrf == b->vrf && same_place && addr_prefix_eq(&prefix, &other))
			return true;
	}
	return false;
}

/* Whether another address than 'a' has the same route. */
static bool is_needed(const struct session_hub *h, const struct address *a, const struct route_candidate *c)
{
	list_each (it, &h->addresses) {
		const struct address *b = list_of(it, struct address, link);
		struct route_candidate other[2];
		unsigned count = a == b ? 0 : candidates_of(b, other);

		for (unsigned i = 0; i < count; i++)
			if (other[i].vrf == c->vrf && addr_prefix_eq(&other[i].prefix, &c->prefix) && same_key(other[i].out, c->out))
				return true;
	}
	return false;
}

static void drop(struct session_hub *h, struct address *a)
{
	struct dp_op op = local_op(a, DP_DEL_LOCAL);
	struct route_candidate c[2];
	unsigned count = candidates_of(a, c);

	for (unsigned i = 0; i < count; i++)
		if (!is_needed(h, a, &c[i]))
			route_rib_del(h->env.rib, &c[i]);
	if (!is_doubled(h, a)) {
		(void)dp_sync_del(h->env.sync, &op);
		tell_host(h, a, false);
	}
	list_del(&a->link);
	free(a);
}

static enum err put_local(const struct session_hub *h, const struct address *a)
{
	struct dp_op op = local_op(a, DP_PUT_LOCAL);

	return dp_sync_put(h->env.sync, &op, NULL);
}

static enum err put(struct session_hub *h, struct address *a)
{
	struct route_candidate c[2];
	unsigned count = candidates_of(a, c);
	enum err err = put_local(h, a);

	for (unsigned i = 0; i < count && err == ERR_OK; i++)
		err = route_rib_add(h->env.rib, &c[i]);
	if (err == ERR_OK)
		tell_host(h, a, true);
	return err;
}

static enum err add(struct session_hub *h, const struct session_place *place, const struct addr_prefix *prefix, struct address **out)
{
	struct address *a = find(h, place, prefix);
	enum err err;

	if (a != NULL) {
		*out = a;
		if (a->underlay == place->underlay)
			return ERR_OK;
		a->underlay = place->underlay;
		return put_local(h, a);
	}
	a = (struct address *)calloc(1, sizeof(*a));
	if (a == NULL)
		return ERR_NOMEM;
	a->key = place->key;
	a->vrf = place->vrf;
	(void)snprintf(a->netdev, sizeof(a->netdev), "%s", place->netdev);
	a->by_host = place->by_host;
	a->prefix = *prefix;
	a->underlay = place->underlay;
	list_add(&h->addresses, &a->link);
	err = put(h, a);
	if (err != ERR_OK)
		drop(h, a);
	else
		*out = a;
	return err;
}

enum err session_address_mark(struct session_hub *h, const struct session_place *place, const struct addr_prefix *prefix)
{
	struct address *a;
	enum err err = add(h, place, prefix, &a);

	if (err == ERR_OK)
		a->marked = true;
	return err;
}

void session_address_unmark(struct session_hub *h)
{
	list_each (it, &h->addresses)
		list_of(it, struct address, link)->marked = false;
}

void session_address_sweep(struct session_hub *h)
{
	struct list *next;

	for (struct list *it = list_first(&h->addresses); it != NULL; it = next) {
		struct address *a = list_of(it, struct address, link);

		next = list_next(&h->addresses, it);
		if (!a->marked && a->users == 0)
			drop(h, a);
	}
}

void session_address_tell(struct session_hub *h, struct route_if key, uint32_t vrf)
{
	list_each (it, &h->addresses) {
		struct address *a = list_of(it, struct address, link);

		if (key.kind == ROUTE_IF_PORT ? same_key(a->key, key) : a->vrf == vrf && !on_port(a))
			tell_host(h, a, true);
	}
}

enum err session_address_take(struct session_hub *h, uint32_t vrf, const struct addr *address)
{
	struct session_place box = { .vrf = vrf, .netdev = session_vrf_tun(h, vrf), .by_host = h->platform->addresses == CFG_OWNER_HOST };
	struct addr_prefix host = addr_prefix_host(address);
	struct address *a;
	enum err err = add(h, &box, &host, &a);

	if (err != ERR_OK)
		return err;
	a->users++;
	route_rib_commit(h->env.rib);
	return ERR_OK;
}

void session_address_give(struct session_hub *h, uint32_t vrf, const struct addr *address)
{
	struct session_place box = { .vrf = vrf };
	struct addr_prefix host = addr_prefix_host(address);
	struct address *a = find(h, &box, &host);

	if (a == NULL || --a->users != 0)
		return;
	drop(h, a);
	route_rib_commit(h->env.rib);
}

void session_address_free_all(struct session_hub *h)
{
	while (!list_empty(&h->addresses)) {
		struct list *it = list_first(&h->addresses);

		list_del(it);
		free(list_of(it, struct address, link));
	}
}
