/* show interfaces: each with its state, its ends and what it counts, since it was cleared and in all.  Loop thread. */
#include "ctl/show_iface.h"

#include <stdio.h>

#include "ctl/iface.h"
#include "ctl/page.h"
#include "ctl/text.h"

static const char *hardware_of(const struct session_iface_info *info)
{
	if (info->session != NULL && info->session->access.cloned)
		return "Virtual Access interface";
	switch (info->source->type) {
	case CFG_IF_TUNNEL:
		return "Tunnel";
	case CFG_IF_VIRTUAL_TEMPLATE:
		return "Virtual Template interface";
	case CFG_IF_LOOPBACK:
		return "Loopback";
	default:
		return "Ethernet";
	}
}

static const char *encapsulation_of(const struct session_iface_info *info)
{
	switch (info->source->type) {
	case CFG_IF_TUNNEL:
	case CFG_IF_VIRTUAL_TEMPLATE:
		return "TUNNEL";
	case CFG_IF_LOOPBACK:
		return "LOOPBACK";
	default:
		return "ARPA";
	}
}

static json_t *counts_row(const struct ctl_counts *c)
{
	static const char *const names[CTL_COUNTS] = { "in_packets", "in_bytes", "in_drops", "out_packets", "out_bytes", "out_drops",
		"acl_in", "acl_out", "urpf" };
	json_t *row = json_object();

	for (unsigned i = 0; i < CTL_COUNTS; i++)
		if (json_object_set_new(row, names[i], ctl_text_count(c->n[i])) != 0) {
			json_decref(row);
			return NULL;
		}
	return row;
}

static int add_counts(json_t *row, struct ctl_call *call, const struct session_iface_info *info)
{
	const struct ctl_world *w = ctl_show_world(call);
	struct ctl_counts counts;
	const uint64_t *since;
	json_t *total;

	if (!ctl_iface_total(call, info, &counts))
		return json_object_update_new(row, json_pack("{s:n, s:n, s:n}", "counters", "total", "cleared_s"));
	total = counts_row(&counts);
	since = ctl_iface_since(call, info, &counts);
	return json_object_update_new(row, json_pack("{s:o, s:o, s:o}", "counters", counts_row(&counts), "total", total, "cleared_s",
						   since != NULL ? ctl_text_count((w->now_ms(w->clock) - *since) / 1000) : json_null()));
}

static json_t *addresses6(const struct cfg_interface *i)
{
	const struct cfg_interface *owner = i->ipv6_lender != NULL ? i->ipv6_lender : i;
	json_t *list = json_array();

	for (const struct cfg_ipv6_addr *a = owner->ipv6; a != NULL; a = a->next)
		(void)json_array_append_new(list, ctl_text_prefix(&a->prefix));
	return list;
}

static const char *name_of(const struct cfg_interface *i)
{
	return i != NULL ? i->object.name : "";
}

/* Null: the device's own. */
static json_t *mtu_of(const struct ctl_call *call, const struct session_iface_info *info)
{
	const struct dp_tunnel_stats *t = ctl_iface_tunnel(call, info);
	uint32_t mtu = info->session != NULL ? session_access_mtu(&info->session->access) : info->mtu;

	if (mtu == 0 && t != NULL)
		mtu = t->mtu;
	if (mtu == 0)
		mtu = info->source->ip_mtu;
	return mtu != 0 ? json_integer(mtu) : json_null();
}

/* Our end: the address that is in force, else what is configured. */
static json_t *source_of(const struct session_iface_info *info)
{
	const struct cfg_tunnel *t = &info->source->tunnel;

	if (info->session != NULL)
		return ctl_text_addr(&info->session->path.local.addr);
	return t->source_if != NULL ? ctl_text_str(t->source_if->object.name) : ctl_text_addr(&t->source_addr);
}

/* The ends and the mode that are in force, else those that are configured. */
static int add_tunnel(json_t *row, const struct session_iface_info *info)
{
	const struct cfg_tunnel *t = &info->source->tunnel;
	const struct session *s = info->session;

	if (info->source->type != CFG_IF_TUNNEL && info->source->type != CFG_IF_VIRTUAL_TEMPLATE)
		return 0;
	return json_object_update_new(row, json_pack("{s:o, s:o, s:s, s:o, s:o}", "source", source_of(info), "destination",
						   ctl_text_addr(s != NULL ? &s->path.remote.addr : &t->destination), "mode",
						   cfg_model_mode_name(s != NULL ? s->access.mode : t->mode), "protection",
						   ctl_text_str(t->protection != NULL ? t->protection->object.name : ""), "template",
						   ctl_text_str(s != NULL && s->access.cloned ? info->source->object.name : "")));
}

static int add_idle(json_t *row, const struct ctl_call *call, const struct session_iface_info *info)
{
	const struct dp_tunnel_stats *t = ctl_iface_tunnel(call, info);

	if (t == NULL)
		return 0;
	return json_object_update_new(
		row, json_pack("{s:o, s:o}", "idle_in_s", t->idle_in_ms != UINT32_MAX ? json_integer(t->idle_in_ms / 1000) : json_null(),
			     "idle_out_s", t->idle_out_ms != UINT32_MAX ? json_integer(t->idle_out_ms / 1000) : json_null()));
}

/* A port's line is the device's, as far as the datapath tells. */
static const char *fault_of(const struct ctl_call *call, const struct session_iface_info *info)
{
	const struct dp_port_stats *p = ctl_iface_port(call, info);

	if (info->up && p != NULL && !p->device_alive)
		return "the device doesn't answer";
	if (info->up && p != NULL && !p->link_up)
		return "no carrier";
	return info->reason;
}

static json_t *interface_row(struct ctl_call *call, const struct session_iface_info *info)
{
	const struct cfg_interface *i = info->source;
	const struct dp_port_stats *p = ctl_iface_port(call, info);
	const char *fault = fault_of(call, info);
	json_t *row = json_pack("{s:o, s:s, s:s, s:o, s:o, s:s, s:o, s:o, s:i, s:s, s:o, s:o, s:o, s:s}", "name", ctl_text_str(info->name),
		"status", info->admin_up ? "up" : "administratively down", "protocol", info->up && fault == NULL ? "up" : "down", "reason",
		fault != NULL ? ctl_text_str(fault) : json_null(), "description", ctl_text_str(i->description), "hardware",
		hardware_of(info), "device", ctl_text_str(p != NULL ? p->driver : ""), "address", ctl_text_addr(&info->addr), "prefix_len",
		i->ip_how == CFG_IP_ADDRESS ? i->ip.len : 32, "method", info->method, "lender", ctl_text_str(name_of(i->ip_lender)), "ipv6",
		addresses6(i), "mtu", mtu_of(call, info), "encapsulation", encapsulation_of(info));

	if (row == NULL || add_tunnel(row, info) != 0 || ctl_iface_add_netdev(row, info) != 0 || add_idle(row, call, info) != 0 ||
		add_counts(row, call, info) != 0) {
		json_decref(row);
		return NULL;
	}
	return row;
}

static void add_interface(void *ctx, const struct session_iface_info *info)
{
	struct ctl_page *p = (struct ctl_page *)ctx;

	if (ctl_iface_wanted(p->call, info) && ctl_page_takes(p))
		p->err = ctl_show_add(p->doc, "interfaces", interface_row(p->call, info));
}

enum err ctl_show_iface(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_page p;
	enum err err = ctl_page_begin(&p, call, doc, "interfaces");

	if (err != ERR_OK)
		return err;
	session_hub_interfaces(ctl_show_world(call)->hub, add_interface, &p);
	if (p.at == 0 && call->arg[0] != NULL) {
		(void)snprintf(call->error, sizeof(call->error), "there is no such interface (show ip interface brief)");
		return ERR_ABSENT;
	}
	return ctl_page_end(&p, more);
}
