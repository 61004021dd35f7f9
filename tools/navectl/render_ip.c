/*
 * Interfaces and pools.
 */
#include <string.h>

#include "navectl/get.h"
#include "navectl/render.h"

void navectl_render_ip_interfaces(const json_t *doc, FILE *out)
{
	const json_t *f;

	(void)fprintf(out, "%-22s %-40s %-12s %-22s %s\n", "Interface", "IP-Address", "Method", "Status", "Protocol");
	for (size_t i = 0; (f = navectl_get_next(doc, "interfaces", &i)) != NULL;) {
		(void)fprintf(out, "%-22s %-40s %-12s %-22s %s", navectl_get_str(f, "name"),
			navectl_get_has(f, "address") ? navectl_get_str(f, "address") : "unassigned", navectl_get_str(f, "method"),
			navectl_get_str(f, "status"), navectl_get_str(f, "protocol"));
		if (navectl_get_has(f, "reason"))
			(void)fprintf(out, "  (%s)", navectl_get_str(f, "reason"));
		(void)fputc('\n', out);
	}
}

void navectl_render_ip_derived(const json_t *doc, FILE *out)
{
	const json_t *l;

	(void)fprintf(out, "interface %s\n", navectl_get_str(doc, "interface"));
	for (size_t i = 0; (l = navectl_get_next(doc, "lines", &i)) != NULL;)
		(void)fprintf(out, " %-56s [%s]\n", navectl_get_str(l, "line"), navectl_get_str(l, "origin"));
}

void navectl_render_ip_pools(const json_t *doc, FILE *out)
{
	const json_t *p, *r;

	(void)fprintf(out, " %-20s %-15s %-15s %7s %7s\n", "Pool", "Begin", "End", "Free", "In use");
	for (size_t i = 0; (p = navectl_get_next(doc, "pools", &i)) != NULL;) {
		(void)fprintf(out, " %-20s %-15s %-15s %7lld %7lld\n", navectl_get_str(p, "name"), navectl_get_str(p, "begin"),
			navectl_get_str(p, "end"), navectl_get_int(p, "free"), navectl_get_int(p, "used"));
		for (size_t k = 1; (r = navectl_get_next(p, "ranges", &k)) != NULL;)
			(void)fprintf(out, " %-20s %-15s %-15s\n", "", navectl_get_str(r, "begin"), navectl_get_str(r, "end"));
	}
}

static void print_matches(const json_t *row, const char *name, FILE *out)
{
	long long n = navectl_get_int(row, name);

	if (n > 0)
		(void)fprintf(out, " (%lld match%s)", n, n == 1 ? "" : "es");
	(void)fputc('\n', out);
}

void navectl_render_ip_lists(const json_t *doc, FILE *out)
{
	const json_t *list, *l;

	for (size_t i = 0; (list = navectl_get_next(doc, "lists", &i)) != NULL;) {
		bool six = strcmp(navectl_get_str(list, "family"), "IPv6") == 0;

		(void)fprintf(out, "%s access list %s%s\n",
			six                                       ? "IPv6"
			: navectl_get_str(list, "type")[0] == 's' ? "Standard IP"
								  : "Extended IP",
			navectl_get_str(list, "name"), navectl_get_bool(list, "applied") ? "" : "  (no interface has it)");
		for (size_t k = 0; (l = navectl_get_next(list, "lines", &k)) != NULL;) {
			(void)fprintf(out, "    %lld %s", navectl_get_int(l, "seq"), navectl_get_str(l, "text"));
			print_matches(l, "matches", out);
		}
		(void)fputs("    (what no line fits is denied)", out);
		print_matches(list, "denied", out);
	}
}

static void print_list(const json_t *f, const char *way, const char *name, const char *family, FILE *out)
{
	(void)fprintf(out, "  %s access list is %s%s\n", way, navectl_get_has(f, name) ? navectl_get_str(f, name) : "not set", family);
}

static void print_verify(const json_t *f, const char *name, const char *family, FILE *out)
{
	if (navectl_get_has(f, name))
		(void)fprintf(out, "  %s verify source reachable-via %s\n", family, navectl_get_str(f, name));
}

static void print_mss(const json_t *f, const char *name, const char *family, FILE *out)
{
	if (navectl_get_int(f, name) > 0)
		(void)fprintf(out, "  TCP segments over %s are at most %lld bytes\n", family, navectl_get_int(f, name));
}

void navectl_render_ip_features(const json_t *doc, FILE *out)
{
	const json_t *f, *drops;

	for (size_t i = 0; (f = navectl_get_next(doc, "interfaces", &i)) != NULL;) {
		(void)fprintf(out, "%s is %s, line protocol is %s\n", navectl_get_str(f, "name"), navectl_get_str(f, "status"),
			navectl_get_str(f, "protocol"));
		if (navectl_get_has(f, "address"))
			(void)fprintf(out, "  Internet address is %s\n", navectl_get_str(f, "address"));
		navectl_render_iface_netdev(f, out);
		print_list(f, "Outgoing", "access_out", "", out);
		print_list(f, "Inbound ", "access_in", "", out);
		if (navectl_get_has(f, "access_out_ipv6"))
			print_list(f, "Outgoing", "access_out_ipv6", " (IPv6)", out);
		if (navectl_get_has(f, "access_in_ipv6"))
			print_list(f, "Inbound ", "access_in_ipv6", " (IPv6)", out);
		print_verify(f, "verify", "IP", out);
		print_verify(f, "verify_ipv6", "IPv6", out);
		print_mss(f, "mss", "IPv4", out);
		print_mss(f, "mss_ipv6", "IPv6", out);
		drops = json_object_get(f, "drops");
		if (json_is_object(drops))
			(void)fprintf(out, "  Dropped: %lld by the inbound list, %lld by the outgoing list, %lld without a way back\n",
				navectl_get_int(drops, "acl_in"), navectl_get_int(drops, "acl_out"), navectl_get_int(drops, "urpf"));
	}
}

static void print_amount(const json_t *p, const char *what, const char *packets, const char *bytes, const char *action, FILE *out)
{
	(void)fprintf(out, "        %s %lld packets, %lld bytes; actions: %s\n", what, navectl_get_int(p, packets),
		navectl_get_int(p, bytes), navectl_get_str(json_object_get(p, "police"), action));
}

static void print_police(const json_t *p, int indent, FILE *out)
{
	const json_t *police = json_object_get(p, "police");
	bool two = navectl_get_int(police, "pir_bps") > 0, three = two || navectl_get_int(police, "excess_burst") > 0;

	if (!json_is_object(police))
		return;
	(void)fprintf(out, "%*spolice: cir %lld bps, bc %lld bytes", indent, "", navectl_get_int(police, "cir_bps"),
		navectl_get_int(police, "burst"));
	if (two)
		(void)fprintf(out, ", pir %lld bps", navectl_get_int(police, "pir_bps"));
	if (three)
		(void)fprintf(out, ", be %lld bytes", navectl_get_int(police, "excess_burst"));
	(void)fputc('\n', out);
	if (!navectl_get_has(p, "packets"))
		return;
	print_amount(p, "conformed", "conformed_packets", "conformed_bytes", "conform_action", out);
	print_amount(p, "exceeded ", "exceeded_packets", "exceeded_bytes", "exceed_action", out);
	if (three)
		print_amount(p, "violated ", "violated_packets", "violated_bytes", "violate_action", out);
}

static void print_class(const json_t *p, FILE *out)
{
	int indent = 4 + 4 * (int)navectl_get_int(p, "depth");
	bool counted = navectl_get_has(p, "packets");
	const json_t *match;

	(void)fprintf(out, "\n%*sClass-map: %s (match-%s)\n", indent, "", navectl_get_str(p, "class"), navectl_get_str(p, "match_type"));
	if (counted)
		(void)fprintf(
			out, "%*s%lld packets, %lld bytes\n", indent + 2, "", navectl_get_int(p, "packets"), navectl_get_int(p, "bytes"));
	match = json_object_get(p, "match");
	if (json_array_size(match) == 0)
		(void)fprintf(out, "%*sMatch: any\n", indent + 2, "");
	for (size_t i = 0; i < json_array_size(match); i++)
		(void)fprintf(out, "%*sMatch: %s\n", indent + 2, "", json_string_value(json_array_get(match, i)));
	if (navectl_get_has(p, "set_dscp"))
		(void)fprintf(out, "%*sQoS Set\n%*sdscp %s\n%*sPackets marked %lld\n", indent + 2, "", indent + 4, "",
			navectl_get_str(p, "set_dscp"), indent + 4, "", navectl_get_int(p, "marked_packets"));
	print_police(p, indent + 2, out);
	if (navectl_get_int(p, "shape_bps") > 0) {
		(void)fprintf(out, "%*sshape (average) cir %lld bps\n", indent + 2, "", navectl_get_int(p, "shape_bps"));
		if (counted)
			(void)fprintf(out, "%*s(waiting ms/total drops/packets delayed) %lld/%lld/%lld\n", indent + 2, "",
				navectl_get_int(p, "wait_ms"), navectl_get_int(p, "dropped_packets"),
				navectl_get_int(p, "delayed_packets"));
	}
	if (navectl_get_has(p, "service_policy"))
		(void)fprintf(out, "\n%*sService-policy : %s\n", indent + 2, "", navectl_get_str(p, "service_policy"));
}

static bool same_place(const json_t *p, const json_t *before)
{
	return before != NULL && strcmp(navectl_get_str(p, "interface"), navectl_get_str(before, "interface")) == 0 &&
	       strcmp(navectl_get_str(p, "direction"), navectl_get_str(before, "direction")) == 0;
}

void navectl_render_ip_policies(const json_t *doc, FILE *out)
{
	const json_t *p, *before = NULL;

	for (size_t i = 0; (p = navectl_get_next(doc, "policies", &i)) != NULL; before = p) {
		if (!same_place(p, before))
			(void)fprintf(out, "%s%s\n\n  Service-policy %s: %s\n", before != NULL ? "\n" : "", navectl_get_str(p, "interface"),
				navectl_get_str(p, "direction"), navectl_get_str(p, "policy"));
		print_class(p, out);
	}
}
