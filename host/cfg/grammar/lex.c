/*
 * Text to lines of tokens.  Knows nothing of the language but blanks, quotes and '!'; used for the configuration
 * and for the platform file alike.
 */
#include "cfg/grammar/lex.h"

#include <string.h>

static bool is_blank(uint8_t c)
{
	return c == ' ' || c == '\t';
}

/* The raw line at 'at', without its line end; '*next' is where the following one begins. */
static struct bytes raw_line(const struct cfg_lexer *l, size_t *next)
{
	const uint8_t *from = l->text.data + l->at;
	size_t left = l->text.len - l->at;
	const uint8_t *end = (const uint8_t *)memchr(from, '\n', left);
	size_t len = end == NULL ? left : (size_t)(end - from);

	*next = l->at + len + (end != NULL);
	while (len > 0 && (from[len - 1] == '\r' || is_blank(from[len - 1])))
		len--;
	return bytes_of(from, len);
}

/* A quoted text counts as one token only when the quote is closed; else '"' is a letter like others. */
static size_t token_len(struct bytes line, size_t at)
{
	size_t i = at;

	if (line.data[at] == '"') {
		const uint8_t *end = (const uint8_t *)memchr(line.data + at + 1, '"', line.len - at - 1);

		if (end != NULL)
			return (size_t)(end - (line.data + at)) + 1;
	}
	while (i < line.len && !is_blank(line.data[i]))
		i++;
	return i - at;
}

static enum cfg_lex bad(struct cfg_line *line, size_t at, const char *why)
{
	line->bad = why;
	line->bad_column = (uint32_t)at + 1;
	return CFG_LEX_BAD;
}

static enum cfg_lex tokens(struct cfg_line *line)
{
	size_t at = 0;

	if (line->text.len > CFG_LINE_MAX)
		return bad(line, CFG_LINE_MAX, "the line is longer than 4096 bytes");
	for (size_t i = 0; i < line->text.len; i++)
		if (line->text.data[i] != '\t' && (line->text.data[i] < 0x20 || line->text.data[i] == 0x7f))
			return bad(line, i, "a control character");
	for (;;) {
		size_t len;

		while (at < line->text.len && is_blank(line->text.data[at]))
			at++;
		if (at == line->text.len)
			return CFG_LEX_LINE;
		if (line->count == CFG_TOKEN_MAX)
			return bad(line, at, "the line has more than 64 words");
		len = token_len(line->text, at);
		line->token[line->count].text = bytes_of(line->text.data + at, len);
		line->token[line->count++].column = (uint32_t)at + 1;
		at += len;
	}
}

static bool says_something(struct bytes line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!is_blank(line.data[i]))
			return line.data[i] != '!';
	return false;
}

enum cfg_lex cfg_lex_next(struct cfg_lexer *l, struct cfg_line *out)
{
	while (l->at < l->text.len) {
		size_t next;
		struct bytes text = raw_line(l, &next);

		l->at = next;
		l->line++;
		if (!says_something(text))
			continue;
		out->text = text;
		out->number = l->line;
		out->count = 0;
		return tokens(out);
	}
	return CFG_LEX_END;
}

bool cfg_lex_block(struct cfg_lexer *l, struct bytes end, struct bytes *out)
{
	struct cfg_lexer ahead = *l;

	while (ahead.at < ahead.text.len) {
		size_t next;
		struct bytes text = raw_line(&ahead, &next);

		ahead.at = next;
		ahead.line++;
		if (memmem(text.data, text.len, end.data, end.len) == NULL)
			continue;
		*out = bytes_of(l->text.data + l->at, (size_t)(text.data - (l->text.data + l->at)) + text.len);
		*l = ahead;
		return true;
	}
	return false;
}

struct bytes cfg_lex_rest(const struct cfg_line *line, const struct cfg_token *token)
{
	size_t from = token->column - 1;

	return bytes_of(line->text.data + from, line->text.len - from);
}
