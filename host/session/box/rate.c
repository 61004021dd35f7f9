/*
 * Policies of tunnels as rates of the datapath.  A session keeps the interface that it began with, but policies go by name, as access lists do:
 * a changed one is in force at once.  Loop thread only.
 */
#include "session/box/rate.h"

#include "cfg/find.h"
#include "session/inner.h"

static void fill(const struct session_hub *h, const struct cfg_policy_map *named, struct dp_rate *out)
{
	const struct cfg_policy_map *now = named == NULL ? NULL : cfg_find_policy_map(h->model->cfg, named->object.name);
	const struct cfg_policy_map *p = now != NULL && now->object.complete ? now : named;

	if (p == NULL)
		return;
	out->police_bps = p->police_bps;
	out->burst = p->burst;
	out->shape_bps = p->shape_bps;
}

void session_rate_fill(const struct session_hub *h, const struct cfg_interface *i, struct dp_rate out[2])
{
	fill(h, i->service[CFG_ACL_IN], &out[DP_IN]);
	fill(h, i->service[CFG_ACL_OUT], &out[DP_OUT]);
}

static bool has_policy(const struct session *s)
{
	const struct cfg_interface *i = s->access.source;

	return s->access.held && (i->service[CFG_ACL_IN] != NULL || i->service[CFG_ACL_OUT] != NULL);
}

void session_rate_reload(struct session_hub *h)
{
	uint32_t cursor = 0;
	struct slab_handle handle;
	struct session *s;

	while ((s = (struct session *)slab_walk(&h->sessions, &cursor, &handle)) != NULL) {
		enum err err = has_policy(s) ? session_access_put(s) : ERR_OK;

		if (err != ERR_OK)
			log_event(h->env.log, LOG_L_ERROR, "access.rate", "interface=%s err=%s", s->access.name, err_name(err));
	}
}
