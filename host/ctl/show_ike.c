/*
 * IKE SAs and the engine's counters.  Loop thread.
 */
#include "ctl/show_ike.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "crypto/alg.h"
#include "ctl/text.h"
#include "eap/packet.h"
#include "ike/ability.h"
#include "ike/wire/iana.h"
#include "ike/wire/id.h"
#include "net/udp.h"
#include "session/box/vrf.h"

/* ---- one SA ---- */

static json_t *alg_name(const struct crypto_alg *alg)
{
	return json_string(alg != NULL ? alg->name : "");
}

static json_t *id_text(const struct ike_id *id)
{
	char text[IKE_ID_TEXT];

	return ctl_text_str(id != NULL && id->type != 0 ? ike_id_str(id, text, sizeof(text)) : "");
}

static json_t *spi_text(uint64_t spi)
{
	char text[17];

	(void)snprintf(text, sizeof(text), "%016" PRIx64, spi);
	return json_string(text);
}

/* "EAP(mschapv2)" where EAP stood in for AUTH. */
static json_t *auth_text(uint8_t method, uint8_t eap)
{
	if (method == 0 && eap != 0)
		return json_sprintf("EAP(%s)", eap_packet_type_str(eap));
	return json_string(method == 0 ? "" : method == IKE_AUTH_PSK ? "PSK" : ike_iana_auth_str(method));
}

/* Whom EAP proved: the peer's name there, or ours. */
static json_t *eap_identity(const struct session_hub *hub, const struct ike_sa_info *sa)
{
	const struct session *s = sa->eap == 0 ? NULL : session_hub_by_ike(hub, sa->handle);
	const char *text = "";

	if (s != NULL)
		text = s->by_eap ? s->peer : s->profile->eap_user != NULL ? s->profile->eap_user : "";
	return ctl_text_str(text);
}

/* As IOS calls it. */
static const char *status_of(const struct ike_sa_info *sa)
{
	if (sa->up)
		return "READY";
	return sa->up_ms != 0 ? "DELETE" : "IN-NEG";
}

static const char *nat_text(const struct ike_sa_info *sa)
{
	if (sa->nat_local && sa->nat_remote)
		return "both ends are behind a NAT, ESP in UDP";
	if (sa->nat_remote)
		return "the peer is behind a NAT, ESP in UDP";
	if (sa->nat_local)
		return "this end is behind a NAT, ESP in UDP";
	return sa->udp_encap ? "not detected, ESP in UDP" : "not detected";
}

static json_t *stats_row(const struct ike_sa_stats *n)
{
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "rx", (json_int_t)n->rx, "tx", (json_int_t)n->tx, "retransmits",
		(json_int_t)n->retransmits, "repeats", (json_int_t)n->repeats, "refused", (json_int_t)n->refused, "corrupt",
		(json_int_t)n->corrupt, "probes", (json_int_t)n->probes, "prefixes_refused", (json_int_t)n->prefixes_refused);
}

/* What both ends announced, by the names of the notifies. */
static json_t *agreed_text(uint16_t agreed)
{
	char text[256];
	int len = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < IKE_CAN_COUNT && len >= 0 && (size_t)len < sizeof(text); i++)
		if ((agreed & 1U << i) != 0)
			len += snprintf(
				text + len, sizeof(text) - (size_t)len, "%s%s", len != 0 ? " " : "", ike_ability_str((enum ike_ability)i));
	return ctl_text_str(text);
}

/* Times, counters and what the peer was given. */
static json_t *run_time(const struct ike_sa_info *sa, uint64_t now_ms)
{
	const struct addr *assigned = sa->assigned_ip4.family != 0 ? &sa->assigned_ip4 : &sa->assigned_ip6;

	return json_pack("{s:I, s:o, s:I, s:I, s:i, s:i, s:b, s:s, s:o, s:b, s:b, s:b, s:b, s:I, s:o, s:o, s:i}", "lifetime_s",
		(json_int_t)sa->lifetime_s, "active_s", ctl_text_count(sa->up_ms != 0 ? (now_ms - sa->up_ms) / 1000 : 0), "msgid_local",
		(json_int_t)sa->msgid_tx, "msgid_remote", (json_int_t)sa->msgid_rx, "dpd_interval_s", (int)sa->dpd.interval_s,
		"dpd_retry_s", (int)sa->dpd.retry_s, "dpd_periodic", sa->dpd.periodic, "nat", nat_text(sa), "assigned",
		ctl_text_addr(assigned), "initiator", sa->role == IKE_INITIATOR, "flexvpn", sa->flexvpn, "ppk", sa->ppk, "resumed",
		sa->resumed, "ticket_s", (json_int_t)sa->ticket_s, "agreed", agreed_text(sa->agreed), "stats", stats_row(&sa->stats),
		"children", (int)sa->child_count);
}

/* That of its session's interface; NULL: the global one. */
static const char *inner_vrf(const struct session_hub *hub, const struct ike_sa_info *sa)
{
	const struct session *s = session_hub_by_ike(hub, sa->handle);

	return s != NULL ? session_vrf_name(hub, s->access.vrf) : NULL;
}

static json_t *sa_row(const struct session_hub *hub, const struct ike_sa_info *sa, uint64_t now_ms)
{
	bool initiator = sa->role == IKE_INITIATOR;
	const char *fvrf = session_vrf_name(hub, sa->path.vrf), *ivrf = inner_vrf(hub, sa);
	json_t *row = json_pack("{s:I, s:o, s:o, s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o, s:o}", "id",
		(json_int_t)sa->handle.index + 1, "local", ctl_text_addr_port(&sa->path.local), "remote",
		ctl_text_addr_port(&sa->path.remote), "fvrf", fvrf != NULL ? fvrf : "none", "ivrf", ivrf != NULL ? ivrf : "none", "status",
		status_of(sa), "state", sa->state, "encr", alg_name(sa->encr), "prf", alg_name(sa->prf), "integ", alg_name(sa->integ),
		"group", alg_name(sa->group), "additional_groups", ctl_text_groups(sa->extra, IKE_INFO_EXTRAS), "auth_sign",
		auth_text(sa->auth_local, sa->eap), "auth_verify", auth_text(sa->auth_remote, sa->eap), "eap_identity",
		eap_identity(hub, sa), "spi_local", spi_text(initiator ? sa->spi_i : sa->spi_r), "spi_remote",
		spi_text(initiator ? sa->spi_r : sa->spi_i), "local_id", id_text(sa->local_id), "remote_id", id_text(sa->remote_id));

	if (row == NULL || json_object_update_new(row, run_time(sa, now_ms)) == 0)
		return row;
	json_decref(row);
	return NULL;
}

/* The end of an SA that the command's argument is about. */
static const struct addr *end_of(const struct ctl_call *call, const struct ike_sa_info *info)
{
	return call->command->variant == CTL_OF_LOCAL ? &info->path.local.addr : &info->path.remote.addr;
}

enum err ctl_show_ike_sas(struct ctl_call *call, json_t *doc, bool *more)
{
	struct ctl_show_state *state = (struct ctl_show_state *)call->state;
	const struct ctl_world *w = ctl_show_world(call);
	struct ike_sa_info info;
	struct addr wanted = { .family = 0 };

	if (call->arg[0] != NULL && addr_parse(call->arg[0], &wanted) != ERR_OK)
		return ERR_MALFORMED;
	if (state->cursor == 0 && json_object_set_new(doc, "sas", json_array()) != 0)
		return ERR_NOMEM;
	for (unsigned rows = 0; rows < CTL_PAGE_ROWS; rows++) {
		enum err err;

		if (!ike_engine_walk(w->engine, &state->cursor, &info))
			return ERR_OK;
		if (call->arg[0] != NULL && !addr_eq(&wanted, end_of(call, &info)))
			continue;
		err = ctl_show_add(doc, "sas", sa_row(w->hub, &info, w->now_ms(w->clock)));
		if (err != ERR_OK)
			return err;
	}
	*more = true;
	return ERR_OK;
}

/* ---- counters ---- */

static json_t *limits(const struct ike_engine *e)
{
	struct ike_tuning t;
	json_int_t cookie;

	ike_engine_tuned(e, &t);
	cookie = t.cookie_always ? 0 : t.cookie_threshold == UINT32_MAX ? -1 : (json_int_t)t.cookie_threshold;
	return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I}", "max_sa", (json_int_t)t.sa_limit, "max_in_negotiation_sa",
		(json_int_t)t.half_open_limit, "cookie_challenge", cookie, "source_rate", (json_int_t)t.source.rate, "source_burst",
		(json_int_t)t.source.burst, "source_half_open", (json_int_t)t.source.half_open);
}

static enum err add_udp(json_t *doc, const struct net_udp *udp)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; udp != NULL && err == ERR_OK && i < NET_UDP_STAT_COUNT; i++)
		err = ctl_show_add(doc, "udp",
			json_pack("{s:s, s:o, s:s}", "name", net_udp_stat_str((enum net_udp_stat)i), "value",
				ctl_text_count(net_udp_count(udp, (enum net_udp_stat)i)), "help", net_udp_stat_text((enum net_udp_stat)i)));
	return err;
}

enum err ctl_show_ike_stats(struct ctl_call *call, json_t *doc, bool *more)
{
	static const char *const help[IKE_STAT_COUNT] = {
#define IKE_STAT_HELP(name, word, text) [IKE_STAT_##name] = text,
		IKE_STAT_LIST(IKE_STAT_HELP)
#undef IKE_STAT_HELP
	};
	struct crypto_share_count shares = { 0 };
	struct ike_stats stats;
	enum err err = ERR_OK;

	(void)more;
	ike_engine_stats(ctl_show_world(call)->engine, &stats);
	(void)session_hub_shares(ctl_show_world(call)->hub, &shares);
	if (json_object_update_new(
		    doc, json_pack("{s:I, s:I, s:I, s:I, s:o, s:{s:I, s:I, s:I}}", "sas", (json_int_t)stats.sa_count, "peers",
				 (json_int_t)stats.peers, "up", (json_int_t)stats.up, "half_open", (json_int_t)stats.half_open, "limits",
				 limits(ctl_show_world(call)->engine), "shares", "ready", (json_int_t)shares.ready, "none",
				 (json_int_t)shares.none, "stock", (json_int_t)shares.stock)) != 0)
		return ERR_NOMEM;
	for (unsigned i = 0; err == ERR_OK && i < IKE_STAT_COUNT; i++)
		err = ctl_show_add(doc, "counters",
			json_pack("{s:s, s:o, s:s}", "name", ike_engine_stat_str((enum ike_stat)i), "value", ctl_text_count(stats.count[i]),
				"help", help[i]));
	return err == ERR_OK ? add_udp(doc, ctl_show_world(call)->udp) : err;
}
