/* Commands of the router as a whole. */
#include "cfg/build.h"

static void set_hostname(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->hostname = cfg_stmt_text(s, "name");
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.pattern = "hostname <name>",
		.set = set_hostname,
		.preset = "nave",
		.help = "the router's name, as its prompt and its logs show it",
	},
};

const struct cfg_rows cfg_basic_rows = { rows, sizeof(rows) / sizeof(rows[0]), "The router" };
