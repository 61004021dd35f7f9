/*
 * Sessions and their ESP SAs.  Placement, reason and packets are the datapath's last word where it gives one, else what it
 * said when the SA was installed.  Loop thread.
 */
#include "ctl/show_session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/iface.h"
#include "ctl/show_lines.h"
#include "ctl/show_vrf.h"
#include "ctl/text.h"
#include "ike/wire/ts.h"
#include "session/box/vrf.h"
#include "session/tunnel.h"

enum { SHOW_IKE_PORT = 500 };

/* One direction of a pair of ESP SAs. */
struct side {
	uint32_t spi;
	enum dp_placement placement;
	enum dp_reason reason;
	struct dp_sa_stats stats; /* zero: none told */
};

static struct side side_of(const struct ctl_show_state *state, uint32_t spi, uint32_t sa, const struct dp_result *installed)
{
	const struct dp_sa_stats *stats = ctl_samples_sa(&state->samples, sa);
	struct side side = {
		.spi = spi, .placement = (enum dp_placement)installed->placement, .reason = (enum dp_reason)installed->reason
	};

	if (stats == NULL)
		return side;
	side.stats = *stats;
	side.placement = (enum dp_placement)stats->placement;
	side.reason = (enum dp_reason)stats->reason;
	return side;
}

static struct side inbound(const struct ctl_show_state *state, const struct session_child *c)
{
	return side_of(state, c->spi_in, c->sa_in, &c->in);
}

static struct side outbound(const struct ctl_show_state *state, const struct session_child *c)
{
	return side_of(state, c->spi_out, c->sa_out, &c->out);
}

static uint64_t drops_of(const struct side *side)
{
	return side->stats.replay_drops + side->stats.auth_drops + side->stats.other_drops;
}

static json_t *selectors(const struct ike_ts *ts, unsigned count)
{
	json_t *list = json_array();
	char text[IKE_TS_TEXT];

	for (unsigned i = 0; list != NULL && i < count; i++)
		(void)json_array_append_new(list, json_string(ike_ts_str(&ts[i], text)));
	return list;
}

/* "AES-GCM-128", "AES-CBC-256 HMAC-SHA256". */
static json_t *transform(const struct session_child *c)
{
	char text[96];

	(void)snprintf(text, sizeof(text), "%s%s%s", c->encr != NULL ? c->encr->name : "", c->integ != NULL ? " " : "",
		c->integ != NULL ? c->integ->name : "");
	return json_string(text);
}

/* ---- which ---- */

/* What the command names. */
struct choice {
	struct addr peer; /* family 0: any */
	unsigned which;   /* CTL_OF_IVRF or CTL_OF_FVRF: of 'vrf'; 0: of any */
	uint32_t vrf;
};

static enum err choose(struct ctl_call *call, struct choice *out)
{
	memset(out, 0, sizeof(*out));
	out->which = call->command->variant & (CTL_OF_IVRF | CTL_OF_FVRF);
	if ((call->command->variant & CTL_OF_REMOTE) != 0)
		return addr_parse(call->arg[0], &out->peer);
	return out->which != 0 ? ctl_show_vrf_of(call, 0, &out->vrf) : ERR_OK;
}

static bool is_chosen(const struct choice *c, const struct addr *peer, uint32_t front, uint32_t inner)
{
	return (c->peer.family == 0 || addr_eq(&c->peer, peer)) && (c->which != CTL_OF_IVRF || c->vrf == inner) &&
	       (c->which != CTL_OF_FVRF || c->vrf == front);
}

enum err ctl_show_session_begin_interface(struct ctl_call *call)
{
	enum err err = ctl_iface_name(call);

	return err != ERR_OK ? err : ctl_show_with_sas(call);
}

/* Whether the command is about the session. */
static bool is_wanted(const struct ctl_call *call, const struct session *s, const struct choice *c)
{
	const char *name = ((const struct ctl_show_state *)call->state)->name;

	return (name[0] == '\0' || strcmp(name, s->access.name) == 0) && is_chosen(c, &s->path.remote.addr, s->path.vrf, s->access.vrf);
}

/* ---- show crypto session ---- */

/* The pair that sends: the last that was installed. */
static const struct session_child *current_child(const struct session *s)
{
	const struct session_child *last = NULL;

	list_each (it, &s->children)
		last = list_of(it, struct session_child, link);
	return last;
}

static const char *status_of(const struct session *s)
{
	if (s->state != SESSION_S_UP)
		return session_state_word(s->state);
	return list_empty(&s->children) ? "UP-IDLE" : "UP-ACTIVE";
}

static json_t *capabilities(const struct ctl_world *w, const struct session *s)
{
	struct ike_sa_info info;
	char text[4];

	if (ike_engine_info(w->engine, s->ike, &info) != ERR_OK)
		return json_string("");
	(void)snprintf(
		text, sizeof(text), "%s%s%s", info.dpd.interval_s != 0 ? "D" : "", info.udp_encap ? "N" : "", info.flexvpn ? "F" : "");
	return json_string(text);
}

/* Placement and reason of the pair that sends; packets and drops of all pairs. */
static int add_placement(json_t *row, const struct ctl_show_state *state, const struct session *s)
{
	const struct session_child *current = current_child(s);
	uint64_t in = 0, out = 0, in_drops = 0, out_drops = 0;
	struct side i = { .spi = 0 }, o = { .spi = 0 };

	list_each (it, &s->children) {
		const struct session_child *c = list_of(it, struct session_child, link);
		struct side a = inbound(state, c), b = outbound(state, c);

		in += a.stats.packets;
		in_drops += drops_of(&a);
		out += b.stats.packets;
		out_drops += drops_of(&b);
	}
	if (current != NULL) {
		i = inbound(state, current);
		o = outbound(state, current);
	}
	return json_object_update_new(row,
		json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o}", "placement_in", current != NULL ? dp_placement_str(i.placement) : "",
			"reason_in", current != NULL ? dp_reason_str(i.reason) : "", "placement_out",
			current != NULL ? dp_placement_str(o.placement) : "", "reason_out", current != NULL ? dp_reason_str(o.reason) : "",
			"pkts_in", ctl_text_count(in), "pkts_out", ctl_text_count(out), "drops_in", ctl_text_count(in_drops), "drops_out",
			ctl_text_count(out_drops)));
}

static int add_flows(json_t *row, const struct session *s)
{
	json_t *flows = json_array();

	list_each (it, &s->children) {
		const struct session_child *c = list_of(it, struct session_child, link);

		(void)json_array_append_new(
			flows, json_pack("{s:o, s:o, s:o, s:b, s:b, s:o, s:o}", "spi_in", ctl_text_spi(c->spi_in), "spi_out",
				       ctl_text_spi(c->spi_out), "transform", transform(c), "udp_encap", c->udp_encap, "esn", c->esn,
				       "local", selectors(c->local, c->local_count), "remote", selectors(c->remote, c->remote_count)));
	}
	return json_object_set_new(row, "flows", flows) == 0 ? json_object_set_new(row, "lines", ctl_show_lines(s)) : -1;
}

static json_t *session_row(struct ctl_call *call, const struct session *s)
{
	const struct ctl_world *w = ctl_show_world(call);
	const struct ctl_show_state *state = (const struct ctl_show_state *)call->state;
	const struct addr *assigned = s->lease.family != 0 ? &s->lease : &s->assigned;
	json_t *uptime = s->up_ms != 0 ? ctl_text_count((w->now_ms(w->clock) - s->up_ms) / 1000) : json_null();
	json_t *row = json_pack("{s:o, s:o, s:o, s:s, s:o, s:i, s:o, s:o, s:o, s:o, s:o, s:o, s:i, s:i}", "interface",
		ctl_text_str(s->access.name), "profile", ctl_text_str(s->profile != NULL ? s->profile->object.name : ""), "uptime_s",
		uptime, "status", status_of(s), "peer", ctl_text_addr(&s->path.remote.addr), "port", (int)s->path.remote.port, "fvrf",
		ctl_show_vrf_text(w->hub, s->path.vrf), "ivrf", ctl_show_vrf_text(w->hub, s->access.vrf), "phase1_id",
		ctl_text_str(s->peer), "capabilities", capabilities(w, s), "local", ctl_text_addr(&s->path.local.addr), "assigned",
		ctl_text_addr(assigned), "prefixes_accepted", (int)s->prefixes_accepted, "prefixes_refused", (int)s->prefixes_refused);

	if (row == NULL || add_placement(row, state, s) != 0 || (call->command->variant == CTL_SESSION_FLOWS && add_flows(row, s) != 0)) {
		json_decref(row);
		return NULL;
	}
	return row;
}

/* A static tunnel that waits for a session. */
static json_t *idle_row(const struct session_hub *hub, const struct cfg_interface *i, const char *reason)
{
	const struct cfg_profile *profile = i->tunnel.protection->ikev2_profile;

	return json_pack("{s:o, s:o, s:n, s:s, s:s, s:o, s:i, s:o, s:o, s:s, s:s}", "interface", ctl_text_str(i->object.name), "profile",
		ctl_text_str(profile != NULL ? profile->object.name : ""), "uptime_s", "status", "DOWN", "reason", reason, "peer",
		ctl_text_addr(&i->tunnel.destination), "port", SHOW_IKE_PORT, "fvrf",
		ctl_show_vrf_text(hub, session_vrf_id(i->tunnel.fvrf)), "ivrf", ctl_show_vrf_text(hub, session_vrf_id(i->vrf)), "phase1_id",
		"", "capabilities", "");
}

/* The static tunnels without a session, which come first. */
static enum err list_idle(const struct ctl_world *w, json_t *doc, const struct choice *c)
{
	enum err err = json_object_set_new(doc, "sessions", json_array()) == 0 ? ERR_OK : ERR_NOMEM;

	for (const struct cfg_interface *i = session_hub_model(w->hub)->interfaces; err == ERR_OK && i != NULL; i = i->next) {
		const char *reason = i->type == CFG_IF_TUNNEL ? session_tunnel_reason(w->hub, i->object.name) : NULL;

		if (reason != NULL && is_chosen(c, &i->tunnel.destination, session_vrf_id(i->tunnel.fvrf), session_vrf_id(i->vrf)))
			err = ctl_show_add(doc, "sessions", idle_row(w->hub, i, reason));
	}
	return err;
}

enum err ctl_show_session_list(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_show_state *state = (struct ctl_show_state *)call->state;
	const struct session *s;
	struct choice c;
	enum err err = choose(call, &c);

	if (err == ERR_OK && state->cursor == 0)
		err = list_idle(ctl_show_world(call), doc, &c);
	for (unsigned rows = 0; err == ERR_OK && rows < CTL_PAGE_ROWS; rows++) {
		s = session_hub_walk(ctl_show_world(call)->hub, &state->cursor);
		if (s == NULL)
			return ERR_OK;
		if (is_wanted(call, s, &c))
			err = ctl_show_add(doc, "sessions", session_row(call, s));
	}
	*more = true;
	return err;
}

/* ---- show crypto ipsec sa ---- */

static json_t *sa_row(const struct side *side)
{
	const struct dp_sa_stats *n = &side->stats;

	return json_pack("{s:o, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o}", "spi", ctl_text_spi(side->spi), "placement",
		dp_placement_str(side->placement), "reason", dp_reason_str(side->reason), "packets", ctl_text_count(n->packets), "bytes",
		ctl_text_count(n->bytes), "sequence", ctl_text_count(n->next_seq), "replay_drops", ctl_text_count(n->replay_drops),
		"auth_drops", ctl_text_count(n->auth_drops), "other_drops", ctl_text_count(n->other_drops));
}

/* "ECP-384/20 MODP-2048/14": of its additional key exchanges. */
static json_t *extras(const struct session_child *c)
{
	const struct crypto_alg *group[IKE_EXTRAS] = { NULL };

	for (unsigned i = 0; i < IKE_EXTRAS && c->extra[i] != 0; i++)
		group[i] = crypto_alg_at(c->extra[i] - 1U);
	return ctl_text_groups(group, IKE_EXTRAS);
}

static json_t *flow_row(const struct ctl_show_state *state, const struct session *s, const struct session_child *c)
{
	struct side in = inbound(state, c), out = outbound(state, c);

	return json_pack("{s:o, s:o, s:o, s:i, s:o, s:o, s:s, s:o, s:o, s:b, s:b, s:i, s:o, s:o, s:o, s:o}", "interface",
		ctl_text_str(s->access.name), "ivrf", ctl_show_vrf_text(s->hub, s->access.vrf), "peer", ctl_text_addr(&s->path.remote.addr),
		"port", (int)s->path.remote.port, "local_address", ctl_text_addr(&s->path.local.addr), "transform", transform(c), "mode",
		c->transport ? "transport" : "tunnel", "group", ctl_text_groups(&c->group, 1), "additional_groups", extras(c), "udp_encap",
		c->udp_encap, "esn", c->esn, "mtu", (int)session_access_mtu(&s->access), "local", selectors(c->local, c->local_count),
		"remote", selectors(c->remote, c->remote_count), "inbound", sa_row(&in), "outbound", sa_row(&out));
}

enum err ctl_show_session_ipsec(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_show_state *state = (struct ctl_show_state *)call->state;
	const struct session *s;
	struct choice c;

	if (choose(call, &c) != ERR_OK)
		return ERR_MALFORMED;
	if (state->cursor == 0 && json_object_set_new(doc, "flows", json_array()) != 0)
		return ERR_NOMEM;
	for (unsigned sessions = 0; sessions < CTL_PAGE_ROWS; sessions++) {
		s = session_hub_walk(ctl_show_world(call)->hub, &state->cursor);
		if (s == NULL)
			return ERR_OK;
		if (!is_wanted(call, s, &c))
			continue;
		list_each (it, &s->children) {
			enum err err = ctl_show_add(doc, "flows", flow_row(state, s, list_of(it, struct session_child, link)));

			if (err != ERR_OK)
				return err;
		}
		if (ctl_show_lines_add(doc, s) != ERR_OK)
			return ERR_NOMEM;
	}
	*more = true;
	return ERR_OK;
}

/* ---- clear crypto session, rekey crypto ---- */

static enum err put_count(json_t *doc, const char *name, unsigned count)
{
	return json_object_set_new(doc, name, json_integer(count)) == 0 ? ERR_OK : ERR_NOMEM;
}

enum err ctl_show_session_clear(struct ctl_call *call, json_t *doc, bool *more)
{
	struct session_hub *hub = ctl_show_world(call)->hub;
	struct choice c;
	enum err err = choose(call, &c);

	(void)more;
	if (err != ERR_OK)
		return err;
	return put_count(doc, "cleared", c.which != 0 ? session_hub_clear_ivrf(hub, c.vrf) : session_hub_clear(hub, &c.peer));
}

enum err ctl_show_session_clear_esp(struct ctl_call *call, json_t *doc, bool *more)
{
	char *end;
	unsigned long spi = strtoul(call->arg[0], &end, 0);

	(void)more;
	if (*end != '\0' || spi == 0 || spi > UINT32_MAX)
		return ERR_MALFORMED;
	return put_count(doc, "cleared", session_hub_delete_esp(ctl_show_world(call)->hub, (uint32_t)spi));
}

enum err ctl_show_session_rekey(struct ctl_call *call, json_t *doc, bool *more)
{
	bool esp = (call->command->variant & CTL_REKEY_ESP) != 0;
	struct choice c;
	enum err err = choose(call, &c);

	(void)more;
	return err != ERR_OK ? err : put_count(doc, "rekeyed", session_hub_rekey(ctl_show_world(call)->hub, &c.peer, esp));
}
