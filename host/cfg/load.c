/*
 * A file to a model, or to messages that say why not.  The model that runs is another object: a load that fails
 * leaves it as it is.
 */
#include "cfg/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cfg/build.h"
#include "cfg/parse.h"

/* One warning for all lines of IOS that mean nothing here. */
static void warn_harmless(const struct cfg_tree *tree, struct cfg_messages *messages)
{
	struct cfg_place at = { tree->file, 0, 0 };
	unsigned count = 0;

	for (const struct cfg_stmt *s = cfg_stmt_first(&tree->root); s != NULL; s = cfg_stmt_next(s)) {
		for (const struct cfg_stmt *c = cfg_stmt_first(s); c != NULL; c = cfg_stmt_next(c))
			count += c->row->what == CFG_CLASS_HARMLESS;
		if (s->row->what != CFG_CLASS_HARMLESS)
			continue;
		if (count++ == 0 || at.line == 0)
			at.line = s->line;
	}
	if (count != 0)
		cfg_message_add(messages, CFG_WARNING, at, "%u lines have no meaning here and are kept as they are", count);
}

enum err cfg_load(const struct cfg_lang *lang, const char *file, struct bytes text, struct cfg_messages *messages, struct cfg_model **out)
{
	struct cfg_model *m = (struct cfg_model *)calloc(1, sizeof(*m));
	enum err parsed, built = ERR_OK;

	if (m == NULL)
		return ERR_NOMEM;
	m->tree = cfg_stmt_tree_new(file);
	parsed = m->tree == NULL ? ERR_NOMEM : cfg_parse_text(lang, CFG_MODE_GLOBAL, text, messages, m->tree);
	if (parsed != ERR_NOMEM)
		built = cfg_build_model(lang, messages, m); /* after a syntax error too: all errors at once */
	if (parsed != ERR_OK || built != ERR_OK) {
		cfg_model_free(m);
		return parsed != ERR_OK ? parsed : built;
	}
	warn_harmless(m->tree, messages);
	*out = m;
	return ERR_OK;
}

/* A file's text, which may hold secrets: every copy is wiped. */
struct text {
	char *data;
	size_t len, room;
};

static void text_fini(struct text *t)
{
	if (t->data != NULL)
		bytes_wipe(t->data, t->len);
	free(t->data);
}

static enum err grow(struct text *t)
{
	struct text more = { .len = t->len, .room = 2 * t->room + 65536 };

	if (more.room > CFG_FILE_MAX)
		return ERR_RANGE;
	more.data = (char *)malloc(more.room);
	if (more.data == NULL)
		return ERR_NOMEM;
	if (t->len != 0)
		memcpy(more.data, t->data, t->len);
	text_fini(t);
	*t = more;
	return ERR_OK;
}

static enum err read_all(FILE *f, struct text *t)
{
	size_t n;

	do {
		enum err err = t->len == t->room ? grow(t) : ERR_OK;

		if (err != ERR_OK)
			return err;
		n = fread(t->data + t->len, 1, t->room - t->len, f);
		t->len += n;
	} while (n != 0);
	return ferror(f) ? ERR_IO : ERR_OK;
}

static enum err read_file(const char *path, struct text *t)
{
	FILE *f = fopen(path, "rbe");
	enum err err;

	if (f == NULL)
		return err_of_errno(errno);
	err = read_all(f, t);
	(void)fclose(f);
	return err;
}

enum err cfg_load_file(const struct cfg_lang *lang, const char *path, struct cfg_messages *messages, struct cfg_model **out)
{
	struct text t = { .data = NULL };
	enum err err = read_file(path, &t);

	if (err == ERR_OK) {
		err = cfg_load(lang, path, bytes_of(t.data, t.len), messages, out);
	} else if (err != ERR_NOMEM) {
		cfg_message_add(messages, CFG_ERROR, (struct cfg_place){ path, 0, 0 }, "can't be read: %s", err_str(err));
		err = ERR_MALFORMED;
	}
	text_fini(&t);
	return err;
}
