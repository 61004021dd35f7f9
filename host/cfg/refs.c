/*
 * Who names whom.  References are data: a parameter `<name@pool>` names an object of the rows that define "pool".
 */
#include "cfg/refs.h"

#include <stdio.h>
#include <string.h>

const char *cfg_refs_defined(const struct cfg_stmt *s)
{
	if (s->row == NULL || s->row->defines == NULL || s->no)
		return NULL;
	for (unsigned i = 0; i < s->word_count; i++)
		if (s->word[i].param != NULL)
			return s->word[i].text;
	return NULL;
}

const char *cfg_refs_object_name(const struct cfg_stmt *s, char *title)
{
	const char *name = s->row->kind == CFG_KIND_KEYRING_PEER ? cfg_stmt_text(s, "name") : cfg_refs_defined(s);

	return name != NULL ? name : cfg_stmt_str(s, title, CFG_REFS_TITLE);
}

static bool is_template_number(const struct cfg_word *word)
{
	return strcmp(word->param->ref, "virtual-template") == 0;
}

const char *cfg_refs_name(const struct cfg_word *word, char *buffer)
{
	if (word->param == NULL || word->param->ref == NULL || strcmp(word->text, "Null0") == 0)
		return NULL;
	if (!is_template_number(word))
		return word->text;
	(void)snprintf(buffer, CFG_REFS_NAME, "Virtual-Template%s", word->text);
	return buffer;
}

const char *cfg_refs_kind(const struct cfg_word *word)
{
	return is_template_number(word) ? "interface" : word->param->ref;
}

static bool refers(const struct cfg_stmt *s, const char *kind, const char *name)
{
	char buffer[CFG_REFS_NAME];

	for (unsigned i = 0; i < s->word_count; i++) {
		const char *to = cfg_refs_name(&s->word[i], buffer);

		if (to != NULL && strcmp(cfg_refs_kind(&s->word[i]), kind) == 0 && strcmp(to, name) == 0)
			return true;
	}
	return false;
}

const struct cfg_stmt *cfg_refs_user(const struct cfg_tree *tree, const struct cfg_stmt *s)
{
	const char *name = cfg_refs_defined(s);
	const struct cfg_stmt *at = name == NULL ? NULL : cfg_stmt_first(&tree->root);

	while (at != NULL) {
		const struct cfg_stmt *next = NULL;

		if (at != s && refers(at, s->row->defines, name))
			return at;
		if (at != s)
			next = cfg_stmt_first(at);
		while (next == NULL && at->parent != NULL) {
			next = cfg_stmt_next(at);
			at = at->parent;
		}
		at = next;
	}
	return NULL;
}
