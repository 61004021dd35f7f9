/*
 * The tree as text.  `show running-config` hides secrets, saving keeps them; what is saved parses back to the same.
 */
#include "cfg/print.h"

#include <string.h>

static void print_secret(const struct cfg_secret_node *secret, const struct cfg_param *param, FILE *out)
{
	struct bytes clear = secret_view(&secret->value);
	char hidden[2 * SECRET_MAX + 3];

	if (secret->type7) {
		cfg_secrets_hide(clear, secret->seed, hidden);
		(void)fputs(hidden, out);
		bytes_wipe(hidden, sizeof(hidden));
		return;
	}
	/* A secret that reads like the mark of a form needs its own mark before it. */
	if (param->type == CFG_TYPE_SECRET && clear.len == 1 && memchr("067", clear.data[0], 3) != NULL)
		(void)fputs("0 ", out);
	(void)fwrite(clear.data, 1, clear.len, out);
}

static void print_words(const struct cfg_stmt *s, enum cfg_secrets secrets, FILE *out)
{
	for (unsigned i = 0; i < s->word_count; i++) {
		if (i != 0)
			(void)fputc(' ', out);
		if (s->word[i].secret == NULL)
			(void)fputs(s->word[i].text, out);
		else if (secrets == CFG_SECRETS_SHOWN)
			print_secret(s->word[i].secret, s->word[i].param, out);
		else
			(void)fputs("<removed>", out);
	}
}

void cfg_print_stmt(const struct cfg_stmt *s, unsigned depth, enum cfg_secrets secrets, FILE *out)
{
	(void)fprintf(out, "%*s%s", (int)depth, "", s->no ? "no " : "");
	print_words(s, secrets, out);
	(void)fputc('\n', out);
	if (s->block != NULL)
		(void)fprintf(out, "%s\n", s->block);
	for (const struct cfg_stmt *c = cfg_stmt_first(s); c != NULL; c = cfg_stmt_next(c))
		cfg_print_stmt(c, depth + 1, secrets, out);
}

/* A smart default goes by the name `default`; the other built-in objects are printed as soon as they are written. */
static bool is_hidden(const struct cfg_lang *lang, const struct cfg_stmt *s)
{
	const char *name = cfg_stmt_text(s, "name");

	return name != NULL && strcmp(name, "default") == 0 && cfg_lang_is_default(lang, s);
}

void cfg_print(const struct cfg_lang *lang, const struct cfg_model *m, enum cfg_secrets secrets, FILE *out)
{
	for (const struct cfg_stmt *s = cfg_stmt_first(&m->tree->root); s != NULL; s = cfg_stmt_next(s)) {
		if (is_hidden(lang, s))
			continue;
		cfg_print_stmt(s, 0, secrets, out);
		if (s->row->enters != CFG_MODE_NONE)
			(void)fputs("!\n", out);
	}
}
