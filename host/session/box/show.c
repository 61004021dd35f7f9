/*
 * What show ip interface brief tells: the interfaces of the configuration in order of writing, then the virtual
 * accesses.  Loop thread only.
 */
#include "session/exchange.h"
#include "session/inner.h"

static const char *method_of(const struct cfg_interface *i)
{
	switch (i->ip_how) {
	case CFG_IP_ADDRESS:
		return "configured";
	case CFG_IP_NEGOTIATED:
		return "negotiated";
	case CFG_IP_UNNUMBERED:
		return "unnumbered";
	case CFG_IP_NONE:
		break;
	}
	return "unset";
}

static void tell_own(const struct session_hub *h, const struct cfg_interface *cfg, session_iface_fn *fn, void *ctx)
{
	struct session_iface_info info = { .name = cfg->object.name, .method = method_of(cfg), .admin_up = !cfg->shutdown, .source = cfg };
	struct route_if key = session_iface_key(h->ifaces, cfg->object.name);
	const struct cfg_port *port = cfg_platform_port(h->platform, cfg->object.name);

	info.vrf = cfg->vrf;
	info.port = key.kind == ROUTE_IF_PORT ? key.id : 0;
	info.mtu = port != NULL ? port->mtu : 0;
	info.mss[DP_V4] = cfg->feature[CFG_IPV4].mss;
	info.mss[DP_V6] = cfg->feature[CFG_IPV6].mss;
	info.addr = session_exchange_own_address(cfg, AF_INET);
	if (!cfg->object.complete)
		info.reason = "incomplete";
	else if (cfg->type == CFG_IF_VIRTUAL_TEMPLATE)
		info.reason = "template";
	else if (cfg->type != CFG_IF_LOOPBACK && key.kind == ROUTE_IF_NONE)
		info.reason = cfg->vrf != NULL && session_vrf_place(h, cfg->vrf) == NULL ? "VRF without a place in the host" : "no port";
	else if (info.admin_up && !session_iface_has_link(h->ifaces, key))
		info.reason = "no carrier";
	info.up = info.admin_up && info.reason == NULL;
	fn(ctx, &info);
}

/* A tunnel or virtual access is up with its session. */
static void tell_access(const struct session *s, session_iface_fn *fn, void *ctx)
{
	const struct cfg_interface *source = s->access.source;
	struct session_iface_info info = { .name = s->access.name, .method = method_of(source), .admin_up = true, .source = source };

	info.session = s;
	info.vrf = session_vrf_name(s->hub, s->access.vrf);
	info.tunnel = s->access.tunnel;
	info.life = s->access.life;
	info.netdev = session_vif_name(s->hub, s->access.tunnel, &info.netdev_reason);
	info.addr = s->assigned.family != 0 ? s->assigned : session_exchange_own_address(source, AF_INET);
	info.up = s->state == SESSION_S_UP;
	info.reason = info.up ? NULL : "negotiating";
	for (int f = DP_V4; f < DP_FAMILIES; f++)
		info.mss[f] = session_access_mss(s, (enum dp_family)f);
	fn(ctx, &info);
}

/* One without protection has no session to be up with. */
static void tell_plain(const struct session_hub *h, struct session_iface_info *info, session_iface_fn *fn, void *ctx)
{
	info->tunnel = session_plain_id(h->plains, info->name);
	info->reason = session_plain_reason(h->plains, info->name);
	for (int f = DP_V4; f < DP_FAMILIES; f++)
		info->mss[f] = session_plain_mss(info->source, (enum dp_family)f);
	info->up = info->reason == NULL;
	fn(ctx, info);
}

static void tell_tunnel(const struct session_hub *h, const struct cfg_interface *cfg, session_iface_fn *fn, void *ctx)
{
	const struct session_tunnel *t = session_tunnel_find(h, cfg->object.name);
	const struct session *s = t != NULL ? session_tunnel_session(t) : NULL;
	struct session_iface_info info = { .name = cfg->object.name, .method = method_of(cfg), .admin_up = !cfg->shutdown, .source = cfg };

	if (s != NULL && s->access.source != NULL) {
		tell_access(s, fn, ctx);
		return;
	}
	info.vrf = cfg->vrf;
	info.addr = session_exchange_own_address(cfg, AF_INET);
	if (session_plain_id(h->plains, cfg->object.name) != 0) {
		tell_plain(h, &info, fn, ctx);
		return;
	}
	info.reason = cfg->object.complete ? session_tunnel_reason(h, cfg->object.name) : "incomplete";
	fn(ctx, &info);
}

void session_show_interfaces(const struct session_hub *h, session_iface_fn *fn, void *ctx)
{
	const struct session *s;
	uint32_t cursor = 0;

	for (const struct cfg_interface *i = h->model->cfg->interfaces; i != NULL; i = i->next) {
		if (i->type == CFG_IF_TUNNEL)
			tell_tunnel(h, i, fn, ctx);
		else
			tell_own(h, i, fn, ctx);
	}
	while ((s = session_hub_walk(h, &cursor)) != NULL)
		if (s->access.source != NULL && s->access.cloned)
			tell_access(s, fn, ctx);
}
