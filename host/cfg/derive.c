/*
 * A template and lines of AAA make an interface.  The lines are parsed as one text below a copy of the template's, so that each keeps the number
 * by which its origin is known; the template's own have number 0.  Called by session/clone on the loop thread.
 */
#include "cfg/derive.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/build.h"
#include "cfg/check_if.h"
#include "cfg/parse.h"

void cfg_derive_free(struct cfg_derived *d)
{
	if (d == NULL)
		return;
	cfg_stmt_tree_free(d->tree);
	free(d);
}

enum cfg_origin cfg_derive_origin(const struct cfg_derived *d, const struct cfg_stmt *s)
{
	return (enum cfg_origin)d->origin[s->line];
}

/* Words are the model's. */
static struct cfg_stmt *copy_line(struct cfg_tree *tree, struct cfg_stmt *parent, const struct cfg_stmt *s)
{
	struct cfg_stmt_line line = { .row = s->row, .word = s->word, .count = s->word_count, .no = s->no };

	return cfg_stmt_put(tree, parent, &line);
}

/* The template's lines, below a copy of the line that opens it; NULL: out of memory. */
static struct cfg_stmt *copy_template(struct cfg_tree *tree, const struct cfg_interface *tmpl)
{
	struct cfg_stmt *container = copy_line(tree, &tree->root, tmpl->object.stmt);

	for (const struct cfg_stmt *s = cfg_stmt_first(tmpl->object.stmt); container != NULL && s != NULL; s = cfg_stmt_next(s))
		if (copy_line(tree, container, s) == NULL)
			return NULL;
	return container;
}

/* One line each; NULL: out of memory.  '*len' is without the NUL. */
static char *join(const struct cfg_derive_lines *lines, size_t *len)
{
	char *text, *at;

	*len = 0;
	for (unsigned i = 0; i < lines->count; i++)
		*len += strlen(lines->line[i].text) + 1;
	text = at = (char *)malloc(*len + 1);
	for (unsigned i = 0; text != NULL && i < lines->count; i++)
		at = stpcpy(stpcpy(at, lines->line[i].text), "\n");
	return text;
}

static bool note_origins(struct cfg_derived *d, const struct cfg_derive_lines *lines)
{
	uint8_t *origin = (uint8_t *)arena_alloc(&d->tree->arena, lines->count + 1);

	if (origin == NULL)
		return false;
	origin[0] = CFG_ORIGIN_TEMPLATE;
	for (unsigned i = 0; i < lines->count; i++)
		origin[i + 1] = (uint8_t)lines->line[i].origin;
	d->origin = origin;
	return true;
}

/* Numbers of lines tell their origins: one that holds two would shift those behind it. */
static enum err check_lines(const struct cfg_derive_lines *lines, char why[CFG_MESSAGE_TEXT])
{
	for (unsigned i = 0; i < lines->count; i++)
		if (strpbrk(lines->line[i].text, "\r\n") != NULL) {
			(void)snprintf(why, CFG_MESSAGE_TEXT, "line %u is more than one", i + 1);
			return ERR_MALFORMED;
		}
	return ERR_OK;
}

static enum err parse_lines(
	struct cfg_derived *d, const struct cfg_model *m, const struct cfg_interface *tmpl, const struct cfg_derive_lines *lines, char *why)
{
	struct cfg_messages said = { .first = NULL };
	struct cfg_stmt *container = copy_template(d->tree, tmpl);
	size_t len = 0;
	char *text = join(lines, &len);
	enum err err = ERR_NOMEM;

	if (container != NULL && text != NULL && note_origins(d, lines))
		err = cfg_parse_below(m->lang, container, bytes_of(text, len), &said, d->tree);
	if (err == ERR_MALFORMED && said.first->line != 0 && said.first->line <= lines->count)
		(void)snprintf(why, CFG_MESSAGE_TEXT, "'%s': %s", lines->line[said.first->line - 1].text, said.first->text);
	d->lines = container;
	free(text);
	cfg_message_fini(&said);
	return err;
}

/* As cfg_build_model does it for the interfaces of a file; the model is only looked at. */
static enum err build(struct cfg_derived *d, const struct cfg_model *m, const struct cfg_interface *tmpl, char why[CFG_MESSAGE_TEXT])
{
	struct cfg_messages said = { .first = NULL };
	struct cfg_build b = {
		.lang = m->lang, .m = (struct cfg_model *)(uintptr_t)m, .tree = d->tree, .arena = &d->tree->arena, .messages = &said
	};
	struct cfg_object *o = &d->interface.object;

	*o = (struct cfg_object){ .kind = CFG_KIND_INTERFACE, .name = tmpl->object.name, .title = tmpl->object.title, .complete = true };
	o->line = tmpl->object.line;
	o->stmt = tmpl->object.stmt;
	d->interface.type = tmpl->type;
	d->interface.unit = tmpl->unit;
	for (const struct cfg_stmt *s = cfg_stmt_first(d->lines); s != NULL; s = cfg_stmt_next(s))
		cfg_build_line(&b, o, s);
	cfg_check_if(&b, &d->interface);
	for (const struct cfg_message *e = said.first; e != NULL; e = e->next)
		if (e->severity == CFG_ERROR)
			cfg_build_lack(&b, o, 0, "%s", e->text);
	if (!o->complete && o->reasons != NULL)
		(void)snprintf(why, CFG_MESSAGE_TEXT, "%s", o->reasons->text);
	cfg_message_fini(&said);
	if (b.no_memory)
		return ERR_NOMEM;
	return o->complete ? ERR_OK : ERR_INCOMPLETE;
}

enum err cfg_derive_new(const struct cfg_model *m, const struct cfg_interface *tmpl, const struct cfg_derive_lines *lines,
	char why[CFG_MESSAGE_TEXT], struct cfg_derived **out)
{
	struct cfg_derived *d;
	enum err err = check_lines(lines, why);

	if (err != ERR_OK)
		return err;
	d = (struct cfg_derived *)calloc(1, sizeof(*d));
	if (d == NULL)
		return ERR_NOMEM;
	d->tree = cfg_stmt_tree_new(m->tree->file);
	err = d->tree == NULL ? ERR_NOMEM : parse_lines(d, m, tmpl, lines, why);
	if (err == ERR_OK)
		err = build(d, m, tmpl, why);
	if (err != ERR_OK) {
		cfg_derive_free(d);
		return err;
	}
	*out = d;
	return ERR_OK;
}
