/* Access lists (cli.md 4), which are used where a line that refers to them is; group tags: grammar, no code yet. */
#include "cfg/acl.h"

#define CFG_ACL_STANDARD "{permit|deny} {any|host <source:ip4>|<source:ip4> [<wildcard:wild>]} [log]"
#define CFG_ACL_PORT(name)                                                                                           \
	"[{eq|neq|lt|gt} {<" name ":0-65535>|bgp|www|domain|ftp|ntp|snmp|ssh|telnet|smtp|bootps|bootpc|tftp|isakmp|" \
	"non500-isakmp|syslog|pim-auto-rp}|range <" name ":0-65535> <" name ":0-65535>]"
#define CFG_ACL_SIDE(name) "{any|host <" name ":ip4>|<" name ":ip4> <" name "-wildcard:wild>} " CFG_ACL_PORT(name "-port")
#define CFG_ACL_EXTENDED                                                                                                             \
	"{permit|deny} {ip|tcp|udp|icmp|igmp|pim|esp|gre|ahp|eigrp|ospf|<protocol:0-255>} " CFG_ACL_SIDE("source") " " CFG_ACL_SIDE( \
		"destination") " [established|echo|echo-reply|unreachable|ttl-exceeded|packet-too-big] [log]"

#define CFG_ACL_SIDE6(name) "{any|host <" name ":ip6>|<" name ":p6>} " CFG_ACL_PORT(name "-port")
#define CFG_ACL_IPV6                                                                                            \
	"{permit|deny} {ipv6|tcp|udp|icmp=icmpv6|icmpv6|esp|gre|ahp|ospf|pim|<protocol:0-255>} " CFG_ACL_SIDE6( \
		"source") " " CFG_ACL_SIDE6("destination") " [established] [log]"

static struct cfg_acl *acl_of(struct cfg_object *object)
{
	return (struct cfg_acl *)(void *)object;
}

static void set_standard(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	acl_of(object)->family = AF_INET;
}

static void set_extended(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	set_standard(b, object, s);
	acl_of(object)->extended = true;
}

static void set_ipv6(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	set_extended(b, object, s);
	acl_of(object)->family = AF_INET6;
}

/* A numbered list has no line that opens it. */
static void set_numbered_standard(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	set_standard(b, object, s);
	cfg_acl_read(b, object, s);
}

static void set_numbered_extended(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	set_extended(b, object, s);
	cfg_acl_read(b, object, s);
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.key = 1,
		.kind = CFG_KIND_ACL,
		.defines = "acl",
		.pattern = "access-list <name:1-99> " CFG_ACL_STANDARD,
		.set = set_numbered_standard,
		.help = "a line of a standard access list",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.key = 1,
		.kind = CFG_KIND_ACL,
		.defines = "acl",
		.pattern = "access-list <name:100-199> " CFG_ACL_EXTENDED,
		.set = set_numbered_extended,
		.help = "a line of an extended access list",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ACL_STANDARD,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_ACL,
		.defines = "acl",
		.slot = "ip access-list",
		.pattern = "ip access-list standard <name>",
		.set = set_standard,
		.help = "a standard access list",
	},
	{
		.mode = CFG_MODE_ACL_STANDARD,
		.keep = CFG_KEEP_EACH,
		.pattern = "[<seq:1-2147483647>] " CFG_ACL_STANDARD,
		.set = cfg_acl_read,
		.help = "a line of it",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ACL_EXTENDED,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_ACL,
		.defines = "acl",
		.slot = "ip access-list",
		.pattern = "ip access-list extended <name>",
		.set = set_extended,
		.help = "an extended access list",
	},
	{
		.mode = CFG_MODE_ACL_EXTENDED,
		.keep = CFG_KEEP_EACH,
		.pattern = "[<seq:1-2147483647>] " CFG_ACL_EXTENDED,
		.set = cfg_acl_read,
		.help = "a line of it",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ACL_IPV6,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_ACL,
		.defines = "acl",
		.slot = "ip access-list",
		.pattern = "ipv6 access-list <name>",
		.set = set_ipv6,
		.help = "an access list of IPv6",
	},
	{
		.mode = CFG_MODE_ACL_IPV6,
		.keep = CFG_KEEP_EACH,
		.pattern = "[<seq:1-2147483647>] " CFG_ACL_IPV6,
		.set = cfg_acl_read,
		.help = "a line of it",
	},
	{ .mode = CFG_MODE_ACL_IPV6, .keep = CFG_KEEP_EACH, .pattern = "remark <text:rest>", .help = "a text for people" },
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
};

const struct cfg_rows cfg_acl_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Access lists, group tags" };
