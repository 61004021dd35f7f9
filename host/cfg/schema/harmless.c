/*
 * Commands of IOS that mean nothing here: kept and printed, one warning for all, so that a router's own file loads.
 * Nothing that restricts traffic or access may stand here.
 */
#include "cfg/row.h"

#define CFG_KEPT(in, text)                                                                                     \
	{                                                                                                      \
		.mode = in, .what = CFG_CLASS_HARMLESS, .keep = CFG_KEEP_EACH, .pattern = text, .help = "kept" \
	}
#define CFG_KEPT_ENTERS(text, into)                                                                                          \
	{                                                                                                                    \
		.mode = CFG_MODE_GLOBAL, .enters = into, .what = CFG_CLASS_HARMLESS, .keep = CFG_KEEP_EACH, .pattern = text, \
		.help = "kept"                                                                                               \
	}

static const struct cfg_row rows[] = {
	CFG_KEPT(CFG_MODE_GLOBAL, "version <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "service <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "platform <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "boot-start-marker"),
	CFG_KEPT(CFG_MODE_GLOBAL, "boot-end-marker"),
	CFG_KEPT(CFG_MODE_GLOBAL, "boot <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "logging <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "enable {secret|password} <text:hidden>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "username <name> <text:hidden>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "clock <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ntp <text:hidden>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "snmp-server <text:hidden>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip domain {name|lookup|list|round-robin} [<text:rest>]"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip domain-name <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip domain-lookup"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip name-server <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip host <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip {routing|classless|subnet-zero|source-route|bootp server|finger}"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip cef [distributed]"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ipv6 cef [distributed]"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip http {server|secure-server|<text:rest>}"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip ssh <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip scp server enable"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip tftp <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip forward-protocol <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "ip bgp-community new-format"),
	CFG_KEPT(CFG_MODE_GLOBAL, "lldp <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "cdp <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "spanning-tree <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "license <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "memory-size <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "memory <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "mmi <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "multilink bundle-name authenticated"),
	CFG_KEPT(CFG_MODE_GLOBAL, "subscriber templating"),
	CFG_KEPT(CFG_MODE_GLOBAL, "scheduler <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "alias <text:rest>"),
	CFG_KEPT(CFG_MODE_GLOBAL, "diagnostic <text:rest>"),
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_HARMLESS,
		.keep = CFG_KEEP_KEY,
		.key = 0,
		.flags = CFG_ROW_BANNER,
		.pattern = "banner {motd|login|exec|incoming} <text:rest>",
		.help = "kept",
	},

	CFG_KEPT_ENTERS("line {console <first:0-999>|aux <first:0-999>|vty <first:0-999> [<last:0-999>]|<first:0-999> "
			"[<last:0-999>]}",
		CFG_MODE_LINE),
	CFG_KEPT(CFG_MODE_LINE, "{login|transport|exec-timeout|session-timeout|stopbits|speed|length|width|history|privilege|logging|"
				"escape-character|exec|autocommand|accounting|authorization|monitor|notify|rotary|location} [<text:rest>]"),
	CFG_KEPT(CFG_MODE_LINE, "password <text:hidden>"),
	CFG_KEPT_ENTERS("archive", CFG_MODE_ARCHIVE),
	CFG_KEPT(
		CFG_MODE_ARCHIVE, "{log config|logging enable|notify syslog|hidekeys|path|maximum|write-memory|time-period} [<text:rest>]"),
	CFG_KEPT_ENTERS("redundancy", CFG_MODE_REDUNDANCY),
	CFG_KEPT(CFG_MODE_REDUNDANCY, "mode <text:rest>"),
	CFG_KEPT_ENTERS("control-plane", CFG_MODE_CONTROL_PLANE),
	{
		.mode = CFG_MODE_CONTROL_PLANE,
		.what = CFG_CLASS_RESTRICT,
		.pattern = "service-policy {input|output} <map@policy-map>",
		.help = "polices what is for the router itself",
	},

	CFG_KEPT(CFG_MODE_INTERFACE, "duplex {auto|full|half}"),
	CFG_KEPT(CFG_MODE_INTERFACE, "speed {auto|<speed:10-400000>}"),
	CFG_KEPT(CFG_MODE_INTERFACE, "negotiation auto"),
	CFG_KEPT(CFG_MODE_INTERFACE, "media-type <text:rest>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "cdp <text:rest>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "lldp <text:rest>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "bandwidth <kilobits:1-100000000>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "delay <delay:1-16777215>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "load-interval <seconds:30-600>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "keepalive [<text:rest>]"),
	CFG_KEPT(CFG_MODE_INTERFACE, "carrier-delay <text:rest>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "arp timeout <seconds:0-2147483>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "mop <text:rest>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "ip {redirects|unreachables|proxy-arp|route-cache|mroute-cache|virtual-reassembly}"),
	CFG_KEPT(CFG_MODE_INTERFACE, "logging event <text:rest>"),
	CFG_KEPT(CFG_MODE_INTERFACE, "snmp trap <text:rest>"),
};

const struct cfg_rows cfg_harmless_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Kept without meaning" };
