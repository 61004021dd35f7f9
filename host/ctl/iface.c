/*
 * Interfaces and what they count: those of tunnels and of ports look the same to who asks.  Clearing sets marks; nothing in the datapath changes.
 * Loop thread.
 */
#include "ctl/iface.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cfg/grammar/value.h"

static struct ctl_show_state *state_of(const struct ctl_call *call)
{
	return (struct ctl_show_state *)call->state;
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

static void ports_there(struct ctl_samples *s, enum err err)
{
	(void)err; /* what came is shown */
	ctl_server_ready((struct ctl_call *)s->ctx, ERR_OK);
}

static enum err ask(struct ctl_call *call, struct ctl_samples *s, enum dp_stats_which which, void (*done)(struct ctl_samples *, enum err))
{
	s->done = done;
	s->ctx = call;
	return ctl_samples_begin(s, ctl_show_world(call)->datapath, which) == ERR_OK ? ERR_AGAIN : ERR_OK;
}

static void tunnels_there(struct ctl_samples *s, enum err err)
{
	struct ctl_call *call = (struct ctl_call *)s->ctx;

	(void)err;
	if (ask(call, &state_of(call)->ports, DP_STATS_PORT, ports_there) == ERR_OK)
		ctl_server_ready(call, ERR_OK);
}

enum err ctl_iface_begin(struct ctl_call *call)
{
	enum err err = ctl_iface_name(call);

	return err != ERR_OK ? err : ask(call, &state_of(call)->samples, DP_STATS_TUNNEL, tunnels_there);
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
		*out = (struct ctl_counts){ { t->in_packets, t->in_bytes, t->in_drops, t->out_packets, t->out_bytes, t->out_drops, 0, 0,
			0 } };
		put_features(&t->feature, out);
	} else if (p != NULL) {
		*out = (struct ctl_counts){ { p->in_packets, p->in_bytes, p->in_drops, p->out_packets, p->out_bytes, p->out_drops, 0, 0,
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

/* ---- clearing ---- */

static void see(void *ctx, const struct session_iface_info *info)
{
	char key[CTL_BASE_KEY];

	ctl_base_see((struct ctl_base *)ctx, CTL_BASE_INTERFACE, key_of(info, key));
}

void ctl_iface_settle(const struct ctl_world *w)
{
	ctl_base_begin(w->base, CTL_BASE_INTERFACE);
	session_hub_interfaces(w->hub, see, w->base);
	ctl_base_end(w->base, CTL_BASE_INTERFACE);
}

enum err ctl_iface_begin_clear(struct ctl_call *call)
{
	if (ctl_show_world(call)->datapath->up)
		return ctl_iface_begin(call);
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
