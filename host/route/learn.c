/*
 * Notices of netlink keep a copy of the host's routes up to date; when the kernel says that some were lost the tables are read again, after a
 * pause, because whoever fills them that fast goes on.  The best route of each prefix is published.  Called by naved on the loop.
 */
#include "route/learn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "base/nl/nl.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_route.h"
#include "base/nl/nl_watch.h"

enum { LEARN_PAUSE_MS = 200, LEARN_TRIES = 3 };
#define LEARN_LAST_RESORT UINT32_C(0xff000000)

/* A route of the host; the kernel has one for each prefix and metric. */
struct learn_route {
	struct map_node node;
	struct addr_prefix prefix;
	struct addr gateway;
	uint32_t index; /* of the device; 0: none */
	uint32_t metric;
	uint8_t protocol;
	bool drops; /* blackhole, unreachable, prohibit */
	bool seen;  /* by the look under way */
	bool published;
	struct route_candidate c; /* then */
};

struct learn_device {
	struct list link;
	uint32_t index;
	bool up;
	char name[NL_LINK_NAME];
};

struct route_learn {
	struct route_learn_config conf;
	struct nl *nl;
	struct nl_watch *watch;
	struct wheel_timer look;
	struct map routes; /* by prefix */
	struct list devices;
	bool moved; /* a device's name or presence: all routes are judged again */
};

/* ---- the copy ---- */

static uint64_t hash_of(const struct route_learn *l, const struct addr_prefix *p)
{
	uint8_t key[18];

	memcpy(key, p->addr.b, 16);
	key[16] = p->addr.family;
	key[17] = p->len;
	return map_hash(&l->routes, bytes_of(key, sizeof(key)));
}

/* Walks the routes to one prefix, from NULL to NULL. */
static struct learn_route *next_of(const struct route_learn *l, const struct addr_prefix *p, struct learn_route *after)
{
	struct map_node *n = after == NULL ? map_find(&l->routes, hash_of(l, p)) : map_find_next(&after->node);

	for (; n != NULL; n = map_find_next(n))
		if (addr_prefix_eq(&list_of(n, struct learn_route, node)->prefix, p))
			return list_of(n, struct learn_route, node);
	return NULL;
}

static struct learn_route *find(const struct route_learn *l, const struct addr_prefix *p, uint32_t metric)
{
	struct learn_route *r = NULL;

	while ((r = next_of(l, p, r)) != NULL)
		if (r->metric == metric)
			return r;
	return NULL;
}

/* ---- what is published ---- */

/* Administrative distances as the router has them; one that isn't here is as good as what comes from within (iBGP). */
static uint8_t distance_of(uint8_t protocol)
{
	static const struct {
		uint8_t protocol, distance;
	} known[] = {
		{ NL_PROTOCOL_BOOT, 1 },
		{ NL_PROTOCOL_STATIC, 1 },
		{ NL_PROTOCOL_ZSTATIC, 1 },
		{ NL_PROTOCOL_RA, 254 },
		{ NL_PROTOCOL_DHCP, 254 },
		{ NL_PROTOCOL_BGP, 20 },
		{ NL_PROTOCOL_EIGRP, 90 },
		{ NL_PROTOCOL_OSPF, 110 },
		{ NL_PROTOCOL_ISIS, 115 },
		{ NL_PROTOCOL_RIP, 120 },
	};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].protocol == protocol)
			return known[i].distance;
	return 200;
}

static const char *name_of(const struct route_learn *l, uint32_t index)
{
	list_each (it, &l->devices) {
		const struct learn_device *d = list_of(it, struct learn_device, link);

		if (d->index == index)
			return d->name;
	}
	return NULL;
}

/* false: it leads nowhere that Nave knows. */
static bool make_candidate(const struct route_learn *l, const struct learn_route *r, struct route_candidate *out)
{
	const char *netdev = name_of(l, r->index);
	struct route_if port = { .kind = ROUTE_IF_NONE };
	enum route_device device = netdev == NULL ? ROUTE_DEVICE_FOREIGN : l->conf.device(l->conf.ctx, l->conf.vrf, netdev, &port);

	memset(out, 0, sizeof(*out));
	out->vrf = l->conf.vrf;
	out->prefix = r->prefix;
	out->source = ROUTE_KERNEL;
	out->distance = distance_of(r->protocol);
	out->gateway = r->gateway;
	if (r->drops) {
		out->out.kind = ROUTE_IF_NULL;
		return true;
	}
	if (device == ROUTE_DEVICE_KNOWN) {
		out->out = port;
		return true;
	}
	return device == ROUTE_DEVICE_OVERLAY && r->gateway.family == r->prefix.addr.family;
}

static bool same_candidate(const struct route_candidate *a, const struct route_candidate *b)
{
	return a->out.kind == b->out.kind && a->out.id == b->out.id && addr_eq(&a->gateway, &b->gateway) && a->distance == b->distance;
}

static void withdraw(struct route_learn *l, struct learn_route *r)
{
	if (r->published)
		(void)route_rib_del(l->conf.rib, &r->c);
	r->published = false;
}

static void publish(struct route_learn *l, struct learn_route *r, const struct route_candidate *c)
{
	enum err err;

	if (r->published && same_candidate(&r->c, c))
		return;
	withdraw(l, r);
	err = route_rib_add(l->conf.rib, c);
	if (err != ERR_OK) {
		log_event(l->conf.log, LOG_L_ERROR, "route.learn", "err=%s", err_name(err));
		return;
	}
	r->c = *c;
	r->published = true;
}

/* Of the routes to the prefix the best that can be used is published, and no other. */
static void settle(struct route_learn *l, const struct addr_prefix *p)
{
	struct route_candidate c, best_c = { .vrf = 0 };
	struct learn_route *best = NULL;

	for (struct learn_route *r = next_of(l, p, NULL); r != NULL; r = next_of(l, p, r))
		if ((best == NULL || r->metric < best->metric) && make_candidate(l, r, &c)) {
			best = r;
			best_c = c;
		}
	for (struct learn_route *r = next_of(l, p, NULL); r != NULL; r = next_of(l, p, r))
		if (r != best)
			withdraw(l, r);
	if (best != NULL)
		publish(l, best, &best_c);
}

static void forget(struct route_learn *l, struct learn_route *r)
{
	withdraw(l, r);
	map_del(&l->routes, &r->node);
	free(r);
}

/* ---- the host's tables ---- */

/* "unreachable default metric 4278198272", as the kernel's manual ends a VRF's table: what isn't there isn't reached anyway. */
static bool is_last_resort(const struct nl_route *r)
{
	return r->kind != NL_ROUTE_UNICAST && r->metric >= LEARN_LAST_RESORT;
}

static bool is_others(const struct route_learn *l, const struct nl_route *r)
{
	return r->table == l->conf.table && !is_last_resort(r) && r->protocol != NL_PROTOCOL_KERNEL &&
	       r->protocol != NL_PROTOCOL_REDIRECT && r->protocol != NL_PROTOCOL_NAVE &&
	       (r->kind == NL_ROUTE_UNICAST || r->kind == NL_ROUTE_UNREACHABLE || r->kind == NL_ROUTE_BLACKHOLE);
}

/* NULL: out of memory. */
static struct learn_route *keep(struct route_learn *l, const struct nl_route *from)
{
	struct learn_route *r = find(l, &from->prefix, from->metric);

	if (r == NULL) {
		r = (struct learn_route *)calloc(1, sizeof(*r));
		if (r == NULL) {
			log_event(l->conf.log, LOG_L_ERROR, "route.learn", "err=%s", err_name(ERR_NOMEM));
			return NULL;
		}
		r->prefix = from->prefix;
		r->metric = from->metric;
		map_add(&l->routes, &r->node, hash_of(l, &r->prefix));
	}
	r->gateway = from->gateway;
	r->index = from->index;
	r->protocol = from->protocol;
	r->drops = from->kind != NL_ROUTE_UNICAST;
	r->seen = true;
	return r;
}

static void saw_route(void *ctx, const struct nl_route *route, bool gone)
{
	struct route_learn *l = (struct route_learn *)ctx;
	struct learn_route *r;

	if (!is_others(l, route))
		return;
	r = gone ? find(l, &route->prefix, route->metric) : keep(l, route);
	/* A replaced route isn't told to be gone; one that is told may be an older twin. */
	if (r == NULL || (gone && !(r->index == route->index && addr_eq(&r->gateway, &route->gateway))))
		return;
	if (gone)
		forget(l, r);
	settle(l, &route->prefix);
}

static void dump_route(const struct nl_route *route, void *ctx)
{
	if (is_others((struct route_learn *)ctx, route))
		(void)keep((struct route_learn *)ctx, route);
}

static struct learn_device *find_device(const struct route_learn *l, uint32_t index)
{
	list_each (it, &l->devices)
		if (list_of(it, struct learn_device, link)->index == index)
			return list_of(it, struct learn_device, link);
	return NULL;
}

static void drop_device(struct route_learn *l, struct learn_device *d)
{
	if (d == NULL)
		return;
	l->moved = true;
	list_del(&d->link);
	free(d);
}

static void note_device(struct route_learn *l, const struct nl_link *link)
{
	struct learn_device *d = find_device(l, link->index);
	bool is_named = d != NULL && strcmp(d->name, link->name) == 0;
	bool was_up = is_named && d->up;

	if (d == NULL) {
		d = (struct learn_device *)calloc(1, sizeof(*d));
		if (d == NULL)
			return;
		d->index = link->index;
		list_add(&l->devices, &d->link);
	}
	d->up = link->up;
	(void)snprintf(d->name, sizeof(d->name), "%s", link->name);
	l->moved |= !is_named;
	if (d->up && !was_up && l->conf.came != NULL)
		l->conf.came(l->conf.ctx, d->name);
}

static void saw_link(void *ctx, const struct nl_link *link, bool gone)
{
	struct route_learn *l = (struct route_learn *)ctx;

	if (gone)
		drop_device(l, find_device(l, link->index));
	else
		note_device(l, link);
}

static void dump_link(const struct nl_link *link, void *ctx)
{
	note_device((struct route_learn *)ctx, link);
}

/* Every prefix again: 'sweep' takes out what the dump didn't show. */
static void settle_all(struct route_learn *l, bool sweep)
{
	struct map_node *next;

	l->moved = false;
	for (struct map_node *n = map_walk(&l->routes, NULL); n != NULL; n = next) {
		next = map_walk(&l->routes, n);
		if (sweep && !list_of(n, struct learn_route, node)->seen)
			forget(l, list_of(n, struct learn_route, node));
	}
	for (struct map_node *n = map_walk(&l->routes, NULL); n != NULL; n = map_walk(&l->routes, n))
		settle(l, &list_of(n, struct learn_route, node)->prefix);
}

static enum err read_tables(struct route_learn *l)
{
	enum err err;

	for (struct map_node *n = map_walk(&l->routes, NULL); n != NULL; n = map_walk(&l->routes, n))
		list_of(n, struct learn_route, node)->seen = false;
	err = nl_link_each(l->nl, dump_link, l);
	if (err == ERR_OK)
		err = nl_route_each(l->nl, dump_route, l);
	return err;
}

void route_learn_look(struct route_learn *l)
{
	enum err err = read_tables(l);

	for (int i = 1; err == ERR_AGAIN && i < LEARN_TRIES; i++)
		err = read_tables(l);
	if (err != ERR_OK)
		wheel_arm(l->conf.wheel, &l->look, l->conf.wheel->now_ms + LEARN_PAUSE_MS);
	settle_all(l, err == ERR_OK);
	route_rib_commit(l->conf.rib);
}

static void look_again(struct wheel_timer *timer, uint64_t now_ms)
{
	(void)now_ms;
	route_learn_look(list_of(timer, struct route_learn, look));
}

/* Notices were lost: any device may have gone and come. */
static void doubt(struct route_learn *l)
{
	list_each (it, &l->devices)
		list_of(it, struct learn_device, link)->up = false;
	if (!wheel_armed(&l->look))
		wheel_arm(l->conf.wheel, &l->look, l->conf.wheel->now_ms + LEARN_PAUSE_MS);
}

void route_learn_judge(struct route_learn *l)
{
	settle_all(l, false);
}

int route_learn_fd(const struct route_learn *l)
{
	return nl_watch_fd(l->watch);
}

void route_learn_readable(struct route_learn *l)
{
	enum err err = nl_watch_read(l->watch);

	if (err != ERR_OK && err != ERR_AGAIN)
		doubt(l);
	if (l->moved)
		settle_all(l, false);
	route_rib_commit(l->conf.rib);
}

size_t route_learn_count(const struct route_learn *l)
{
	return l->routes.count;
}

/* ---- life ---- */

enum err route_learn_new(struct route_learn **out, const struct route_learn_config *config)
{
	struct route_learn *l = (struct route_learn *)calloc(1, sizeof(*l));
	struct nl_watch_fns fns = { .link = saw_link, .route = saw_route, .ctx = l };
	enum err err;

	if (l == NULL)
		return ERR_NOMEM;
	l->conf = *config;
	l->look.expired = look_again;
	list_init(&l->devices);
	err = map_init(&l->routes, config->map_key);
	if (err == ERR_OK)
		err = nl_open(config->netns_fd, &l->nl);
	if (err == ERR_OK)
		err = nl_watch_open(config->netns_fd, &fns, &l->watch);
	if (err == ERR_OK && config->own != NULL)
		err = nl_watch_leave_out(l->watch, config->own);
	if (err != ERR_OK) {
		route_learn_free(l);
		return err;
	}
	*out = l;
	return ERR_OK;
}

void route_learn_free(struct route_learn *l)
{
	struct map_node *next;

	if (l == NULL)
		return;
	wheel_disarm(l->conf.wheel, &l->look);
	for (struct map_node *n = map_walk(&l->routes, NULL); n != NULL; n = next) {
		next = map_walk(&l->routes, n);
		forget(l, list_of(n, struct learn_route, node));
	}
	while (!list_empty(&l->devices)) {
		struct list *it = list_first(&l->devices);

		list_del(it);
		free(list_of(it, struct learn_device, link));
	}
	map_fini(&l->routes);
	nl_watch_close(l->watch);
	nl_close(l->nl);
	free(l);
}
