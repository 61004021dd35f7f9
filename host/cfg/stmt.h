#ifndef CFG_STMT_H
#define CFG_STMT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/arena.h"
#include "base/list.h"
#include "base/map.h"
#include "cfg/grammar/pattern.h"
#include "cfg/row.h"
#include "cfg/secrets.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The lines of a configuration as a tree: what was typed, in the words that are printed.  The parser edits it
 * (put, no), build.c makes the typed model of it, print.c and diff.c walk it.  Frozen with its model.
 */

/* One word of a line: a keyword, or the value of a parameter in its printed form. */
struct cfg_word {
	const char *text;                     /* "" for a secret */
	const struct cfg_param *param;        /* NULL: keyword */
	const struct cfg_secret_node *secret; /* of a secret parameter */
	uint32_t column;                      /* where it was typed; of a word that wasn't: where it would stand */
};

struct cfg_stmt {
	const struct cfg_row *row; /* NULL: the root */
	struct cfg_stmt *parent;
	struct list link;     /* in parent->children */
	struct list children; /* of lines below it */
	const struct cfg_word *word;
	unsigned word_count;
	const char *block; /* the raw lines that follow, NULL: none */
	const char *key;
	uint32_t line;
	bool no;
	struct map_node by_key;
};

struct cfg_tree {
	struct cfg_stmt root;
	const char *file;
	struct map by_key;
	struct cfg_secret_node *secrets;
	uint32_t line_count; /* lines that said something */
	struct arena arena;
};

/* A new tree for the lines of 'file' in a mode of its own; NULL: out of memory. */
struct cfg_tree *cfg_stmt_tree_new(const char *file);
void cfg_stmt_tree_free(struct cfg_tree *t); /* NULL is fine */

/* What makes up a line. */
struct cfg_stmt_line {
	const struct cfg_row *row;
	const struct cfg_word *word; /* in the tree's arena */
	unsigned count;
	uint32_t number;
	bool no;
};

/*
 * Adds 'line' below 'parent'.  A line of the same key is replaced where it stands; a container that is there already
 * is only entered again.  NULL: out of memory.
 */
struct cfg_stmt *cfg_stmt_put(struct cfg_tree *t, struct cfg_stmt *parent, const struct cfg_stmt_line *line);

/* Takes 's' and all below it out of the tree. */
void cfg_stmt_remove(struct cfg_tree *t, struct cfg_stmt *s);

/* The line of 't' below 'parent' that has the same key as 's' of another tree; NULL: none. */
struct cfg_stmt *cfg_stmt_twin(const struct cfg_tree *t, const struct cfg_stmt *parent, const struct cfg_stmt *s);

/* Whether `no` with these words removes 's': they are its first ones, and enough of them. */
bool cfg_stmt_begins_with(const struct cfg_stmt *s, const struct cfg_word *word, unsigned count);

/* How many words at least name a line of the row that 's' is of, for `no`. */
unsigned cfg_stmt_needed(const struct cfg_row *row, const struct cfg_word *word, unsigned count);

/* Same words, secrets included, and the same block. */
bool cfg_stmt_equal(const struct cfg_stmt *a, const struct cfg_stmt *b);

/* ---- reading a line, for the setters ---- */

struct cfg_stmt *cfg_stmt_first(const struct cfg_stmt *parent); /* NULL: no lines below it */
struct cfg_stmt *cfg_stmt_next(const struct cfg_stmt *s);       /* its next sister, or NULL */

/* The first value of the parameter 'name', NULL where the line has none. */
const struct cfg_word *cfg_stmt_param(const struct cfg_stmt *s, const char *name);
const char *cfg_stmt_text(const struct cfg_stmt *s, const char *name);
const struct secret *cfg_stmt_secret(const struct cfg_stmt *s, const char *name);
uint64_t cfg_stmt_number(const struct cfg_stmt *s, const char *name, uint64_t otherwise);
struct addr cfg_stmt_addr(const struct cfg_stmt *s, const char *name); /* family 0: none */
struct addr_prefix cfg_stmt_prefix(const struct cfg_stmt *s, const char *name);

/* Whether the line has the keyword 'word'. */
bool cfg_stmt_has(const struct cfg_stmt *s, const char *word);

/* The words with blanks between, secrets as "<removed>", cut at 'cap'; returns 'out'. */
const char *cfg_stmt_str(const struct cfg_stmt *s, char *out, size_t cap);

#ifdef __cplusplus
}
#endif
#endif
