/*
 * Prints docs/config.md from the tables of the language, so that the manual can't differ from what is parsed.  Run by
 * tools/dev/gen-docs.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cfg/lang.h"

enum { TEXT = 2048 };

/* A command as people read it, and what may be typed instead of some of its words. */
struct manual {
	char text[TEXT];
	size_t len;
	char alias[TEXT];
};

static void put(struct manual *m, const char *from, size_t len)
{
	for (size_t i = 0; i < len && m->len + 2 < TEXT; i++)
		m->text[m->len++] = from[i];
	m->text[m->len] = '\0';
}

/* The bracket that closes the one at 'at', or the next '|' of the same level when 'bar'. */
static const char *skip(const char *at, bool bar)
{
	unsigned depth = 0;

	for (; *at != '\0'; at++) {
		if (depth == 0 && (*at == ']' || *at == '}' || (bar && *at == '|')))
			return at;
		if (*at == '[' || *at == '{')
			depth++;
		else if (*at == ']' || *at == '}')
			depth--;
	}
	return at;
}

/* <name:10-3600> as NAME (10-3600), <name:type@ref> as NAME. */
static const char *parameter(struct manual *m, const char *at)
{
	const char *end = strchr(at, '>');
	size_t len = strcspn(at + 1, ":@>");
	const char *type = at + 1 + len;

	for (size_t i = 1; i <= len; i++) {
		char c = (char)toupper((unsigned char)at[i]);

		put(m, &c, 1);
	}
	if (*type == ':' && isdigit((unsigned char)type[1])) {
		put(m, " (", 2);
		put(m, type + 1, strcspn(type + 1, "@>"));
		put(m, ")", 1);
	}
	return end + 1;
}

static void note_alias(struct manual *m, const char *from, const char *end)
{
	size_t len = strlen(m->alias);

	for (const char *at = from; at < end && len + 4 < TEXT; at++) {
		if (*at == '=') {
			at += strcspn(at, " <|]}"); /* what is printed isn't typed */
			if (at >= end)
				break;
		}
		m->alias[len++] = *at;
	}
	m->alias[len++] = '\n';
	m->alias[len] = '\0';
}

static void render(struct manual *m, const char *at, const char *end);

/* {a|b=c|d} without its aliases; brackets only where something is left to choose. */
static const char *group(struct manual *m, const char *at)
{
	char open = *at, close = open == '{' ? '}' : ']';
	const char *last = skip(at + 1, false);
	struct manual inner = { .len = 0 };
	unsigned count = 0;

	for (const char *from = at + 1; from <= last;) {
		const char *bar = skip(from, true);
		const char *equals = (const char *)memchr(from, '=', (size_t)(bar - from));
		bool nested = memchr(from, '{', (size_t)(bar - from)) != NULL || memchr(from, '[', (size_t)(bar - from)) != NULL;

		if (equals != NULL && !nested) {
			note_alias(m, from, bar);
		} else {
			if (count++ != 0)
				put(&inner, " \\| ", 4);
			render(&inner, from, bar);
		}
		from = bar + 1;
	}
	if (count > 1 || (count == 1 && open == '['))
		put(m, &open, 1);
	put(m, inner.text, inner.len);
	if (count > 1 || (count == 1 && open == '['))
		put(m, &close, 1);
	if (strlen(m->alias) + strlen(inner.alias) < TEXT)
		(void)strcat(m->alias, inner.alias);
	last++;
	if (*last == '+' || *last == '*') {
		put(m, "…", strlen("…"));
		last++;
	}
	return last;
}

static void render(struct manual *m, const char *at, const char *end)
{
	while (at < end) {
		if (*at == '<') {
			at = parameter(m, at);
		} else if (*at == '{' || *at == '[') {
			at = group(m, at);
		} else if (*at == ' ' && (m->len == 0 || m->text[m->len - 1] == ' ')) {
			at++;
		} else {
			put(m, at++, 1);
		}
	}
	while (m->len != 0 && m->text[m->len - 1] == ' ')
		m->text[--m->len] = '\0';
}

static void print_aliases(const char *alias)
{
	bool first = true;

	for (const char *at = alias; *at != '\0'; at = strchr(at, '\n') + 1) {
		size_t len = strcspn(at, "\n");
		bool empty = strspn(at, " ") >= len;

		if (empty)
			continue;
		(void)printf(first ? "; also typed `%.*s`" : ", `%.*s`", (int)len, at);
		first = false;
	}
}

static const char *state_of(enum cfg_class what)
{
	static const char *const state[] = { "", "later", "kept", "not yet", "not yet, restricts" };

	return state[what];
}

static void print_row(const struct cfg_row *row)
{
	struct manual m = { .len = 0 };

	render(&m, row->pattern, row->pattern + strlen(row->pattern));
	(void)printf("| `%s` | %s", m.text, row->help);
	print_aliases(m.alias);
	(void)printf(" | %s | %s |\n", row->preset == NULL ? "" : row->preset, state_of(row->what));
}

static void print_mode(const struct cfg_rows *rows, enum cfg_mode mode)
{
	bool any = false;

	for (unsigned i = 0; i < rows->count; i++) {
		if (rows->row[i].mode != mode)
			continue;
		if (!any)
			(void)printf("\nIn %s:\n\n| command | meaning | default | state |\n| --- | --- | --- | --- |\n",
				cfg_row_mode_name(mode));
		any = true;
		print_row(&rows->row[i]);
	}
}

static const char head[] =
	"# Configuration\n"
	"\n"
	"Generated from the tables in `host/cfg/schema` by `build/bin/gen_config`; don't edit. The rules behind it, and the\n"
	"language as far as it is planned, are in [cli.md](cli.md). `naved --check FILE…` tells of each file its errors, what in\n"
	"it isn't implemented yet, and which objects are incomplete and why.\n"
	"\n"
	"## How it is read\n"
	"\n"
	"- A line is a command; `!` begins a comment; indentation is decoration. A line is tried in the current mode, then in\n"
	"  each outer one; `exit` leaves a mode, `end` all of them.\n"
	"- Keywords may be shortened to any prefix that is unique where they stand, and don't mind case. A word goes to a keyword\n"
	"  that it spells in full, else to a parameter, else to the one keyword that it begins: a name never loses to an\n"
	"  abbreviation, and no number is short for a longer one. Names keep their case.\n"
	"- Interfaces may be short too: `e0/0`, `tunnel 0`, `Gi0/0/1`.\n"
	"- `no LINE` takes a line back, also by its beginning as far as it says which; an object in use isn't removed. `default\n"
	"  LINE` does the same, and never leaves a `no` line behind.\n"
	"- Secrets are written in clear, `0 CLEAR` or `7 HEX`; `6 …` is refused, because its key never leaves the router that\n"
	"  wrote it. `show running-config` hides them, a saved file keeps them as they were written.\n"
	"- References may point forward. One that points nowhere is a warning, and the object that has it isn't used.\n"
	"- An object that lacks a part, or holds a line that isn't implemented yet, is incomplete and isn't used.\n"
	"\n"
	"State of a command: empty: implemented. *later*: parsed and kept, its object is used, the protocol behind it is to come.\n"
	"*not yet*: kept, its object isn't used. *not yet, restricts*: the same; what the line guards isn't used until the line\n"
	"is enforced. *kept*: a command of IOS without meaning here.\n"
	"\n"
	"`{a \\| b}` one of them, `[a]` or nothing, `…` several times.\n";

int main(void)
{
	const struct cfg_rows *rows;

	(void)fputs(head, stdout);
	for (unsigned t = 0; (rows = cfg_lang_rows(t)) != NULL; t++) {
		if (rows == &cfg_port_rows)
			continue; /* docs/platform.md */
		(void)printf("\n## %s\n", rows->subject);
		for (unsigned mode = CFG_MODE_GLOBAL; mode < CFG_MODE_PLATFORM; mode++)
			print_mode(rows, (enum cfg_mode)mode);
	}
	(void)printf(
		"\n## Smart defaults\n\nThese objects exist before any line. A line of the file adds to them or replaces their own; `no` and\n"
		"`default` bring them back. One that equals its default isn't printed. Nothing uses `legacy` until a policy names it.\n\n```\n%s```\n",
		cfg_lang_defaults());
	return 0;
}
