/*
 * Compiles the patterns of the rows, once for a program's life (cfg_lang_new).  Recursive descent that emits code
 * as it reads; every alternative begins with a SPLIT to the next one.
 */
#include "cfg/grammar/pattern.h"

#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { PATTERN_DEPTH = 8, PATTERN_ROOM = 4096 };

struct compiler {
	struct cfg_program *p;
	const char *at;
	unsigned depth;
	bool numbered; /* the parameter is one that the parser numbers */
	enum err err;  /* the first one; nothing is emitted after it */
};

static const struct {
	const char *name;
	enum cfg_type type;
} type_names[] = {
	{ "word", CFG_TYPE_WORD },
	{ "text", CFG_TYPE_TEXT },
	{ "rest", CFG_TYPE_REST },
	{ "hidden", CFG_TYPE_HIDDEN },
	{ "ip4", CFG_TYPE_IP4 },
	{ "ip6", CFG_TYPE_IP6 },
	{ "ip", CFG_TYPE_IP },
	{ "mask", CFG_TYPE_MASK },
	{ "wild", CFG_TYPE_WILDCARD },
	{ "p4", CFG_TYPE_P4 },
	{ "p6", CFG_TYPE_P6 },
	{ "rd", CFG_TYPE_RD },
	{ "if", CFG_TYPE_IF },
	{ "vt", CFG_TYPE_VT },
	{ "not-vt", CFG_TYPE_NOT_VT },
	{ "key", CFG_TYPE_SECRET },
};

const char cfg_pattern_next[] = "#";

bool cfg_pattern_is_secret(enum cfg_type type)
{
	return type == CFG_TYPE_SECRET || type == CFG_TYPE_SECRET7 || type == CFG_TYPE_HIDDEN;
}

static void fail(struct compiler *c, enum err err)
{
	if (c->err == ERR_OK)
		c->err = err;
}

static uint16_t emit(struct compiler *c, struct cfg_ins ins)
{
	struct cfg_program *p = c->p;

	if (c->err == ERR_OK && p->count == p->room) {
		unsigned room = p->room == 0 ? PATTERN_ROOM : 2 * p->room;
		struct cfg_ins *code = room > CFG_PC_NONE ? NULL : (struct cfg_ins *)realloc(p->code, room * sizeof(*code));

		if (code == NULL) {
			fail(c, ERR_NOMEM);
		} else {
			p->code = code;
			p->room = room;
		}
	}
	if (c->err != ERR_OK)
		return 0;
	p->code[p->count] = ins;
	return (uint16_t)p->count++;
}

static uint16_t here(const struct compiler *c)
{
	return (uint16_t)c->p->count;
}

static uint16_t emit_to(struct compiler *c, enum cfg_op op, uint16_t x)
{
	return emit(c, (struct cfg_ins){ .op = op, .x = x, .y = CFG_PC_NONE });
}

static void set_x(struct compiler *c, uint16_t pc, uint16_t target)
{
	if (c->err == ERR_OK)
		c->p->code[pc].x = target;
}

static void set_y(struct compiler *c, uint16_t pc, uint16_t target)
{
	if (c->err == ERR_OK)
		c->p->code[pc].y = target;
}

static const char *copy(struct compiler *c, const char *from, size_t len)
{
	const char *s = arena_str_of(&c->p->arena, bytes_of(from, len));

	if (s == NULL)
		fail(c, ERR_NOMEM);
	return s;
}

/* ---- parameters ---- */

static bool number_type(const char *type, struct cfg_param *out)
{
	char *end;

	out->low = strtoull(type, &end, 10);
	if (end == type || *end != '-')
		return false;
	type = end + 1;
	out->high = strtoull(type, &end, 10);
	out->type = CFG_TYPE_NUMBER;
	return end != type && *end == '\0' && out->low <= out->high;
}

static bool named_type(const char *type, struct cfg_param *out)
{
	for (size_t i = 0; i < sizeof(type_names) / sizeof(type_names[0]); i++) {
		if (strcmp(type_names[i].name, type) == 0) {
			out->type = type_names[i].type;
			return true;
		}
	}
	return number_type(type, out);
}

static void emit_param(struct compiler *c, const struct cfg_param *like, enum cfg_type type, enum cfg_part part)
{
	struct cfg_param *p = (struct cfg_param *)arena_alloc(&c->p->arena, sizeof(*p));

	if (p == NULL) {
		fail(c, ERR_NOMEM);
		return;
	}
	*p = *like;
	p->type = type;
	p->part = part;
	(void)emit(c, (struct cfg_ins){
			      .op = c->numbered ? CFG_OP_EMIT : CFG_OP_PARAM,
			      .param = p,
			      .printed = c->numbered ? cfg_pattern_next : NULL,
			      .x = CFG_PC_NONE,
			      .y = CFG_PC_NONE,
		      });
}

static void emit_key(struct compiler *c, const char *typed, const char *printed)
{
	(void)emit(c, (struct cfg_ins){
			      .op = typed[0] == '\0' ? CFG_OP_EMIT : CFG_OP_KEY,
			      .typed = typed,
			      .printed = printed,
			      .alias = typed != printed,
			      .x = CFG_PC_NONE,
			      .y = CFG_PC_NONE,
		      });
}

/* Tunnel0 | Tunnel 0 */
static void emit_interface(struct compiler *c, const struct cfg_param *p)
{
	uint16_t split = emit_to(c, CFG_OP_SPLIT, (uint16_t)(here(c) + 1)), jump;

	emit_param(c, p, p->type, CFG_PART_ALL);
	jump = emit_to(c, CFG_OP_JUMP, CFG_PC_NONE);
	set_y(c, split, here(c));
	emit_param(c, p, p->type, CFG_PART_TYPE);
	emit_param(c, p, p->type, CFG_PART_UNIT);
	set_x(c, jump, here(c));
}

/* 0 KEY | 7 HEX | 6 AES | KEY */
static void emit_secret(struct compiler *c, const struct cfg_param *p)
{
	static const struct {
		const char *typed, *printed;
		enum cfg_type type;
	} form[] = { { "0", "", CFG_TYPE_SECRET }, { "7", "7", CFG_TYPE_SECRET7 }, { "6", "6", CFG_TYPE_SECRET6 } };
	enum { FORMS = sizeof(form) / sizeof(form[0]) };
	uint16_t jump[FORMS];

	for (size_t i = 0; i < FORMS; i++) {
		uint16_t split = emit_to(c, CFG_OP_SPLIT, (uint16_t)(here(c) + 1));

		emit_key(c, form[i].typed, form[i].printed);
		emit_param(c, p, form[i].type, CFG_PART_ALL);
		jump[i] = emit_to(c, CFG_OP_JUMP, CFG_PC_NONE);
		set_y(c, split, here(c));
	}
	emit_param(c, p, CFG_TYPE_SECRET, CFG_PART_ALL);
	for (size_t i = 0; i < FORMS; i++)
		set_x(c, jump[i], here(c));
}

/* <name:type@ref>, =<name:N-M> */
static void parameter(struct compiler *c)
{
	const char *from = strchr(c->at, '<') + 1, *end = strchr(from, '>');
	size_t name_len, type_len;
	struct cfg_param p = { .type = CFG_TYPE_WORD };
	char type[32] = "word";

	if (end == NULL) {
		fail(c, ERR_MALFORMED);
		return;
	}
	c->numbered = *c->at == '=';
	c->at = end + 1;
	name_len = strcspn(from, ":@>");
	p.name = copy(c, from, name_len);
	from += name_len;
	if (*from == ':') {
		type_len = strcspn(from, "@>") - 1;
		if (type_len >= sizeof(type)) {
			fail(c, ERR_MALFORMED);
			return;
		}
		memcpy(type, from + 1, type_len);
		type[type_len] = '\0';
		from += type_len + 1;
	}
	if (*from == '@')
		p.ref = copy(c, from + 1, (size_t)(end - from - 1));
	if (name_len == 0 || !named_type(type, &p))
		fail(c, ERR_MALFORMED);
	else if (p.type == CFG_TYPE_SECRET)
		emit_secret(c, &p);
	else if (p.type == CFG_TYPE_IF || p.type == CFG_TYPE_VT || p.type == CFG_TYPE_NOT_VT)
		emit_interface(c, &p);
	else
		emit_param(c, &p, p.type, CFG_PART_ALL);
	c->numbered = false;
}

/* typed, typed=printed, =printed */
static void keyword(struct compiler *c)
{
	size_t len = strcspn(c->at, " {}[]|<>");
	const char *equals = (const char *)memchr(c->at, '=', len);
	size_t typed_len = equals == NULL ? len : (size_t)(equals - c->at);
	const char *typed = copy(c, c->at, typed_len);
	const char *printed = equals == NULL ? typed : copy(c, equals + 1, len - typed_len - 1);

	if (len == 0)
		fail(c, ERR_MALFORMED);
	if (c->err == ERR_OK)
		emit_key(c, typed, printed);
	c->at += len;
}

/* ---- structure ---- */

static void sequence(struct compiler *c);

/* What follows an opening bracket, up to and with the closing one.  The ends of all alternatives meet at 'end'. */
static void alternatives(struct compiler *c, char close)
{
	uint16_t last_jump = CFG_PC_NONE;

	for (;;) {
		uint16_t split = emit_to(c, CFG_OP_SPLIT, (uint16_t)(here(c) + 1)), jump;

		sequence(c);
		jump = emit_to(c, CFG_OP_JUMP, last_jump); /* a chain through x until the end is known */
		last_jump = jump;
		if (*c->at == '|') {
			set_y(c, split, here(c));
			c->at++;
			continue;
		}
		if (*c->at != close) {
			fail(c, ERR_MALFORMED);
			return;
		}
		if (close == ']')
			set_y(c, split, here(c));
		break;
	}
	c->at++;
	while (last_jump != CFG_PC_NONE && c->err == ERR_OK) {
		uint16_t before = c->p->code[last_jump].x;

		set_x(c, last_jump, here(c));
		last_jump = before;
	}
}

static void group(struct compiler *c)
{
	char close = *c->at == '{' ? '}' : ']';
	uint16_t start = here(c);

	if (++c->depth > PATTERN_DEPTH) {
		fail(c, ERR_RANGE);
		return;
	}
	c->at++;
	alternatives(c, close);
	c->depth--;
	if (*c->at == '+' || *c->at == '*') {
		uint16_t split = emit_to(c, CFG_OP_SPLIT, start);

		set_y(c, split, here(c));
		c->at++;
	}
}

static void sequence(struct compiler *c)
{
	while (c->err == ERR_OK && *c->at != '\0' && *c->at != '|' && *c->at != '}' && *c->at != ']') {
		if (*c->at == ' ')
			c->at++;
		else if (*c->at == '<' || (c->at[0] == '=' && c->at[1] == '<'))
			parameter(c);
		else if (*c->at == '{' || *c->at == '[')
			group(c);
		else
			keyword(c);
	}
}

enum err cfg_pattern_compile(struct cfg_program *p, const char *pattern, const struct cfg_row *row, uint16_t *start)
{
	struct compiler c = { .p = p, .at = pattern };

	*start = here(&c);
	sequence(&c);
	(void)emit(&c, (struct cfg_ins){ .op = CFG_OP_ACCEPT, .row = row, .x = CFG_PC_NONE, .y = CFG_PC_NONE });
	if (*c.at != '\0')
		fail(&c, ERR_MALFORMED);
	return c.err;
}

void cfg_pattern_fini(struct cfg_program *p)
{
	free(p->code);
	arena_fini(&p->arena);
	memset(p, 0, sizeof(*p));
}
