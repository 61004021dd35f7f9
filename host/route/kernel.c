/*
 * The host's side of the routing table, through base/nl.  Entries are kept in a map by prefix; those that differ from
 * the host stand in a list that a flush works off in batches: first what is to be there, guards included, then what is
 * to go, so that no prefix is open in between.  Loop thread; netlink answers at once.
 */
#include "route/kernel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/map.h"
#include "base/nl/nl.h"
#include "base/nl/nl_addr.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_route.h"

enum { KERNEL_METRIC = 100, KERNEL_METRIC_GUARD = 4000000, KERNEL_BATCH = 256 };

/* What of a prefix is, or is to be, in the host. */
struct kernel_route {
	struct map_node node;
	struct list in_dirty;
	struct addr_prefix prefix;
	struct addr gateway;
	char netdev[NL_LINK_NAME]; /* "": no route through a device */
	bool guard;                /* the unreachable one */
	bool wanted;
	bool has_path, has_guard; /* were put in the host */
	bool refused;             /* by the flush under way, in part */
};

struct kernel_address {
	struct list link;
	struct addr_prefix prefix;
	char netdev[NL_LINK_NAME];
};

struct route_kernel {
	struct nl *nl;
	uint32_t table;
	struct map routes;
	struct list dirty;
	struct list refused; /* by the kernel: tried again when something changes */
	struct list addresses;
	/* one batch */
	size_t count;
	struct kernel_route *owner[KERNEL_BATCH];
	struct nl_route batch[KERNEL_BATCH];
	enum err result[KERNEL_BATCH];
};

static uint64_t hash_of(const struct route_kernel *k, const struct addr_prefix *p)
{
	uint8_t key[18];

	memcpy(key, p->addr.b, 16);
	key[16] = p->addr.family;
	key[17] = p->len;
	return map_hash(&k->routes, bytes_of(key, sizeof(key)));
}

static struct kernel_route *find(const struct route_kernel *k, const struct addr_prefix *p)
{
	for (struct map_node *n = map_find(&k->routes, hash_of(k, p)); n != NULL; n = map_find_next(n)) {
		struct kernel_route *r = list_of(n, struct kernel_route, node);

		if (addr_prefix_eq(&r->prefix, p))
			return r;
	}
	return NULL;
}

static void mark_dirty(struct route_kernel *k, struct kernel_route *r)
{
	list_del(&r->in_dirty); /* it may be among the refused */
	list_add(&k->dirty, &r->in_dirty);
}

static void retry_refused(struct route_kernel *k)
{
	while (!list_empty(&k->refused))
		mark_dirty(k, list_of(list_first(&k->refused), struct kernel_route, in_dirty));
}

enum err route_kernel_put(
	struct route_kernel *k, const struct addr_prefix *prefix, const char *netdev, const struct addr *gateway, bool overlay)
{
	struct kernel_route *r = find(k, prefix);

	if (r == NULL) {
		r = (struct kernel_route *)calloc(1, sizeof(*r));
		if (r == NULL)
			return ERR_NOMEM;
		r->prefix = *prefix;
		map_add(&k->routes, &r->node, hash_of(k, prefix));
	}
	r->gateway = *gateway;
	(void)snprintf(r->netdev, sizeof(r->netdev), "%s", netdev != NULL ? netdev : "");
	r->guard = overlay || netdev == NULL;
	r->wanted = true;
	mark_dirty(k, r);
	return ERR_OK;
}

void route_kernel_del(struct route_kernel *k, const struct addr_prefix *prefix)
{
	struct kernel_route *r = find(k, prefix);

	if (r == NULL)
		return;
	r->wanted = false;
	mark_dirty(k, r);
}

/* ---- addresses ---- */

static struct kernel_address *find_address(const struct route_kernel *k, const char *netdev, const struct addr_prefix *p)
{
	list_each (it, &k->addresses) {
		struct kernel_address *a = list_of(it, struct kernel_address, link);

		if (strcmp(a->netdev, netdev) == 0 && addr_prefix_eq(&a->prefix, p))
			return a;
	}
	return NULL;
}

/* A device that isn't there yet is no failure: its refresh comes. */
static enum err set_address(struct route_kernel *k, const struct kernel_address *a, bool add)
{
	struct nl_link link;
	struct nl_addr want = { .prefix = a->prefix };
	enum err err = nl_link_find(k->nl, a->netdev, &link);

	if (err != ERR_OK)
		return err == ERR_ABSENT ? ERR_OK : err;
	want.index = link.index;
	err = add ? nl_addr_add(k->nl, &want) : nl_addr_del(k->nl, &want);
	if (err == ERR_EXISTS || err == ERR_ABSENT)
		err = ERR_OK;
	if (err == ERR_OK && add && !link.up)
		err = nl_link_set_up(k->nl, link.index, true);
	return err;
}

/* Whether the device has another address of the subnet: the kernel deletes such ones with their first. */
static bool has_neighbour(const struct route_kernel *k, const struct kernel_address *gone)
{
	struct addr network = addr_network(&gone->prefix);

	list_each (it, &k->addresses) {
		const struct kernel_address *a = list_of(it, struct kernel_address, link);
		struct addr other = addr_network(&a->prefix);

		if (a != gone && a->prefix.len == gone->prefix.len && strcmp(a->netdev, gone->netdev) == 0 && addr_eq(&other, &network))
			return true;
	}
	return false;
}

static void forget_address(struct route_kernel *k, struct kernel_address *a)
{
	bool others_may_be_gone = has_neighbour(k, a);

	list_del(&a->link);
	if (others_may_be_gone)
		route_kernel_refresh(k, a->netdev);
	free(a);
}

enum err route_kernel_address(struct route_kernel *k, const char *netdev, const struct addr_prefix *prefix, bool add)
{
	struct kernel_address *a = find_address(k, netdev, prefix);
	enum err err;

	if (a == NULL && !add)
		return ERR_OK;
	if (a == NULL) {
		a = (struct kernel_address *)calloc(1, sizeof(*a));
		if (a == NULL)
			return ERR_NOMEM;
		a->prefix = *prefix;
		(void)snprintf(a->netdev, sizeof(a->netdev), "%s", netdev);
		list_add(&k->addresses, &a->link);
	}
	err = set_address(k, a, add);
	retry_refused(k); /* a gateway may be in reach now */
	if (!add)
		forget_address(k, a);
	return err;
}

/* ---- flushing ---- */

/* Devices are few and routes many: the last one asked for is remembered through a flush. */
struct device {
	char name[NL_LINK_NAME];
	uint32_t index; /* 0: not there */
};

static uint32_t index_of(struct route_kernel *k, struct device *d, const char *name)
{
	struct nl_link link;

	if (strcmp(d->name, name) == 0)
		return d->index;
	(void)snprintf(d->name, sizeof(d->name), "%s", name);
	d->index = nl_link_find(k->nl, name, &link) == ERR_OK ? link.index : 0;
	return d->index;
}

static bool wants_path(const struct kernel_route *r)
{
	return r->wanted && r->netdev[0] != '\0';
}

static bool wants_guard(const struct kernel_route *r)
{
	return r->wanted && r->guard;
}

static bool is_failure(enum nl_route_op op, enum err result)
{
	return result != ERR_OK && (op != NL_ROUTE_DEL || result != ERR_ABSENT);
}

/* Sends the batch; the answers tell what is there, and what has to be tried again. */
static unsigned apply(struct route_kernel *k, enum nl_route_op op)
{
	enum err err = k->count == 0 ? ERR_OK : nl_route_apply(k->nl, op, k->batch, k->count, k->result);
	bool answered = err == ERR_OK;
	unsigned refused = 0;

	for (size_t i = 0; i < k->count; i++)
		answered = answered || k->result[i] != ERR_OK;
	for (size_t i = 0; i < k->count; i++) {
		struct kernel_route *r = k->owner[i];

		if (!answered || is_failure(op, k->result[i])) {
			r->refused = true;
			refused++;
		} else if (k->batch[i].kind == NL_ROUTE_UNREACHABLE) {
			r->has_guard = op != NL_ROUTE_DEL;
		} else {
			r->has_path = op != NL_ROUTE_DEL;
		}
	}
	k->count = 0;
	return refused;
}

/* One more for the batch.  'index' 0: the guard, or to remove the path through whatever device. */
static unsigned add_op(struct route_kernel *k, enum nl_route_op op, struct kernel_route *r, enum nl_route_kind kind, uint32_t index)
{
	struct nl_route *out = &k->batch[k->count];

	memset(out, 0, sizeof(*out));
	out->prefix = r->prefix;
	out->table = k->table;
	out->protocol = NL_PROTOCOL_NAVE;
	out->kind = kind;
	out->metric = kind == NL_ROUTE_UNREACHABLE ? KERNEL_METRIC_GUARD : KERNEL_METRIC;
	out->index = index;
	if (index != 0)
		out->gateway = r->gateway;
	k->owner[k->count++] = r;
	return k->count == KERNEL_BATCH ? apply(k, op) : 0;
}

static unsigned flush_puts(struct route_kernel *k)
{
	struct device d = { .index = 0 };
	unsigned refused = 0;

	list_each (it, &k->dirty) {
		struct kernel_route *r = list_of(it, struct kernel_route, in_dirty);
		uint32_t index = wants_path(r) ? index_of(k, &d, r->netdev) : 0;

		r->refused = false;
		if (wants_guard(r))
			refused += add_op(k, NL_ROUTE_REPLACE, r, NL_ROUTE_UNREACHABLE, 0);
		if (index != 0)
			refused += add_op(k, NL_ROUTE_REPLACE, r, NL_ROUTE_UNICAST, index);
	}
	return refused + apply(k, NL_ROUTE_REPLACE);
}

static unsigned flush_dels(struct route_kernel *k)
{
	unsigned refused = 0;

	list_each (it, &k->dirty) {
		struct kernel_route *r = list_of(it, struct kernel_route, in_dirty);

		if (r->has_path && !wants_path(r))
			refused += add_op(k, NL_ROUTE_DEL, r, NL_ROUTE_UNICAST, 0);
		if (r->has_guard && !wants_guard(r))
			refused += add_op(k, NL_ROUTE_DEL, r, NL_ROUTE_UNREACHABLE, 0);
	}
	return refused + apply(k, NL_ROUTE_DEL);
}

static void forget(struct route_kernel *k, struct kernel_route *r)
{
	list_del(&r->in_dirty);
	map_del(&k->routes, &r->node);
	free(r);
}

unsigned route_kernel_flush(struct route_kernel *k)
{
	unsigned refused;

	if (list_empty(&k->dirty))
		return 0;
	retry_refused(k);
	refused = flush_puts(k) + flush_dels(k);
	while (!list_empty(&k->dirty)) {
		struct kernel_route *r = list_of(list_first(&k->dirty), struct kernel_route, in_dirty);

		list_del(&r->in_dirty);
		if (r->refused)
			list_add(&k->refused, &r->in_dirty);
		else if (!r->wanted)
			forget(k, r);
	}
	return refused;
}

void route_kernel_refresh(struct route_kernel *k, const char *netdev)
{
	list_each (it, &k->addresses) {
		const struct kernel_address *a = list_of(it, struct kernel_address, link);

		enum err err = strcmp(a->netdev, netdev) == 0 ? set_address(k, a, true) : ERR_OK;

		(void)err; /* the device is gone again: the next refresh sets it */
	}
	retry_refused(k);
	for (struct map_node *n = map_walk(&k->routes, NULL); n != NULL; n = map_walk(&k->routes, n)) {
		struct kernel_route *r = list_of(n, struct kernel_route, node);

		if (strcmp(r->netdev, netdev) == 0)
			mark_dirty(k, r);
	}
}

/* ---- life ---- */

enum err route_kernel_new(struct route_kernel **out, struct nl *nl, uint32_t table, const uint8_t map_key[16])
{
	struct route_kernel *k = (struct route_kernel *)calloc(1, sizeof(*k));

	if (k == NULL)
		return ERR_NOMEM;
	k->nl = nl;
	k->table = table;
	list_init(&k->dirty);
	list_init(&k->refused);
	list_init(&k->addresses);
	if (map_init(&k->routes, map_key) != ERR_OK) {
		free(k);
		return ERR_NOMEM;
	}
	*out = k;
	return ERR_OK;
}

void route_kernel_free(struct route_kernel *k)
{
	struct map_node *next;

	if (k == NULL)
		return;
	for (struct map_node *n = map_walk(&k->routes, NULL); n != NULL; n = next) {
		next = map_walk(&k->routes, n);
		forget(k, list_of(n, struct kernel_route, node));
	}
	while (!list_empty(&k->addresses)) {
		struct list *it = list_first(&k->addresses);

		list_del(it);
		free(list_of(it, struct kernel_address, link));
	}
	map_fini(&k->routes);
	free(k);
}
