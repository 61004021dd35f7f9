/* Event manager applets (cli.md 9): grammar, no code yet. */
#include "cfg/row.h"

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "event manager environment <variable> <value:rest>",
		.help = "a variable of all applets",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_APPLET,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.defines = "applet",
		.pattern = "event manager applet <name> [authorization bypass]",
		.help = "a small program that runs on an event",
	},
	{
		.mode = CFG_MODE_APPLET,
		.what = CFG_CLASS_NOT_YET,
		.pattern = "event timer watchdog time <seconds:1-4294967295> [maxrun <longest:1-4294967295>]",
		.help = "when it runs",
	},
	{
		.mode = CFG_MODE_APPLET,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.slot = "action",
		.pattern =
			"action <label> {cli command <command:text>|set <variable> <value:text>|regexp <pattern:text> <subject:text> [match "
			"{<variable>}+]|puts <message:text>|syslog msg <message:text>|if <left:text> {eq|ne|gt|ge|lt|le} <right:text>|else|end|"
			"{add|subtract|multiply|divide} <left:text> <right:text>|track {set <track:1-1000@track> state {up|down}|read "
			"<track:1-1000@track>}}",
		.help = "a step; labels sort as strings",
	},
};

const struct cfg_rows cfg_applet_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Event manager" };
