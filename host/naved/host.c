/*
 * Between the routing table and what of the host is one VRF's.  Loop thread.
 */
#include "naved/host.h"

#include <event2/event.h>
#include <stdlib.h>

#include "base/nl/nl.h"
#include "route/expect.h"
#include "route/kernel.h"
#include "route/learn.h"
#include "session/hub.h"

struct naved_host {
	struct naved_host_config conf;
	struct nl *nl;
	struct route_kernel *kernel;
	struct route_expect *expect;
	struct route_learn *learn;
	struct event *expect_event;
	struct event *learn_event;
	bool other_devices; /* since the last flush */
};

static void complain(const struct naved_host *h, const char *what, const struct addr_prefix *prefix, enum err err)
{
	char text[ADDR_PREFIX_TEXT];

	if (err != ERR_OK)
		log_event(h->conf.log, LOG_L_ERROR, what, "vrf=%u prefix=%s err=%s", h->conf.vrf, addr_prefix_str(prefix, text),
			err_name(err));
}

/* ---- routes ---- */

/* The kernel makes the routes of its own addresses by itself, and has those of others. */
static bool is_there(const struct route_hop *hop)
{
	return hop->out.kind == ROUTE_IF_LOOPBACK || hop->source == ROUTE_KERNEL ||
	       (hop->out.kind == ROUTE_IF_PORT && hop->source == ROUTE_CONNECTED);
}

/* A route of Nave's: set where that is Nave's matter, else looked after. */
static enum err put_route(struct naved_host *h, const struct addr_prefix *prefix, const struct route_hop *hop)
{
	const struct session_hub *hub = *h->conf.hub;
	const char *netdev = session_hub_netdev(hub, h->conf.vrf, hop->out);
	struct addr gateway = { .family = 0 };

	if (hop->out.kind == ROUTE_IF_PORT)
		gateway = hop->next_hop;
	if (!session_hub_by_host(hub, hop->out))
		return route_kernel_put(h->kernel, prefix, netdev, &gateway, hop->out.kind == ROUTE_IF_TUNNEL);
	route_kernel_del(h->kernel, prefix);
	return hop->out.kind == ROUTE_IF_PORT ? route_expect_route(h->expect, prefix, netdev, &gateway) : ERR_OK;
}

void naved_host_route(struct naved_host *h, const struct addr_prefix *prefix, const struct route_hop *hop)
{
	route_expect_no_route(h->expect, prefix);
	if (hop == NULL || is_there(hop))
		route_kernel_del(h->kernel, prefix);
	else
		complain(h, "route.kernel", prefix, put_route(h, prefix, hop));
}

void naved_host_flush(struct naved_host *h)
{
	if (h->other_devices) {
		h->other_devices = false;
		route_learn_judge(h->learn);
		route_rib_commit(h->conf.rib);
	}
	if (route_kernel_flush(h->kernel) != 0)
		log_event(h->conf.log, LOG_L_WARN, "route.kernel", "vrf=%u err=%s", h->conf.vrf, err_name(ERR_IO));
}

/* ---- addresses ---- */

void naved_host_address(struct naved_host *h, const char *netdev, const struct addr_prefix *prefix, bool add)
{
	enum err err = route_kernel_address(h->kernel, netdev, prefix, add);

	complain(h, "host.address", prefix, err);
	if (err == ERR_OK && add)
		route_kernel_refresh(h->kernel, netdev);
}

void naved_host_expect(struct naved_host *h, const char *netdev, const struct addr_prefix *prefix, bool add)
{
	if (add)
		complain(h, "host.address", prefix, route_expect_address(h->expect, netdev, prefix));
	else
		route_expect_no_address(h->expect, netdev, prefix);
}

/* ---- the routes of others ---- */

static enum route_device device_of(void *ctx, uint32_t vrf, const char *netdev, struct route_if *out)
{
	const struct session_hub *hub = *((const struct naved_host *)ctx)->conf.hub;

	*out = session_hub_key(hub, vrf, netdev);
	if (out->kind == ROUTE_IF_TUNNEL && out->id == 0)
		return ROUTE_DEVICE_OVERLAY;
	return out->kind != ROUTE_IF_NONE ? ROUTE_DEVICE_KNOWN : ROUTE_DEVICE_FOREIGN;
}

static void device_came(void *ctx, const char *netdev)
{
	route_kernel_refresh(((const struct naved_host *)ctx)->kernel, netdev);
}

void naved_host_devices(struct naved_host *h)
{
	h->other_devices = true;
}

void naved_host_configured(struct naved_host *h)
{
	route_learn_look(h->learn);
}

/* ---- life ---- */

static void expect_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	route_expect_readable(((struct naved_host *)arg)->expect);
}

static void learn_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	route_learn_readable(((struct naved_host *)arg)->learn);
}

static enum err watch(struct naved_host *h, int fd, event_callback_fn fn, struct event **out)
{
	*out = event_new(h->conf.loop, fd, EV_READ | EV_PERSIST, fn, h);
	return *out != NULL && event_add(*out, NULL) == 0 ? ERR_OK : ERR_NOMEM;
}

static enum err open_learn(struct naved_host *h)
{
	const struct naved_host_config *c = &h->conf;
	struct route_learn_config learn = { .netns_fd = c->netns_fd,
		.own = h->nl,
		.vrf = c->vrf,
		.table = c->table,
		.wheel = c->wheel,
		.log = c->log,
		.rib = c->rib,
		.device = device_of,
		.came = device_came,
		.ctx = h };

	for (size_t i = 0; i < sizeof(learn.map_key); i++)
		learn.map_key[i] = c->map_key[i];
	return route_learn_new(&h->learn, &learn);
}

static enum err open_expect(struct naved_host *h)
{
	struct route_expect_config expect = {
		.nl = h->nl, .netns_fd = h->conf.netns_fd, .table = h->conf.table, .wheel = h->conf.wheel, .log = h->conf.log
	};

	return route_expect_new(&h->expect, &expect);
}

enum err naved_host_new(struct naved_host **out, const struct naved_host_config *config)
{
	struct naved_host *h = (struct naved_host *)calloc(1, sizeof(*h));
	enum err err;

	if (h == NULL)
		return ERR_NOMEM;
	h->conf = *config;
	err = nl_open(config->netns_fd, &h->nl);
	if (err == ERR_OK)
		err = route_kernel_new(&h->kernel, h->nl, config->table, config->map_key);
	if (err == ERR_OK)
		err = open_expect(h);
	if (err == ERR_OK)
		err = open_learn(h);
	if (err == ERR_OK)
		err = watch(h, route_expect_fd(h->expect), expect_readable, &h->expect_event);
	if (err == ERR_OK)
		err = watch(h, route_learn_fd(h->learn), learn_readable, &h->learn_event);
	if (err != ERR_OK) {
		naved_host_free(h);
		return err;
	}
	*out = h;
	return ERR_OK;
}

void naved_host_free(struct naved_host *h)
{
	if (h == NULL)
		return;
	if (h->expect_event != NULL)
		event_free(h->expect_event);
	if (h->learn_event != NULL)
		event_free(h->learn_event);
	route_learn_free(h->learn);
	route_expect_free(h->expect);
	route_kernel_free(h->kernel);
	nl_close(h->nl);
	free(h);
}
