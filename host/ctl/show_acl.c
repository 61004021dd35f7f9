/*
 * Access lists with what each line decided, and what interfaces do to packets and dropped for it.  Without a datapath the documents go without
 * counts.  Loop thread.
 */
#include "ctl/show_acl.h"

#include <stdio.h>
#include <string.h>

#include "cfg/acl.h"
#include "ctl/iface.h"
#include "ctl/page.h"
#include "ctl/text.h"

static struct ctl_show_state *state_of(struct ctl_call *call)
{
	return (struct ctl_show_state *)call->state;
}

/* ---- access lists ---- */

static enum err check_name(struct ctl_call *call)
{
	if (call->arg[0] == NULL || cfg_find_acl(session_hub_model(ctl_show_world(call)->hub), call->arg[0]) != NULL)
		return ERR_OK;
	(void)snprintf(call->error, sizeof(call->error), "there is no such access list");
	return ERR_ABSENT;
}

enum err ctl_show_acl_begin(struct ctl_call *call)
{
	enum err err = check_name(call);

	return err != ERR_OK ? err : ctl_show_ask(call, &state_of(call)->samples, DP_STATS_LINE, ctl_show_ready);
}

static bool is_wanted(const struct ctl_call *call, const struct cfg_acl *acl)
{
	return call->arg[0] == NULL || strcmp(acl->object.name, call->arg[0]) == 0;
}

/* What the datapath counted; false: no interface names the list, or there is no datapath. */
static bool total_of(const struct ctl_samples *samples, uint32_t id, unsigned line, struct ctl_counts *out)
{
	memset(out, 0, sizeof(*out));
	for (size_t i = 0; id != 0 && i < samples->count; i++) {
		const struct dp_line_stats *s = ctl_samples_line(samples, i);

		if (s->id != id || s->line != line)
			continue;
		out->n[CTL_IN_PACKETS] = s->packets;
		return true;
	}
	return false;
}

/* A line is what it says, as for the datapath, which goes on counting when another one before it comes or goes; 'e' NULL: what none fits. */
static const char *key_of(const struct cfg_acl *acl, const struct cfg_ace *e, char out[CTL_BASE_KEY])
{
	char text[CTL_COMMAND_MAX] = "";

	(void)snprintf(out, CTL_BASE_KEY, "%s\n%s", acl->object.name, e == NULL ? "" : cfg_acl_text(e, text, sizeof(text)));
	return out;
}

/* Packets since they were cleared as 'name', and in all; null when they aren't counted. */
static int add_matches(json_t *row, struct ctl_call *call, const char *name, const struct ctl_counts *total, const char *key)
{
	const struct ctl_world *w = ctl_show_world(call);
	struct ctl_counts since;
	char total_name[32];

	(void)snprintf(total_name, sizeof(total_name), "%s_total", name);
	if (total == NULL)
		return json_object_update_new(row, json_pack("{s:n, s:n}", name, total_name));
	since = *total;
	(void)ctl_base_since(w->base, CTL_BASE_LINE, key, w->datapath->peer.instance, &since);
	return json_object_update_new(row, json_pack("{s:o, s:o}", name, ctl_text_count(since.n[CTL_IN_PACKETS]), total_name,
						   ctl_text_count(total->n[CTL_IN_PACKETS])));
}

static json_t *line_row(struct ctl_call *call, uint32_t id, const struct cfg_acl *acl, const struct cfg_ace *e, unsigned at)
{
	char text[CTL_COMMAND_MAX], key[CTL_BASE_KEY];
	struct ctl_counts total;
	bool counted = total_of(&state_of(call)->samples, id, at, &total);
	json_t *row = json_pack("{s:I, s:o}", "seq", (json_int_t)e->seq, "text", ctl_text_str(cfg_acl_text(e, text, sizeof(text))));

	if (row != NULL && add_matches(row, call, "matches", counted ? &total : NULL, key_of(acl, e, key)) == 0)
		return row;
	json_decref(row);
	return NULL;
}

static json_t *list_row(struct ctl_call *call, const struct cfg_acl *acl)
{
	uint32_t id = session_hub_filter_id(ctl_show_world(call)->hub, acl->object.name);
	json_t *lines = json_array(), *row;
	char key[CTL_BASE_KEY];
	struct ctl_counts total;
	bool counted;
	unsigned at = 0;

	for (const struct cfg_ace *e = acl->entries; e != NULL; e = e->next)
		if (json_array_append_new(lines, line_row(call, id, acl, e, at++)) != 0) {
			json_decref(lines);
			return NULL;
		}
	row = json_pack("{s:o, s:s, s:s, s:b, s:o}", "name", ctl_text_str(acl->object.name), "family",
		acl->family == AF_INET6 ? "IPv6" : "IP", "type", acl->extended ? "extended" : "standard", "applied", id != 0, "lines",
		lines);
	counted = total_of(&state_of(call)->samples, id, at, &total);
	if (row != NULL && add_matches(row, call, "denied", counted ? &total : NULL, key_of(acl, NULL, key)) == 0)
		return row;
	json_decref(row);
	return NULL;
}

enum err ctl_show_acl(struct ctl_call *call, json_t *doc, bool *more)
{
	enum err err = json_object_set_new(doc, "lists", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	(void)more;
	for (const struct cfg_acl *a = session_hub_model(ctl_show_world(call)->hub)->acls; err == ERR_OK && a != NULL; a = a->next)
		if (is_wanted(call, a))
			err = ctl_show_add(doc, "lists", list_row(call, a));
	return err;
}

/* ---- clearing ---- */

void ctl_show_acl_settle(const struct ctl_world *w)
{
	char key[CTL_BASE_KEY];

	ctl_base_begin(w->base, CTL_BASE_LINE);
	for (const struct cfg_acl *a = session_hub_model(w->hub)->acls; a != NULL; a = a->next) {
		for (const struct cfg_ace *e = a->entries; e != NULL; e = e->next)
			ctl_base_see(w->base, CTL_BASE_LINE, key_of(a, e, key));
		ctl_base_see(w->base, CTL_BASE_LINE, key_of(a, NULL, key));
	}
	ctl_base_end(w->base, CTL_BASE_LINE);
}

enum err ctl_show_acl_begin_clear(struct ctl_call *call)
{
	if (ctl_show_world(call)->datapath->up)
		return ctl_show_acl_begin(call);
	(void)snprintf(call->error, sizeof(call->error), "the datapath isn't connected");
	return ERR_CLOSED;
}

static enum err mark_line(struct ctl_call *call, const struct cfg_acl *acl, const struct cfg_ace *e, unsigned at)
{
	const struct ctl_world *w = ctl_show_world(call);
	struct ctl_base_mark mark = { .at_ms = w->now_ms(w->clock), .instance = w->datapath->peer.instance };
	uint32_t id = session_hub_filter_id(w->hub, acl->object.name);
	char key[CTL_BASE_KEY];

	if (!total_of(&state_of(call)->samples, id, at, &mark.counts))
		return ERR_OK;
	return ctl_base_set(w->base, CTL_BASE_LINE, key_of(acl, e, key), &mark);
}

static enum err mark_list(struct ctl_call *call, const struct cfg_acl *acl)
{
	enum err err = ERR_OK;
	unsigned at = 0;

	for (const struct cfg_ace *e = acl->entries; e != NULL && err == ERR_OK; e = e->next)
		err = mark_line(call, acl, e, at++);
	return err == ERR_OK ? mark_line(call, acl, NULL, at) : err;
}

enum err ctl_show_acl_clear(struct ctl_call *call, json_t *doc, bool *more)
{
	enum err err = ERR_OK;
	unsigned count = 0;

	(void)more;
	for (const struct cfg_acl *a = session_hub_model(ctl_show_world(call)->hub)->acls; err == ERR_OK && a != NULL; a = a->next)
		if (is_wanted(call, a)) {
			err = mark_list(call, a);
			count++;
		}
	if (err != ERR_OK)
		return err;
	return json_object_set_new(doc, "cleared", json_integer(count)) == 0 ? ERR_OK : ERR_NOMEM;
}

/* ---- interfaces ---- */

static json_t *drops_row(struct ctl_call *call, const struct session_iface_info *info)
{
	struct ctl_counts counts;

	if (!ctl_iface_total(call, info, &counts))
		return json_null();
	(void)ctl_iface_since(call, info, &counts);
	return json_pack("{s:o, s:o, s:o}", "acl_in", ctl_text_count(counts.n[CTL_ACL_IN]), "acl_out",
		ctl_text_count(counts.n[CTL_ACL_OUT]), "urpf", ctl_text_count(counts.n[CTL_URPF]));
}

static const char *acl_name(const struct cfg_feature *f, unsigned way)
{
	return f->acl[way] != NULL ? f->acl[way]->object.name : "";
}

static const char *urpf_name(const struct cfg_feature *f)
{
	static const char *const names[] = { [CFG_URPF_OFF] = "", [CFG_URPF_ANY] = "any", [CFG_URPF_RX] = "rx" };

	return names[f->urpf];
}

static json_t *interface_row(struct ctl_call *call, const struct session_iface_info *info)
{
	const struct cfg_feature *four = &info->source->feature[CFG_IPV4], *six = &info->source->feature[CFG_IPV6];
	json_t *row = json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:s, s:i, s:o, s:o, s:s, s:i, s:o}", "name", ctl_text_str(info->name),
		"address", ctl_text_addr(&info->addr), "status", info->admin_up ? "up" : "administratively down", "protocol",
		info->up ? "up" : "down", "access_in", ctl_text_str(acl_name(four, CFG_ACL_IN)), "access_out",
		ctl_text_str(acl_name(four, CFG_ACL_OUT)), "verify", urpf_name(four), "mss", (int)info->mss[DP_V4], "access_in_ipv6",
		ctl_text_str(acl_name(six, CFG_ACL_IN)), "access_out_ipv6", ctl_text_str(acl_name(six, CFG_ACL_OUT)), "verify_ipv6",
		urpf_name(six), "mss_ipv6", (int)info->mss[DP_V6], "drops", drops_row(call, info));

	if (row != NULL && ctl_iface_add_netdev(row, info) != 0) {
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

enum err ctl_show_acl_interfaces(struct ctl_call *call, json_t *doc, bool *more)
{
	return ctl_page_interfaces(call, doc, "interfaces", add_interface, more);
}
