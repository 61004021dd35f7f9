#ifndef CFG_LEX_H
#define CFG_LEX_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CFG_TOKEN_MAX = 64, CFG_LINE_MAX = 4096 }; /* tokens in a line, bytes in a line */

/* A word between blanks, or what stands between two quotes with the quotes.  Views of the text. */
struct cfg_token {
	struct bytes text;
	uint32_t column; /* from 1, in bytes */
};

struct cfg_line {
	struct bytes text; /* without blanks at the end */
	uint32_t number;   /* from 1 */
	struct cfg_token token[CFG_TOKEN_MAX];
	unsigned count; /* at least 1 */
	/* Of CFG_LEX_BAD: where and what. */
	uint32_t bad_column;
	const char *bad;
};

/* All-zero but 'text' is ready. */
struct cfg_lexer {
	struct bytes text;
	size_t at;
	uint32_t line; /* lines read */
};

enum cfg_lex { CFG_LEX_LINE, CFG_LEX_BAD, CFG_LEX_END };

/* The next line that says something: empty ones and those that begin with '!' are passed over. */
enum cfg_lex cfg_lex_next(struct cfg_lexer *l, struct cfg_line *out);

/*
 * The raw lines from here to the first that holds 'end', that one included, for a text that follows its own rules
 * (a banner, a certificate).  False when no line does; nothing is consumed then.
 */
bool cfg_lex_block(struct cfg_lexer *l, struct bytes end, struct bytes *out);

/* The part of the line from 'token' to its end. */
struct bytes cfg_lex_rest(const struct cfg_line *line, const struct cfg_token *token);

#ifdef __cplusplus
}
#endif
#endif
