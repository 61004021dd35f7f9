/* Values of the DS field, and policies with all that is in them. */
#include "cfg/qos.h"

#include <stdlib.h>
#include <string.h>

enum { DSCP_MAX = 63, PRECEDENCE_MAX = 7 };

static const struct dscp_name {
	const char *text;
	uint8_t value;
} dscp_names[] = { { "default", 0 }, { "cs1", 8 }, { "af11", 10 }, { "af12", 12 }, { "af13", 14 }, { "cs2", 16 }, { "af21", 18 },
	{ "af22", 20 }, { "af23", 22 }, { "cs3", 24 }, { "af31", 26 }, { "af32", 28 }, { "af33", 30 }, { "cs4", 32 }, { "af41", 34 },
	{ "af42", 36 }, { "af43", 38 }, { "cs5", 40 }, { "ef", 46 }, { "cs6", 48 }, { "cs7", 56 } };

static const char *const precedence_names[] = { "routine", "priority", "immediate", "flash", "flash-override", "critical", "internet",
	"network" };

static enum err number(const char *text, uint8_t max, uint8_t *out)
{
	char *end;
	unsigned long v = strtoul(text, &end, 10);

	if (text[0] < '0' || text[0] > '9' || *end != '\0' || v > max)
		return ERR_RANGE;
	*out = (uint8_t)v;
	return ERR_OK;
}

enum err cfg_qos_dscp(const char *text, uint8_t *out)
{
	for (size_t i = 0; i < sizeof(dscp_names) / sizeof(dscp_names[0]); i++)
		if (strcmp(dscp_names[i].text, text) == 0) {
			*out = dscp_names[i].value;
			return ERR_OK;
		}
	return number(text, DSCP_MAX, out);
}

enum err cfg_qos_precedence(const char *text, uint8_t *out)
{
	for (uint8_t i = 0; i <= PRECEDENCE_MAX; i++)
		if (strcmp(precedence_names[i], text) == 0) {
			*out = i;
			return ERR_OK;
		}
	return number(text, PRECEDENCE_MAX, out);
}

const char *cfg_qos_dscp_name(uint8_t dscp)
{
	for (size_t i = 0; i < sizeof(dscp_names) / sizeof(dscp_names[0]); i++)
		if (dscp_names[i].value == dscp)
			return dscp_names[i].text;
	return NULL;
}

static void walk(const struct cfg_policy_map *p, unsigned depth, cfg_qos_fn *fn, void *ctx);

static void visit(const struct cfg_policy_map *p, const struct cfg_policy_class *c, unsigned depth, cfg_qos_fn *fn, void *ctx)
{
	fn(ctx, p, c, depth);
	if (c->child != NULL)
		walk(c->child, depth + 1, fn, ctx);
}

static void walk(const struct cfg_policy_map *p, unsigned depth, cfg_qos_fn *fn, void *ctx)
{
	if (depth == CFG_QOS_DEPTHS)
		return;
	for (const struct cfg_policy_class *c = p->classes; c != NULL; c = c->next)
		visit(p, c, depth, fn, ctx);
	visit(p, &p->rest, depth, fn, ctx);
}

void cfg_qos_walk(const struct cfg_policy_map *p, cfg_qos_fn *fn, void *ctx)
{
	walk(p, 0, fn, ctx);
}
