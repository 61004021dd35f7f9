/*
 * show interfaces.
 */
#include "navectl/get.h"
#include "navectl/render.h"

static void print_addresses(const json_t *f, FILE *out)
{
	const json_t *six = json_object_get(f, "ipv6"), *a;
	size_t i;

	if (navectl_get_has(f, "lender"))
		(void)fprintf(out, "  Interface is unnumbered. Using address of %s (%s)\n", navectl_get_str(f, "lender"),
			navectl_get_str(f, "address"));
	else if (navectl_get_has(f, "address"))
		(void)fprintf(out, "  Internet address is %s/%lld\n", navectl_get_str(f, "address"), navectl_get_int(f, "prefix_len"));
	json_array_foreach(six, i, a)(void) fprintf(out, "  IPv6 address is %s\n", json_string_value(a));
}

void navectl_render_iface_netdev(const json_t *f, FILE *out)
{
	if (navectl_get_has(f, "netdev_reason"))
		(void)fprintf(out, "  Netdev %s isn't there: %s\n", navectl_get_str(f, "netdev"), navectl_get_str(f, "netdev_reason"));
	else if (navectl_get_has(f, "netdev"))
		(void)fprintf(out, "  Netdev %s\n", navectl_get_str(f, "netdev"));
}

static void print_tunnel(const json_t *f, FILE *out)
{
	if (!navectl_get_has(f, "mode"))
		return;
	if (navectl_get_has(f, "template"))
		(void)fprintf(out, "  Cloned from %s\n", navectl_get_str(f, "template"));
	navectl_render_iface_netdev(f, out);
	(void)fprintf(out, "  Tunnel source %s, destination %s\n", navectl_get_has(f, "source") ? navectl_get_str(f, "source") : "-",
		navectl_get_has(f, "destination") ? navectl_get_str(f, "destination") : "-");
	(void)fprintf(out, "  Tunnel mode %s\n", navectl_get_str(f, "mode"));
	if (navectl_get_has(f, "protection"))
		(void)fprintf(out, "  Tunnel protection via IPsec (profile \"%s\")\n", navectl_get_str(f, "protection"));
}

static const char *ago(const json_t *f, const char *name, char *out)
{
	return json_is_integer(json_object_get(f, name)) ? navectl_get_time(f, name, out) : "never";
}

static void print_counters(const json_t *f, FILE *out)
{
	const json_t *c = json_object_get(f, "counters");
	char in[NAVECTL_TIME], sent[NAVECTL_TIME], cleared[NAVECTL_TIME];

	if (!json_is_object(c))
		return;
	if (navectl_get_has(f, "mode"))
		(void)fprintf(out, "  Last input %s, output %s\n", ago(f, "idle_in_s", in), ago(f, "idle_out_s", sent));
	(void)fprintf(out, "  Last clearing of counters %s\n", ago(f, "cleared_s", cleared));
	(void)fprintf(out, "     %lld packets input, %lld bytes, %lld dropped\n", navectl_get_int(c, "in_packets"),
		navectl_get_int(c, "in_bytes"), navectl_get_int(c, "in_drops"));
	(void)fprintf(out, "     %lld packets output, %lld bytes, %lld dropped\n", navectl_get_int(c, "out_packets"),
		navectl_get_int(c, "out_bytes"), navectl_get_int(c, "out_drops"));
	(void)fprintf(out, "     %lld denied by the inbound list, %lld by the outgoing list, %lld without a way back\n",
		navectl_get_int(c, "acl_in"), navectl_get_int(c, "acl_out"), navectl_get_int(c, "urpf"));
}

static void print_interface(const json_t *f, FILE *out)
{
	(void)fprintf(out, "%s is %s, line protocol is %s", navectl_get_str(f, "name"), navectl_get_str(f, "status"),
		navectl_get_str(f, "protocol"));
	if (navectl_get_has(f, "reason"))
		(void)fprintf(out, " (%s)", navectl_get_str(f, "reason"));
	(void)fprintf(out, "\n  Hardware is %s%s%s%s\n", navectl_get_str(f, "hardware"), navectl_get_has(f, "device") ? " (" : "",
		navectl_get_has(f, "device") ? navectl_get_str(f, "device") : "", navectl_get_has(f, "device") ? ")" : "");
	if (navectl_get_has(f, "description"))
		(void)fprintf(out, "  Description: %s\n", navectl_get_str(f, "description"));
	print_addresses(f, out);
	if (navectl_get_has(f, "mtu"))
		(void)fprintf(out, "  MTU %lld bytes\n", navectl_get_int(f, "mtu"));
	(void)fprintf(out, "  Encapsulation %s\n", navectl_get_str(f, "encapsulation"));
	print_tunnel(f, out);
	print_counters(f, out);
}

void navectl_render_iface(const json_t *doc, FILE *out)
{
	const json_t *f;

	for (size_t i = 0; (f = navectl_get_next(doc, "interfaces", &i)) != NULL;)
		print_interface(f, out);
}
