/*
 * IKE SAs, sessions and ESP SAs.  Where a packet is encrypted, and why not in a better place, stands with each session.
 */
#include <string.h>

#include "navectl/get.h"
#include "navectl/render.h"

/* ---- sessions ---- */

/* "software (udp-encap)": the placement of one direction, with the reason unless it is inline. */
static const char *placed(const json_t *s, const char *placement, const char *reason, char *out, size_t cap)
{
	if (strcmp(navectl_get_str(s, reason), "-") == 0)
		(void)snprintf(out, cap, "%s", navectl_get_str(s, placement));
	else
		(void)snprintf(out, cap, "%s (%s)", navectl_get_str(s, placement), navectl_get_str(s, reason));
	return out;
}

static void print_direction(const json_t *s, const char *what, const char *const name[4], FILE *out)
{
	char text[64];

	(void)fprintf(out, "  %-9s %-32s pkts %lld, drops %lld\n", what, placed(s, name[0], name[1], text, sizeof(text)),
		navectl_get_int(s, name[2]), navectl_get_int(s, name[3]));
}

static void print_session(const json_t *s, FILE *out)
{
	static const char *const in[4] = { "placement_in", "reason_in", "pkts_in", "drops_in" };
	static const char *const sent[4] = { "placement_out", "reason_out", "pkts_out", "drops_out" };
	char uptime[NAVECTL_TIME];

	(void)fprintf(out, "Interface: %s\n", navectl_get_str(s, "interface"));
	(void)fprintf(out, "Profile: %s\n", navectl_get_str(s, "profile"));
	if (navectl_get_has(s, "uptime_s"))
		(void)fprintf(out, "Uptime: %s\n", navectl_get_time(s, "uptime_s", uptime));
	(void)fprintf(out, "Session status: %s", navectl_get_str(s, "status"));
	if (navectl_get_has(s, "reason"))
		(void)fprintf(out, " (%s)", navectl_get_str(s, "reason"));
	(void)fputc('\n', out);
	(void)fprintf(out, "Peer: %s port %lld fvrf: %s ivrf: %s\n", navectl_get_str(s, "peer"), navectl_get_int(s, "port"),
		navectl_get_str(s, "fvrf"), navectl_get_str(s, "ivrf"));
	(void)fprintf(out, "      Phase1_id: %s\n", navectl_get_str(s, "phase1_id"));
	(void)fprintf(out, "      Capabilities: %s", navectl_get_str(s, "capabilities"));
	if (navectl_get_has(s, "assigned"))
		(void)fprintf(out, "  Assigned address: %s", navectl_get_str(s, "assigned"));
	(void)fputc('\n', out);
	if (navectl_get_has(s, "placement_in"))
		print_direction(s, "Inbound:", in, out);
	if (navectl_get_has(s, "placement_out"))
		print_direction(s, "Outbound:", sent, out);
}

static void print_legend(FILE *out)
{
	(void)fputs("Crypto session current status\n\n"
		    "Code: D - dead peer detection, N - NAT traversal (ESP in UDP), F - FlexVPN peer\n\n",
		out);
}

void navectl_render_crypto_session(const json_t *doc, FILE *out)
{
	const json_t *s;

	print_legend(out);
	for (size_t i = 0; (s = navectl_get_next(doc, "sessions", &i)) != NULL;) {
		print_session(s, out);
		(void)fputc('\n', out);
	}
}

static void print_flow(const json_t *flow, FILE *out)
{
	const json_t *local, *remote;

	for (size_t i = 0; (local = navectl_get_next(flow, "local", &i)) != NULL;)
		for (size_t j = 0; (remote = navectl_get_next(flow, "remote", &j)) != NULL;)
			(void)fprintf(out, "  IPSEC FLOW: permit %s %s\n", json_string_value(local), json_string_value(remote));
	(void)fprintf(out, "    %s, spi in %s out %s%s\n", navectl_get_str(flow, "transform"), navectl_get_str(flow, "spi_in"),
		navectl_get_str(flow, "spi_out"), navectl_get_bool(flow, "udp_encap") ? ", in UDP" : "");
}

/* A line of a tunnel's policy, with what became of it. */
static void print_line(const json_t *line, FILE *out)
{
	(void)fprintf(out, "  POLICY LINE: permit %s %s: %s", navectl_get_str(line, "local"), navectl_get_str(line, "remote"),
		navectl_get_str(line, "state"));
	if (navectl_get_has(line, "reason"))
		(void)fprintf(out, ", %s, again in %lld s", navectl_get_str(line, "reason"), navectl_get_int(line, "retry_s"));
	(void)fputc('\n', out);
}

void navectl_render_crypto_detail(const json_t *doc, FILE *out)
{
	const json_t *s, *flow;

	print_legend(out);
	for (size_t i = 0; (s = navectl_get_next(doc, "sessions", &i)) != NULL;) {
		print_session(s, out);
		(void)fprintf(out, "  Local: %s  Routes accepted: %lld, refused: %lld\n", navectl_get_str(s, "local"),
			navectl_get_int(s, "prefixes_accepted"), navectl_get_int(s, "prefixes_refused"));
		for (size_t j = 0; (flow = navectl_get_next(s, "flows", &j)) != NULL;)
			print_flow(flow, out);
		for (size_t j = 0; (flow = navectl_get_next(s, "lines", &j)) != NULL;)
			print_line(flow, out);
		(void)fputc('\n', out);
	}
}

void navectl_render_crypto_brief(const json_t *doc, FILE *out)
{
	const json_t *s;
	char in[64], sent[64], uptime[NAVECTL_TIME];

	(void)fprintf(out, "%-18s %-20s %-8s %-16s %-28s %s\n", "Interface", "Peer", "Uptime", "Status", "Inbound", "Outbound");
	for (size_t i = 0; (s = navectl_get_next(doc, "sessions", &i)) != NULL;)
		(void)fprintf(out, "%-18s %-20s %-8s %-16s %-28s %s\n", navectl_get_str(s, "interface"), navectl_get_str(s, "peer"),
			navectl_get_time(s, "uptime_s", uptime), navectl_get_str(s, "status"),
			placed(s, "placement_in", "reason_in", in, sizeof(in)),
			placed(s, "placement_out", "reason_out", sent, sizeof(sent)));
}

/* ---- IKE SAs ---- */

static void print_ike(const json_t *sa, FILE *out)
{
	char vrfs[80];

	(void)snprintf(vrfs, sizeof(vrfs), "%s/%s", navectl_get_str(sa, "fvrf"), navectl_get_str(sa, "ivrf"));
	(void)fprintf(out, "%-9lld %-24s %-24s %-20s %s\n", navectl_get_int(sa, "id"), navectl_get_str(sa, "local"),
		navectl_get_str(sa, "remote"), vrfs, navectl_get_str(sa, "status"));
	(void)fprintf(out, "      Encr: %s, PRF: %s, Hash: %s, DH Grp: %s, Auth sign: %s, Auth verify: %s\n", navectl_get_str(sa, "encr"),
		navectl_get_str(sa, "prf"), navectl_get_str(sa, "integ"), navectl_get_str(sa, "group"), navectl_get_str(sa, "auth_sign"),
		navectl_get_str(sa, "auth_verify"));
	(void)fprintf(out, "      Life/Active Time: %lld/%lld sec\n", navectl_get_int(sa, "lifetime_s"), navectl_get_int(sa, "active_s"));
}

static void print_ike_more(const json_t *sa, FILE *out)
{
	const json_t *stats = json_object_get(sa, "stats");

	(void)fprintf(
		out, "      Local spi: %s        Remote spi: %s\n", navectl_get_str(sa, "spi_local"), navectl_get_str(sa, "spi_remote"));
	(void)fprintf(out, "      Local id: %s\n", navectl_get_str(sa, "local_id"));
	(void)fprintf(out, "      Remote id: %s\n", navectl_get_str(sa, "remote_id"));
	if (navectl_get_has(sa, "eap_identity"))
		(void)fprintf(out, "      EAP identity: %s\n", navectl_get_str(sa, "eap_identity"));
	(void)fprintf(out, "      Next req msg id: local %lld, remote %lld\n", navectl_get_int(sa, "msgid_local"),
		navectl_get_int(sa, "msgid_remote"));
	(void)fprintf(out, "      Messages: %lld in, %lld out, %lld retransmitted, %lld repeated by the peer\n",
		navectl_get_int(stats, "rx"), navectl_get_int(stats, "tx"), navectl_get_int(stats, "retransmits"),
		navectl_get_int(stats, "repeats"));
	(void)fprintf(out, "      Refused: %lld, corrupt: %lld, prefixes refused: %lld\n", navectl_get_int(stats, "refused"),
		navectl_get_int(stats, "corrupt"), navectl_get_int(stats, "prefixes_refused"));
	if (navectl_get_int(sa, "dpd_interval_s") != 0)
		(void)fprintf(out, "      DPD configured for %lld seconds, retry %lld, %s; %lld probes sent\n",
			navectl_get_int(sa, "dpd_interval_s"), navectl_get_int(sa, "dpd_retry_s"),
			navectl_get_bool(sa, "dpd_periodic") ? "periodic" : "on-demand", navectl_get_int(stats, "probes"));
	else
		(void)fputs("      DPD is off\n", out);
	(void)fprintf(out, "      NAT-T: %s\n", navectl_get_str(sa, "nat"));
	if (navectl_get_has(sa, "assigned"))
		(void)fprintf(out, "      Assigned host addr: %s\n", navectl_get_str(sa, "assigned"));
	(void)fprintf(out, "      Initiator of SA: %s, FlexVPN peer: %s\n", navectl_get_bool(sa, "initiator") ? "Yes" : "No",
		navectl_get_bool(sa, "flexvpn") ? "Yes" : "No");
	if (navectl_get_has(sa, "additional_groups"))
		(void)fprintf(out, "      Additional key exchanges: %s\n", navectl_get_str(sa, "additional_groups"));
	if (navectl_get_bool(sa, "ppk"))
		(void)fputs("      Post-quantum preshared key: in use\n", out);
	if (navectl_get_bool(sa, "resumed") || navectl_get_int(sa, "ticket_s") != 0)
		(void)fprintf(out, "      Resumed: %s, ticket good for %lld seconds\n", navectl_get_bool(sa, "resumed") ? "Yes" : "No",
			navectl_get_int(sa, "ticket_s"));
	if (navectl_get_has(sa, "agreed"))
		(void)fprintf(out, "      Agreed: %s\n", navectl_get_str(sa, "agreed"));
}

static void print_ikes(const json_t *doc, bool detailed, FILE *out)
{
	const json_t *sa;

	(void)fprintf(out, "%-9s %-24s %-24s %-20s %s\n", "Tunnel-id", "Local", "Remote", "fvrf/ivrf", "Status");
	for (size_t i = 0; (sa = navectl_get_next(doc, "sas", &i)) != NULL;) {
		print_ike(sa, out);
		if (detailed)
			print_ike_more(sa, out);
		(void)fputc('\n', out);
	}
}

void navectl_render_crypto_ikev2(const json_t *doc, FILE *out)
{
	print_ikes(doc, false, out);
}

void navectl_render_crypto_ikev2_detailed(const json_t *doc, FILE *out)
{
	print_ikes(doc, true, out);
}

static void print_limits(const json_t *limits, FILE *out)
{
	long long cookie = navectl_get_int(limits, "cookie_challenge"), rate = navectl_get_int(limits, "source_rate");

	(void)fprintf(out, "Limits: %lld SAs, %lld in negotiation, %lld of one source; cookies ", navectl_get_int(limits, "max_sa"),
		navectl_get_int(limits, "max_in_negotiation_sa"), navectl_get_int(limits, "source_half_open"));
	if (cookie > 0)
		(void)fprintf(out, "beyond %lld half-open\n", cookie);
	else
		(void)fprintf(out, "%s\n", cookie == 0 ? "always" : "never");
	if (rate != 0)
		(void)fprintf(out, "One source may begin %lld a second, %lld at once\n", rate, navectl_get_int(limits, "source_burst"));
}

static void print_counters(const json_t *doc, const char *name, FILE *out)
{
	const json_t *counter;

	for (size_t i = 0; (counter = navectl_get_next(doc, name, &i)) != NULL;)
		(void)fprintf(out, "%12lld  %-18s %s\n", navectl_get_int(counter, "value"), navectl_get_str(counter, "name"),
			navectl_get_str(counter, "help"));
}

void navectl_render_crypto_stats(const json_t *doc, FILE *out)
{
	(void)fprintf(out, "IKEv2 SAs: %lld, of them %lld up and %lld half-open\n", navectl_get_int(doc, "sas"), navectl_get_int(doc, "up"),
		navectl_get_int(doc, "half_open"));
	print_limits(json_object_get(doc, "limits"), out);
	(void)fputc('\n', out);
	print_counters(doc, "counters", out);
	if (json_object_get(doc, "udp") == NULL)
		return;
	(void)fputs("\nUDP ports 500 and 4500\n\n", out);
	print_counters(doc, "udp", out);
}

void navectl_render_crypto_redirect(const json_t *doc, FILE *out)
{
	const json_t *row;

	if (navectl_get_bool(doc, "client"))
		(void)fprintf(out, "Follows redirects, at most %lld within 300 s\n", navectl_get_int(doc, "max_redirects"));
	if (navectl_get_bool(doc, "gateway_init"))
		(void)fprintf(out, "Sends new peers elsewhere in IKE_SA_INIT\n");
	for (size_t i = 0; (row = navectl_get_next(doc, "targets", &i)) != NULL;)
		(void)fprintf(out, "  target %s\n", json_is_string(row) ? json_string_value(row) : "-");
	(void)fprintf(out, "Sent: %lld, followed: %lld, ignored: %lld\n", navectl_get_int(doc, "sent"), navectl_get_int(doc, "followed"),
		navectl_get_int(doc, "ignored"));
	for (size_t i = 0; (row = navectl_get_next(doc, "redirected", &i)) != NULL;)
		(void)fprintf(out, "%-12s from %s to %s, %s\n", navectl_get_str(row, "interface"), navectl_get_str(row, "from"),
			navectl_get_str(row, "to"), navectl_get_str(row, "status"));
}

/* ---- ESP SAs ---- */

static void print_esp(const json_t *sa, const json_t *flow, FILE *out)
{
	char text[64];

	(void)fprintf(out, "      spi: %s\n", navectl_get_str(sa, "spi"));
	(void)fprintf(out, "        transform: %s, in use settings ={%s%s%s}\n", navectl_get_str(flow, "transform"),
		strcmp(navectl_get_str(flow, "mode"), "transport") == 0 ? "Transport" : "Tunnel",
		navectl_get_bool(flow, "udp_encap") ? " UDP-Encaps" : "", navectl_get_bool(flow, "esn") ? " ESN" : "");
	if (navectl_get_has(flow, "group"))
		(void)fprintf(
			out, "        key exchanges: %s %s\n", navectl_get_str(flow, "group"), navectl_get_str(flow, "additional_groups"));
	(void)fprintf(out, "        placement: %s\n", placed(sa, "placement", "reason", text, sizeof(text)));
	(void)fprintf(out, "        packets: %lld, bytes: %lld, sequence: %lld\n", navectl_get_int(sa, "packets"),
		navectl_get_int(sa, "bytes"), navectl_get_int(sa, "sequence"));
}

static void print_idents(const json_t *flow, const char *what, const char *name, FILE *out)
{
	const json_t *ts;

	for (size_t i = 0; (ts = navectl_get_next(flow, name, &i)) != NULL;)
		(void)fprintf(out, "   %s ident: %s\n", what, json_string_value(ts));
}

void navectl_render_crypto_ipsec(const json_t *doc, FILE *out)
{
	const json_t *flow;

	for (size_t i = 0; (flow = navectl_get_next(doc, "flows", &i)) != NULL;) {
		const json_t *in = json_object_get(flow, "inbound"), *sent = json_object_get(flow, "outbound");

		(void)fprintf(out, "interface: %s\n", navectl_get_str(flow, "interface"));
		(void)fprintf(out, "   protected vrf: %s\n", navectl_get_str(flow, "ivrf"));
		print_idents(flow, "local ", "local", out);
		print_idents(flow, "remote", "remote", out);
		(void)fprintf(out, "   current_peer %s port %lld\n", navectl_get_str(flow, "peer"), navectl_get_int(flow, "port"));
		(void)fprintf(out, "    #pkts encaps: %lld, #pkts decaps: %lld\n", navectl_get_int(sent, "packets"),
			navectl_get_int(in, "packets"));
		(void)fprintf(out, "    #pkts replayed: %lld, #pkts auth failed: %lld, #other drops in: %lld, out: %lld\n",
			navectl_get_int(in, "replay_drops"), navectl_get_int(in, "auth_drops"), navectl_get_int(in, "other_drops"),
			navectl_get_int(sent, "other_drops"));
		(void)fprintf(out, "    local crypto endpt.: %s, remote crypto endpt.: %s\n", navectl_get_str(flow, "local_address"),
			navectl_get_str(flow, "peer"));
		if (navectl_get_int(flow, "mtu") != 0)
			(void)fprintf(out, "    ip mtu %lld\n", navectl_get_int(flow, "mtu"));
		(void)fputs("    inbound esp sas:\n", out);
		print_esp(in, flow, out);
		(void)fputs("    outbound esp sas:\n", out);
		print_esp(sent, flow, out);
		(void)fputc('\n', out);
	}
	for (size_t i = 0; (flow = navectl_get_next(doc, "lines", &i)) != NULL;) {
		(void)fprintf(out, "interface: %s\n", navectl_get_str(flow, "interface"));
		print_line(flow, out);
	}
}
