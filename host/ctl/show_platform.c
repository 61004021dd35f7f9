/*
 * What the devices carry and what the datapath counts: ports first, then SAs by placement and reason.  Loop thread.
 */
#include "ctl/show_platform.h"

#include <stdio.h>
#include <string.h>

#include "ctl/text.h"

static struct ctl_show_state *state_of(struct ctl_call *call)
{
	return (struct ctl_show_state *)call->state;
}

/* Asks for counters that the document can't go without. */
static enum err ask(struct ctl_call *call, struct ctl_samples *s, enum dp_stats_which which, void (*done)(struct ctl_samples *, enum err))
{
	enum err err;

	s->done = done;
	s->ctx = call;
	err = ctl_samples_begin(s, ctl_show_world(call)->datapath, which);
	if (err == ERR_CLOSED)
		(void)snprintf(call->error, sizeof(call->error), "the datapath isn't connected");
	return err;
}

static void all_there(struct ctl_samples *s, enum err err)
{
	ctl_server_ready((struct ctl_call *)s->ctx, err);
}

/* ---- offload ---- */

static void ports_there(struct ctl_samples *s, enum err err)
{
	struct ctl_call *call = (struct ctl_call *)s->ctx;

	if (err == ERR_OK)
		err = ask(call, &state_of(call)->samples, DP_STATS_SA, all_there);
	if (err != ERR_OK)
		ctl_server_ready(call, err);
}

enum err ctl_show_platform_begin_offload(struct ctl_call *call)
{
	enum err err = ask(call, &state_of(call)->ports, DP_STATS_PORT, ports_there);

	return err == ERR_OK ? ERR_AGAIN : err;
}

static const char *port_state(const struct dp_port_stats *p)
{
	if (!p->device_alive)
		return "dead";
	return p->link_up ? "up" : "down";
}

static json_t *port_row(const struct dp_port_stats *p, const char *name)
{
	return json_pack("{s:o, s:o, s:o, s:s, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o, s:o}", "name", ctl_text_str(name), "driver",
		ctl_text_str(p->driver), "device", ctl_text_str(p->device), "state", port_state(p), "sa_used", (json_int_t)p->sa_used,
		"sa_limit", (json_int_t)p->sa_limit, "flow_used", (json_int_t)p->flow_used, "flow_limit", (json_int_t)p->flow_limit,
		"epoch", (json_int_t)p->epoch, "pkts_in", ctl_text_count(p->in_packets), "pkts_out", ctl_text_count(p->out_packets),
		"drops_in", ctl_text_count(p->in_drops), "drops_out", ctl_text_count(p->out_drops));
}

/* Adds the port that the configuration calls 'name', if the datapath has it; NULL: those that it doesn't name. */
static enum err add_port(json_t *doc, const struct ctl_samples *ports, const struct session_hub *hub, const char *name)
{
	enum err err = ERR_OK;

	for (size_t i = 0; err == ERR_OK && i < ports->count; i++) {
		const struct dp_port_stats *p = ctl_samples_port(ports, i);
		const char *own = session_hub_port_name(hub, p->id);

		if (name == own || (name != NULL && own != NULL && strcmp(name, own) == 0))
			err = ctl_show_add(doc, "ports", port_row(p, own));
	}
	return err;
}

/* SAs of sessions by placement, reason and direction. */
struct census {
	uint32_t count[DP_PLACE_COUNT][DP_WHY_COUNT][2];
};

static void count_sa(struct census *c, const struct ctl_samples *samples, uint32_t id, enum dp_direction direction)
{
	const struct dp_sa_stats *sa = ctl_samples_sa(samples, id);

	if (sa != NULL && sa->placement < DP_PLACE_COUNT && sa->reason < DP_WHY_COUNT)
		c->count[sa->placement][sa->reason][direction]++;
}

static void take_census(struct census *c, const struct ctl_samples *samples, const struct session_hub *hub)
{
	uint32_t cursor = 0;
	const struct session *s;

	while ((s = session_hub_walk(hub, &cursor)) != NULL) {
		list_each (it, &s->children) {
			const struct session_child *child = list_of(it, struct session_child, link);

			count_sa(c, samples, child->sa_in, DP_IN);
			count_sa(c, samples, child->sa_out, DP_OUT);
		}
	}
}

static enum err add_census(json_t *doc, const struct census *c)
{
	enum err err = ERR_OK;

	for (unsigned p = 0; p < DP_PLACE_COUNT; p++) {
		for (unsigned r = 0; err == ERR_OK && r < DP_WHY_COUNT; r++) {
			const uint32_t *n = c->count[p][r];

			if (n[DP_IN] + n[DP_OUT] == 0)
				continue;
			err = ctl_show_add(doc, "placements",
				json_pack("{s:s, s:s, s:I, s:I}", "placement", dp_placement_str((enum dp_placement)p), "reason",
					dp_reason_str((enum dp_reason)r), "inbound", (json_int_t)n[DP_IN], "outbound",
					(json_int_t)n[DP_OUT]));
		}
	}
	return err;
}

static enum err add_refused(json_t *doc, const struct session_hub *hub)
{
	enum err err = ERR_OK;

	for (unsigned r = 0; err == ERR_OK && r < DP_WHY_COUNT; r++) {
		uint64_t count = session_hub_refused(hub, (enum dp_reason)r);

		if (count != 0)
			err = ctl_show_add(doc, "refused",
				json_pack("{s:s, s:o}", "reason", dp_reason_str((enum dp_reason)r), "count", ctl_text_count(count)));
	}
	return err;
}

enum err ctl_show_platform_offload(struct ctl_call *call, json_t *doc, bool *more)
{
	const struct ctl_world *w = ctl_show_world(call);
	const struct ctl_show_state *state = state_of(call);
	struct census census = { 0 };
	enum err err =
		json_object_update_new(doc, json_pack("{s:[], s:[], s:[]}", "ports", "placements", "refused")) == 0 ? ERR_OK : ERR_NOMEM;

	(void)more;
	for (const struct cfg_interface *i = session_hub_model(w->hub)->interfaces; err == ERR_OK && i != NULL; i = i->next)
		err = add_port(doc, &state->ports, w->hub, i->object.name);
	if (err == ERR_OK)
		err = add_port(doc, &state->ports, w->hub, NULL);
	take_census(&census, &state->samples, w->hub);
	if (err == ERR_OK)
		err = add_census(doc, &census);
	return err == ERR_OK ? add_refused(doc, w->hub) : err;
}

/* ---- counters ---- */

enum err ctl_show_platform_begin_counters(struct ctl_call *call)
{
	enum err err = ask(call, &state_of(call)->samples, DP_STATS_COUNTER, all_there);

	return err == ERR_OK ? ERR_AGAIN : err;
}

enum err ctl_show_platform_counters(struct ctl_call *call, json_t *doc, bool *more)
{
	static const char prefix[] = "drop.";
	const struct ctl_samples *s = &state_of(call)->samples;
	size_t skip = call->command->variant == CTL_COUNTERS_DROPS ? sizeof(prefix) - 1 : 0;
	enum err err = json_object_set_new(doc, "counters", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	(void)more;
	for (size_t i = 0; err == ERR_OK && i < s->count; i++) {
		const struct dp_counter *c = ctl_samples_counter(s, i);

		if (strncmp(c->name, prefix, skip) == 0 && (skip == 0 || c->value != 0))
			err = ctl_show_add(doc, "counters",
				json_pack("{s:o, s:o}", "name", ctl_text_str(c->name + skip), "value", ctl_text_count(c->value)));
	}
	return err;
}
