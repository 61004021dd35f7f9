/*
 * From policy-maps and class-maps to policies of the datapath.  A session keeps the interface that it began with, but policies go by name, as
 * access lists do.  Marked and swept as those.  Loop thread only.
 */
#include "session/box/rate.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/qos.h"
#include "dp/policy.h"
#include "session/inner.h"

static_assert((int)CFG_QOS_MATCHES <= (int)DP_MATCHES_MAX && (int)CFG_QOS_CLASSES <= (int)DP_TRAFFIC_MAX &&
		      (int)CFG_QOS_DEPTHS <= (int)DP_TRAFFIC_DEPTHS && (int)CFG_QOS_LISTS <= (int)DP_POLICY_FILTERS,
	"a complete policy fits");
static_assert(
	(int)CFG_COLOR_VIOLATE == (int)DP_VIOLATE && (int)CFG_POLICE_MARK == (int)DP_POLICE_MARK, "colors and actions are the datapath's");

const struct cfg_policy_map *session_rate_current(const struct session_hub *h, const struct cfg_policy_map *named)
{
	const struct cfg_policy_map *now = cfg_find_policy_map(h->model->cfg, named->object.name);

	return now != NULL && now->object.complete ? now : named;
}

/* ---- classes ---- */

struct writer {
	const struct session_hub *hub;
	struct wr wr;
	uint16_t count;
};

/* A list that isn't there has an id that nobody has: the put is refused then. */
static uint32_t filter_of(const struct session_hub *h, const struct cfg_acl *acl)
{
	uint32_t id = session_filter_id(h, acl->object.name);

	return id != 0 ? id : UINT32_MAX;
}

static void fill_match(const struct session_hub *h, const struct cfg_qos_match *m, struct dp_match *out)
{
	out->inverted = m->inverted;
	out->families = (uint8_t)((m->ip ? 1u << DP_V4 : 0) | (m->ipv6 ? 1u << DP_V6 : 0));
	switch (m->what) {
	case CFG_QOS_ALL:
		out->kind = DP_MATCH_ANY;
		break;
	case CFG_QOS_DSCP:
		out->kind = DP_MATCH_DSCP;
		out->dscp = m->dscp;
		break;
	case CFG_QOS_LIST:
		out->kind = DP_MATCH_FILTER;
		out->filter = filter_of(h, m->acl);
		break;
	}
}

static void fill_police(const struct cfg_police *p, struct dp_police *out)
{
	if (p->cir == 0)
		return;
	out->cir = p->cir;
	out->pir = p->pir;
	out->bc = p->bc;
	out->be = p->be;
	for (unsigned i = 0; i < CFG_COLORS; i++) {
		out->action[i] = (uint8_t)p->how[i].action;
		out->dscp[i] = p->how[i].dscp;
	}
}

static void write_class(void *ctx, const struct cfg_policy_map *p, const struct cfg_policy_class *c, unsigned depth)
{
	struct writer *w = (struct writer *)ctx;
	struct dp_traffic t = { .depth = (uint8_t)depth, .has_dscp = c->has_dscp, .dscp = c->dscp, .shape_bps = c->shape_bps };

	(void)p;
	(void)snprintf(t.name, sizeof(t.name), "%s", c->name);
	t.any = c->map != NULL && c->map->any;
	for (const struct cfg_qos_match *m = c->map == NULL ? NULL : c->map->matches; m != NULL; m = m->next)
		fill_match(w->hub, m, &t.match[t.match_count++]);
	fill_police(&c->police, &t.police);
	dp_policy_write(&w->wr, &t);
	w->count++;
}

static enum err put_classes(struct session_hub *h, const struct session_named *n, const struct cfg_policy_map *p, uint8_t *room)
{
	struct writer w = { .hub = h, .wr = wr_of(room, DP_LINES_MAX) };
	struct dp_op op = { .kind = DP_PUT_POLICY };
	enum err err;

	cfg_qos_walk(p, write_class, &w);
	err = wr_done(&w.wr);
	if (err != ERR_OK)
		return err;
	op.u.policy.id = n->id;
	op.u.policy.count = w.count;
	op.u.policy.classes = wr_view(&w.wr);
	(void)snprintf(op.u.policy.name, sizeof(op.u.policy.name), "%s", p->object.name);
	return dp_sync_put(h->env.sync, &op, NULL);
}

/* ---- policies ---- */

static enum err put(struct session_hub *h, const struct cfg_policy_map *p)
{
	struct session_named *n = session_named_make(&h->rates, h->env.sync, DP_CLASS_POLICY, p->object.name);
	uint8_t *room;
	enum err err;

	if (n == NULL)
		return ERR_NOMEM;
	if (n->marked)
		return ERR_OK;
	n->marked = true;
	room = (uint8_t *)malloc(DP_LINES_MAX);
	err = room == NULL ? ERR_NOMEM : put_classes(h, n, p, room);
	free(room);
	return err;
}

enum err session_rate_need(struct session_hub *h, const struct cfg_interface *i)
{
	enum err err = ERR_OK;

	for (unsigned way = 0; way < CFG_ACL_WAYS && err == ERR_OK; way++)
		if (i->service[way] != NULL)
			err = put(h, session_rate_current(h, i->service[way]));
	return err;
}

void session_rate_unmark(struct session_hub *h)
{
	session_named_unmark(&h->rates);
}

enum err session_rate_configure(struct session_hub *h)
{
	const struct session *s;
	uint32_t cursor = 0;
	enum err err = ERR_OK;

	session_rate_unmark(h);
	for (const struct cfg_interface *i = h->model->cfg->interfaces; i != NULL && err == ERR_OK; i = i->next)
		if (i->object.complete)
			err = session_rate_need(h, i);
	while (err == ERR_OK && (s = session_hub_walk(h, &cursor)) != NULL)
		if (s->clone != NULL && s->access.source != NULL)
			err = session_rate_need(h, s->access.source);
	return err;
}

static bool in_use(const void *ctx, const char *name)
{
	const struct session_hub *h = (const struct session_hub *)ctx;
	const struct session *s;
	uint32_t cursor = 0;

	while ((s = session_hub_walk(h, &cursor)) != NULL)
		for (unsigned way = 0; way < CFG_ACL_WAYS && s->access.source != NULL; way++) {
			const struct cfg_policy_map *p = s->access.source->service[way];

			if (p != NULL && strcmp(p->object.name, name) == 0)
				return true;
		}
	return false;
}

void session_rate_sweep(struct session_hub *h)
{
	session_named_sweep(&h->rates, h->env.sync, DP_CLASS_POLICY, in_use, h);
}

void session_rate_free_all(struct session_hub *h)
{
	session_named_free_all(&h->rates);
}

static uint32_t id_of(const struct session_hub *h, const struct cfg_policy_map *p)
{
	const struct session_named *n = p == NULL ? NULL : session_named_find(&h->rates, p->object.name);

	return p == NULL ? 0 : n != NULL ? n->id : UINT32_MAX;
}

void session_rate_ids(const struct session_hub *h, const struct cfg_interface *i, uint32_t out[2])
{
	out[DP_IN] = id_of(h, i->service[CFG_ACL_IN]);
	out[DP_OUT] = id_of(h, i->service[CFG_ACL_OUT]);
}
