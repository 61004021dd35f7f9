/* Commands of the router as a whole. */
#include "cfg/build.h"

static void set_hostname(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->hostname = cfg_stmt_text(s, "name");
}

static void set_netdev(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	(void)s;
	b->m->netdev_virtual_access = true;
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "hostname <name>",
		.set = set_hostname,
		.preset = "nave",
		.help = "the router's name, as its prompt and its logs show it",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "platform netdev virtual-access",
		.set = set_netdev,
		.preset = "none",
		.help = "each Virtual-Access has a netdev of the host, `Vi1`, for tools: docs/platform.md",
	},
};

const struct cfg_rows cfg_basic_rows = { rows, sizeof(rows) / sizeof(rows[0]), "The router" };
