/*
 * Text to tree: the mode stack, `no` and `default`, texts that span lines.  What a line means is data (cfg/row.h);
 * whether it makes sense is checked later, on the typed model.  Called by cfg_load and cfg_platform_load.
 */
#include "cfg/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "cfg/grammar/diagnose.h"
#include "cfg/refs.h"

enum { PARSE_DEPTH = 6, PARSE_TITLE = 160 };

struct parser {
	const struct cfg_lang *lang;
	struct cfg_tree *tree;
	struct cfg_messages *messages;
	struct cfg_matcher *matcher;
	struct cfg_lexer lexer;
	struct cfg_line line;
	struct cfg_stmt *container[PARSE_DEPTH]; /* [0] is the root */
	enum cfg_mode mode[PARSE_DEPTH];
	unsigned depth;
	bool refused; /* the line takes back what is in use */
	enum err err; /* ERR_NOMEM stops */
};

static struct cfg_place place_of(const struct parser *p, unsigned token)
{
	struct cfg_place at = { p->tree->file, p->line.number, token < p->line.count ? p->line.token[token].column : 0 };

	return at;
}

static bool token_is(const struct parser *p, unsigned i, const char *word)
{
	struct bytes text = p->line.token[i].text;

	return text.len == strlen(word) && strncasecmp((const char *)text.data, word, text.len) == 0;
}

/* ---- texts of several lines ---- */

/* A banner ends where the character that it begins with ("^C" counts as one) comes again. */
static bool banner_is_open(const struct cfg_stmt *s, struct bytes *end)
{
	const char *text = cfg_stmt_text(s, "text");
	size_t len = text[0] == '^' && text[1] != '\0' ? 2 : 1;

	*end = bytes_of(text, len);
	return strstr(text + len, text[0] == '^' ? "^" : (char[]){ text[0], '\0' }) == NULL;
}

static void read_block(struct parser *p, struct cfg_stmt *s)
{
	struct bytes end = bytes_str("quit"), block;

	if ((s->row->flags & CFG_ROW_BANNER) != 0 && !banner_is_open(s, &end))
		return;
	if (!cfg_lex_block(&p->lexer, end, &block)) {
		p->lexer.at = p->lexer.text.len; /* what follows belongs to the text */
		cfg_message_add(p->messages, CFG_ERROR, place_of(p, 0), "the text that begins here is never closed by '%.*s'", (int)end.len,
			(const char *)end.data);
		return;
	}
	s->block = arena_str_of(&p->tree->arena, block);
	if (s->block == NULL)
		p->err = ERR_NOMEM;
}

/* ---- lines ---- */

static void report_bad_interface(struct parser *p, unsigned token)
{
	cfg_message_add(p->messages, CFG_ERROR, place_of(p, token), "'%.*s %.*s' is no interface", (int)p->line.token[token].text.len,
		(const char *)p->line.token[token].text.data, (int)p->line.token[token + 1].text.len,
		(const char *)p->line.token[token + 1].text.data);
}

/* The words of 'thread' as a line of 'row'. */
static bool words_of(struct parser *p, const struct cfg_row *row, const struct cfg_thread *thread, struct cfg_stmt_line *out)
{
	unsigned bad = 0;
	enum err err = cfg_match_words(p->matcher, thread, p->tree, out, &bad);

	out->row = row;
	out->number = p->line.number;
	out->no = false;
	if (err == ERR_MALFORMED)
		report_bad_interface(p, bad);
	else if (err != ERR_OK)
		p->err = err;
	return err == ERR_OK;
}

static void enter(struct parser *p, struct cfg_stmt *s)
{
	if (p->depth + 1 == PARSE_DEPTH) {
		cfg_message_add(p->messages, CFG_ERROR, place_of(p, 0), "nested too deeply");
		return;
	}
	p->depth++;
	p->container[p->depth] = s;
	p->mode[p->depth] = s->row->enters;
}

/* `peer ADDR` without a number: the next one that no sister has. */
static void number_words(struct parser *p, const struct cfg_stmt *parent, struct cfg_stmt_line *line)
{
	struct cfg_word *word = (struct cfg_word *)(uintptr_t)line->word;
	char text[24];

	for (unsigned i = 0; i < line->count; i++) {
		uint64_t next = 1;

		if (word[i].text != cfg_pattern_next)
			continue;
		for (const struct cfg_stmt *s = cfg_stmt_first(parent); s != NULL; s = cfg_stmt_next(s))
			if (s->row == line->row && cfg_stmt_number(s, word[i].param->name, 0) >= next)
				next = cfg_stmt_number(s, word[i].param->name, 0) + 1;
		(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)next);
		word[i].text = arena_str(&p->tree->arena, text);
		if (word[i].text == NULL)
			p->err = ERR_NOMEM;
	}
}

static void take(struct parser *p, const struct cfg_row *row, const struct cfg_thread *thread)
{
	struct cfg_stmt_line line;
	struct cfg_stmt *s;

	if (!words_of(p, row, thread, &line))
		return;
	number_words(p, p->container[p->depth], &line);
	s = p->err != ERR_OK ? NULL : cfg_stmt_put(p->tree, p->container[p->depth], &line);
	if (s == NULL) {
		p->err = ERR_NOMEM;
		return;
	}
	if ((row->flags & (CFG_ROW_BANNER | CFG_ROW_QUIT)) != 0)
		read_block(p, s);
	if (row->enters != CFG_MODE_NONE)
		enter(p, s);
}

/* ---- no, default ---- */

static bool in_use(struct parser *p, const struct cfg_stmt *s)
{
	const struct cfg_stmt *user;
	char title[PARSE_TITLE];

	if (cfg_lang_twin(p->lang, s) != NULL)
		return false; /* it goes back to its default */
	user = cfg_refs_user(p->tree, s);
	if (user == NULL)
		return false;
	while (user->parent->row != NULL)
		user = user->parent;
	cfg_message_add(
		p->messages, CFG_ERROR, place_of(p, 0), "in use by '%s' (line %u)", cfg_stmt_str(user, title, sizeof(title)), user->line);
	return true;
}

static void remove_lines(struct parser *p, struct cfg_stmt *parent, const struct cfg_stmt_line *words)
{
	for (struct cfg_stmt *s = cfg_stmt_first(parent), *next; s != NULL; s = next) {
		next = cfg_stmt_next(s);
		if (!cfg_stmt_begins_with(s, words->word, words->count))
			continue;
		p->refused = p->refused || in_use(p, s);
		if (!p->refused)
			cfg_stmt_remove(p->tree, s);
	}
}

/* Whether a smart default says below 'parent' what the words take back. */
static bool is_preset(const struct parser *p, const struct cfg_stmt *parent, const struct cfg_stmt_line *words)
{
	const struct cfg_stmt *twin = parent->row == NULL ? NULL : cfg_lang_twin(p->lang, parent);

	for (const struct cfg_stmt *s = twin == NULL ? NULL : cfg_stmt_first(twin); s != NULL; s = cfg_stmt_next(s))
		if (cfg_stmt_begins_with(s, words->word, words->count))
			return true;
	return false;
}

/* Whether the words say enough for `no`: all of the line where lines differ by all words, else its keywords and key. */
static bool is_named(const struct parser *p, const struct cfg_thread *thread, const struct cfg_stmt_line *words)
{
	if (words->row->keep == CFG_KEEP_EACH && words->row->key == 0)
		return cfg_match_accepts(p->matcher, thread);
	return words->count >= cfg_stmt_needed(words->row, words->word, words->count);
}

/* Whether `no` with these words is a line of its own: what they take back would hold without it. */
static bool is_kept(const struct parser *p, const struct cfg_stmt *parent, const struct cfg_stmt_line *words)
{
	return (words->row->flags & CFG_ROW_NO_KEPT) != 0 || words->row->what == CFG_CLASS_HARMLESS || is_preset(p, parent, words);
}

/* Takes back all that begins with the words of each live thread.  False when the words name no command yet. */
static bool take_back(struct parser *p, struct cfg_stmt *parent, bool keep)
{
	struct cfg_stmt_line kept = { .row = NULL };
	bool named = false;

	p->refused = false;
	for (unsigned i = 0; i < p->matcher->now->count && p->err == ERR_OK; i++) {
		const struct cfg_thread *thread = &p->matcher->now->thread[i];
		struct cfg_stmt_line words;

		if (!words_of(p, cfg_match_thread_row(p->matcher, thread), thread, &words) || !is_named(p, thread, &words))
			continue;
		named = true;
		remove_lines(p, parent, &words);
		if (keep && kept.row == NULL && is_kept(p, parent, &words))
			kept = words;
	}
	kept.no = true;
	if (kept.row != NULL && !p->refused && cfg_stmt_put(p->tree, parent, &kept) == NULL)
		p->err = ERR_NOMEM;
	return named;
}

/* ---- one line ---- */

static void report(struct parser *p, unsigned first)
{
	enum cfg_mode mode[PARSE_DEPTH];
	struct cfg_diagnosis d = { p->matcher, &p->line, first, first != 0, mode, p->depth + 1 };

	for (unsigned i = 0; i <= p->depth; i++)
		mode[i] = p->mode[p->depth - i];
	cfg_diagnose(&d, p->tree->file, p->messages);
}

/* The line in the current mode, else in each outer one; the mode stays when none takes it. */
static void command(struct parser *p, unsigned first, bool keep_no)
{
	bool prefix = first != 0;

	for (unsigned depth = p->depth + 1; depth-- > 0;) {
		const struct cfg_thread *thread;
		const struct cfg_row *row;

		if (cfg_match_run(p->matcher, p->mode[depth], &p->line, first, prefix) != CFG_MATCH_OK)
			continue;
		if (prefix) {
			if (!take_back(p, p->container[depth], keep_no))
				continue;
			p->depth = depth;
			return;
		}
		row = cfg_match_row(p->matcher, &thread);
		p->depth = depth;
		take(p, row, thread);
		return;
	}
	report(p, first);
}

static void one_line(struct parser *p)
{
	p->tree->line_count++;
	if (p->line.count == 1 && (token_is(p, 0, "exit") || token_is(p, 0, "quit") || token_is(p, 0, "exit-address-family")))
		p->depth -= p->depth != 0;
	else if (p->line.count == 1 && token_is(p, 0, "end"))
		p->depth = 0;
	else if (p->line.count > 1 && token_is(p, 0, "no"))
		command(p, 1, true);
	else if (p->line.count > 1 && token_is(p, 0, "default"))
		command(p, 1, false);
	else
		command(p, 0, false);
}

static void all_lines(struct parser *p)
{
	while (p->err == ERR_OK) {
		switch (cfg_lex_next(&p->lexer, &p->line)) {
		case CFG_LEX_END:
			return;
		case CFG_LEX_BAD:
			cfg_message_add(p->messages, CFG_ERROR, (struct cfg_place){ p->tree->file, p->line.number, p->line.bad_column },
				"%s", p->line.bad);
			break;
		case CFG_LEX_LINE:
			one_line(p);
			break;
		}
	}
}

struct start {
	struct cfg_stmt *container;
	enum cfg_mode mode;
};

static enum err parse(
	const struct cfg_lang *lang, struct start from, struct bytes text, struct cfg_messages *messages, struct cfg_tree *tree)
{
	uint32_t errors = messages->count[CFG_ERROR];
	struct parser *p = (struct parser *)calloc(1, sizeof(*p));
	enum err err;

	if (p == NULL)
		return ERR_NOMEM;
	p->lang = lang;
	p->tree = tree;
	p->messages = messages;
	p->matcher = cfg_match_new(lang);
	p->lexer.text = text;
	p->container[0] = from.container;
	p->mode[0] = from.mode;
	if (p->matcher == NULL)
		p->err = ERR_NOMEM;
	all_lines(p);
	err = p->err;
	cfg_match_free(p->matcher);
	free(p);
	if (err != ERR_OK)
		return err;
	return messages->count[CFG_ERROR] != errors ? ERR_MALFORMED : ERR_OK;
}

enum err cfg_parse_text(
	const struct cfg_lang *lang, enum cfg_mode mode, struct bytes text, struct cfg_messages *messages, struct cfg_tree *tree)
{
	return parse(lang, (struct start){ &tree->root, mode }, text, messages, tree);
}

enum err cfg_parse_below(
	const struct cfg_lang *lang, struct cfg_stmt *container, struct bytes text, struct cfg_messages *messages, struct cfg_tree *tree)
{
	return parse(lang, (struct start){ container, container->row->enters }, text, messages, tree);
}
