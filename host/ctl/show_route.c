/*
 * The routing table and the tracks.  A long table is told in parts, each of which goes on behind the last prefix of the one before, whatever
 * became of the table meanwhile.  Loop thread.
 */
#include "ctl/show_route.h"

#include <stdio.h>

#include "ctl/show_vrf.h"
#include "ctl/text.h"

struct part {
	json_t *doc;
	const struct session_hub *hub;
	uint32_t vrf;
	int variant;
	unsigned rows;
	enum err err;
};

static const struct {
	char letter[2];
	const char *word;
} source_of[ROUTE_SOURCE_COUNT] = {
#define SHOW_ROUTE_SOURCE(name, letter, word) { { letter, '\0' }, word },
	ROUTE_SOURCE_LIST(SHOW_ROUTE_SOURCE)
#undef SHOW_ROUTE_SOURCE
};

static bool is_shown(int variant, uint8_t source)
{
	switch (variant & (CTL_ROUTE_STATIC | CTL_ROUTE_CONNECTED | CTL_ROUTE_KERNEL)) {
	case CTL_ROUTE_STATIC:
		return source != ROUTE_CONNECTED && source != ROUTE_LOCAL && source != ROUTE_KERNEL;
	case CTL_ROUTE_CONNECTED:
		return source == ROUTE_CONNECTED || source == ROUTE_LOCAL;
	case CTL_ROUTE_KERNEL:
		return source == ROUTE_KERNEL;
	default:
		return true;
	}
}

static void add_route(void *ctx, const struct route_info *info)
{
	struct part *p = (struct part *)ctx;
	const struct route_candidate *c = &info->c;

	if (p->err != ERR_OK || !is_shown(p->variant, c->source))
		return;
	p->rows++;
	p->err = ctl_show_add(p->doc, "routes",
		json_pack("{s:o, s:o, s:s, s:s, s:b, s:i, s:I, s:i, s:o, s:o, s:o, s:b, s:b}", "vrf", ctl_show_vrf_text(p->hub, c->vrf),
			"prefix", ctl_text_prefix(&c->prefix), "code", source_of[c->source].letter, "source", source_of[c->source].word,
			"ikev2", c->source == ROUTE_IKEV2, "distance", (int)c->distance, "tag", (json_int_t)c->tag, "track", (int)c->track,
			"gateway", ctl_text_addr(&c->gateway), "interface", ctl_text_str(info->out_name), "next_hop",
			ctl_text_addr(&info->hop.next_hop), "best", info->best, "resolved", info->resolved));
}

/* An address stands for itself alone. */
static enum err read_prefix(struct ctl_call *call, uint8_t family, const char *text, struct addr_prefix *out)
{
	struct addr a;

	if (addr_parse(text, &a) == ERR_OK)
		*out = addr_prefix_host(&a);
	else if (addr_parse_prefix(text, out) != ERR_OK)
		out->addr.family = 0;
	if (out->addr.family == family)
		return ERR_OK;
	(void)snprintf(call->error, sizeof(call->error), "'%s' is no address or prefix of %s", text, family == AF_INET ? "IPv4" : "IPv6");
	return ERR_MALFORMED;
}

static enum err show_entry(struct ctl_call *call, uint8_t family, struct part *p)
{
	const char *text = call->arg[(p->variant & CTL_ROUTE_VRF) != 0 ? 1 : 0];
	struct addr_prefix prefix = { .len = 0 };
	enum err err = read_prefix(call, family, text, &prefix);

	if (err != ERR_OK)
		return err;
	if (!route_rib_entry(ctl_show_world(call)->rib, p->vrf, &prefix, add_route, p)) {
		(void)snprintf(call->error, sizeof(call->error), "%s isn't in the table", text);
		return ERR_ABSENT;
	}
	return p->err;
}

enum err ctl_show_route(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_route_state *state = (struct ctl_route_state *)call->state;
	struct part p = { .doc = doc, .hub = ctl_show_world(call)->hub, .variant = call->command->variant, .err = ERR_OK };
	uint8_t family = (uint8_t)(p.variant & CTL_ROUTE_FAMILY);
	enum err err = (p.variant & CTL_ROUTE_VRF) != 0 ? ctl_show_vrf_of(call, 0, &p.vrf) : ERR_OK;

	if (err != ERR_OK)
		return err;
	if (json_object_set_new(doc, "routes", json_array()) != 0)
		return ERR_NOMEM;
	if ((p.variant & CTL_ROUTE_PREFIX) != 0)
		return show_entry(call, family, &p);
	/* Rows that aren't shown are looked at, too: a part is bounded by prefixes. */
	for (unsigned prefixes = 0; prefixes < CTL_PAGE_ROWS && p.rows < CTL_PAGE_ROWS && p.err == ERR_OK; prefixes++)
		if (!route_rib_next(ctl_show_world(call)->rib, p.vrf, family, &state->after, add_route, &p))
			return p.err;
	*more = true;
	return p.err;
}

void ctl_show_route_end(struct ctl_call *call)
{
	(void)call; /* its state holds nothing */
}

enum err ctl_show_route_summary(struct ctl_call *call, json_t *doc, bool *more)
{
	struct route_count count[ROUTE_SOURCE_COUNT];
	enum err err = ERR_OK;

	(void)more;
	route_rib_count(ctl_show_world(call)->rib, 0, (uint8_t)(call->command->variant & CTL_ROUTE_FAMILY), count);
	for (int i = 0; i < ROUTE_SOURCE_COUNT && err == ERR_OK; i++)
		err = ctl_show_add(doc, "sources",
			json_pack("{s:s, s:I, s:I}", "source", source_of[i].word, "routes", (json_int_t)count[i].candidates, "best",
				(json_int_t)count[i].best));
	return err;
}

/* ---- tracks ---- */

static void describe(const struct cfg_track *t, char *out, size_t cap)
{
	char prefix[ADDR_PREFIX_TEXT];

	switch (t->how) {
	case CFG_TRACK_INTERFACE:
		(void)snprintf(out, cap, "interface %s %s", t->if_name, t->ip_routing ? "ip routing" : "line-protocol");
		break;
	case CFG_TRACK_ROUTE:
		(void)snprintf(out, cap, "ip route %s reachability", addr_prefix_str(&t->prefix, prefix));
		break;
	case CFG_TRACK_LIST:
		(void)snprintf(out, cap, "list boolean %s", t->all ? "and" : "or");
		break;
	case CFG_TRACK_STUB:
		(void)snprintf(out, cap, "stub-object");
		break;
	case CFG_TRACK_SLA:
		(void)snprintf(out, cap, "ip sla %u %s", t->sla, t->reachability ? "reachability" : "state");
		break;
	}
}

struct tracks {
	struct part part;
	const struct session_hub *hub;
};

/* Static routes that hang on it. */
static json_t *users_of(const struct session_hub *hub, const struct cfg_track *t)
{
	json_t *users = json_array();

	for (const struct cfg_route *r = session_hub_model(hub)->routes; r != NULL && users != NULL; r = r->next)
		if (r->track == t->number && json_array_append_new(users, ctl_text_prefix(&r->prefix)) != 0) {
			json_decref(users);
			return NULL;
		}
	return users;
}

static void add_track(void *ctx, const struct session_track_info *info)
{
	struct tracks *t = (struct tracks *)ctx;
	char what[128];

	describe(info->cfg, what, sizeof(what));
	if (t->part.err == ERR_OK)
		t->part.err = ctl_show_add(t->part.doc, "tracks",
			json_pack("{s:i, s:o, s:s, s:I, s:I, s:i, s:i, s:o}", "track", (int)info->cfg->number, "what", ctl_text_str(what),
				"state", info->up ? "up" : "down", "changes", (json_int_t)info->changes, "since_s",
				(json_int_t)info->since_s, "delay_up_s", (int)info->cfg->delay_up_s, "delay_down_s",
				(int)info->cfg->delay_down_s, "routes", users_of(t->hub, info->cfg)));
}

enum err ctl_show_track(struct ctl_call *call, json_t *doc, bool *more)
{
	struct tracks t = { .part = { .doc = doc, .err = ERR_OK }, .hub = ctl_show_world(call)->hub };

	(void)more;
	if (json_object_set_new(doc, "tracks", json_array()) != 0)
		return ERR_NOMEM;
	session_hub_tracks(t.hub, add_track, &t);
	return t.part.err;
}
