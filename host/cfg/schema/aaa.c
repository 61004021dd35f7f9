/*
 * AAA (cli.md 6): the local method is built, RADIUS is grammar.
 */
#include <string.h>

#include "cfg/build.h"

static void set_new_model(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	(void)s;
	b->m->aaa_new_model = true;
}

static void set_list(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_aaa_list *list = (struct cfg_aaa_list *)(void *)object;

	(void)b;
	list->method_count = 0;
	for (unsigned i = 4; i < s->word_count && list->method_count < CFG_AAA_METHOD_MAX; i++) {
		if (s->word[i].param != NULL)
			list->group[list->method_count++] = s->word[i].text;
		else if (s->word[i].text[0] == 'g')
			list->method[list->method_count] = CFG_AAA_GROUP;
		else
			list->method[list->method_count++] = s->word[i].text[0] == 'l' ? CFG_AAA_LOCAL : CFG_AAA_NONE;
	}
}

static void set_user(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	((struct cfg_user *)(void *)object)->password = cfg_stmt_secret(s, "password");
}

static void set_interface_config(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_attribute *a = (struct cfg_attribute *)cfg_build_alloc(b, sizeof(*a));
	const char *text = cfg_stmt_text(s, "line");
	size_t len = strlen(text);
	bool quoted = len >= 2 && text[0] == '"' && text[len - 1] == '"';

	if (a == NULL)
		return;
	a->stmt = s;
	a->text = quoted ? arena_str_of(b->arena, bytes_of(text + 1, len - 2)) : text;
	b->no_memory = b->no_memory || a->text == NULL;
	cfg_build_append(b, &((struct cfg_attribute_list *)(void *)object)->lines, a);
}

static const struct cfg_row rows[] = {
	{ .mode = CFG_MODE_GLOBAL, .pattern = "aaa new-model", .set = set_new_model, .preset = "off", .help = "switches AAA on" },
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_AAA_LIST,
		.defines = "aaa-network",
		.slot = "aaa authorization network",
		.pattern = "aaa authorization network <name> {local|none}+",
		.set = set_list,
		.help = "where authorization policies are; `local`: in this configuration",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_AAA_LIST,
		.defines = "aaa-network",
		.slot = "aaa authorization network",
		.pattern = "aaa authorization network <name> {group <group@radius-group>|local|none}+",
		.set = set_list,
		.help = "the same with RADIUS; methods in order, the next one when one doesn't answer",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_LOGIN_LIST,
		.defines = "aaa-login",
		.slot = "aaa authentication login",
		.pattern = "aaa authentication login <name> local",
		.set = set_list,
		.help = "who checks passwords; `local`: the users of this configuration",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_LOGIN_LIST,
		.defines = "aaa-login",
		.slot = "aaa authentication login",
		.pattern = "aaa authentication login <name> {group <group@radius-group>|local}+",
		.set = set_list,
		.help = "the same with RADIUS; methods in order, the next one when one doesn't answer",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_USER,
		.defines = "username",
		.pattern = "username <name> password <password:key>",
		.set = set_user,
		.help = "whom the method `local` of `aaa authentication login` knows",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "aaa-accounting",
		.pattern = "aaa accounting network <name> {start-stop|stop-only|none} [group <group@radius-group>]",
		.help = "who is told of sessions",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "aaa accounting update {newinfo|periodic <minutes:1-71582>}",
		.help = "interim records",
	},
	{ .mode = CFG_MODE_GLOBAL, .what = CFG_CLASS_HARMLESS, .pattern = "aaa session-id common", .help = "kept" },
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_AAA_GROUP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "radius-group",
		.pattern = "aaa group server radius <name>",
		.help = "RADIUS servers that stand in for each other",
	},
	{
		.mode = CFG_MODE_AAA_GROUP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "server name <server@radius-server>",
		.help = "a server of the list below",
	},
	{
		.mode = CFG_MODE_AAA_GROUP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "server-private <address:ip> [auth-port <auth:1-65535>] [acct-port <acct:1-65535>] key <key:key>",
		.preset = "ports 1645 and 1646",
		.help = "a server of this group alone",
	},
	{ .mode = CFG_MODE_AAA_GROUP,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "ip vrf forwarding <vrf@vrf>",
		.help = "where the servers are" },
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_RADIUS_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "radius-server",
		.pattern = "radius server <name>",
		.help = "a RADIUS server",
	},
	{
		.mode = CFG_MODE_RADIUS_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "address {ipv4 <address:ip4>|ipv6 <address:ip6>} [auth-port <auth:1-65535>] [acct-port <acct:1-65535>]",
		.preset = "ports 1645 and 1646",
		.help = "where it is",
	},
	{ .mode = CFG_MODE_RADIUS_SERVER, .what = CFG_CLASS_NOT_YET, .pattern = "key <key:key>", .help = "the shared secret" },
	{ .mode = CFG_MODE_RADIUS_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "timeout <seconds:1-1000>",
		.preset = "5",
		.help = "of a try" },
	{ .mode = CFG_MODE_RADIUS_SERVER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "retransmit <tries:0-100>",
		.preset = "3",
		.help = "tries" },
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_DYNAMIC_AUTHOR,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "aaa server radius dynamic-author",
		.help = "change of authorization (RFC 5176)",
	},
	{
		.mode = CFG_MODE_DYNAMIC_AUTHOR,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "client <address:ip> [vrf <vrf@vrf>] server-key <key:key>",
		.help = "who may ask",
	},
	{ .mode = CFG_MODE_DYNAMIC_AUTHOR,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "port <port:1-65535>",
		.preset = "1700",
		.help = "UDP port" },
	{
		.mode = CFG_MODE_DYNAMIC_AUTHOR,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "auth-type {any|all|session-key}",
		.preset = "all",
		.help = "which keys must match",
	},
	{
		.mode = CFG_MODE_DYNAMIC_AUTHOR,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "ignore {server-key|session-key}",
		.help = "what isn't checked",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_ATTRIBUTE_LIST,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_ATTRIBUTE_LIST,
		.defines = "attribute-list",
		.pattern = "aaa attribute list <name>",
		.help = "what an authorization policy may give its peers' interfaces",
	},
	{
		.mode = CFG_MODE_ATTRIBUTE_LIST,
		.keep = CFG_KEEP_EACH,
		.pattern = "attribute type interface-config <line:text>",
		.set = set_interface_config,
		.help = "an interface line, in quotes; those of all lists are laid over the template of the virtual access in order, the user's "
			"first; `no LINE` takes one back",
	},
};

const struct cfg_rows cfg_aaa_rows = { rows, sizeof(rows) / sizeof(rows[0]), "AAA" };
