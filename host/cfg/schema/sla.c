/* IP SLA (cli.md 4): what is asked again and again, for tracks to hang on. */
#include "cfg/build.h"
#include "cfg/date.h"

enum { SLA_FREQUENCY_S = 60, SLA_TIMEOUT_MS = 5000, SLA_LIFE_S = 3600 };

static struct cfg_sla *sla_of(struct cfg_object *object)
{
	return (struct cfg_sla *)(void *)object;
}

static void set_sla(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_sla *sla = sla_of(object);

	(void)b;
	sla->number = (uint32_t)cfg_stmt_number(s, "number", 0);
	sla->frequency_s = SLA_FREQUENCY_S;
	sla->timeout_ms = SLA_TIMEOUT_MS;
	sla->threshold_ms = SLA_TIMEOUT_MS;
}

static void set_echo(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_sla *sla = sla_of(object);

	sla->destination = cfg_stmt_addr(s, "address");
	sla->source_if = cfg_stmt_text(s, "interface");
	sla->source = cfg_stmt_addr(s, "source");
	if (sla->source.family != 0 && sla->source.family != sla->destination.family)
		cfg_build_error(b, s, cfg_stmt_param(s, "source"), "is of another family than what is asked");
}

static void set_frequency(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	sla_of(object)->frequency_s = (uint32_t)cfg_stmt_number(s, "seconds", SLA_FREQUENCY_S);
}

static void set_timeout(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	sla_of(object)->timeout_ms = (uint32_t)cfg_stmt_number(s, "ms", SLA_TIMEOUT_MS);
}

static void set_threshold(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	sla_of(object)->threshold_ms = (uint32_t)cfg_stmt_number(s, "ms", SLA_TIMEOUT_MS);
}

static void set_vrf(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	sla_of(object)->vrf = cfg_stmt_text(s, "vrf");
}

static uint8_t month_of(const struct cfg_stmt *s)
{
	static const char *const month[] = { "january", "february", "march", "april", "may", "june", "july", "august", "september",
		"october", "november", "december" };

	for (uint8_t i = 0; i < sizeof(month) / sizeof(month[0]); i++)
		if (cfg_stmt_has(s, month[i]))
			return (uint8_t)(i + 1);
	return 0;
}

static void set_time(struct cfg_build *b, const struct cfg_stmt *s, const char *name, uint32_t *out)
{
	if (!cfg_date_parse_time(cfg_stmt_text(s, name), out))
		cfg_build_error(b, s, cfg_stmt_param(s, name), "is no time: hh:mm[:ss] is wanted");
}

static void set_start(struct cfg_build *b, struct cfg_sla *sla, const struct cfg_stmt *s)
{
	sla->start = CFG_SLA_PENDING;
	if (cfg_stmt_has(s, "now")) {
		sla->start = CFG_SLA_NOW;
	} else if (cfg_stmt_text(s, "delay") != NULL) {
		sla->start = CFG_SLA_AFTER;
		set_time(b, s, "delay", &sla->after_s);
	} else if (cfg_stmt_text(s, "time") != NULL) {
		sla->start = CFG_SLA_AT;
		sla->at.month = month_of(s);
		sla->at.day = (uint8_t)cfg_stmt_number(s, "day", 0);
		set_time(b, s, "time", &sla->at.second);
		if (!cfg_date_is_sound(&sla->at))
			cfg_build_error(b, s, cfg_stmt_param(s, "day"), "is no day of that month");
	}
}

static void set_schedule(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_sla *sla = (struct cfg_sla *)(uintptr_t)cfg_find_sla(b->m, (uint32_t)cfg_stmt_number(s, "number", 0));

	(void)object;
	if (sla == NULL)
		return;
	set_start(b, sla, s);
	sla->life_s = cfg_stmt_has(s, "forever") ? 0 : (uint32_t)cfg_stmt_number(s, "seconds", SLA_LIFE_S);
}

#define SLA_MONTH "{january|february|march|april|may|june|july|august|september|october|november|december}"
#define SLA_TIME "<time> [" SLA_MONTH " <day:1-31>|<day:1-31> " SLA_MONTH "]"

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_SLA,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_SLA,
		.defines = "sla",
		.pattern = "ip sla <number:1-2147483647>",
		.set = set_sla,
		.help = "a probe",
	},
	{
		.mode = CFG_MODE_SLA,
		.enters = CFG_MODE_SLA_ECHO,
		.pattern = "icmp-echo <address:ip> [source-interface <interface:if@interface>|source-ip <source:ip>]",
		.set = set_echo,
		.help = "a ping; from that interface's address",
	},
	{
		.mode = CFG_MODE_SLA_ECHO,
		.pattern = "frequency <seconds:1-604800>",
		.set = set_frequency,
		.preset = "60",
		.help = "seconds from one to the next",
	},
	{
		.mode = CFG_MODE_SLA_ECHO,
		.pattern = "timeout <ms:1-604800000>",
		.set = set_timeout,
		.preset = "5000",
		.help = "how long an answer may take, in ms; no longer than until the next one is sent",
	},
	{
		.mode = CFG_MODE_SLA_ECHO,
		.pattern = "threshold <ms:0-60000>",
		.set = set_threshold,
		.preset = "5000",
		.help = "an answer that takes longer, in ms, is no success for `track … state`",
	},
	{
		.mode = CFG_MODE_SLA_ECHO,
		.pattern = "vrf <vrf@vrf>",
		.set = set_vrf,
		.preset = "the global one",
		.help = "where it is sent",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern =
			"ip sla schedule <number:1-2147483647@sla> {life {forever|<seconds:0-2147483647>}|start-time {now|pending|after <delay>|" SLA_TIME
			"}}+",
		.set = set_schedule,
		.help = "when it begins (`pending`: not yet; `after` hh:mm:ss; at hh:mm[:ss] UTC, of the next day that is meant), and how long it runs "
			"(3600 s unless written); a probe without this line doesn't",
	},
};

const struct cfg_rows cfg_sla_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Probes" };
