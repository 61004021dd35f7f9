/*
 * Static routes and address pools (cli.md 4).
 */
#include "cfg/build.h"

static void set_unicast_routing(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	(void)s;
	b->m->ipv6_unicast_routing = true;
}

static void set_route_prefix(struct cfg_build *b, struct cfg_route *r, const struct cfg_stmt *s)
{
	struct addr mask = cfg_stmt_addr(s, "mask"), network;

	if (mask.family != 0) {
		r->prefix.addr = cfg_stmt_addr(s, "prefix");
		if (addr_mask_len(&mask, &r->prefix.len) != ERR_OK)
			return;
	} else {
		r->prefix = cfg_stmt_prefix(s, "prefix");
	}
	network = addr_network(&r->prefix);
	if (!addr_eq(&network, &r->prefix.addr)) {
		char text[ADDR_TEXT];

		cfg_build_error(
			b, s, cfg_stmt_param(s, "prefix"), "has bits outside its mask: the network is %s", addr_str(&network, text));
	}
}

static void set_route(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_route *r = (struct cfg_route *)(void *)object;

	set_route_prefix(b, r, s);
	r->vrf = cfg_stmt_text(s, "vrf");
	r->if_name = cfg_stmt_text(s, "interface");
	if (r->if_name != NULL)
		r->via_if = cfg_find_interface(b->m, r->if_name);
	r->gateway = cfg_stmt_addr(s, "gateway");
	r->distance = (uint8_t)cfg_stmt_number(s, "distance", 1);
	r->tag = (uint32_t)cfg_stmt_number(s, "tag", 0);
	r->track = (uint32_t)cfg_stmt_number(s, "track", 0);
	r->label = cfg_stmt_text(s, "label");
}

static void set_pool(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_pool *p = (struct cfg_pool *)(void *)object;
	struct cfg_pool_range *range = (struct cfg_pool_range *)cfg_build_alloc(b, sizeof(*range));

	if (range == NULL)
		return;
	p->family = AF_INET;
	range->first = cfg_stmt_addr(s, "first");
	range->last = cfg_stmt_text(s, "last") == NULL ? range->first : cfg_stmt_addr(s, "last");
	if (addr_cmp(&range->first, &range->last) > 0)
		cfg_build_error(b, s, cfg_stmt_param(s, "last"), "is before the first address");
	cfg_build_append(b, &p->ranges, range);
}

static void set_ipv6_pool(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_pool *p = (struct cfg_pool *)(void *)object;

	p->family = AF_INET6;
	p->prefix = cfg_stmt_prefix(s, "prefix");
	p->assign_len = (uint8_t)cfg_stmt_number(s, "length", 128);
	if (p->assign_len < p->prefix.len)
		cfg_build_error(b, s, cfg_stmt_param(s, "length"), "is shorter than the pool's own prefix");
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.key = 2,
		.kind = CFG_KIND_ROUTE,
		.pattern = "ip route <prefix:ip4> <mask:mask> {<interface:if@interface> [<gateway:ip4>]|<gateway:ip4>} [<distance:1-255>] "
			   "[tag <tag:1-4294967295>|track <track:1-1000@track>|name <label>]*",
		.set = set_route,
		.preset = "distance 1",
		.help = "a static route; Null0 drops; with a track it stands while that is up",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.key = 3,
		.kind = CFG_KIND_ROUTE,
		.pattern = "ip route vrf <vrf@vrf> <prefix:ip4> <mask:mask> {<interface:if@interface> [<gateway:ip4>]|<gateway:ip4>} "
			   "[<distance:1-255>] [tag <tag:1-4294967295>|track <track:1-1000@track>|name <label>]*",
		.set = set_route,
		.help = "a static route of a VRF",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.key = 1,
		.kind = CFG_KIND_ROUTE,
		.pattern = "ipv6 route <prefix:p6> {<interface:if@interface> [<gateway:ip6>]|<gateway:ip6>} [<distance:1-254>] "
			   "[tag <tag:1-4294967295>|track <track:1-1000@track>|name <label>]*",
		.set = set_route,
		.preset = "distance 1",
		.help = "a static IPv6 route",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.key = 2,
		.kind = CFG_KIND_ROUTE,
		.pattern =
			"ipv6 route vrf <vrf@vrf> <prefix:p6> {<interface:if@interface> [<gateway:ip6>]|<gateway:ip6>} [<distance:1-254>] "
			"[tag <tag:1-4294967295>|track <track:1-1000@track>|name <label>]*",
		.set = set_route,
		.help = "a static IPv6 route of a VRF",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "ipv6 unicast-routing",
		.set = set_unicast_routing,
		.preset = "off",
		.help = "forwards IPv6",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.key = 1,
		.kind = CFG_KIND_POOL,
		.defines = "pool",
		.pattern = "ip local pool <name> <first:ip4> [<last:ip4>]",
		.set = set_pool,
		.help = "addresses for peers; several lines of one name add up",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_IPV6_POOL,
		.defines = "ipv6-pool",
		.pattern = "ipv6 local pool <name> <prefix:p6> <length:1-128>",
		.set = set_ipv6_pool,
		.help = "IPv6 prefixes of one length for peers",
	},
};

const struct cfg_rows cfg_route_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Routes and pools" };
