/*
 * Interfaces and what they count: those of tunnels and of ports look the same to who asks.  Clearing sets marks; nothing in the datapath changes.
 * Loop thread.
 */
#include "ctl/iface.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cfg/grammar/value.h"
#include "ctl/text.h"

static struct ctl_show_state *state_of(const struct ctl_call *call)
{
	return (struct ctl_show_state *)call->state;
}

int ctl_iface_add_netdev(json_t *row, const struct session_iface_info *info)
{
	if (info->netdev == NULL)
		return 0;
	return json_object_update_new(row, json_pack("{s:o, s:o}", "netdev", ctl_text_str(info->netdev), "netdev_reason",
						   info->netdev_reason != NULL ? ctl_text_str(info->netdev_reason) : json_null()));
}

/* ---- which ---- */

enum err ctl_iface_name(struct ctl_call *call)
{
	struct cfg_if_name name;
	char typed[2 * CFG_IF_TEXT];

	if (call->arg[0] == NULL)
		return ERR_OK;
	(void)snprintf(typed, sizeof(typed), "%s%s", call->arg[0], call->arg[1] != NULL ? call->arg[1] : "");
	if (cfg_value_interface(bytes_str(typed), &name) != ERR_OK) {
		(void)snprintf(call->error, sizeof(call->error), "that is no interface (show ip interface brief)");
		return ERR_ABSENT;
	}
	(void)snprintf(state_of(call)->name, sizeof(state_of(call)->name), "%s", name.text);
	return ERR_OK;
}

bool ctl_iface_wanted(const struct ctl_call *call, const struct session_iface_info *info)
{
	return state_of(call)->name[0] == '\0' || strcmp(state_of(call)->name, info->name) == 0;
}

/* ---- gathering ---- */

static void tunnels_there(struct ctl_samples *s, enum err err)
{
	struct ctl_call *call = (struct ctl_call *)s->ctx;

	(void)err; /* what came is shown */
	if (ctl_show_ask(call, &state_of(call)->ports, DP_STATS_PORT, ctl_show_ready) == ERR_OK)
		ctl_server_ready(call, ERR_OK);
}

enum err ctl_iface_begin(struct ctl_call *call)
{
	enum err err = ctl_iface_name(call);

	return err != ERR_OK ? err : ctl_show_ask(call, &state_of(call)->samples, DP_STATS_TUNNEL, tunnels_there);
}

enum err ctl_iface_begin_classes(struct ctl_call *call)
{
	enum err err = ctl_iface_name(call);

	return err != ERR_OK ? err : ctl_show_ask(call, &state_of(call)->traffic, DP_STATS_TRAFFIC, ctl_show_ready);
}

static void classes_there(struct ctl_samples *s, enum err err)
{
	struct ctl_call *call = (struct ctl_call *)s->ctx;

	(void)err;
	if (ctl_show_ask(call, &state_of(call)->samples, DP_STATS_TUNNEL, tunnels_there) == ERR_OK)
		ctl_server_ready(call, ERR_OK);
}

/* ---- counts ---- */

const struct dp_tunnel_stats *ctl_iface_tunnel(const struct ctl_call *call, const struct session_iface_info *info)
{
	return info->tunnel == 0 ? NULL : ctl_samples_tunnel_of(&state_of(call)->samples, info->tunnel);
}

const struct dp_port_stats *ctl_iface_port(const struct ctl_call *call, const struct session_iface_info *info)
{
	return info->port == 0 ? NULL : ctl_samples_port_of(&state_of(call)->ports, info->port);
}

static void put_features(const struct dp_feature_stats *s, struct ctl_counts *out)
{
	out->n[CTL_ACL_IN] = s->acl_drops[DP_IN];
	out->n[CTL_ACL_OUT] = s->acl_drops[DP_OUT];
	out->n[CTL_URPF] = s->urpf_drops;
}

bool ctl_iface_total(const struct ctl_call *call, const struct session_iface_info *info, struct ctl_counts *out)
{
	const struct dp_tunnel_stats *t = ctl_iface_tunnel(call, info);
	const struct dp_port_stats *p = ctl_iface_port(call, info);

	if (t != NULL) {
		*out = (struct ctl_counts){ { t->in_packets, t->in_bytes, t->in_drops, t->out_packets, t->out_bytes, t->out_drops, 0, 0, 0,
			0 } };
		put_features(&t->feature, out);
	} else if (p != NULL) {
		*out = (struct ctl_counts){ { p->in_packets, p->in_bytes, p->in_drops, p->out_packets, p->out_bytes, p->out_drops, 0, 0, 0,
			0 } };
		put_features(&p->feature, out);
	}
	return t != NULL || p != NULL;
}

/* A static tunnel's id stays when the datapath's tunnel goes and comes. */
static const char *key_of(const struct session_iface_info *info, char out[CTL_BASE_KEY])
{
	(void)snprintf(out, CTL_BASE_KEY, "%s %" PRIu32 " %" PRIu32 " %" PRIu32, info->name, info->port, info->tunnel, info->life);
	return out;
}

const uint64_t *ctl_iface_since(struct ctl_call *call, const struct session_iface_info *info, struct ctl_counts *counts)
{
	const struct ctl_world *w = ctl_show_world(call);
	char key[CTL_BASE_KEY];

	return ctl_base_since(w->base, CTL_BASE_INTERFACE, key_of(info, key), w->datapath->peer.instance, counts);
}

const struct ctl_samples *ctl_iface_traffic(const struct ctl_call *call)
{
	return &state_of(call)->traffic;
}

void ctl_iface_since_class(struct ctl_call *call, const struct ctl_class *c, struct ctl_counts *counts)
{
	const struct ctl_world *w = ctl_show_world(call);
	char interface[CTL_BASE_KEY], key[CTL_BASE_KEY];

	(void)ctl_base_since(
		w->base, CTL_BASE_CLASS, ctl_traffic_key(c, key_of(c->info, interface), key), w->datapath->peer.instance, counts);
}

/* ---- clearing ---- */

static void see_class(void *ctx, const struct ctl_class *c)
{
	char interface[CTL_BASE_KEY], key[CTL_BASE_KEY];

	ctl_base_see((struct ctl_base *)ctx, CTL_BASE_CLASS, ctl_traffic_key(c, key_of(c->info, interface), key));
}

static void see(void *ctx, const struct session_iface_info *info)
{
	const struct ctl_world *w = (const struct ctl_world *)ctx;
	char key[CTL_BASE_KEY];

	ctl_base_see(w->base, CTL_BASE_INTERFACE, key_of(info, key));
	ctl_traffic_walk(w, info, see_class, w->base);
}

void ctl_iface_settle(const struct ctl_world *w)
{
	ctl_base_begin(w->base, CTL_BASE_INTERFACE);
	ctl_base_begin(w->base, CTL_BASE_CLASS);
	session_hub_interfaces(w->hub, see, (void *)(uintptr_t)w);
	ctl_base_end(w->base, CTL_BASE_INTERFACE);
	ctl_base_end(w->base, CTL_BASE_CLASS);
}

enum err ctl_iface_begin_clear(struct ctl_call *call)
{
	enum err err = ctl_iface_name(call);

	if (err != ERR_OK)
		return err;
	if (ctl_show_world(call)->datapath->up)
		return ctl_show_ask(call, &state_of(call)->traffic, DP_STATS_TRAFFIC, classes_there);
	(void)snprintf(call->error, sizeof(call->error), "the datapath isn't connected");
	return ERR_CLOSED;
}

struct clearing {
	struct ctl_call *call;
	uint64_t now_ms;
	unsigned count;
	bool found;
	enum err err;
};

static void clear_class(void *ctx, const struct ctl_class *what)
{
	struct clearing *c = (struct clearing *)ctx;
	const struct dp_traffic_stats *s = ctl_traffic_of(ctl_iface_traffic(c->call), what);
	const struct ctl_world *w = ctl_show_world(c->call);
	struct ctl_base_mark mark = { .at_ms = c->now_ms, .instance = w->datapath->peer.instance };
	char interface[CTL_BASE_KEY], key[CTL_BASE_KEY];

	if (s == NULL || c->err != ERR_OK)
		return;
	ctl_traffic_counts(s, &mark.counts);
	c->err = ctl_base_set(w->base, CTL_BASE_CLASS, ctl_traffic_key(what, key_of(what->info, interface), key), &mark);
}

static void clear_one(void *ctx, const struct session_iface_info *info)
{
	struct clearing *c = (struct clearing *)ctx;
	const struct ctl_world *w = ctl_show_world(c->call);
	struct ctl_base_mark mark = { .at_ms = c->now_ms, .instance = w->datapath->peer.instance };
	char key[CTL_BASE_KEY];

	if (!ctl_iface_wanted(c->call, info) || c->err != ERR_OK)
		return;
	c->found = true;
	if (!ctl_iface_total(c->call, info, &mark.counts))
		return;
	c->err = ctl_base_set(w->base, CTL_BASE_INTERFACE, key_of(info, key), &mark);
	c->count++;
	ctl_traffic_walk(w, info, clear_class, c);
}

enum err ctl_iface_clear(struct ctl_call *call, json_t *doc, bool *more)
{
	const struct ctl_world *w = ctl_show_world(call);
	struct clearing c = { .call = call, .now_ms = w->now_ms(w->clock) };

	(void)more;
	ctl_iface_settle(w);
	session_hub_interfaces(w->hub, clear_one, &c);
	if (!c.found && state_of(call)->name[0] != '\0') {
		(void)snprintf(call->error, sizeof(call->error), "there is no such interface (show ip interface brief)");
		return ERR_ABSENT;
	}
	if (c.err != ERR_OK)
		return c.err;
	return json_object_set_new(doc, "cleared", json_integer(c.count)) == 0 ? ERR_OK : ERR_NOMEM;
}
