/*
 * The routing table, the forwarding table and tracks.
 */
#include <stdio.h>
#include <string.h>

#include "navectl/get.h"
#include "navectl/render.h"

#define CODES "Codes: C - connected, L - local, S - static (* by IKEv2), K - kernel\n\n"

static void print_default(const json_t *doc, FILE *out)
{
	const json_t *r;

	for (size_t i = 0; (r = navectl_get_next(doc, "routes", &i)) != NULL;) {
		if (strcmp(navectl_get_str(r, "prefix"), "0.0.0.0/0") != 0 || !navectl_get_bool(r, "best"))
			continue;
		(void)fprintf(out, "Gateway of last resort is %s to network 0.0.0.0\n\n",
			navectl_get_str(r, navectl_get_has(r, "gateway") ? "gateway" : "interface"));
		return;
	}
	(void)fputs("Gateway of last resort is not set\n\n", out);
}

static void print_routes(const json_t *doc, FILE *out)
{
	const json_t *r;
	char via[64];

	for (size_t i = 0; (r = navectl_get_next(doc, "routes", &i)) != NULL;) {
		const char *star = navectl_get_bool(r, "ikev2") ? "*" : " ";

		if (navectl_get_has(r, "gateway"))
			(void)snprintf(
				via, sizeof(via), "[%lld/0] via %s, ", navectl_get_int(r, "distance"), navectl_get_str(r, "gateway"));
		else if (navectl_get_int(r, "distance") > 0)
			(void)snprintf(via, sizeof(via), "[%lld/0] is directly connected, ", navectl_get_int(r, "distance"));
		else
			(void)snprintf(via, sizeof(via), "is directly connected, ");
		(void)fprintf(out, "%s%s    %-20s %s%s", navectl_get_str(r, "code"), star, navectl_get_str(r, "prefix"), via,
			navectl_get_str(r, "interface"));
		if (navectl_get_int(r, "tag") != 0)
			(void)fprintf(out, ", tag %lld", navectl_get_int(r, "tag"));
		if (navectl_get_int(r, "track") != 0)
			(void)fprintf(out, ", track %lld", navectl_get_int(r, "track"));
		(void)fputs(navectl_get_bool(r, "best") ? "\n" : navectl_get_bool(r, "resolved") ? "  (not best)\n" : "  (down)\n", out);
	}
}

void navectl_render_route(const json_t *doc, FILE *out)
{
	(void)fputs(CODES, out);
	print_default(doc, out);
	print_routes(doc, out);
}

void navectl_render_route_part(const json_t *doc, FILE *out)
{
	(void)fputs(CODES, out);
	print_routes(doc, out);
}

void navectl_render_route_entry(const json_t *doc, FILE *out)
{
	const json_t *r;

	for (size_t i = 0; (r = navectl_get_next(doc, "routes", &i)) != NULL;) {
		if (i == 1)
			(void)fprintf(out, "Routing entry for %s\n", navectl_get_str(r, "prefix"));
		(void)fprintf(
			out, "  Known via \"%s\", distance %lld, metric 0", navectl_get_str(r, "source"), navectl_get_int(r, "distance"));
		if (navectl_get_int(r, "tag") != 0)
			(void)fprintf(out, ", tag %lld", navectl_get_int(r, "tag"));
		(void)fprintf(out, "%s\n  %s%s%s, via %s\n",
			navectl_get_bool(r, "best")       ? ""
			: navectl_get_bool(r, "resolved") ? " (not best)"
							  : " (down)",
			navectl_get_bool(r, "best") ? "* " : "  ",
			navectl_get_has(r, "gateway") ? navectl_get_str(r, "gateway") : "directly connected",
			navectl_get_int(r, "track") != 0 ? ", tracked" : "", navectl_get_str(r, "interface"));
	}
}

void navectl_render_route_summary(const json_t *doc, FILE *out)
{
	const json_t *s;
	long long routes = 0, best = 0;

	(void)fprintf(out, "%-16s %10s %10s\n", "Route Source", "Routes", "In Table");
	for (size_t i = 0; (s = navectl_get_next(doc, "sources", &i)) != NULL;) {
		(void)fprintf(out, "%-16s %10lld %10lld\n", navectl_get_str(s, "source"), navectl_get_int(s, "routes"),
			navectl_get_int(s, "best"));
		routes += navectl_get_int(s, "routes");
		best += navectl_get_int(s, "best");
	}
	(void)fprintf(out, "%-16s %10lld %10lld\n", "Total", routes, best);
}

void navectl_render_route_cef(const json_t *doc, FILE *out)
{
	const json_t *e;

	(void)fprintf(out, "%-24s %-24s %s\n", "Prefix", "Next Hop", "Interface");
	for (size_t i = 0; (e = navectl_get_next(doc, "entries", &i)) != NULL;)
		(void)fprintf(out, "%-24s %-24s %s\n", navectl_get_str(e, "prefix"),
			navectl_get_str(e, navectl_get_has(e, "next_hop") ? "next_hop" : "action"),
			navectl_get_has(e, "interface") ? navectl_get_str(e, "interface") : "");
}

/* "ipv4,ipv6". */
static void join(const json_t *row, const char *name, char *out, size_t cap)
{
	const json_t *word;

	out[0] = '\0';
	for (size_t i = 0; (word = navectl_get_next(row, name, &i)) != NULL;)
		(void)snprintf(out + strlen(out), cap - strlen(out), "%s%s", i > 1 ? "," : "", json_string_value(word));
}

/* Where the host has it. */
static const char *place_of(const json_t *vrf)
{
	if (navectl_get_has(vrf, "netns"))
		return navectl_get_str(vrf, "netns");
	return navectl_get_has(vrf, "device") ? navectl_get_str(vrf, "device") : "none";
}

void navectl_render_route_vrfs(const json_t *doc, FILE *out)
{
	const json_t *v, *name;
	char protocols[32];

	(void)fprintf(out, "%-24s %-16s %-12s %-16s %s\n", "Name", "Default RD", "Protocols", "In the host", "Interfaces");
	for (size_t i = 0; (v = navectl_get_next(doc, "vrfs", &i)) != NULL;) {
		join(v, "protocols", protocols, sizeof(protocols));
		(void)fprintf(out, "%-24s %-16s %-12s %-16s", navectl_get_str(v, "name"),
			navectl_get_has(v, "rd") ? navectl_get_str(v, "rd") : "<not set>", protocols, place_of(v));
		for (size_t k = 0; (name = navectl_get_next(v, "interfaces", &k)) != NULL;)
			(void)fprintf(out, " %s", json_string_value(name));
		if (navectl_get_int(v, "accesses") != 0)
			(void)fprintf(out, " (%lld Virtual-Access)", navectl_get_int(v, "accesses"));
		(void)fputc('\n', out);
	}
}

void navectl_render_route_track(const json_t *doc, FILE *out)
{
	const json_t *t;
	char since[NAVECTL_TIME];

	for (size_t i = 0; (t = navectl_get_next(doc, "tracks", &i)) != NULL;) {
		const json_t *users = json_object_get(t, "routes");
		const json_t *prefix;
		size_t at;

		(void)fprintf(out, "Track %lld\n  %s\n  is %s\n", navectl_get_int(t, "track"), navectl_get_str(t, "what"),
			navectl_get_str(t, "state"));
		(void)fprintf(
			out, "    %lld changes, last change %s\n", navectl_get_int(t, "changes"), navectl_get_time(t, "since_s", since));
		if (navectl_get_int(t, "delay_up_s") != 0 || navectl_get_int(t, "delay_down_s") != 0)
			(void)fprintf(out, "  Delay up %lld secs, down %lld secs\n", navectl_get_int(t, "delay_up_s"),
				navectl_get_int(t, "delay_down_s"));
		if (json_array_size(users) != 0)
			(void)fputs("  Tracked by:\n", out);
		json_array_foreach(users, at, prefix)(void) fprintf(out, "    static route %s\n", json_string_value(prefix));
	}
}

void navectl_render_route_tracks(const json_t *doc, FILE *out)
{
	const json_t *t;
	char since[NAVECTL_TIME];

	(void)fprintf(out, "%-6s %-44s %-6s %s\n", "Track", "Object", "State", "Last Change");
	for (size_t i = 0; (t = navectl_get_next(doc, "tracks", &i)) != NULL;)
		(void)fprintf(out, "%-6lld %-44s %-6s %s\n", navectl_get_int(t, "track"), navectl_get_str(t, "what"),
			navectl_get_str(t, "state"), navectl_get_time(t, "since_s", since));
}
