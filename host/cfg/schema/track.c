/* Tracks and IP SLA (cli.md 4): grammar, no code yet. */
#include "cfg/row.h"

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "track timer [ip route|ip sla|interface|list|stub] {<seconds:1-3000>|msec <ms:500-5000>}",
		.help = "how often it is looked; without a kind: all kinds",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_TRACK,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "track",
		.pattern =
			"track <number:1-1000> {ip route {<prefix:p4>|<prefix:ip4> <mask:mask>} reachability|ip sla <sla:1-2147483647@sla> "
			"[reachability|state]|interface <interface:if@interface> line-protocol|list boolean {and|or}|stub-object}",
		.help = "something that is up or down",
	},
	{
		.mode = CFG_MODE_TRACK,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "object <object:1-1000@track> [not]",
		.help = "a member of a list",
	},
	{
		.mode = CFG_MODE_TRACK,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "delay {up <up:0-180>|down <down:0-180>}+",
		.help = "seconds until a change counts",
	},
	{ .mode = CFG_MODE_TRACK, .what = CFG_CLASS_NOT_YET, .pattern = "default-state {up|down}", .help = "of a stub object" },
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_SLA,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "sla",
		.pattern = "ip sla <number:1-2147483647>",
		.help = "a probe",
	},
	{
		.mode = CFG_MODE_SLA,
		.enters = CFG_MODE_SLA_ECHO,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "icmp-echo <address:ip> [source-interface <interface:if@interface>|source-ip <source:ip>]",
		.help = "a ping",
	},
	{ .mode = CFG_MODE_SLA_ECHO,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "frequency <seconds:1-604800>",
		.preset = "60",
		.help = "seconds" },
	{ .mode = CFG_MODE_SLA_ECHO, .what = CFG_CLASS_NOT_YET, .pattern = "timeout <ms:0-604800000>", .preset = "5000", .help = "ms" },
	{ .mode = CFG_MODE_SLA_ECHO, .what = CFG_CLASS_NOT_YET, .pattern = "threshold <ms:0-60000>", .preset = "5000", .help = "ms" },
	{ .mode = CFG_MODE_SLA_ECHO, .what = CFG_CLASS_NOT_YET, .pattern = "vrf <vrf@vrf>", .help = "where" },
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern =
			"ip sla schedule <number:1-2147483647@sla> {life {forever|<seconds:0-2147483647>}|start-time {now|pending|<time>}}+",
		.help = "when it runs",
	},
};

const struct cfg_rows cfg_track_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Tracks and probes" };
