/* Access lists, group tags and QoS (cli.md 4): grammar, no code yet.  What refers to an access list isn't used. */
#include "cfg/row.h"

#define CFG_ACL_STANDARD "{permit|deny} {any|host <source:ip4>|<source:ip4> [<wildcard:wild>]} [log]"
#define CFG_ACL_PORT(name)                                                                                           \
	"[{eq|neq|lt|gt} {<" name ":0-65535>|bgp|www|domain|ftp|ntp|snmp|ssh|telnet|smtp|bootps|bootpc|tftp|isakmp|" \
	"non500-isakmp|syslog|pim-auto-rp}|range <" name ":0-65535> <" name ":0-65535>]"
#define CFG_ACL_SIDE(name) "{any|host <" name ":ip4>|<" name ":ip4> <" name "-wildcard:wild>} " CFG_ACL_PORT(name "-port")
#define CFG_ACL_EXTENDED                                                                                                             \
	"{permit|deny} {ip|tcp|udp|icmp|igmp|pim|esp|gre|ahp|eigrp|ospf|<protocol:0-255>} " CFG_ACL_SIDE("source") " " CFG_ACL_SIDE( \
		"destination") " [established|echo|echo-reply|unreachable|ttl-exceeded|packet-too-big] [log]"

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_RESTRICT,
		.keep = CFG_KEEP_EACH,
		.key = 1,
		.defines = "acl",
		.pattern = "access-list <name:1-99> " CFG_ACL_STANDARD,
		.help = "a line of a standard access list",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_RESTRICT,
		.keep = CFG_KEEP_EACH,
		.key = 1,
		.defines = "acl",
		.pattern = "access-list <name:100-199> " CFG_ACL_EXTENDED,
		.help = "a line of an extended access list",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ACL_STANDARD,
		.what = CFG_CLASS_RESTRICT,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "acl",
		.slot = "ip access-list",
		.pattern = "ip access-list standard <name>",
		.help = "a standard access list",
	},
	{
		.mode = CFG_MODE_ACL_STANDARD,
		.what = CFG_CLASS_RESTRICT,
		.keep = CFG_KEEP_EACH,
		.pattern = "[<seq:1-2147483647>] " CFG_ACL_STANDARD,
		.help = "a line of it",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ACL_EXTENDED,
		.what = CFG_CLASS_RESTRICT,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "acl",
		.slot = "ip access-list",
		.pattern = "ip access-list extended <name>",
		.help = "an extended access list",
	},
	{
		.mode = CFG_MODE_ACL_EXTENDED,
		.what = CFG_CLASS_RESTRICT,
		.keep = CFG_KEEP_EACH,
		.pattern = "[<seq:1-2147483647>] " CFG_ACL_EXTENDED,
		.help = "a line of it",
	},
	{ .mode = CFG_MODE_ACL_STANDARD, .keep = CFG_KEEP_EACH, .pattern = "remark <text:rest>", .help = "a text for people" },
	{ .mode = CFG_MODE_ACL_EXTENDED, .keep = CFG_KEEP_EACH, .pattern = "remark <text:rest>", .help = "a text for people" },

	{ .mode = CFG_MODE_GLOBAL, .what = CFG_CLASS_RESTRICT, .pattern = "cts role-based enforcement", .help = "filters by group tag" },
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_RESTRICT,
		.keep = CFG_KEEP_KEY,
		.key = 2,
		.pattern = "cts role-based permissions from <from:0-65533> to <to:0-65533> <acl@acl>",
		.help = "a cell of the matrix",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_LATER,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "cts role-based sgt-map {<address:ip>|<prefix:p4>|<prefix:p6>} sgt <tag:2-65519>",
		.help = "the tag of an address",
	},

	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_POLICY_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "policy-map",
		.pattern = "policy-map <name>",
		.help = "QoS",
	},
	{
		.mode = CFG_MODE_POLICY_MAP,
		.enters = CFG_MODE_POLICY_CLASS,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "class {class-default|<class@class-map>}",
		.help = "for a class of traffic",
	},
	{ .mode = CFG_MODE_POLICY_CLASS, .what = CFG_CLASS_NOT_YET, .pattern = "shape average <bps:8000-100000000000>", .help = "shapes" },
	{ .mode = CFG_MODE_POLICY_CLASS, .what = CFG_CLASS_NOT_YET, .pattern = "police <bps:8000-100000000000>", .help = "polices" },
	{ .mode = CFG_MODE_POLICY_CLASS, .what = CFG_CLASS_NOT_YET, .pattern = "service-policy <map@policy-map>", .help = "a child" },
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_CLASS_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "class-map",
		.pattern = "class-map [match-all|match-any] <name>",
		.help = "a class of traffic",
	},
	{
		.mode = CFG_MODE_CLASS_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "match {access-group {name <acl@acl>|<acl:1-199@acl>}|{ip=|=} dscp {<dscp>}+|any}",
		.help = "what is in it",
	},
};

const struct cfg_rows cfg_acl_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Access lists, group tags, QoS" };
