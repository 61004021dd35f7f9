/*
 * The tree as text.  `show running-config` hides secrets, saving keeps them; what is saved parses back to the same.
 * A line that would be taken by a mode that the lines before it have left open gets an `exit` in front.
 */
#include "cfg/print.h"

#include <string.h>

#include "cfg/grammar/match.h"

enum { PRINT_DEPTH = 8, PRINT_LINE = 2 * CFG_LINE_MAX };

struct printer {
	FILE *out;
	enum cfg_secrets secrets;
	struct cfg_matcher *matcher;
	enum cfg_mode mode[PRINT_DEPTH]; /* open after what was printed, [0] the global one */
	unsigned depth;
};

/* ---- words ---- */

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

void cfg_print_line(const struct cfg_stmt *s, enum cfg_secrets secrets, FILE *out)
{
	if (s->no)
		(void)fputs("no ", out);
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

/* ---- modes ---- */

/* The line as it would be read again, with any secret for the real one ("0000" is one in each form). */
static size_t probe_text(const struct cfg_stmt *s, char *out, size_t cap)
{
	size_t at = 0;

	for (unsigned i = 0; i < s->word_count; i++) {
		int n = snprintf(out + at, cap - at, "%s%s", s->word[i].secret != NULL ? "0000" : s->word[i].text,
			i + 1 == s->word_count ? "" : " ");

		if (n < 0 || (size_t)n >= cap - at)
			return at;
		at += (size_t)n;
	}
	return at;
}

/* Whether a mode deeper than 'depth' that is still open would take the line for itself. */
static bool would_be_taken(const struct printer *p, const struct cfg_stmt *s, unsigned depth)
{
	char text[PRINT_LINE];
	struct cfg_line line;
	struct cfg_lexer lexer = { .text = bytes_of(text, probe_text(s, text, sizeof(text))) };

	if (p->depth == depth || cfg_lex_next(&lexer, &line) != CFG_LEX_LINE)
		return false;
	for (unsigned d = p->depth; d > depth; d--)
		if (cfg_match_run(p->matcher, p->mode[d], &line, 0, s->no) == CFG_MATCH_OK)
			return true;
	return false;
}

static void print_stmt(struct printer *p, const struct cfg_stmt *s, unsigned depth)
{
	if (would_be_taken(p, s, depth))
		for (unsigned d = p->depth; d > depth; d--)
			(void)fprintf(p->out, "%*sexit\n", (int)depth, "");
	p->depth = depth;
	(void)fprintf(p->out, "%*s", (int)depth, "");
	cfg_print_line(s, p->secrets, p->out);
	(void)fputc('\n', p->out);
	if (s->block != NULL)
		(void)fprintf(p->out, "%s\n", s->block);
	if (s->row->enters == CFG_MODE_NONE)
		return;
	p->mode[++p->depth] = s->row->enters;
	for (const struct cfg_stmt *c = cfg_stmt_first(s); c != NULL; c = cfg_stmt_next(c))
		print_stmt(p, c, depth + 1);
}

/* A smart default goes by the name `default`; the other built-in objects are printed as soon as they are written. */
static bool is_hidden(const struct cfg_lang *lang, const struct cfg_stmt *s)
{
	const char *name = cfg_stmt_text(s, "name");

	return name != NULL && strcmp(name, "default") == 0 && cfg_lang_is_default(lang, s);
}

enum err cfg_print(const struct cfg_lang *lang, const struct cfg_model *m, enum cfg_secrets secrets, FILE *out)
{
	struct printer p = { .out = out, .secrets = secrets, .matcher = cfg_match_new(lang), .mode = { CFG_MODE_GLOBAL } };

	if (p.matcher == NULL)
		return ERR_NOMEM;
	for (const struct cfg_stmt *s = cfg_stmt_first(&m->tree->root); s != NULL; s = cfg_stmt_next(s)) {
		if (is_hidden(lang, s))
			continue;
		print_stmt(&p, s, 0);
		if (s->row->enters != CFG_MODE_NONE)
			(void)fputs("!\n", out);
	}
	cfg_match_free(p.matcher);
	return ERR_OK;
}
