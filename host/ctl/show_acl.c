/*
 * Access lists with what each line decided, and what interfaces do to packets and dropped for it.  Without a datapath the documents go without
 * counts.  Loop thread.
 */
#include "ctl/show_acl.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cfg/acl.h"
#include "ctl/text.h"

static struct ctl_show_state *state_of(struct ctl_call *call)
{
	return (struct ctl_show_state *)call->state;
}

static void ready(struct ctl_samples *s, enum err err)
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

/* ---- access lists ---- */

enum err ctl_show_acl_begin(struct ctl_call *call)
{
	const struct cfg_model *m = session_hub_model(ctl_show_world(call)->hub);

	if (call->arg[0] != NULL && cfg_find_acl(m, call->arg[0]) == NULL) {
		(void)snprintf(call->error, sizeof(call->error), "there is no such access list");
		return ERR_ABSENT;
	}
	return ask(call, &state_of(call)->samples, DP_STATS_LINE, ready);
}

/* Null while no interface names the list, and without a datapath. */
static json_t *matches(const struct ctl_samples *samples, uint32_t id, unsigned line)
{
	for (size_t i = 0; id != 0 && i < samples->count; i++) {
		const struct dp_line_stats *s = ctl_samples_line(samples, i);

		if (s->id == id && s->line == line)
			return ctl_text_count(s->packets);
	}
	return json_null();
}

static json_t *list_row(const struct ctl_samples *samples, const struct session_hub *hub, const struct cfg_acl *acl)
{
	uint32_t id = session_hub_filter_id(hub, acl->object.name);
	json_t *lines = json_array();
	char text[CTL_COMMAND_MAX];
	unsigned at = 0;

	for (const struct cfg_ace *e = acl->entries; e != NULL; e = e->next)
		if (json_array_append_new(lines,
			    json_pack("{s:I, s:o, s:o}", "seq", (json_int_t)e->seq, "text",
				    ctl_text_str(cfg_acl_text(e, text, sizeof(text))), "matches", matches(samples, id, at++))) != 0) {
			json_decref(lines);
			return NULL;
		}
	return json_pack("{s:o, s:s, s:s, s:b, s:o, s:o}", "name", ctl_text_str(acl->object.name), "family",
		acl->family == AF_INET6 ? "IPv6" : "IP", "type", acl->extended ? "extended" : "standard", "applied", id != 0, "lines",
		lines, "denied", matches(samples, id, at));
}

enum err ctl_show_acl(struct ctl_call *call, json_t *doc, bool *more)
{
	const struct session_hub *hub = ctl_show_world(call)->hub;
	enum err err = json_object_set_new(doc, "lists", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	(void)more;
	for (const struct cfg_acl *a = session_hub_model(hub)->acls; err == ERR_OK && a != NULL; a = a->next)
		if (call->arg[0] == NULL || strcmp(a->object.name, call->arg[0]) == 0)
			err = ctl_show_add(doc, "lists", list_row(&state_of(call)->samples, hub, a));
	return err;
}

/* ---- interfaces ---- */

static void tunnels_there(struct ctl_samples *s, enum err err)
{
	struct ctl_call *call = (struct ctl_call *)s->ctx;

	(void)err;
	if (ask(call, &state_of(call)->ports, DP_STATS_PORT, ready) == ERR_OK)
		ctl_server_ready(call, ERR_OK);
}

enum err ctl_show_acl_begin_interfaces(struct ctl_call *call)
{
	return ask(call, &state_of(call)->samples, DP_STATS_TUNNEL, tunnels_there);
}

/* NULL: the datapath doesn't have it. */
static const struct dp_feature_stats *drops_of(const struct ctl_show_state *state, const struct session_iface_info *info)
{
	for (size_t i = 0; info->tunnel != 0 && i < state->samples.count; i++)
		if (ctl_samples_tunnel(&state->samples, i)->id == info->tunnel)
			return &ctl_samples_tunnel(&state->samples, i)->feature;
	for (size_t i = 0; info->port != 0 && i < state->ports.count; i++)
		if (ctl_samples_port(&state->ports, i)->id == info->port)
			return &ctl_samples_port(&state->ports, i)->feature;
	return NULL;
}

static json_t *drops_row(const struct dp_feature_stats *s)
{
	if (s == NULL)
		return json_null();
	return json_pack("{s:o, s:o, s:o}", "acl_in", ctl_text_count(s->acl_drops[DP_IN]), "acl_out", ctl_text_count(s->acl_drops[DP_OUT]),
		"urpf", ctl_text_count(s->urpf_drops));
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

static json_t *interface_row(const struct ctl_show_state *state, const struct session_iface_info *info)
{
	const struct cfg_feature *four = &info->source->feature[CFG_IPV4], *six = &info->source->feature[CFG_IPV6];

	return json_pack("{s:o, s:o, s:s, s:s, s:o, s:o, s:s, s:i, s:o, s:o, s:s, s:i, s:o}", "name", ctl_text_str(info->name), "address",
		ctl_text_addr(&info->addr), "status", info->admin_up ? "up" : "administratively down", "protocol", info->up ? "up" : "down",
		"access_in", ctl_text_str(acl_name(four, CFG_ACL_IN)), "access_out", ctl_text_str(acl_name(four, CFG_ACL_OUT)), "verify",
		urpf_name(four), "mss", (int)four->mss, "access_in_ipv6", ctl_text_str(acl_name(six, CFG_ACL_IN)), "access_out_ipv6",
		ctl_text_str(acl_name(six, CFG_ACL_OUT)), "verify_ipv6", urpf_name(six), "mss_ipv6", (int)six->mss, "drops",
		drops_row(drops_of(state, info)));
}

/* The rows of one part of the answer. */
struct rows {
	struct ctl_call *call;
	json_t *doc;
	uint32_t at;
	bool more;
	enum err err;
};

static void add_interface(void *ctx, const struct session_iface_info *info)
{
	struct rows *r = (struct rows *)ctx;
	const struct ctl_show_state *state = state_of(r->call);
	uint32_t at;

	if (r->call->arg[0] != NULL && strcasecmp(info->name, r->call->arg[0]) != 0)
		return;
	at = r->at++;
	r->more = at >= state->cursor + CTL_PAGE_ROWS;
	if (r->err == ERR_OK && at >= state->cursor && !r->more)
		r->err = ctl_show_add(r->doc, "interfaces", interface_row(state, info));
}

enum err ctl_show_acl_interfaces(struct ctl_call *call, json_t *doc, bool *more)
{
	struct rows r = { .call = call, .doc = doc };

	if (json_object_set_new(doc, "interfaces", json_array()) != 0)
		return ERR_NOMEM;
	session_hub_interfaces(ctl_show_world(call)->hub, add_interface, &r);
	state_of(call)->cursor += CTL_PAGE_ROWS;
	*more = r.more;
	return r.err;
}
