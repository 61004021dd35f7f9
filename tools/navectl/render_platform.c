/*
 * What the devices carry, and what the datapath counts.
 */
#include "navectl/get.h"
#include "navectl/render.h"

static const char *use(const json_t *port, const char *used, const char *limit, char *out, size_t cap)
{
	if (navectl_get_int(port, limit) == 0)
		(void)snprintf(out, cap, "-");
	else
		(void)snprintf(out, cap, "%lld of %lld", navectl_get_int(port, used), navectl_get_int(port, limit));
	return out;
}

static void print_ports(const json_t *doc, FILE *out)
{
	const json_t *p;
	char sas[48], flows[48];

	(void)fprintf(
		out, "%-16s %-10s %-28s %-6s %-16s %-16s %s\n", "Port", "Driver", "Device", "State", "Inline SAs", "Flow rules", "Epoch");
	for (size_t i = 0; (p = navectl_get_next(doc, "ports", &i)) != NULL;)
		(void)fprintf(out, "%-16s %-10s %-28s %-6s %-16s %-16s %lld\n", navectl_get_str(p, "name"), navectl_get_str(p, "driver"),
			navectl_get_str(p, "device"), navectl_get_str(p, "state"), use(p, "sa_used", "sa_limit", sas, sizeof(sas)),
			use(p, "flow_used", "flow_limit", flows, sizeof(flows)), navectl_get_int(p, "epoch"));
}

void navectl_render_platform_offload(const json_t *doc, FILE *out)
{
	const json_t *row;

	print_ports(doc, out);
	(void)fprintf(out, "\n%-18s %-16s %10s %10s\n", "ESP placement", "Reason", "Inbound", "Outbound");
	for (size_t i = 0; (row = navectl_get_next(doc, "placements", &i)) != NULL;)
		(void)fprintf(out, "%-18s %-16s %10lld %10lld\n", navectl_get_str(row, "placement"), navectl_get_str(row, "reason"),
			navectl_get_int(row, "inbound"), navectl_get_int(row, "outbound"));
	for (size_t i = 0; (row = navectl_get_next(doc, "refused", &i)) != NULL;)
		(void)fprintf(out, "%s%-18s %-16s %10lld\n", i == 1 ? "\n" : "", "refused", navectl_get_str(row, "reason"),
			navectl_get_int(row, "count"));
}

void navectl_render_platform_counters(const json_t *doc, FILE *out)
{
	const json_t *c;
	bool any = false;

	for (size_t i = 0; (c = navectl_get_next(doc, "counters", &i)) != NULL; any = true)
		(void)fprintf(out, "%14lld  %s\n", navectl_get_int(c, "value"), navectl_get_str(c, "name"));
	if (!any)
		(void)fputs("none\n", out);
}
