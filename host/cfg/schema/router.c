/* VRFs; routing protocols, route maps, multicast and BFD are grammar without code yet (cli.md 4). */
#include "cfg/build.h"

#define CFG_NEIGHBOR "neighbor {<neighbor:ip>|<neighbor>} "

/* Lines that stand under `router bgp` and under its address families alike. */
#define CFG_BGP_ROW(in, text, about)                                                                                   \
	{                                                                                                              \
		.mode = in, .what = CFG_CLASS_NOT_YET, .keep = CFG_KEEP_EACH, .key = 1, .pattern = text, .help = about \
	}
#define CFG_BGP_ROWS(in)                                                                                                                 \
	CFG_BGP_ROW(in, CFG_NEIGHBOR "peer-group [<group>]", "a group, or a member of one"),                                             \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "remote-as <as:1-4294967295>", "its AS"),                                                   \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "timers <keepalive:0-65535> <hold:0-65535> [<least:3-65535>]", "seconds"),                  \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "ebgp-multihop [<hops:1-255>]", "TTL"),                                                     \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "fall-over bfd [multi-hop|single-hop]", "down as soon as BFD is"),                          \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "activate", "in this address family"),                                                      \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "send-community [standard|extended|both]", "communities"),                                  \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "next-hop-self [all]", "ourselves as next hop"),                                            \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "default-originate", "a default route"),                                                    \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "update-source <interface:if@interface>", "our address"),                                   \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "route-map <map@route-map> {in|out}", "a filter"),                                          \
		CFG_BGP_ROW(in, CFG_NEIGHBOR "route-reflector-client", "reflects to it"),                                                \
		CFG_BGP_ROW(in, "network {<network:ip4> [mask <mask:mask>]|<prefix:p6>}", "announced when it is in the RIB"),            \
		CFG_BGP_ROW(in, "redistribute {static|connected|ospf <process:1-65535>|eigrp <as:1-65535>} [route-map <map@route-map>]", \
			"announces other routes"),                                                                                       \
		CFG_BGP_ROW(in, "maximum-paths [ibgp] <paths:1-32>", "paths of equal cost")

static struct cfg_vrf *vrf_of(struct cfg_object *object)
{
	return (struct cfg_vrf *)(void *)object;
}

static void set_rd(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	vrf_of(object)->rd = cfg_stmt_text(s, "rd");
}

static void set_vrf_family(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	vrf_of(object)->family[cfg_stmt_has(s, "ipv6") ? CFG_IPV6 : CFG_IPV4] = true;
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_VRF,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_VRF,
		.defines = "vrf",
		.pattern = "vrf definition <name>",
		.help = "a routing table of its own",
	},
	{ .mode = CFG_MODE_VRF, .pattern = "rd <rd:rd>", .set = set_rd, .help = "route distinguisher" },
	{
		.mode = CFG_MODE_VRF,
		.enters = CFG_MODE_VRF_FAMILY,
		.keep = CFG_KEEP_EACH,
		.pattern = "address-family {ipv4|ipv6}",
		.set = set_vrf_family,
		.help = "interfaces in it may have addresses of this family",
	},
	{
		.mode = CFG_MODE_VRF,
		.what = CFG_CLASS_LATER,
		.keep = CFG_KEEP_EACH,
		.pattern = "route-target {import|export|both} <target:rd>",
		.help = "what it imports and exports",
	},
	{
		.mode = CFG_MODE_VRF_FAMILY,
		.what = CFG_CLASS_LATER,
		.keep = CFG_KEEP_EACH,
		.pattern = "route-target {import|export|both} <target:rd>",
		.help = "what it imports and exports",
	},

	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ROUTE_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 2,
		.defines = "route-map",
		.pattern = "route-map <name> {permit|deny|=permit} {<seq:0-65535>|=10}",
		.preset = "permit 10",
		.help = "filters and changes routes",
	},
	{
		.mode = CFG_MODE_ROUTE_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "match {tag {<tag:0-4294967295>}+|ip address [prefix-list] <list>}",
		.help = "routes with this tag, or in this list",
	},
	{
		.mode = CFG_MODE_ROUTE_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "set {tag <tag:0-4294967295>|metric <metric:0-4294967295>|local-preference <preference:0-4294967295>|weight "
			   "<weight:0-65535>|community <community:rest>|ip next-hop <address:ip4>}",
		.help = "changes them",
	},

	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ROUTER_IGP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "{router {ospf|ospfv3|eigrp} <process:1-65535> [vrf <vrf@vrf>]|ipv6 router {ospf|eigrp} <process:1-65535>}",
		.help = "handed to the routing daemon",
	},
	{
		.mode = CFG_MODE_ROUTER_IGP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern =
			"{network <network:ip4> [<wildcard:wild>] [area {<area:0-4294967295>|<area:ip4>}]|router-id <id:ip4>|passive-interface "
			"{default|<interface:if@interface>}|redistribute {static|connected|bgp <as:1-4294967295>} [subnets] [route-map "
			"<map@route-map>]|distance <distance:1-255>|auto-summary|eigrp router-id <id:ip4>}",
		.help = "handed to the routing daemon",
	},

	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_BGP,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "router bgp <as:1-4294967295>",
		.help = "BGP",
	},
	{ .mode = CFG_MODE_BGP, .what = CFG_CLASS_NOT_YET, .pattern = "bgp log-neighbor-changes", .help = "logs" },
	{ .mode = CFG_MODE_BGP, .what = CFG_CLASS_NOT_YET, .pattern = "bgp router-id <id:ip4>", .help = "our identifier" },
	{
		.mode = CFG_MODE_BGP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "bgp listen range {<range:p4>|<range:p6>} peer-group <group>",
		.help = "peers that may come by themselves",
	},
	{ .mode = CFG_MODE_BGP,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "bgp listen limit <count:1-5000>",
		.preset = "100",
		.help = "how many" },
	CFG_BGP_ROWS(CFG_MODE_BGP),
	{
		.mode = CFG_MODE_BGP,
		.enters = CFG_MODE_BGP_FAMILY,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "address-family {{ipv4|ipv6} [unicast=|multicast] [vrf <vrf@vrf>]|vpnv4|vpnv6}",
		.help = "what is exchanged",
	},
	CFG_BGP_ROWS(CFG_MODE_BGP_FAMILY),

	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "ip multicast-routing [vrf <vrf@vrf>] [distributed]",
		.help = "forwards multicast",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "ip pim [vrf <vrf@vrf>] rp-address <address:ip4>",
		.help = "the rendezvous point",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "ip msdp [vrf <vrf@vrf>] {peer <address:ip4> connect-source <interface:if@interface>|cache-sa-state}",
		.help = "sources between rendezvous points",
	},

	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "bfd map {ipv4 <destination:p4> <source:p4>|ipv6 <destination:p6> <source:p6>} <template@bfd-template>",
		.help = "which sessions use which timers",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_BFD_TEMPLATE,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "bfd-template",
		.pattern = "bfd-template {single-hop|multi-hop} <name>",
		.help = "timers",
	},
	{
		.mode = CFG_MODE_BFD_TEMPLATE,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "interval min-tx <tx:50-999> min-rx <rx:50-999> multiplier <multiplier:3-50>",
		.help = "milliseconds",
	},
};

const struct cfg_rows cfg_router_rows = { rows, sizeof(rows) / sizeof(rows[0]), "VRFs and routing protocols" };
