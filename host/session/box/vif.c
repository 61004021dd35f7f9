/* Netdevs of virtual accesses: what the datapath has of them, and what the host has there.  Loop thread only. */
#include "session/box/vif.h"

#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "session/exchange.h"
#include "session/inner.h"

struct vif {
	struct map_node by_tunnel;
	struct map_node by_name;
	uint32_t tunnel;
	uint32_t vrf;
	char netdev[DP_IFNAME_MAX];
	struct addr own[DP_FAMILIES]; /* of the interface; family 0: none */
	bool up;
	enum err why; /* it isn't; OK: not told yet */
};

static uint64_t hash_tunnel(const struct session_hub *h, uint32_t tunnel)
{
	return map_hash(&h->vifs, bytes_of(&tunnel, sizeof(tunnel)));
}

static uint64_t hash_name(const struct session_hub *h, const char *netdev)
{
	return map_hash(&h->vif_names, bytes_of(netdev, strlen(netdev)));
}

static struct vif *find(const struct session_hub *h, uint32_t tunnel)
{
	struct map_node *n = h->vifs.count == 0 ? NULL : map_find(&h->vifs, hash_tunnel(h, tunnel));

	for (; n != NULL; n = map_find_next(n))
		if (list_of(n, struct vif, by_tunnel)->tunnel == tunnel)
			return list_of(n, struct vif, by_tunnel);
	return NULL;
}

/* ---- what the host has there ---- */

static void set_addresses(const struct session_hub *h, const struct vif *v, bool add)
{
	if (h->env.address == NULL || h->platform->addresses == CFG_OWNER_HOST)
		return;
	for (int i = 0; i < DP_FAMILIES; i++) {
		struct addr_prefix host = addr_prefix_host(&v->own[i]);

		if (v->own[i].family != 0)
			h->env.address(h->env.world, v->vrf, v->netdev, &host, add);
	}
}

/* The netdev came or went: the host's routes through the tunnel go by it, or by the TUN. */
static void turn(struct session_hub *h, struct vif *v, bool up)
{
	struct route_if key = { .kind = ROUTE_IF_TUNNEL, .id = v->tunnel };

	if (v->up == up)
		return;
	v->up = up;
	set_addresses(h, v, up);
	route_rib_retell(h->env.rib, key);
	route_rib_commit(h->env.rib);
	if (h->env.devices != NULL)
		h->env.devices(h->env.world, v->vrf);
}

/* ---- coming and going ---- */

static bool is_wanted(const struct session *s)
{
	return s->access.cloned && session_hub_model(s->hub)->netdev_virtual_access;
}

static struct vif *make(struct session *s)
{
	struct vif *v = (struct vif *)calloc(1, sizeof(*v));

	if (v == NULL)
		return NULL;
	v->tunnel = s->access.tunnel;
	v->vrf = s->access.vrf;
	dp_ifname(s->access.name, v->netdev);
	v->own[DP_V4] = session_exchange_own_address(s->access.source, AF_INET);
	v->own[DP_V6] = session_exchange_own_address(s->access.source, AF_INET6);
	map_add(&s->hub->vifs, &v->by_tunnel, hash_tunnel(s->hub, v->tunnel));
	map_add(&s->hub->vif_names, &v->by_name, hash_name(s->hub, v->netdev));
	return v;
}

static void drop(struct session_hub *h, struct vif *v)
{
	map_del(&h->vifs, &v->by_tunnel);
	map_del(&h->vif_names, &v->by_name);
	free(v);
}

void session_vif_end(struct session_hub *h, uint32_t tunnel)
{
	struct vif *v = find(h, tunnel);

	if (v == NULL)
		return;
	turn(h, v, false);
	drop(h, v);
}

bool session_vif_ask(struct session *s)
{
	if (!is_wanted(s)) {
		session_vif_end(s->hub, s->access.tunnel);
		return false;
	}
	return find(s->hub, s->access.tunnel) != NULL || make(s) != NULL;
}

void session_vif_configure(struct session_hub *h)
{
	uint32_t cursor = 0;
	struct slab_handle handle;
	struct session *s;

	while ((s = (struct session *)slab_walk(&h->sessions, &cursor, &handle)) != NULL) {
		enum err err = ERR_OK;

		if (s->access.held && is_wanted(s) != (find(h, s->access.tunnel) != NULL))
			err = session_access_put(s);
		if (err != ERR_OK)
			log_event(h->env.log, LOG_L_ERROR, "access.netdev", "interface=%s err=%s", s->access.name, err_name(err));
	}
}

/* ---- the datapath speaks ---- */

void session_vif_heard(struct session_hub *h, const struct dp_event *e)
{
	struct vif *v = find(h, e->id);

	if (v == NULL)
		return;
	log_event(h->env.log, e->up ? LOG_L_INFO : LOG_L_WARN, "access.netdev", "netdev=%s tunnel=%u up=%d err=%s", v->netdev, v->tunnel,
		e->up, err_name((enum err)e->err));
	v->why = (enum err)e->err;
	turn(h, v, e->up);
}

void session_vif_lost(struct session_hub *h)
{
	for (struct map_node *n = map_walk(&h->vifs, NULL); n != NULL; n = map_walk(&h->vifs, n)) {
		struct vif *v = list_of(n, struct vif, by_tunnel);

		v->why = ERR_OK;
		turn(h, v, false);
	}
}

/* ---- asking ---- */

const char *session_vif_netdev(const struct session_hub *h, uint32_t tunnel)
{
	const struct vif *v = find(h, tunnel);

	return v != NULL && v->up ? v->netdev : NULL;
}

uint32_t session_vif_tunnel(const struct session_hub *h, uint32_t vrf, const char *netdev)
{
	struct map_node *n = h->vif_names.count == 0 ? NULL : map_find(&h->vif_names, hash_name(h, netdev));

	for (; n != NULL; n = map_find_next(n)) {
		const struct vif *v = list_of(n, const struct vif, by_name);

		if (v->up && v->vrf == vrf && strcmp(v->netdev, netdev) == 0)
			return v->tunnel;
	}
	return 0;
}

static const char *text_of(enum err why)
{
	switch (why) {
	case ERR_OK:
		return "not made yet";
	case ERR_BUSY:
		return "the name is taken";
	case ERR_FULL:
		return "there are as many as may be";
	case ERR_ABSENT:
		return "deleted, or its VRF has no place in the host";
	default:
		return err_str(why);
	}
}

const char *session_vif_name(const struct session_hub *h, uint32_t tunnel, const char **why)
{
	const struct vif *v = find(h, tunnel);

	*why = v == NULL || v->up ? NULL : text_of(v->why);
	return v != NULL ? v->netdev : NULL;
}

void session_vif_free_all(struct session_hub *h)
{
	struct map_node *next;

	for (struct map_node *n = map_walk(&h->vifs, NULL); n != NULL; n = next) {
		next = map_walk(&h->vifs, n);
		drop(h, list_of(n, struct vif, by_tunnel));
	}
	map_fini(&h->vifs);
	map_fini(&h->vif_names);
}
