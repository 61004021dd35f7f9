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
	m->lang = lang;
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

/* The whole file; wiped and freed by the caller. */
static enum err read_file(const char *path, char **text, size_t *len)
{
	FILE *f = fopen(path, "rbe");
	size_t room = 0, got = 0, n = 0;
	char *buffer = NULL;
	enum err err = f == NULL ? err_of_errno(errno) : ERR_OK;

	while (err == ERR_OK) {
		if (got == room) {
			char *more = (char *)malloc(2 * room + 65536);

			if (more == NULL || 2 * room + 65536 > CFG_FILE_MAX) {
				free(more);
				err = more == NULL ? ERR_NOMEM : ERR_RANGE;
				break;
			}
			memcpy(more, buffer == NULL ? more : buffer, got);
			bytes_wipe(buffer, got);
			free(buffer);
			buffer = more;
			room = 2 * room + 65536;
		}
		n = fread(buffer + got, 1, room - got, f);
		got += n;
		if (n == 0)
			break;
	}
	if (err == ERR_OK && ferror(f))
		err = ERR_IO;
	if (f != NULL)
		(void)fclose(f);
	*text = buffer;
	*len = got;
	return err;
}

enum err cfg_load_file(const struct cfg_lang *lang, const char *path, struct cfg_messages *messages, struct cfg_model **out)
{
	char *text;
	size_t len;
	enum err err = read_file(path, &text, &len);

	if (err == ERR_OK) {
		err = cfg_load(lang, path, bytes_of(text, len), messages, out);
	} else if (err != ERR_NOMEM) {
		cfg_message_add(messages, CFG_ERROR, (struct cfg_place){ path, 0, 0 }, "can't be read: %s", err_str(err));
		err = ERR_MALFORMED;
	}
	bytes_wipe(text, text == NULL ? 0 : len);
	free(text);
	return err;
}
