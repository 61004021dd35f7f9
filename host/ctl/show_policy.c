/* What policies of interfaces let pass.  Without a datapath the document goes without counts.  Loop thread. */
#include "ctl/show_policy.h"

#include "cfg/find.h"
#include "ctl/iface.h"
#include "ctl/page.h"
#include "ctl/text.h"

static json_t *count(const struct dp_rate_stats *s, uint64_t value)
{
	return s == NULL ? json_null() : ctl_text_count(value);
}

static json_t *row(const struct session_iface_info *info, const struct cfg_policy_map *p, bool out, const struct dp_rate_stats *s)
{
	static const struct dp_rate_stats none;
	const struct dp_rate_stats *c = s == NULL ? &none : s;

	return json_pack("{s:o, s:s, s:o, s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "interface", ctl_text_str(info->name),
		"direction", out ? "output" : "input", "policy", ctl_text_str(p->object.name), "class", "class-default", "police_bps",
		(json_int_t)p->police_bps, "police_burst", (json_int_t)p->burst, "shape_bps", (json_int_t)p->shape_bps, "passed_packets",
		count(s, c->passed), "passed_bytes", count(s, c->passed_bytes), "exceeded_packets", count(s, c->exceeded), "exceeded_bytes",
		count(s, c->exceeded_bytes), "delayed_packets", count(s, c->delayed), "dropped_packets", count(s, c->lost), "wait_ms",
		count(s, c->waiting_ms));
}

static void add_way(struct ctl_page *p, const struct session_iface_info *info, unsigned way)
{
	const struct cfg_policy_map *named = info->source->service[way], *now;
	const struct dp_tunnel_stats *t = ctl_iface_tunnel(p->call, info);
	bool out = way == CFG_ACL_OUT;

	if (named == NULL || p->err != ERR_OK)
		return;
	now = cfg_find_policy_map(session_hub_model(ctl_show_world(p->call)->hub), named->object.name);
	p->err = ctl_show_add(
		p->doc, "policies", row(info, now != NULL ? now : named, out, t == NULL ? NULL : &t->rate[out ? DP_OUT : DP_IN]));
}

/* Both directions are in one part; a template by itself has no packets. */
static void add_interface(void *ctx, const struct session_iface_info *info)
{
	struct ctl_page *p = (struct ctl_page *)ctx;
	const struct cfg_interface *i = info->source;
	bool is_template = i->type == CFG_IF_VIRTUAL_TEMPLATE && info->tunnel == 0;

	if (is_template || (i->service[CFG_ACL_IN] == NULL && i->service[CFG_ACL_OUT] == NULL))
		return;
	if (!ctl_iface_wanted(p->call, info) || !ctl_page_takes(p))
		return;
	add_way(p, info, CFG_ACL_IN);
	add_way(p, info, CFG_ACL_OUT);
}

enum err ctl_show_policy(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_page p;
	enum err err = ctl_page_begin(&p, call, doc, "policies");

	if (err != ERR_OK)
		return err;
	session_hub_interfaces(ctl_show_world(call)->hub, add_interface, &p);
	return ctl_page_end(&p, more);
}
