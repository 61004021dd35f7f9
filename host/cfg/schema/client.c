/* The FlexVPN client and the cluster (cli.md 1.7, 1.8): grammar, no code yet; and redirection. */
#include "cfg/build.h"

enum { REDIRECTS_DEFAULT = 5 }; /* RFC5685-10: MAX_REDIRECTS */

static void set_redirect_client(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->redirect_client = true;
	b->m->redirect_max = (uint32_t)cfg_stmt_number(s, "count", REDIRECTS_DEFAULT);
}

static void set_redirect_init(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	(void)s;
	b->m->redirect_init = true;
}

static void add_redirect_target(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	if (b->m->redirect_count == CFG_REDIRECT_MAX)
		cfg_build_error(b, s, NULL, "at most %d redirect targets", CFG_REDIRECT_MAX);
	else
		b->m->redirect_target[b->m->redirect_count++] = cfg_stmt_addr(s, "address");
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_CLIENT,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "client",
		.pattern = "crypto ikev2 {client flexvpn|flexvpn=client client=flexvpn} <name>",
		.help = "chooses peer and source of a static tunnel",
	},
	{
		.mode = CFG_MODE_CLIENT,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "peer {<seq:1-255>|=<seq:1-255>} {<address:ip>|<fqdn> [dynamic [ipv6]]} [track <track:1-1000@track> [up|down]]",
		.help = "a hub; lower numbers are better",
	},
	{ .mode = CFG_MODE_CLIENT, .what = CFG_CLASS_NOT_YET, .pattern = "peer reactivate", .help = "goes back to a better peer" },
	{
		.mode = CFG_MODE_CLIENT,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "source <seq:1-255> {{interface|=interface} <interface:if@interface>|<address:ip>} [track <track:1-1000@track>]",
		.help = "where from; lower numbers are better",
	},
	{
		.mode = CFG_MODE_CLIENT,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "client connect <interface:if@interface>",
		.help = "its tunnel",
	},
	{
		.mode = CFG_MODE_CLIENT,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "client inside <interface:if@interface>",
		.help = "inside of its NAT",
	},
	{
		.mode = CFG_MODE_CLIENT,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "connect {auto|manual|track <track:1-1000@track> [up|down]}",
		.preset = "auto",
		.help = "when it connects",
	},
	{
		.mode = CFG_MODE_CLIENT,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "backup group {<group:1-1000>|default}",
		.help = "clients of a group use different peers",
	},
	{ .mode = CFG_MODE_CLIENT, .what = CFG_CLASS_NOT_YET, .pattern = "nat", .help = "NAT behind the assigned address" },

	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 redirect client [max-redirects <count:1-255>]",
		.slot = "crypto ikev2 redirect client",
		.set = set_redirect_client,
		.preset = "off; 5 with it",
		.help = "follows redirects (RFC 5685), so many within 300 s; max-redirects is also their limit against loops",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "crypto ikev2 redirect gateway init",
		.set = set_redirect_init,
		.preset = "off",
		.help = "sends new peers to one of the targets, in IKE_SA_INIT",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.pattern = "crypto ikev2 redirect gateway target <address:ip>",
		.set = add_redirect_target,
		.preset = "none",
		.help = "where peers are sent, each to one of them by its address; one of our own means that it stays",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_CLUSTER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "crypto ikev2 cluster",
		.help = "spreads peers over hubs",
	},
	{ .mode = CFG_MODE_CLUSTER, .what = CFG_CLASS_NOT_YET, .pattern = "standby-group <name>", .help = "its HSRP group" },
	{ .mode = CFG_MODE_CLUSTER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "slave max-session <count:1-1000000>",
		.help = "sessions at most" },
	{ .mode = CFG_MODE_CLUSTER, .what = CFG_CLASS_NOT_YET, .pattern = "slave hello <ms:100-120000>", .preset = "1000", .help = "ms" },
	{ .mode = CFG_MODE_CLUSTER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "slave priority <priority:1-100>",
		.preset = "100",
		.help = "rank" },
	{ .mode = CFG_MODE_CLUSTER, .what = CFG_CLASS_NOT_YET, .pattern = "slave update <ms:100-120000>", .preset = "3000", .help = "ms" },
	{
		.mode = CFG_MODE_CLUSTER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "master overload-limit <percent:50-99>",
		.preset = "99",
		.help = "beyond it a member takes no more",
	},
	{
		.mode = CFG_MODE_CLUSTER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "master weight {crypto-load|system-load} <weight:0-100>",
		.preset = "100",
		.help = "how load is counted",
	},
	{
		.mode = CFG_MODE_CLUSTER,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "holdtime <ms:100-120000>",
		.preset = "3000",
		.help = "when a silent member is lost",
	},
	{ .mode = CFG_MODE_CLUSTER, .what = CFG_CLASS_NOT_YET, .pattern = "port <port:1-65535>", .preset = "2012", .help = "TCP port" },
	{
		.mode = CFG_MODE_CLUSTER,
		.what = CFG_CLASS_NOT_YET,
		.flags = CFG_ROW_NO_KEPT,
		.pattern = "shutdown",
		.preset = "shutdown",
		.help = "`no shutdown` joins the cluster",
	},
};

const struct cfg_rows cfg_client_rows = { rows, sizeof(rows) / sizeof(rows[0]), "FlexVPN client, redirect, cluster" };
