/*
 * Where peers may reach us beside the address that a session has: at the addresses of ports of its front VRF whose role is wan.  One of another interface, a
 * loopback's say, counts only for sessions that are on it.  Called by the IKE engine and, when the configuration changes, by hub.c.  Loop thread only.
 */
#include "session/inner.h"

enum { MAX = 8 }; /* of which changes are seen */

struct reach {
	const struct addr *own; /* the session's */
	struct addr *out;
	unsigned count, max;
};

static void add(struct reach *r, bool wan, const struct addr *a)
{
	if (r->count == r->max || (!wan && !addr_eq(a, r->own)))
		return;
	for (unsigned i = 0; i < r->count; i++)
		if (addr_eq(&r->out[i], a))
			return;
	r->out[r->count++] = *a;
}

static unsigned find(
	const struct cfg_model *cfg, const struct cfg_platform *platform, const struct ike_path *path, struct addr *out, unsigned max)
{
	struct reach r = { .own = &path->local.addr, .out = out, .max = max };

	for (const struct cfg_interface *i = cfg->interfaces; i != NULL; i = i->next) {
		const struct cfg_port *port = cfg_platform_port(platform, i->object.name);
		bool wan = port != NULL && port->role == CFG_PORT_WAN;

		if (i->shutdown || session_vrf_id(i->vrf) != path->vrf)
			continue;
		if (i->ip_how == CFG_IP_ADDRESS)
			add(&r, wan, &i->ip.addr);
		for (const struct cfg_ipv6_addr *six = i->ipv6; six != NULL; six = six->next)
			add(&r, wan, &six->prefix.addr);
	}
	return r.count;
}

unsigned session_reach_addresses(void *ctx, const struct ike_path *path, struct addr *out, unsigned max)
{
	const struct session_hub *h = (const struct session_hub *)ctx;

	return h->model == NULL ? 0 : find(h->model->cfg, h->platform, path, out, max);
}

static bool same(const struct addr *a, unsigned a_count, const struct addr *b, unsigned b_count)
{
	if (a_count != b_count)
		return false;
	for (unsigned i = 0; i < a_count; i++)
		if (!addr_eq(&a[i], &b[i]))
			return false;
	return true;
}

void session_reach_changed(struct session_hub *h, const struct cfg_model *cfg, const struct cfg_platform *platform)
{
	struct addr before[MAX], now[MAX];
	uint32_t cursor = 0;
	const struct session *s;

	while ((s = session_hub_walk(h, &cursor)) != NULL) {
		unsigned before_count = find(cfg, platform, &s->path, before, MAX);
		unsigned count = find(h->model->cfg, h->platform, &s->path, now, MAX);

		if (!same(before, before_count, now, count))
			ike_engine_addresses(h->engine, session_now(h), s->ike);
	}
}
