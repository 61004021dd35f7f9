/* Tracks (cli.md 4). */
#include "cfg/build.h"

static struct cfg_track *track_of(struct cfg_object *object)
{
	return (struct cfg_track *)(void *)object;
}

static void set_timer(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)object;
	b->m->track_timer_ms = (uint32_t)cfg_stmt_number(s, "ms", cfg_stmt_number(s, "seconds", 0) * 1000);
}

static void set_track(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_track *t = track_of(object);
	struct addr mask = cfg_stmt_addr(s, "mask");

	(void)b;
	t->number = (uint32_t)cfg_stmt_number(s, "number", 0);
	t->if_name = cfg_stmt_text(s, "interface");
	t->ip_routing = cfg_stmt_has(s, "routing");
	t->all = cfg_stmt_has(s, "and");
	t->sla = (uint32_t)cfg_stmt_number(s, "sla", 0);
	t->reachability = cfg_stmt_has(s, "reachability");
	t->how = t->if_name != NULL               ? CFG_TRACK_INTERFACE
		 : cfg_stmt_has(s, "list")        ? CFG_TRACK_LIST
		 : cfg_stmt_has(s, "stub-object") ? CFG_TRACK_STUB
		 : t->sla != 0                    ? CFG_TRACK_SLA
						  : CFG_TRACK_ROUTE;
	if (mask.family == 0) {
		t->prefix = cfg_stmt_prefix(s, "prefix");
	} else {
		t->prefix.addr = cfg_stmt_addr(s, "prefix");
		if (addr_mask_len(&mask, &t->prefix.len) != ERR_OK)
			t->prefix.len = 32;
	}
	t->prefix.addr = addr_network(&t->prefix);
}

static bool is_how(struct cfg_build *b, const struct cfg_track *t, enum cfg_track_how how, const struct cfg_stmt *s)
{
	if (t->how != how)
		cfg_build_error(b, s, NULL, "isn't for '%s'", t->object.title);
	return t->how == how;
}

static void set_member(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_track_member *m;

	if (!is_how(b, track_of(object), CFG_TRACK_LIST, s))
		return;
	m = (struct cfg_track_member *)cfg_build_alloc(b, sizeof(*m));
	if (m == NULL)
		return;
	m->number = (uint32_t)cfg_stmt_number(s, "object", 0);
	m->negated = cfg_stmt_has(s, "not");
	cfg_build_append(b, &track_of(object)->members, m);
}

static void set_delay(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	track_of(object)->delay_up_s = (uint32_t)cfg_stmt_number(s, "up", 0);
	track_of(object)->delay_down_s = (uint32_t)cfg_stmt_number(s, "down", 0);
}

static void set_state(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	if (is_how(b, track_of(object), CFG_TRACK_STUB, s))
		track_of(object)->stub_up = cfg_stmt_has(s, "up");
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.keep = CFG_KEEP_EACH,
		.pattern = "track timer [ip route|ip sla|interface|list|stub] {<seconds:1-3000>|msec <ms:500-5000>}",
		.set = set_timer,
		.preset = "msec 500",
		.help = "changes count at once, but of no track more often than this; the last line is for all kinds",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_TRACK,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_TRACK,
		.slot = "track",
		.defines = "track",
		.pattern = "track <number:1-1000> {ip route {<prefix:p4>|<prefix:ip4> <mask:mask>} reachability|interface "
			   "<interface:if@interface> {line-protocol|ip routing}|list boolean {and|or}|stub-object}",
		.set = set_track,
		.help = "something that is up or down",
	},
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_TRACK,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_TRACK,
		.slot = "track",
		.defines = "track",
		.pattern = "track <number:1-1000> ip sla <sla:1-2147483647@sla> [reachability|state]",
		.set = set_track,
		.help = "a probe's success: that it was answered, or, with `state` and by default, answered below its threshold",
	},
	{
		.mode = CFG_MODE_TRACK,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.pattern = "object <object:1-1000@track> [not]",
		.set = set_member,
		.help = "a member of a list",
	},
	{
		.mode = CFG_MODE_TRACK,
		.pattern = "delay {up <up:0-180>|down <down:0-180>}+",
		.set = set_delay,
		.preset = "up 0 down 0",
		.help = "seconds until a change counts",
	},
	{
		.mode = CFG_MODE_TRACK,
		.pattern = "default-state {up|down}",
		.set = set_state,
		.preset = "down",
		.help = "of a stub object",
	},
};

const struct cfg_rows cfg_track_rows = { rows, sizeof(rows) / sizeof(rows[0]), "Tracks" };
