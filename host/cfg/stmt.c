/*
 * The tree of lines.  Every line is found by its key (slot and telling parameters, below its parent) in one hash
 * table, so that a file loads in linear time.  Memory of replaced and removed lines comes back with the tree.
 */
#include "cfg/stmt.h"

#include <stdlib.h>
#include <string.h>

enum { STMT_KEY_MAX = 8192 };

struct cfg_tree *cfg_stmt_tree_new(const char *file)
{
	static const uint8_t key[16]; /* the file is the operator's own: nobody chooses collisions */
	struct cfg_tree *t = (struct cfg_tree *)calloc(1, sizeof(*t));

	if (t == NULL)
		return NULL;
	t->file = arena_str(&t->arena, file);
	list_init(&t->root.children);
	if (t->file == NULL || map_init(&t->by_key, key) != ERR_OK) {
		cfg_stmt_tree_free(t);
		return NULL;
	}
	return t;
}

void cfg_stmt_tree_free(struct cfg_tree *t)
{
	if (t == NULL)
		return;
	cfg_secrets_fini(&t->secrets);
	map_fini(&t->by_key);
	arena_fini(&t->arena);
	free(t);
}

/* ---- keys ---- */

static size_t key_add(char *out, size_t at, const char *text)
{
	return bytes_append(out, STMT_KEY_MAX, bytes_append(out, STMT_KEY_MAX, at, text), "\n");
}

static void make_key(const struct cfg_stmt_line *line, char *out)
{
	unsigned params = line->row->keep == CFG_KEEP_KEY ? line->row->key : 0;
	size_t at = key_add(out, 0, line->row->slot != NULL ? line->row->slot : line->row->pattern);

	for (unsigned i = 0; i < line->count; i++) {
		if (line->row->keep == CFG_KEEP_EACH) {
			at = key_add(out, at, line->word[i].text);
		} else if (line->word[i].param != NULL && params != 0) {
			at = key_add(out, at, line->word[i].text);
			params--;
		}
	}
}

static struct cfg_stmt *stmt_of(struct map_node *node)
{
	return (struct cfg_stmt *)(void *)((char *)node - offsetof(struct cfg_stmt, by_key));
}

static struct cfg_stmt *find(const struct cfg_tree *t, const struct cfg_stmt *parent, const char *key)
{
	for (struct map_node *n = map_find(&t->by_key, map_hash(&t->by_key, bytes_str(key))); n != NULL; n = map_find_next(n)) {
		struct cfg_stmt *s = stmt_of(n);

		if (s->parent == parent && strcmp(s->key, key) == 0)
			return s;
	}
	return NULL;
}

struct cfg_stmt *cfg_stmt_twin(const struct cfg_tree *t, const struct cfg_stmt *parent, const struct cfg_stmt *s)
{
	return find(t, parent, s->key);
}

/* ---- editing ---- */

static struct cfg_stmt *add(struct cfg_tree *t, struct cfg_stmt *parent, const char *key)
{
	struct cfg_stmt *s = (struct cfg_stmt *)arena_alloc(&t->arena, sizeof(*s));

	if (s == NULL)
		return NULL;
	s->key = arena_str(&t->arena, key);
	if (s->key == NULL)
		return NULL;
	s->parent = parent;
	list_init(&s->children);
	list_add(&parent->children, &s->link);
	map_add(&t->by_key, &s->by_key, map_hash(&t->by_key, bytes_str(key)));
	return s;
}

struct cfg_stmt *cfg_stmt_put(struct cfg_tree *t, struct cfg_stmt *parent, const struct cfg_stmt_line *line)
{
	char key[STMT_KEY_MAX];
	struct cfg_stmt *s;

	make_key(line, key);
	s = find(t, parent, key);
	if (s == NULL)
		s = add(t, parent, key);
	if (s == NULL)
		return NULL;
	s->row = line->row;
	s->word = line->word;
	s->word_count = line->count;
	s->no = line->no;
	s->block = NULL;
	if (s->line == 0)
		s->line = line->number;
	if (line->row->enters == CFG_MODE_NONE)
		s->line = line->number;
	return s;
}

/* The children's keys may stay in the table: they hang on a parent that no look-up names any more. */
void cfg_stmt_remove(struct cfg_tree *t, struct cfg_stmt *s)
{
	list_del(&s->link);
	map_del(&t->by_key, &s->by_key);
}

/* ---- comparing ---- */

static bool word_equal(const struct cfg_word *a, const struct cfg_word *b)
{
	if ((a->secret == NULL) != (b->secret == NULL))
		return false;
	if (a->secret != NULL)
		return secret_eq(secret_view(&a->secret->value), secret_view(&b->secret->value));
	return strcmp(a->text, b->text) == 0;
}

bool cfg_stmt_equal(const struct cfg_stmt *a, const struct cfg_stmt *b)
{
	if (a->row != b->row || a->no != b->no || a->word_count != b->word_count)
		return false;
	if ((a->block == NULL) != (b->block == NULL) || (a->block != NULL && strcmp(a->block, b->block) != 0))
		return false;
	for (unsigned i = 0; i < a->word_count; i++)
		if (!word_equal(&a->word[i], &b->word[i]))
			return false;
	return true;
}

unsigned cfg_stmt_needed(const struct cfg_row *row, const struct cfg_word *word, unsigned count)
{
	unsigned params = row->keep == CFG_KEEP_ONE ? 0 : row->key;
	size_t lead = strcspn(row->pattern, "{[<");
	unsigned keys = 0, at = 0;

	if (row->keep == CFG_KEEP_EACH && row->key == 0)
		return count;
	for (size_t i = 0; i < lead; i++)
		if (row->pattern[i] != ' ' && (i == 0 || row->pattern[i - 1] == ' '))
			keys++;
	for (; at < count && params != 0; at++)
		if (word[at].param != NULL)
			params--;
	return at > keys ? at + params : keys + params;
}

bool cfg_stmt_begins_with(const struct cfg_stmt *s, const struct cfg_word *word, unsigned count)
{
	if (count > s->word_count || count < cfg_stmt_needed(s->row, s->word, s->word_count))
		return false;
	for (unsigned i = 0; i < count; i++)
		if (!word_equal(&s->word[i], &word[i]))
			return false;
	return true;
}

/* ---- reading ---- */

static struct cfg_stmt *from_link(struct list *link)
{
	return link == NULL ? NULL : list_of(link, struct cfg_stmt, link);
}

struct cfg_stmt *cfg_stmt_first(const struct cfg_stmt *parent)
{
	return from_link(list_first(&parent->children));
}

struct cfg_stmt *cfg_stmt_next(const struct cfg_stmt *s)
{
	return from_link(list_next(&s->parent->children, &s->link));
}

const struct cfg_word *cfg_stmt_param(const struct cfg_stmt *s, const char *name)
{
	for (unsigned i = 0; i < s->word_count; i++)
		if (s->word[i].param != NULL && strcmp(s->word[i].param->name, name) == 0)
			return &s->word[i];
	return NULL;
}

const char *cfg_stmt_text(const struct cfg_stmt *s, const char *name)
{
	const struct cfg_word *w = cfg_stmt_param(s, name);

	return w == NULL ? NULL : w->text;
}

const struct secret *cfg_stmt_secret(const struct cfg_stmt *s, const char *name)
{
	const struct cfg_word *w = cfg_stmt_param(s, name);

	return w == NULL || w->secret == NULL ? NULL : &w->secret->value;
}

uint64_t cfg_stmt_number(const struct cfg_stmt *s, const char *name, uint64_t otherwise)
{
	const char *text = cfg_stmt_text(s, name);

	return text == NULL ? otherwise : strtoull(text, NULL, 10);
}

struct addr cfg_stmt_addr(const struct cfg_stmt *s, const char *name)
{
	const char *text = cfg_stmt_text(s, name);
	struct addr a, none = { .family = 0 };

	return text != NULL && addr_parse(text, &a) == ERR_OK ? a : none;
}

struct addr_prefix cfg_stmt_prefix(const struct cfg_stmt *s, const char *name)
{
	const char *text = cfg_stmt_text(s, name);
	struct addr_prefix p, none = { .len = 0 };

	return text != NULL && addr_parse_prefix(text, &p) == ERR_OK ? p : none;
}

bool cfg_stmt_has(const struct cfg_stmt *s, const char *word)
{
	for (unsigned i = 0; i < s->word_count; i++)
		if (s->word[i].param == NULL && strcmp(s->word[i].text, word) == 0)
			return true;
	return false;
}

const char *cfg_stmt_str(const struct cfg_stmt *s, char *out, size_t cap)
{
	size_t at = bytes_append(out, cap, 0, s->no ? "no" : "");

	for (unsigned i = 0; i < s->word_count; i++) {
		at = bytes_append(out, cap, at, at == 0 ? "" : " ");
		at = bytes_append(out, cap, at, s->word[i].secret != NULL ? "<removed>" : s->word[i].text);
	}
	return out;
}
