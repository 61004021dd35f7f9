/*
 * Interfaces (cli.md 3).  What an interface lacks is judged in check_if.c.
 */
#include <string.h>

#include "cfg/build.h"
#include "cfg/grammar/value.h"

static struct cfg_interface *interface_of(struct cfg_object *object)
{
	return (struct cfg_interface *)(void *)object;
}

static const struct cfg_interface *named(const struct cfg_build *b, const struct cfg_stmt *s, const char *param)
{
	const char *name = cfg_stmt_text(s, param);

	return name == NULL ? NULL : cfg_find_interface(b->m, name);
}

static bool is_tunnel(struct cfg_build *b, const struct cfg_interface *i, const struct cfg_stmt *s)
{
	if (i->type == CFG_IF_TUNNEL || i->type == CFG_IF_VIRTUAL_TEMPLATE)
		return true;
	cfg_build_error(b, s, NULL, "'tunnel' lines belong under a Tunnel or Virtual-Template, not under %s", i->object.name);
	return false;
}

static void set_interface(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);
	struct cfg_if_name name;

	(void)b;
	(void)s;
	if (cfg_value_interface(bytes_str(object->name), &name) != ERR_OK)
		return;
	i->type = name.type;
	i->unit = name.unit;
}

static void set_description(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	interface_of(object)->description = cfg_stmt_text(s, "text");
}

static void set_shutdown(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	interface_of(object)->shutdown = true;
}

static void set_vrf(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);

	i->vrf = cfg_stmt_text(s, "vrf");
	if (i->ip_how == CFG_IP_NONE && i->ipv6 == NULL && i->ipv6_lender == NULL)
		return;
	cfg_build_warn(b, s, cfg_stmt_param(s, "vrf"), "removes the addresses above it: this line comes before them");
	i->ip_how = CFG_IP_NONE;
	i->ip_lender = NULL;
	i->ipv6 = NULL;
	i->ipv6_lender = NULL;
	b->last_head = NULL; /* which may be that list */
}

static void set_ip(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);
	struct addr mask = cfg_stmt_addr(s, "mask");

	(void)b;
	if (s->no)
		return;
	if (cfg_stmt_has(s, "negotiated")) {
		i->ip_how = CFG_IP_NEGOTIATED;
		return;
	}
	i->ip_how = CFG_IP_ADDRESS;
	i->ip.addr = cfg_stmt_addr(s, "address");
	if (addr_mask_len(&mask, &i->ip.len) != ERR_OK)
		i->ip.len = 32;
}

static void set_unnumbered(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	interface_of(object)->ip_how = CFG_IP_UNNUMBERED;
	interface_of(object)->ip_lender = named(b, s, "lender");
}

static void set_ipv6(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_ipv6_addr *a = (struct cfg_ipv6_addr *)cfg_build_alloc(b, sizeof(*a));

	if (a == NULL)
		return;
	a->prefix = cfg_stmt_prefix(s, "address");
	cfg_build_append(b, &interface_of(object)->ipv6, a);
}

static void set_ipv6_enable(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	interface_of(object)->ipv6_enable = true;
}

static void set_ipv6_unnumbered(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	interface_of(object)->ipv6_lender = named(b, s, "lender");
}

static void set_ip_mtu(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	interface_of(object)->ip_mtu = (uint16_t)cfg_stmt_number(s, "mtu", 0);
}

/* ---- tunnels ---- */

static void set_source(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);

	if (!is_tunnel(b, i, s))
		return;
	i->tunnel.source_addr = cfg_stmt_addr(s, "address");
	i->tunnel.source_if = named(b, s, "interface");
	i->tunnel.source_how = cfg_stmt_has(s, "dynamic")          ? CFG_END_DYNAMIC
			       : i->tunnel.source_addr.family != 0 ? CFG_END_ADDRESS
								   : CFG_END_INTERFACE;
}

static void set_destination(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);

	if (!is_tunnel(b, i, s))
		return;
	i->tunnel.destination = cfg_stmt_addr(s, "address");
	i->tunnel.destination_how = cfg_stmt_has(s, "dynamic") ? CFG_END_DYNAMIC : CFG_END_ADDRESS;
}

static void set_fvrf(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	if (is_tunnel(b, interface_of(object), s))
		interface_of(object)->tunnel.fvrf = cfg_stmt_text(s, "vrf");
}

static enum cfg_tunnel_mode mode_of(const struct cfg_stmt *s)
{
	if (cfg_stmt_has(s, "gre"))
		return cfg_stmt_has(s, "ipv6") ? CFG_TUNNEL_GRE_IPV6 : CFG_TUNNEL_GRE_IP;
	if (cfg_stmt_has(s, "dual-overlay"))
		return CFG_TUNNEL_IPSEC_DUAL;
	if (cfg_stmt_has(s, "ipv4"))
		return cfg_stmt_has(s, "v6-overlay") ? CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY : CFG_TUNNEL_IPSEC_IPV4;
	return cfg_stmt_has(s, "v4-overlay") ? CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY : CFG_TUNNEL_IPSEC_IPV6;
}

static void set_mode(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);

	if (!is_tunnel(b, i, s))
		return;
	i->tunnel.mode = mode_of(s);
	i->tunnel.mode_written = true;
}

static void set_key(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);

	if (!is_tunnel(b, i, s))
		return;
	i->tunnel.has_key = true;
	i->tunnel.key = (uint32_t)cfg_stmt_number(s, "key", 0);
}

static void set_pmtud(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	if (is_tunnel(b, interface_of(object), s))
		interface_of(object)->tunnel.path_mtu_discovery = true;
}

static void set_protection(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);

	if (!is_tunnel(b, i, s))
		return;
	i->tunnel.protection = cfg_find_ipsec_profile(b->m, cfg_stmt_text(s, "profile"));
	i->tunnel.shared = cfg_stmt_has(s, "shared");
}

static void set_policy(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_interface *i = interface_of(object);
	const struct cfg_acl *acl = cfg_find_acl(b->m, cfg_stmt_text(s, "acl"));

	if (!is_tunnel(b, i, s))
		return;
	i->tunnel.policy_line = s;
	if (cfg_stmt_has(s, "ipv6"))
		i->tunnel.policy6 = acl;
	else
		i->tunnel.policy = acl;
}

/* ---- features ---- */

static struct cfg_feature *feature_of(struct cfg_object *object, const struct cfg_stmt *s)
{
	return &interface_of(object)->feature[cfg_stmt_has(s, "ipv6") ? CFG_IPV6 : CFG_IPV4];
}

static void set_mss(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	feature_of(object, s)->mss = (uint16_t)cfg_stmt_number(s, "mss", 0);
}

static void set_access_group(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	feature_of(object, s)->acl[cfg_stmt_has(s, "out") ? CFG_ACL_OUT : CFG_ACL_IN] = cfg_find_acl(b->m, cfg_stmt_text(s, "acl"));
}

static void set_verify(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	feature_of(object, s)->urpf = cfg_stmt_has(s, "any") ? CFG_URPF_ANY : CFG_URPF_RX;
}

static void set_service(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	unsigned way = cfg_stmt_has(s, "output") ? CFG_ACL_OUT : CFG_ACL_IN;

	interface_of(object)->service[way] = cfg_find_policy_map(b->m, cfg_stmt_text(s, "map"));
}

static void set_sgt_inline(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	interface_of(object)->sgt_inline = true;
	if (b->m->cts_sgt)
		cfg_build_error(b, s, NULL, "isn't possible beside 'crypto ikev2 cts sgt'");
}

static void set_vlan(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	if (strchr(object->name, '.') == NULL)
		cfg_build_error(b, s, NULL, "belongs under a subinterface, such as '%s.1'", object->name);
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_INTERFACE,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_INTERFACE,
		.pattern = "interface <name:vt> {type tunnel|=type =tunnel}",
		.slot = "interface",
		.defines = "interface",
		.set = set_interface,
		.help = "a template: each peer that comes in gets a virtual access made from it",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_INTERFACE,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_INTERFACE,
		.pattern = "interface <name:not-vt>",
		.slot = "interface",
		.defines = "interface",
		.set = set_interface,
		.help = "a port, loopback or static tunnel; the platform file says what stands behind a port",
	},
	{ .mode = CFG_MODE_INTERFACE, .pattern = "description <text:rest>", .set = set_description, .help = "a text for people" },
	{ .mode = CFG_MODE_INTERFACE, .pattern = "shutdown", .set = set_shutdown, .preset = "no shutdown", .help = "takes it down" },
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "[ip=] vrf forwarding <vrf@vrf>",
		.slot = "vrf forwarding",
		.set = set_vrf,
		.preset = "the global table",
		.help = "the VRF that it is in; addresses above this line are removed",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.flags = CFG_ROW_NO_KEPT,
		.pattern = "ip address {<address:ip4> <mask:mask>|negotiated}",
		.slot = "ip address",
		.set = set_ip,
		.preset = "none",
		.help = "its IPv4 address; `negotiated`: from the peer, by the configuration payload",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "ip address <address:ip4> <mask:mask> secondary",
		.help = "a further IPv4 address",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ip unnumbered <lender:if@interface>",
		.slot = "ip address",
		.set = set_unnumbered,
		.help = "borrows the IPv4 address of another interface",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.keep = CFG_KEEP_EACH,
		.pattern = "ipv6 address <address:p6>",
		.set = set_ipv6,
		.help = "an IPv6 address",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "ipv6 address {<address:ip6> link-local|<address:p6> eui-64|autoconfig|dhcp}",
		.help = "an IPv6 address of another kind",
	},
	{ .mode = CFG_MODE_INTERFACE, .pattern = "ipv6 enable", .set = set_ipv6_enable, .help = "IPv6 with a link-local address alone" },
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ipv6 unnumbered <lender:if@interface>",
		.set = set_ipv6_unnumbered,
		.help = "borrows the IPv6 addresses of another interface",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ip mtu <mtu:68-9216>",
		.set = set_ip_mtu,
		.preset = "by the path",
		.help = "the largest IPv4 packet, bytes",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel source {<interface:if@interface>|<address:ip>}",
		.slot = "tunnel source",
		.set = set_source,
		.help = "our end of the tunnel; of a template: where its peers come in",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "tunnel source dynamic",
		.slot = "tunnel source",
		.set = set_source,
		.help = "chosen by the FlexVPN client",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel destination <address:ip>",
		.slot = "tunnel destination",
		.set = set_destination,
		.help = "the peer's end of a static tunnel",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "tunnel destination dynamic",
		.slot = "tunnel destination",
		.set = set_destination,
		.help = "chosen by the FlexVPN client",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel vrf <vrf@vrf>",
		.set = set_fvrf,
		.preset = "the global table",
		.help = "the front VRF: where the outer packets are routed",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel mode {gre {ip|ipv6}|ipsec {ipv4 [v6-overlay]|ipv6 [v4-overlay]|dual-overlay}}",
		.set = set_mode,
		.preset = "gre ip",
		.help = "encapsulation and transport; a static Tunnel of GRE needs no protection, and leaves by LAN ports alone then",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel key <key:0-4294967295>",
		.set = set_key,
		.help = "the GRE key, which both ends must agree on",
	},
	{ .mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel path-mtu-discovery",
		.set = set_pmtud,
		.help = "relies on what routers say of the path: TCP's segments aren't made to fit 1280 bytes; GRE without protection has DF" },
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel protection ipsec profile <profile@ipsec-profile> [shared]",
		.set = set_protection,
		.help = "nothing leaves the tunnel but under an SA of this profile",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel protection ipsec policy ipv4 <acl@acl>",
		.slot = "tunnel protection ipsec policy ipv4",
		.set = set_policy,
		.help = "one child SA for each line of an access list, 100 at most: its selectors; for a static tunnel in an ipsec mode",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "tunnel protection ipsec policy ipv6 <acl@acl>",
		.slot = "tunnel protection ipsec policy ipv6",
		.set = set_policy,
		.help = "the same for IPv6",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ip tcp adjust-mss <mss:500-1460>",
		.set = set_mss,
		.help = "the largest segment that TCP may agree on through it, either way, bytes",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ipv6 tcp adjust-mss <mss:500-1440>",
		.set = set_mss,
		.help = "the same for IPv6",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_LATER,
		.pattern = "ipv6 ospf <process:1-65535> area {<area:0-4294967295>|<area:ip4>}",
		.help = "OSPFv3 on it",
	},
	{ .mode = CFG_MODE_INTERFACE, .what = CFG_CLASS_LATER, .pattern = "ip nhrp network-id <id:1-4294967295>", .help = "NHRP on it" },
	{ .mode = CFG_MODE_INTERFACE, .what = CFG_CLASS_LATER, .pattern = "ip nhrp redirect", .help = "tells spokes of better ways" },
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_LATER,
		.pattern = "ip nhrp shortcut [virtual-template <template:1-4095@virtual-template>]",
		.help = "builds shortcuts",
	},
	{ .mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_LATER,
		.pattern = "ip nhrp holdtime <seconds:1-65535>",
		.help = "life of a mapping" },
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_RESTRICT,
		.pattern = "ip nhrp authentication <key:key>",
		.help = "a password in NHRP packets",
	},
	{ .mode = CFG_MODE_INTERFACE, .what = CFG_CLASS_NOT_YET, .pattern = "mpls nhrp", .help = "labels by NHRP" },
	{ .mode = CFG_MODE_INTERFACE, .what = CFG_CLASS_NOT_YET, .pattern = "mpls ip", .help = "labels by LDP" },
	{ .mode = CFG_MODE_INTERFACE, .what = CFG_CLASS_NOT_YET, .pattern = "ip pim sparse-mode", .help = "multicast routing" },
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ip {access-group|access-list=access-group} <acl@acl> in",
		.slot = "access-group in",
		.set = set_access_group,
		.help = "filters what comes in",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ip {access-group|access-list=access-group} <acl@acl> out",
		.slot = "access-group out",
		.set = set_access_group,
		.help = "filters what goes out, but for the box's own packets",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ipv6 traffic-filter <acl@acl> in",
		.set = set_access_group,
		.help = "filters IPv6 that comes in",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ipv6 traffic-filter <acl@acl> out",
		.set = set_access_group,
		.help = "filters IPv6 that goes out, but for the box's own packets",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ip verify unicast {reverse-path|source reachable-via {rx|any}}",
		.slot = "ip verify unicast",
		.set = set_verify,
		.help = "drops packets whose source has no route, but with `any` that leads back to the interface",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "ipv6 verify unicast {reverse-path|source reachable-via {rx|any}}",
		.slot = "ipv6 verify unicast",
		.set = set_verify,
		.help = "the same for IPv6",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "service-policy input <map@policy-map>",
		.set = set_service,
		.help = "how much may come in; of a Tunnel or a template, for each virtual access by itself",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "service-policy output <map@policy-map>",
		.set = set_service,
		.help = "how much may go out, measured and delayed before it is encrypted",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "bfd interval <interval:50-9999> min_rx <rx:50-9999> multiplier <multiplier:3-50>",
		.help = "BFD on it, milliseconds",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "standby <group:0-4095> ip <address:ip4>",
		.help = "the virtual address of an HSRP group",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "standby <group:0-4095> name <name>",
		.help = "the group's name",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "standby <group:0-4095> priority <priority:0-255>",
		.help = "the highest becomes active",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "standby <group:0-4095> preempt",
		.help = "takes over from a lower priority",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "standby <group:0-4095> timers {msec <hello:15-999>|<hello:1-254>} {msec <hold:50-3000>|<hold:2-255>}",
		.help = "hello and hold time",
	},
	{
		.mode = CFG_MODE_INTERFACE,
		.what = CFG_CLASS_LATER,
		.pattern = "cts sgt inline",
		.set = set_sgt_inline,
		.help = "group tags in the packets; not beside `crypto ikev2 cts sgt`",
	},
	{ .mode = CFG_MODE_INTERFACE, .what = CFG_CLASS_NOT_YET, .pattern = "cts manual", .help = "group tags set by hand" },
	{ .mode = CFG_MODE_INTERFACE, .what = CFG_CLASS_RESTRICT, .pattern = "cts role-based enforcement", .help = "filters by group tag" },
	{
		.mode = CFG_MODE_INTERFACE,
		.pattern = "encapsulation dot1Q <vlan:1-4094> [native]",
		.set = set_vlan,
		.help = "of a subinterface: the tags are the business of the netdev that the platform file puts behind it",
	},
};

const struct cfg_rows cfg_if_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Interfaces" };
