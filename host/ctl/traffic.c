/* Classes at interfaces, as the configuration in force has them, beside what the datapath tells of them.  Loop thread. */
#include "ctl/traffic.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "cfg/qos.h"

enum { PATH_TEXT = CFG_QOS_DEPTHS * DP_NAME_MAX };

struct walk {
	struct ctl_class c;
	const char *name[CFG_QOS_DEPTHS]; /* of the class that this one is in, and so on */
	char path[PATH_TEXT];
	ctl_traffic_fn *fn;
	void *ctx;
};

static void visit(void *ctx, const struct cfg_policy_map *p, const struct cfg_policy_class *what, unsigned depth)
{
	struct walk *w = (struct walk *)ctx;
	size_t len = 0;

	w->name[depth] = what->name;
	w->path[0] = '\0';
	for (unsigned i = 0; i <= depth && len < sizeof(w->path); i++)
		len += (size_t)snprintf(w->path + len, sizeof(w->path) - len, "/%s", w->name[i]);
	w->c.policy = p;
	w->c.what = what;
	w->c.depth = depth;
	w->c.in = depth == 0 ? NULL : w->name[depth - 1];
	w->c.path = w->path;
	w->fn(w->ctx, &w->c);
	w->c.index++;
}

/* A template by itself has no packets. */
void ctl_traffic_walk(const struct ctl_world *world, const struct session_iface_info *info, ctl_traffic_fn *fn, void *ctx)
{
	const struct cfg_interface *i = info->source;

	if (i->type == CFG_IF_VIRTUAL_TEMPLATE && info->tunnel == 0)
		return;
	for (unsigned way = 0; way < CFG_ACL_WAYS; way++) {
		struct walk w = { .c = { .info = info, .way = way == CFG_ACL_OUT ? DP_OUT : DP_IN }, .fn = fn, .ctx = ctx };

		if (i->service[way] != NULL)
			cfg_qos_walk(session_hub_policy(world->hub, i->service[way]), visit, &w);
	}
}

const struct dp_traffic_stats *ctl_traffic_of(const struct ctl_samples *s, const struct ctl_class *c)
{
	uint32_t id = c->info->tunnel != 0 ? c->info->tunnel : c->info->port;
	size_t count;
	const struct dp_traffic_stats *row = ctl_samples_traffic_of(s, id, &count);

	for (size_t i = 0; i < count; i++)
		if (row[i].port == (c->info->tunnel == 0) && row[i].direction == c->way && row[i].index == c->index &&
			strcmp(row[i].name, c->what->name) == 0)
			return &row[i];
	return NULL;
}

void ctl_traffic_counts(const struct dp_traffic_stats *s, struct ctl_counts *out)
{
	const uint64_t n[CTL_CLASS_COUNTS] = { s->packets, s->bytes, s->exceeded, s->exceeded_bytes, s->violated, s->violated_bytes,
		s->policed, s->marked, s->delayed, s->lost };

	memset(out, 0, sizeof(*out));
	memcpy(out->n, n, sizeof(n));
}
static_assert((int)CTL_CLASS_COUNTS <= (int)CTL_BASE_COUNTS, "a mark has room for what a class counts");

const char *ctl_traffic_key(const struct ctl_class *c, const char *interface, char out[CTL_BASE_KEY])
{
	(void)snprintf(out, CTL_BASE_KEY, "%s\n%d%s", interface, (int)c->way, c->path);
	return out;
}
