/*
 * Lines inside lines: `attribute type interface-config "LINE"` is read as an interface would read it, so that an operator hears of a mistake
 * when the file is loaded and not when a peer comes.  Part of cfg_check_model.
 */
#include "cfg/check_attributes.h"

#include "cfg/parse.h"

/* Where the text of 'a' begins in its file. */
static struct cfg_place place_of(const struct cfg_build *b, const struct cfg_attribute *a)
{
	const struct cfg_word *word = cfg_stmt_param(a->stmt, "line");

	return (struct cfg_place){ b->tree->file, a->stmt->line, word->column + (a->text != word->text ? 1 : 0) };
}

/* What was said of the text, at its place in the file. */
static void pass_on(struct cfg_build *b, const struct cfg_attribute *a, const struct cfg_messages *said)
{
	for (const struct cfg_message *m = said->first; m != NULL; m = m->next) {
		struct cfg_place at = place_of(b, a);

		at.column += m->column != 0 ? m->column - 1 : 0;
		cfg_message_add(b->messages, m->severity, at, "%s", m->text);
	}
}

/* The line that came of it, if it is none that takes back. */
static void judge(struct cfg_build *b, struct cfg_attribute_list *l, const struct cfg_attribute *a, const struct cfg_tree *tree)
{
	const struct cfg_tree *outer = b->tree;
	struct cfg_stmt *s = cfg_stmt_first(&tree->root);

	if (s == NULL)
		return;
	s->line = a->stmt->line;
	b->tree = tree;
	cfg_build_judge(b, &l->object, s);
	b->tree = outer;
}

static void check(struct cfg_build *b, struct cfg_attribute_list *l, const struct cfg_attribute *a)
{
	struct cfg_tree *tree = cfg_stmt_tree_new(b->tree->file);
	struct cfg_messages said = { .first = NULL };
	enum err err = tree == NULL ? ERR_NOMEM : cfg_parse_text(b->lang, CFG_MODE_INTERFACE, bytes_str(a->text), &said, tree);

	b->no_memory = b->no_memory || err == ERR_NOMEM;
	pass_on(b, a, &said);
	if (err == ERR_OK)
		judge(b, l, a, tree);
	cfg_message_fini(&said);
	cfg_stmt_tree_free(tree);
}

void cfg_check_attributes(struct cfg_build *b, struct cfg_attribute_list *l)
{
	for (const struct cfg_attribute *a = l->lines; a != NULL; a = a->next)
		check(b, l, a);
}
