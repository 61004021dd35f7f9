/*
 * The datapath's FIB as the routing table wants it.  An adjacency lives while a route leads to it; which one a
 * prefix uses is remembered, because the table tells only the new hop.
 */
#include "session/box/fib.h"

#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/map.h"

struct fib_adjacency {
	struct map_node node;
	uint32_t id;
	uint32_t port;
	struct addr next_hop;
	unsigned users;
};

/* A prefix that leads to an adjacency. */
struct fib_user {
	struct map_node node;
	uint32_t vrf;
	struct addr_prefix prefix;
	struct fib_adjacency *adjacency;
};

struct session_fib {
	struct dp_sync *sync;
	struct map adjacencies;
	struct map users;
};

/* ---- adjacencies ---- */

static uint64_t hash_adjacency(const struct session_fib *f, uint32_t port, const struct addr *next_hop)
{
	uint8_t key[21];

	memcpy(key, &port, 4);
	memcpy(key + 4, next_hop->b, 16);
	key[20] = next_hop->family;
	return map_hash(&f->adjacencies, bytes_of(key, sizeof(key)));
}

static struct fib_adjacency *adjacency_get(struct session_fib *f, uint32_t port, const struct addr *next_hop)
{
	uint64_t hash = hash_adjacency(f, port, next_hop);
	struct dp_op op = { .kind = DP_PUT_ADJACENCY };
	struct fib_adjacency *a;

	for (struct map_node *n = map_find(&f->adjacencies, hash); n != NULL; n = map_find_next(n)) {
		a = list_of(n, struct fib_adjacency, node);
		if (a->port == port && addr_eq(&a->next_hop, next_hop)) {
			a->users++;
			return a;
		}
	}
	a = (struct fib_adjacency *)calloc(1, sizeof(*a));
	if (a == NULL)
		return NULL;
	a->id = dp_sync_new_id(f->sync, DP_CLASS_ADJACENCY);
	a->port = port;
	a->next_hop = *next_hop;
	a->users = 1;
	op.u.adjacency.id = a->id;
	op.u.adjacency.port = port;
	op.u.adjacency.next_hop = *next_hop;
	if (dp_sync_put(f->sync, &op, NULL) != ERR_OK) {
		free(a);
		return NULL;
	}
	map_add(&f->adjacencies, &a->node, hash);
	return a;
}

static void adjacency_put(struct session_fib *f, struct fib_adjacency *a)
{
	struct dp_op op = { .kind = DP_DEL_ADJACENCY };

	if (--a->users != 0)
		return;
	op.u.adjacency.id = a->id;
	(void)dp_sync_del(f->sync, &op);
	map_del(&f->adjacencies, &a->node);
	free(a);
}

/* ---- users ---- */

static uint64_t hash_prefix(const struct session_fib *f, uint32_t vrf, const struct addr_prefix *p)
{
	uint8_t key[22];

	memcpy(key, &vrf, 4);
	memcpy(key + 4, p->addr.b, 16);
	key[20] = p->addr.family;
	key[21] = p->len;
	return map_hash(&f->users, bytes_of(key, sizeof(key)));
}

static struct fib_user *find_user(const struct session_fib *f, uint32_t vrf, const struct addr_prefix *p)
{
	for (struct map_node *n = map_find(&f->users, hash_prefix(f, vrf, p)); n != NULL; n = map_find_next(n)) {
		struct fib_user *u = list_of(n, struct fib_user, node);

		if (u->vrf == vrf && addr_prefix_eq(&u->prefix, p))
			return u;
	}
	return NULL;
}

static void drop_user(struct session_fib *f, struct fib_user *u)
{
	adjacency_put(f, u->adjacency);
	map_del(&f->users, &u->node);
	free(u);
}

/* Makes the prefix a user of the hop's adjacency; the one it used before is let go by the caller. */
static enum err use_adjacency(struct session_fib *f, struct dp_route *r, const struct route_hop *hop)
{
	struct fib_adjacency *a = adjacency_get(f, hop->out.id, &hop->next_hop);
	struct fib_user *u;

	if (a == NULL)
		return ERR_NOMEM;
	u = (struct fib_user *)calloc(1, sizeof(*u));
	if (u == NULL) {
		adjacency_put(f, a);
		return ERR_NOMEM;
	}
	u->vrf = r->vrf;
	u->prefix = r->prefix;
	u->adjacency = a;
	map_add(&f->users, &u->node, hash_prefix(f, r->vrf, &r->prefix));
	r->action = DP_ROUTE_ADJACENCY;
	r->target = a->id;
	return ERR_OK;
}

static enum err fill(struct session_fib *f, struct dp_route *r, const struct route_hop *hop)
{
	r->target = hop->out.id;
	switch (hop->out.kind) {
	case ROUTE_IF_PORT:
		if (hop->next_hop.family != 0)
			return use_adjacency(f, r, hop);
		r->action = DP_ROUTE_PORT;
		return ERR_OK;
	case ROUTE_IF_TUNNEL:
		r->action = DP_ROUTE_TUNNEL;
		return ERR_OK;
	case ROUTE_IF_LOOPBACK:
		r->action = DP_ROUTE_LOCAL;
		r->target = 0;
		return ERR_OK;
	default:
		r->action = DP_ROUTE_DROP;
		r->target = 0;
		return ERR_OK;
	}
}

enum err session_fib_changed(struct session_fib *f, uint32_t vrf, const struct addr_prefix *prefix, const struct route_hop *hop)
{
	struct fib_user *former = find_user(f, vrf, prefix);
	struct dp_op op = { .kind = DP_PUT_ROUTE };
	enum err err = ERR_OK;

	op.u.route.vrf = vrf;
	op.u.route.prefix = *prefix;
	if (hop != NULL)
		err = fill(f, &op.u.route, hop);
	if (hop != NULL && err == ERR_OK)
		err = dp_sync_put(f->sync, &op, NULL);
	/* What can't be routed anew isn't routed as before. */
	if (hop == NULL || err != ERR_OK) {
		op.kind = DP_DEL_ROUTE;
		(void)dp_sync_del(f->sync, &op);
	}
	if (former != NULL)
		drop_user(f, former);
	return err;
}

/* ---- life ---- */

enum err session_fib_new(struct session_fib **out, struct dp_sync *sync, const uint8_t map_key[16])
{
	struct session_fib *f = (struct session_fib *)calloc(1, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	f->sync = sync;
	if (map_init(&f->adjacencies, map_key) != ERR_OK || map_init(&f->users, map_key) != ERR_OK) {
		session_fib_free(f);
		return ERR_NOMEM;
	}
	*out = f;
	return ERR_OK;
}

void session_fib_free(struct session_fib *f)
{
	struct map_node *next;

	if (f == NULL)
		return;
	for (struct map_node *n = map_walk(&f->users, NULL); n != NULL; n = next) {
		next = map_walk(&f->users, n);
		map_del(&f->users, n);
		free(list_of(n, struct fib_user, node));
	}
	for (struct map_node *n = map_walk(&f->adjacencies, NULL); n != NULL; n = next) {
		next = map_walk(&f->adjacencies, n);
		map_del(&f->adjacencies, n);
		free(list_of(n, struct fib_adjacency, node));
	}
	map_fini(&f->users);
	map_fini(&f->adjacencies);
	free(f);
}
