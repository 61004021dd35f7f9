/*
 * A session's point-to-point interface: a Virtual-Access cloned from a template, or the static Tunnel itself.  It is
 * an object of the datapath and the routing table, not a netdev.  Virtual-Access numbers are the smallest that are
 * free, as on the router.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session/exchange.h"
#include "session/inner.h"

enum { UNIT_BITS = 64, ACCESS_WORDS = 1 << 14 }; /* about a million units */

static bool grow_units(struct session_hub *h)
{
	uint32_t words = h->unit_words == 0 ? 16 : h->unit_words * 2;
	uint64_t *wide;

	if (words > ACCESS_WORDS)
		return false;
	wide = (uint64_t *)realloc(h->units, words * sizeof(*wide));
	if (wide == NULL)
		return false;
	memset(wide + h->unit_words, 0, (words - h->unit_words) * sizeof(*wide));
	if (h->unit_words == 0)
		wide[0] = 1; /* there is no Virtual-Access0 */
	h->units = wide;
	h->unit_words = words;
	return true;
}

static enum err take_unit(struct session_hub *h, uint32_t *out)
{
	for (uint32_t word = 0;; word++) {
		if (word == h->unit_words && !grow_units(h))
			return ERR_FULL;
		if (h->units[word] == UINT64_MAX)
			continue;
		*out = word * UNIT_BITS + (uint32_t)__builtin_ctzll(~h->units[word]);
		h->units[word] |= UINT64_C(1) << (*out % UNIT_BITS);
		return ERR_OK;
	}
}

static void give_unit(struct session_hub *h, uint32_t unit)
{
	h->units[unit / UNIT_BITS] &= ~(UINT64_C(1) << (unit % UNIT_BITS));
}

enum err session_access_open(struct session *s, const struct cfg_interface *source)
{
	struct session_access *a = &s->access;
	enum err err;

	a->source = source;
	a->cloned = source->type == CFG_IF_VIRTUAL_TEMPLATE;
	if (!a->cloned) {
		a->unit = source->unit;
		(void)snprintf(a->name, sizeof(a->name), "%s", source->object.name);
		return ERR_OK;
	}
	err = take_unit(s->hub, &a->unit);
	if (err != ERR_OK) {
		a->source = NULL;
		return err;
	}
	(void)snprintf(a->name, sizeof(a->name), "Virtual-Access%u", a->unit);
	return ERR_OK;
}

static struct route_if key_of(const struct session_access *a)
{
	return (struct route_if){ .kind = ROUTE_IF_TUNNEL, .id = a->tunnel };
}

static uint64_t hash_tunnel(const struct session_hub *h, uint32_t tunnel)
{
	return map_hash(&h->by_tunnel, bytes_of(&tunnel, sizeof(tunnel)));
}

struct session *session_by_tunnel(const struct session_hub *h, uint32_t tunnel)
{
	for (struct map_node *n = map_find(&h->by_tunnel, hash_tunnel(h, tunnel)); n != NULL; n = map_find_next(n)) {
		struct session *s = list_of(n, struct session, access.by_tunnel);

		if (s->access.tunnel == tunnel)
			return s;
	}
	return NULL;
}

enum err session_access_put(struct session *s, uint32_t sa_out, const struct ike_path *path)
{
	struct session_access *a = &s->access;
	struct dp_op op = { .kind = DP_PUT_TUNNEL };
	enum err err;

	if (a->tunnel == 0) {
		a->tunnel = s->initiator != NULL ? session_tunnel_id(s->initiator) : dp_sync_new_id(s->hub->env.sync, DP_CLASS_TUNNEL);
		map_add(&s->hub->by_tunnel, &a->by_tunnel, hash_tunnel(s->hub, a->tunnel));
	}
	op.u.tunnel.id = a->tunnel;
	op.u.tunnel.mode = DP_TUNNEL_IPSEC;
	op.u.tunnel.df = (uint8_t)(s->model->cfg->df_bit == CFG_DF_SET     ? DP_DF_SET
				   : s->model->cfg->df_bit == CFG_DF_CLEAR ? DP_DF_CLEAR
									   : DP_DF_COPY);
	op.u.tunnel.mtu = a->source->ip_mtu;
	op.u.tunnel.front_vrf = path->vrf;
	op.u.tunnel.sa_out = sa_out;
	op.u.tunnel.local = path->local.addr;
	op.u.tunnel.remote = path->remote.addr;
	(void)snprintf(op.u.tunnel.name, sizeof(op.u.tunnel.name), "%s", a->name);
	err = dp_sync_put(s->hub->env.sync, &op, NULL);
	if (err != ERR_OK)
		return err;
	return route_rib_set_if(s->hub->env.rib, key_of(a), true, a->name);
}

void session_access_close(struct session *s)
{
	struct session_access *a = &s->access;

	if (a->source == NULL)
		return;
	if (a->tunnel != 0) {
		struct dp_op op = { .kind = DP_DEL_TUNNEL };

		map_del(&s->hub->by_tunnel, &a->by_tunnel);
		route_rib_del_if(s->hub->env.rib, key_of(a));
		route_rib_commit(s->hub->env.rib);
		op.u.tunnel.id = a->tunnel;
		(void)dp_sync_del(s->hub->env.sync, &op);
	}
	if (a->cloned)
		give_unit(s->hub, a->unit);
	memset(a, 0, sizeof(*a));
}

enum err session_access_route(struct session *s, const struct addr_prefix *prefix)
{
	struct route_candidate c = {
		.prefix = *prefix,
		.source = ROUTE_IKEV2,
		.distance = s->grant.route_distance != 0 ? s->grant.route_distance : 1,
		.tag = s->grant.route_tag,
		.out = key_of(&s->access),
	};

	return route_rib_add(s->hub->env.rib, &c);
}
