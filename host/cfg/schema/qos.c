/* Classes of traffic and what policies do to them (cli.md 4); `service-policy` of an interface says where. */
#include <assert.h>
#include <string.h>

#include "cfg/qos.h"

enum { BURST_MIN = 1500, BURST_PARTS = 32 }; /* bytes; a quarter of a second: 1/32 of the bits a second, in bytes */
enum { PRECEDENCE_SHIFT = 3, PRECEDENCE_VALUES = 8 };

#define CFG_QOS_ACTION(color) "{transmit|drop|set-dscp-transmit <" color "-dscp>}"

static struct cfg_class_map *class_of(struct cfg_object *object)
{
	return (struct cfg_class_map *)(void *)object;
}

static struct cfg_policy_map *policy_of(struct cfg_object *object)
{
	return (struct cfg_policy_map *)(void *)object;
}

static uint8_t dscp_of(struct cfg_build *b, const struct cfg_stmt *s, const struct cfg_word *w)
{
	uint8_t dscp = 0;

	if (cfg_qos_dscp(w->text, &dscp) != ERR_OK)
		cfg_build_error(b, s, w, "'%s' is no DSCP: 0-63, ef, af11-af43, cs1-cs7, default", w->text);
	return dscp;
}

static uint8_t precedence_of(struct cfg_build *b, const struct cfg_stmt *s, const struct cfg_word *w)
{
	uint8_t precedence = 0;

	if (cfg_qos_precedence(w->text, &precedence) != ERR_OK)
		cfg_build_error(b, s, w, "'%s' is no precedence: 0-7, routine … network", w->text);
	return (uint8_t)(precedence << PRECEDENCE_SHIFT);
}

static bool is_param(const struct cfg_word *w, const char *name)
{
	return w->param != NULL && strcmp(w->param->name, name) == 0;
}

/* ---- classes ---- */

static void set_class_map(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	class_of(object)->any = cfg_stmt_has(s, "match-any");
}

static uint64_t values_of(struct cfg_build *b, const struct cfg_stmt *s)
{
	uint64_t bits = 0;

	for (unsigned i = 0; i < s->word_count; i++) {
		if (is_param(&s->word[i], "dscp"))
			bits |= UINT64_C(1) << dscp_of(b, s, &s->word[i]);
		else if (is_param(&s->word[i], "precedence"))
			bits |= UINT64_C(0xff) << precedence_of(b, s, &s->word[i]);
	}
	return bits;
}
static_assert(PRECEDENCE_VALUES == 1 << PRECEDENCE_SHIFT, "each precedence has so many values");

static void set_match(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_qos_match *m = (struct cfg_qos_match *)cfg_build_alloc(b, sizeof(*m));

	if (m == NULL)
		return;
	m->stmt = s;
	m->inverted = cfg_stmt_has(s, "not");
	m->dscp = values_of(b, s);
	m->ip = !cfg_stmt_has(s, "ipv6");
	m->ipv6 = !cfg_stmt_has(s, "ip");
	if (m->dscp != 0)
		m->what = CFG_QOS_DSCP;
	if (cfg_stmt_text(s, "acl") != NULL) {
		m->what = CFG_QOS_LIST;
		m->acl = cfg_find_acl(b->m, cfg_stmt_text(s, "acl"));
	}
	cfg_build_append(b, &class_of(object)->matches, m);
}

/* ---- policies ---- */

static void set_policy(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	(void)s;
	policy_of(object)->rest.name = "class-default";
}

static void set_class(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_policy_map *p = policy_of(object);
	struct cfg_policy_class *c;

	p->current = &p->rest;
	if (cfg_stmt_has(s, "class-default"))
		return;
	c = (struct cfg_policy_class *)cfg_build_alloc(b, sizeof(*c));
	if (c == NULL)
		return;
	p->current = c;
	c->name = cfg_stmt_text(s, "class");
	c->map = cfg_find_class_map(b->m, c->name);
	cfg_build_append(b, &p->classes, c);
}

static void set_shape(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	(void)b;
	policy_of(object)->current->shape_bps = cfg_stmt_number(s, "bps", 0);
}

static void set_mark(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_policy_class *c = policy_of(object)->current;
	const struct cfg_word *w = cfg_stmt_param(s, "dscp");

	c->has_dscp = true;
	c->dscp = w != NULL ? dscp_of(b, s, w) : precedence_of(b, s, cfg_stmt_param(s, "precedence"));
}

static void set_child(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	policy_of(object)->current->child = cfg_find_policy_map(b->m, cfg_stmt_text(s, "map"));
}

static uint32_t burst_of(const struct cfg_stmt *s, const char *name, uint64_t otherwise)
{
	uint64_t burst = cfg_stmt_number(s, name, otherwise);

	return (uint32_t)(burst < BURST_MIN ? BURST_MIN : burst);
}

/* `conform-action …` and its like, of a line of their own or of `police`. */
static void set_actions(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	static const char *const colors[CFG_COLORS] = { "conform-action", "exceed-action", "violate-action" };
	struct cfg_police *p = &policy_of(object)->current->police;

	for (unsigned i = 0; i + 1 < s->word_count; i++)
		for (unsigned color = 0; color < CFG_COLORS; color++) {
			const struct cfg_word *action = &s->word[i + 1];
			struct cfg_police_how *how = &p->how[color];

			if (s->word[i].param != NULL || strcmp(s->word[i].text, colors[color]) != 0)
				continue;
			how->action = strcmp(action->text, "transmit") == 0 ? CFG_POLICE_TRANSMIT
				      : strcmp(action->text, "drop") == 0   ? CFG_POLICE_DROP
									    : CFG_POLICE_MARK;
			how->dscp = how->action == CFG_POLICE_MARK ? dscp_of(b, s, action + 1) : 0;
			if (color == CFG_COLOR_VIOLATE && p->be == 0)
				p->be = p->bc;
		}
}

static void set_police(struct cfg_build *b, struct cfg_object *object, const struct cfg_stmt *s)
{
	struct cfg_police *p = &policy_of(object)->current->police;

	*p = (struct cfg_police){ .cir = cfg_stmt_number(s, "bps", 0), .pir = cfg_stmt_number(s, "pir", 0) };
	p->how[CFG_COLOR_EXCEED].action = p->how[CFG_COLOR_VIOLATE].action = CFG_POLICE_DROP;
	p->bc = burst_of(s, "burst", p->cir / BURST_PARTS);
	if (p->pir != 0)
		p->be = burst_of(s, "peak-burst", p->pir / BURST_PARTS);
	else if (cfg_stmt_param(s, "excess") != NULL)
		p->be = burst_of(s, "excess", 0);
	if (p->pir != 0 && p->pir < p->cir)
		cfg_build_error(b, s, cfg_stmt_param(s, "pir"), "the peak rate is below the committed one");
	set_actions(b, object, s);
}

static const struct cfg_row rows[] = {
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_CLASS_MAP,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_CLASS_MAP,
		.defines = "class-map",
		.pattern = "class-map [match-all|match-any] <name>",
		.set = set_class_map,
		.help = "a class of traffic: what fits all its matches, or any of them",
		.preset = "match-all",
	},
	{
		.mode = CFG_MODE_CLASS_MAP,
		.keep = CFG_KEEP_EACH,
		.pattern =
			"match [not] {access-group {name <acl@acl>|<acl:1-199@acl>}|[ip] dscp {<dscp>}+|[ip] precedence {<precedence>}+|protocol "
			"{ip|ipv6}|any}",
		.set = set_match,
		.help = "packets that a list permits; of these values (a DSCP is 0-63, ef, af11-af43, cs1-cs7, default); of a family; all",
	},
	{
		.mode = CFG_MODE_CLASS_MAP,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern =
			"match [not] {class-map|cos|qos-group|input-interface|mpls|packet|vlan|fr-dlci|source-address|destination-address|"
			"discard-class} <what:rest>",
		.help = "other matches of the router",
	},
	{ .mode = CFG_MODE_CLASS_MAP, .keep = CFG_KEEP_ONE, .pattern = "description <text:rest>", .help = "a text for people" },
	{
		.mode = CFG_MODE_GLOBAL,
		.enters = CFG_MODE_POLICY_MAP,
		.keep = CFG_KEEP_KEY,
		.key = 1,
		.kind = CFG_KIND_POLICY_MAP,
		.defines = "policy-map",
		.pattern = "policy-map <name>",
		.set = set_policy,
		.help = "what is done to classes of what passes an interface whose `service-policy` names it",
	},
	{ .mode = CFG_MODE_POLICY_MAP, .keep = CFG_KEEP_ONE, .pattern = "description <text:rest>", .help = "a text for people" },
	{
		.mode = CFG_MODE_POLICY_MAP,
		.enters = CFG_MODE_POLICY_CLASS,
		.keep = CFG_KEEP_EACH,
		.pattern = "class {class-default|<class@class-map>}",
		.set = set_class,
		.help = "in order: a packet is in the first that it fits; class-default, wherever it stands, has the rest",
	},
	{
		.mode = CFG_MODE_POLICY_CLASS,
		.pattern = "shape average <bps:8000-100000000000>",
		.set = set_shape,
		.help = "what is more, in bits of whole packets a second, waits for 200 ms at most; outward",
	},
	{
		.mode = CFG_MODE_POLICY_CLASS,
		.enters = CFG_MODE_POLICE,
		.pattern = "police [cir=] <bps:8000-100000000000> [[bc=] <burst:1500-512000000> [[be=] <excess:1500-512000000>]] "
			   "[pir <pir:8000-100000000000> [be <peak-burst:1500-512000000>]] [conform-action " CFG_QOS_ACTION(
				   "conform") "] "
					      "[exceed-action " CFG_QOS_ACTION("exceed") "] [violate-action " CFG_QOS_ACTION("violate") "]",
		.slot = "police",
		.set = set_police,
		.help = "bits of whole packets a second; what is more exceeds and is dropped; so many bytes may come at once, a quarter of a second's unless "
			"written; with an excess burst, a peak rate or a violate-action there are three colors (RFC 2697, RFC 2698)",
	},
	{
		.mode = CFG_MODE_POLICE,
		.pattern = "conform-action " CFG_QOS_ACTION("conform"),
		.slot = "conform-action",
		.set = set_actions,
		.help = "what is done within the rate",
		.preset = "transmit",
	},
	{
		.mode = CFG_MODE_POLICE,
		.pattern = "exceed-action " CFG_QOS_ACTION("exceed"),
		.slot = "exceed-action",
		.set = set_actions,
		.help = "what is done beyond it",
		.preset = "drop",
	},
	{
		.mode = CFG_MODE_POLICE,
		.pattern = "violate-action " CFG_QOS_ACTION("violate"),
		.slot = "violate-action",
		.set = set_actions,
		.help = "what is done beyond the excess burst, which is as large as the other unless written, or the peak rate",
		.preset = "drop",
	},
	{
		.mode = CFG_MODE_POLICY_CLASS,
		.pattern = "set {[ip] dscp <dscp>|[ip] precedence <precedence>}",
		.slot = "set",
		.set = set_mark,
		.help = "what its packets get, before they are policed",
	},
	{
		.mode = CFG_MODE_POLICY_CLASS,
		.pattern = "service-policy <map@policy-map>",
		.slot = "service-policy",
		.set = set_child,
		.help = "classes within the class, whose packets pass theirs first; three policies deep at most",
	},
	{
		.mode = CFG_MODE_POLICY_CLASS,
		.what = CFG_CLASS_NOT_YET,
		.keep = CFG_KEEP_EACH,
		.pattern = "{bandwidth|priority|fair-queue|queue-limit|random-detect|compression|netflow-sampler} [<text:rest>]",
		.help = "queues of the router",
	},
};

const struct cfg_rows cfg_qos_rows = { rows, sizeof(rows) / sizeof(rows[0]), "QoS" };
