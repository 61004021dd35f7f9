/*
 * What the host is to have, beside what it has.  A change of either arms a timer, so that a burst of netlink's notices
 * costs one look at the tables.  Called by naved on the loop; netlink answers at once.
 */
#include "route/expect.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/list.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_watch.h"

enum { EXPECT_PAUSE_MS = 200 };

enum finding { FINDING_UNKNOWN, FINDING_OK, FINDING_NO_DEVICE, FINDING_DOWN, FINDING_MISSING };

struct want {
	struct list link;
	bool is_route;
	struct addr_prefix prefix;
	struct addr gateway; /* of a route; family 0: on the link */
	char netdev[NL_LINK_NAME];
	enum finding finding; /* as last logged */
	uint32_t index;       /* of the device, 0: none; during a look */
	bool up, found;       /* during a look */
};

struct route_expect {
	struct route_expect_config conf;
	struct nl_watch *watch;
	struct wheel_timer look;
	struct list wants;
};

/* ---- looking ---- */

static void find_device(struct route_expect *e, struct want *w)
{
	struct nl_link link;
	bool found = nl_link_find(e->conf.nl, w->netdev, &link) == ERR_OK;

	w->index = found ? link.index : 0;
	w->up = found && link.up;
	w->found = false;
}

static void see_address(const struct nl_addr *a, void *ctx)
{
	const struct route_expect *e = (const struct route_expect *)ctx;

	list_each (it, &e->wants) {
		struct want *w = list_of(it, struct want, link);

		if (!w->is_route && w->index == a->index && addr_prefix_eq(&w->prefix, &a->prefix))
			w->found = true;
	}
}

static void see_route(const struct nl_route *r, void *ctx)
{
	const struct route_expect *e = (const struct route_expect *)ctx;

	if (r->table != e->conf.table || r->kind != NL_ROUTE_UNICAST)
		return;
	list_each (it, &e->wants) {
		struct want *w = list_of(it, struct want, link);

		if (w->is_route && w->index == r->index && addr_prefix_eq(&w->prefix, &r->prefix) && addr_eq(&w->gateway, &r->gateway))
			w->found = true;
	}
}

static enum finding finding_of(const struct want *w)
{
	if (w->index == 0)
		return FINDING_NO_DEVICE;
	if (w->found)
		return w->up ? FINDING_OK : FINDING_DOWN;
	return FINDING_MISSING;
}

/* What an operator would type. */
static void remedy(const struct want *w, enum finding finding, uint32_t table, char *out, size_t cap)
{
	char prefix[ADDR_PREFIX_TEXT], gateway[ADDR_TEXT], via[ADDR_TEXT + 8] = "", in[24] = "";

	(void)addr_prefix_str(&w->prefix, prefix);
	if (w->gateway.family != 0)
		(void)snprintf(via, sizeof(via), " via %s", addr_str(&w->gateway, gateway));
	if (table != NL_TABLE_MAIN)
		(void)snprintf(in, sizeof(in), " table %" PRIu32, table);
	if (finding == FINDING_NO_DEVICE)
		(void)snprintf(out, cap, "make the device %s", w->netdev);
	else if (finding == FINDING_DOWN)
		(void)snprintf(out, cap, "ip link set %s up", w->netdev);
	else if (!w->is_route)
		(void)snprintf(out, cap, "ip address add %s dev %s", prefix, w->netdev);
	else
		(void)snprintf(out, cap, "ip route add %s%s dev %s%s", prefix, via, w->netdev, in);
}

static void tell(const struct route_expect *e, const struct want *w, enum finding finding)
{
	static const char *const words[] = { "unknown", "ok", "no-device", "down", "missing" }; /* by enum finding */
	const char *event = w->is_route ? "host.route" : "host.address";
	char prefix[ADDR_PREFIX_TEXT], mend[192];

	(void)addr_prefix_str(&w->prefix, prefix);
	if (finding == FINDING_OK) {
		if (w->finding != FINDING_UNKNOWN)
			log_event(e->conf.log, LOG_L_NOTICE, event, "netdev=%s prefix=%s state=ok", w->netdev, prefix);
		return;
	}
	remedy(w, finding, e->conf.table, mend, sizeof(mend));
	log_event(e->conf.log, LOG_L_WARN, event, "netdev=%s prefix=%s state=%s mend=\"%s\"", w->netdev, prefix, words[finding], mend);
}

static void look(struct wheel_timer *timer, uint64_t now_ms)
{
	struct route_expect *e = list_of(timer, struct route_expect, look);
	enum err err;

	(void)now_ms;
	list_each (it, &e->wants)
		find_device(e, list_of(it, struct want, link));
	err = nl_addr_each(e->conf.nl, see_address, e);
	if (err == ERR_OK)
		err = nl_route_each(e->conf.nl, see_route, e);
	if (err != ERR_OK) {
		log_event(e->conf.log, LOG_L_WARN, "host.look", "err=%s", err_name(err));
		return;
	}
	list_each (it, &e->wants) {
		struct want *w = list_of(it, struct want, link);
		enum finding finding = finding_of(w);

		if (finding != w->finding)
			tell(e, w, finding);
		w->finding = finding;
	}
}

static void look_soon(struct route_expect *e)
{
	if (!list_empty(&e->wants))
		wheel_arm(e->conf.wheel, &e->look, e->conf.wheel->now_ms + EXPECT_PAUSE_MS);
}

/* ---- what is wanted ---- */

/* A route is one by its prefix, an address by its device too. */
static struct want *find(const struct route_expect *e, bool is_route, const char *netdev, const struct addr_prefix *prefix)
{
	list_each (it, &e->wants) {
		struct want *w = list_of(it, struct want, link);

		if (w->is_route == is_route && addr_prefix_eq(&w->prefix, prefix) && (is_route || strcmp(w->netdev, netdev) == 0))
			return w;
	}
	return NULL;
}

static struct want *add(struct route_expect *e, bool is_route, const char *netdev, const struct addr_prefix *prefix)
{
	struct want *w = find(e, is_route, netdev, prefix);

	if (w == NULL) {
		w = (struct want *)calloc(1, sizeof(*w));
		if (w == NULL)
			return NULL;
		w->is_route = is_route;
		w->prefix = *prefix;
		list_add(&e->wants, &w->link);
	}
	(void)snprintf(w->netdev, sizeof(w->netdev), "%s", netdev);
	look_soon(e);
	return w;
}

static void drop(struct want *w)
{
	if (w == NULL)
		return;
	list_del(&w->link);
	free(w);
}

enum err route_expect_address(struct route_expect *e, const char *netdev, const struct addr_prefix *prefix)
{
	return add(e, false, netdev, prefix) != NULL ? ERR_OK : ERR_NOMEM;
}

void route_expect_no_address(struct route_expect *e, const char *netdev, const struct addr_prefix *prefix)
{
	drop(find(e, false, netdev, prefix));
}

enum err route_expect_route(struct route_expect *e, const struct addr_prefix *prefix, const char *netdev, const struct addr *gateway)
{
	struct want *w = add(e, true, netdev, prefix);

	if (w == NULL)
		return ERR_NOMEM;
	w->gateway = *gateway;
	return ERR_OK;
}

void route_expect_no_route(struct route_expect *e, const struct addr_prefix *prefix)
{
	drop(find(e, true, "", prefix));
}

/* ---- changes of the host ---- */

static void saw_link(void *ctx, const struct nl_link *link, bool gone)
{
	(void)link;
	(void)gone;
	look_soon((struct route_expect *)ctx);
}

static void saw_addr(void *ctx, const struct nl_addr *a, bool gone)
{
	(void)a;
	(void)gone;
	look_soon((struct route_expect *)ctx);
}

static void saw_route(void *ctx, const struct nl_route *r, bool gone)
{
	(void)r;
	(void)gone;
	look_soon((struct route_expect *)ctx);
}

int route_expect_fd(const struct route_expect *e)
{
	return nl_watch_fd(e->watch);
}

void route_expect_readable(struct route_expect *e)
{
	if (nl_watch_read(e->watch) != ERR_OK)
		look_soon(e); /* some were lost */
}

/* ---- life ---- */

enum err route_expect_new(struct route_expect **out, const struct route_expect_config *config)
{
	struct route_expect *e = (struct route_expect *)calloc(1, sizeof(*e));
	struct nl_watch_fns fns = { .link = saw_link, .addr = saw_addr, .route = saw_route, .ctx = e };
	enum err err;

	if (e == NULL)
		return ERR_NOMEM;
	e->conf = *config;
	e->look.expired = look;
	list_init(&e->wants);
	err = nl_watch_open(config->netns_fd, &fns, &e->watch);
	if (err == ERR_OK)
		err = nl_watch_leave_out(e->watch, config->nl);
	if (err != ERR_OK) {
		route_expect_free(e);
		return err;
	}
	*out = e;
	return ERR_OK;
}

void route_expect_free(struct route_expect *e)
{
	if (e == NULL)
		return;
	wheel_disarm(e->conf.wheel, &e->look);
	while (!list_empty(&e->wants))
		drop(list_of(list_first(&e->wants), struct want, link));
	nl_watch_close(e->watch);
	free(e);
}
