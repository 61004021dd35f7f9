/* What policies of interfaces do, a row for each class.  Without a datapath the document goes without counts.  Loop thread. */
#include "ctl/show_policy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cfg/qos.h"
#include "ctl/iface.h"
#include "ctl/page.h"
#include "ctl/text.h"
#include "ctl/traffic.h"

static json_t *dscp_text(uint8_t dscp)
{
	char number[4];

	(void)snprintf(number, sizeof(number), "%u", dscp);
	return json_string(cfg_qos_dscp_name(dscp) != NULL ? cfg_qos_dscp_name(dscp) : number);
}

static json_t *match_texts(const struct cfg_class_map *map)
{
	json_t *texts = json_array();
	char text[CTL_COMMAND_MAX];

	for (const struct cfg_qos_match *m = map == NULL ? NULL : map->matches; m != NULL; m = m->next)
		(void)json_array_append_new(texts, ctl_text_str(cfg_stmt_str(m->stmt, text, sizeof(text)) + strlen("match ")));
	return texts;
}

static json_t *action_text(const struct cfg_police_how *how)
{
	char text[32];
	json_t *dscp;

	if (how->action != CFG_POLICE_MARK)
		return json_string(how->action == CFG_POLICE_DROP ? "drop" : "transmit");
	dscp = dscp_text(how->dscp);
	(void)snprintf(text, sizeof(text), "set-dscp-transmit %s", json_string_value(dscp));
	json_decref(dscp);
	return json_string(text);
}

static json_t *police_row(const struct cfg_police *p)
{
	if (p->cir == 0)
		return json_null();
	return json_pack("{s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "cir_bps", (json_int_t)p->cir, "pir_bps", (json_int_t)p->pir, "burst",
		(json_int_t)p->bc, "excess_burst", (json_int_t)p->be, "conform_action", action_text(&p->how[CFG_COLOR_CONFORM]),
		"exceed_action", action_text(&p->how[CFG_COLOR_EXCEED]), "violate_action", action_text(&p->how[CFG_COLOR_VIOLATE]));
}

static json_t *class_row(const struct ctl_class *c)
{
	const struct cfg_policy_class *k = c->what;

	return json_pack("{s:o, s:s, s:o, s:o, s:o, s:i, s:s, s:o, s:o, s:I, s:o, s:o}", "interface", ctl_text_str(c->info->name),
		"direction", c->way == DP_OUT ? "output" : "input", "policy", ctl_text_str(c->policy->object.name), "class",
		ctl_text_str(k->name), "in_class", c->in != NULL ? ctl_text_str(c->in) : json_null(), "depth", (int)c->depth, "match_type",
		k->map != NULL && !k->map->any ? "all" : "any", "match", match_texts(k->map), "police", police_row(&k->police), "shape_bps",
		(json_int_t)k->shape_bps, "set_dscp", k->has_dscp ? dscp_text(k->dscp) : json_null(), "service_policy",
		k->child != NULL ? ctl_text_str(k->child->object.name) : json_null());
}

static const char *const count_names[CTL_CLASS_COUNTS] = { "packets", "bytes", "exceeded_packets", "exceeded_bytes", "violated_packets",
	"violated_bytes", "policed_packets", "marked_packets", "delayed_packets", "dropped_packets" };

/* Since they were cleared; what the datapath doesn't tell is null. */
static int add_counts(json_t *row, struct ctl_call *call, const struct ctl_class *c)
{
	const struct dp_traffic_stats *s = ctl_traffic_of(ctl_iface_traffic(call), c);
	struct ctl_counts counts;
	uint64_t conformed, bytes;
	int failed = 0;

	if (s != NULL) {
		ctl_traffic_counts(s, &counts);
		ctl_iface_since_class(call, c, &counts);
	}
	for (unsigned i = 0; i < CTL_CLASS_COUNTS; i++)
		failed |= json_object_set_new(row, count_names[i], s == NULL ? json_null() : ctl_text_count(counts.n[i]));
	if (s == NULL)
		return failed |
		       json_object_update_new(row, json_pack("{s:n, s:n, s:n}", "conformed_packets", "conformed_bytes", "wait_ms"));
	conformed = counts.n[CTL_CLASS_PACKETS] - counts.n[CTL_CLASS_EXCEEDED] - counts.n[CTL_CLASS_VIOLATED];
	bytes = counts.n[CTL_CLASS_BYTES] - counts.n[CTL_CLASS_EXCEEDED_BYTES] - counts.n[CTL_CLASS_VIOLATED_BYTES];
	return failed |
	       json_object_update_new(row, json_pack("{s:o, s:o, s:I}", "conformed_packets", ctl_text_count(conformed), "conformed_bytes",
						   ctl_text_count(bytes), "wait_ms", (json_int_t)s->waiting_ms));
}

static void add_class(void *ctx, const struct ctl_class *c)
{
	struct ctl_page *p = (struct ctl_page *)ctx;
	json_t *row;

	if (!ctl_page_takes(p))
		return;
	row = class_row(c);
	if (row != NULL && add_counts(row, p->call, c) == 0) {
		p->err = ctl_show_add(p->doc, "policies", row);
		return;
	}
	json_decref(row);
	p->err = ERR_NOMEM;
}

static void add_interface(void *ctx, const struct session_iface_info *info)
{
	struct ctl_page *p = (struct ctl_page *)ctx;

	if (ctl_iface_wanted(p->call, info))
		ctl_traffic_walk(ctl_show_world(p->call), info, add_class, p);
}

enum err ctl_show_policy(struct ctl_call *call, json_t *doc, bool *more)
{
	return ctl_page_interfaces(call, doc, "policies", add_interface, more);
}
