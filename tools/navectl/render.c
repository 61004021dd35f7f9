/*
 * Which document is printed how, and the small layouts.
 */
#include "navectl/render.h"

#include <string.h>

#include "navectl/get.h"

/* A command that ends in a star stands for all that begin so. */
static const struct {
	const char *command;
	void (*fn)(const json_t *doc, FILE *out);
} layouts[] = {
	{ "clear access-list counters*", navectl_render_cleared_counters },
	{ "clear counters*", navectl_render_cleared_counters },
	{ "clear crypto session", navectl_render_cleared },
	{ "clear crypto session ivrf <vrf>", navectl_render_cleared },
	{ "clear crypto session remote <address>", navectl_render_cleared },
	{ "device fault *", navectl_render_fault },
	{ "help", navectl_render_help },
	{ "rekey crypto *", navectl_render_rekeyed },
	{ "show access-lists", navectl_render_ip_lists },
	{ "show access-lists <name>", navectl_render_ip_lists },
	{ "show crypto ikev2 redirect", navectl_render_crypto_redirect },
	{ "show crypto ikev2 sa", navectl_render_crypto_ikev2 },
	{ "show crypto ikev2 sa detailed", navectl_render_crypto_ikev2_detailed },
	{ "show crypto ikev2 stats", navectl_render_crypto_stats },
	{ "show crypto ikev2 sa local <address>", navectl_render_crypto_ikev2 },
	{ "show crypto ikev2 sa remote <address>", navectl_render_crypto_ikev2 },
	{ "show crypto ipsec sa*", navectl_render_crypto_ipsec },
	{ "show crypto session", navectl_render_crypto_session },
	{ "show crypto session brief", navectl_render_crypto_brief },
	{ "show crypto session detail", navectl_render_crypto_detail },
	{ "show crypto session fvrf <vrf>", navectl_render_crypto_session },
	{ "show crypto session ivrf <vrf>", navectl_render_crypto_session },
	{ "show crypto session remote <address>", navectl_render_crypto_session },
	{ "show derived-config interface *", navectl_render_ip_derived },
	{ "show interfaces*", navectl_render_iface },
	{ "show ip interface", navectl_render_ip_features },
	{ "show ip interface <interface>", navectl_render_ip_features },
	{ "show ip interface brief", navectl_render_ip_interfaces },
	{ "show ip local pool", navectl_render_ip_pools },
	{ "show ip cef", navectl_render_route_cef },
	{ "show ip cef vrf <vrf>", navectl_render_route_cef },
	{ "show ip route", navectl_render_route },
	{ "show ip route <prefix>", navectl_render_route_entry },
	{ "show ip route connected", navectl_render_route_part },
	{ "show ip route kernel", navectl_render_route_part },
	{ "show ip route static", navectl_render_route_part },
	{ "show ip route summary", navectl_render_route_summary },
	{ "show ip route vrf <vrf>", navectl_render_route },
	{ "show ip route vrf <vrf> <prefix>", navectl_render_route_entry },
	{ "show ip sla statistics", navectl_render_sla },
	{ "show ipv6 cef", navectl_render_route_cef },
	{ "show ipv6 cef vrf <vrf>", navectl_render_route_cef },
	{ "show ipv6 route", navectl_render_route_part },
	{ "show ipv6 route <prefix>", navectl_render_route_entry },
	{ "show ipv6 route connected", navectl_render_route_part },
	{ "show ipv6 route kernel", navectl_render_route_part },
	{ "show ipv6 route static", navectl_render_route_part },
	{ "show ipv6 route summary", navectl_render_route_summary },
	{ "show ipv6 route vrf <vrf>", navectl_render_route_part },
	{ "show ipv6 route vrf <vrf> <prefix>", navectl_render_route_entry },
	{ "show platform counters", navectl_render_platform_counters },
	{ "show platform drops", navectl_render_platform_counters },
	{ "show platform offload", navectl_render_platform_offload },
	{ "show policy-map interface", navectl_render_ip_policies },
	{ "show policy-map interface <interface>", navectl_render_ip_policies },
	{ "show policy-map interface <interface> <number>", navectl_render_ip_policies },
	{ "show running-config", navectl_render_lines },
	{ "show track", navectl_render_route_track },
	{ "show track brief", navectl_render_route_tracks },
	{ "show version", navectl_render_version },
	{ "show vrf", navectl_render_route_vrfs },
};

static bool is_of(const char *command, const char *layout)
{
	size_t len = strlen(layout);

	return layout[len - 1] == '*' ? strncmp(command, layout, len - 1) == 0 : strcmp(command, layout) == 0;
}

void navectl_render(const char *command, const json_t *doc, FILE *out)
{
	for (size_t i = 0; i < sizeof(layouts) / sizeof(layouts[0]); i++) {
		if (is_of(command, layouts[i].command)) {
			layouts[i].fn(doc, out);
			return;
		}
	}
	(void)json_dumpf(doc, out, JSON_INDENT(2));
	(void)fputc('\n', out);
}

void navectl_render_version(const json_t *doc, FILE *out)
{
	const json_t *dp = json_object_get(doc, "datapath");
	const json_t *ike = json_object_get(doc, "ikev2");
	char uptime[NAVECTL_TIME];

	(void)fprintf(out, "Nave %s, FlexVPN hub and spoke\n", navectl_get_str(doc, "version"));
	(void)fprintf(out, "%s uptime is %s\n\n", navectl_get_str(doc, "hostname"), navectl_get_time(doc, "uptime_s", uptime));
	(void)fprintf(out, "Datapath:  %s, %s\n", navectl_get_str(dp, "link"), navectl_get_str(dp, "sync"));
	(void)fprintf(out, "           %lld objects, %lld to send, %lld refused, %lld orphaned\n", navectl_get_int(dp, "objects"),
		navectl_get_int(dp, "todo"), navectl_get_int(dp, "failing"), navectl_get_int(dp, "orphans"));
	(void)fprintf(out, "IKEv2 SAs: %lld, of them %lld up and %lld half-open\n", navectl_get_int(ike, "sas"), navectl_get_int(ike, "up"),
		navectl_get_int(ike, "half_open"));
}

void navectl_render_lines(const json_t *doc, FILE *out)
{
	const json_t *line;

	for (size_t i = 0; (line = navectl_get_next(doc, "lines", &i)) != NULL;)
		(void)fprintf(out, "%s\n", json_string_value(line));
}

void navectl_render_help(const json_t *doc, FILE *out)
{
	const json_t *item;

	for (size_t i = 0; (item = navectl_get_next(doc, "help", &i)) != NULL;)
		(void)fprintf(out, "  %-16s %s\n", navectl_get_str(item, "word"),
			navectl_get_has(item, "help") ? navectl_get_str(item, "help") : "");
}

void navectl_render_fault(const json_t *doc, FILE *out)
{
	(void)fprintf(out, "%s: fault '%s' is in the device\n", navectl_get_str(doc, "interface"), navectl_get_str(doc, "fault"));
}

void navectl_render_cleared(const json_t *doc, FILE *out)
{
	long long count = navectl_get_int(doc, "cleared");

	(void)fprintf(out, "%lld session%s cleared\n", count, count == 1 ? "" : "s");
}

void navectl_render_cleared_counters(const json_t *doc, FILE *out)
{
	(void)fprintf(out, "counters of %lld cleared\n", navectl_get_int(doc, "cleared"));
}

void navectl_render_rekeyed(const json_t *doc, FILE *out)
{
	long long count = navectl_get_int(doc, "rekeyed");

	(void)fprintf(out, "%lld session%s to be rekeyed\n", count, count == 1 ? "" : "s");
}
