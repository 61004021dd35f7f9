#ifndef CFG_MATCH_H
#define CFG_MATCH_H

#include "cfg/lang.h"
#include "cfg/grammar/lex.h"
#include "cfg/grammar/value.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Tries a line against all rows of a mode at once.  A word goes, in this order, to a keyword that it spells in full,
 * to a parameter that it is a value of, to the one keyword that it begins: a name never loses to an abbreviation.
 */

enum cfg_match_result {
	CFG_MATCH_OK,
	CFG_MATCH_UNKNOWN,    /* nothing takes the word 'at' */
	CFG_MATCH_AMBIGUOUS,  /* the word 'at' begins several keywords */
	CFG_MATCH_INCOMPLETE, /* more words must follow */
	CFG_MATCH_TOO_COMPLEX /* a bound of the matcher is reached */
};

/* One consumed (or emitted) word on the way of a thread; younger points to older. */
struct cfg_trail {
	const struct cfg_trail *before;
	uint16_t pc;
	uint16_t token;
};

struct cfg_thread {
	uint16_t pc;
	const struct cfg_trail *trail;
};

enum { CFG_THREAD_MAX = 1024, CFG_TRAIL_MAX = 8192 };

struct cfg_threads {
	struct cfg_thread thread[CFG_THREAD_MAX];
	unsigned count;
};

/* The state of a match; the answer is what is in it.  One for a load. */
struct cfg_matcher {
	const struct cfg_lang *lang;
	const struct cfg_line *line;
	unsigned first; /* token of the line that the command begins with: 1 after `no` */
	enum cfg_match_result result;
	unsigned at; /* token that isn't taken; line->count when words are missing */
	struct cfg_threads list[2];
	struct cfg_threads *now; /* live before the token 'at'; after success the accepting ones */
	struct cfg_threads *next;
	struct cfg_trail trail[CFG_TRAIL_MAX];
	unsigned trail_count;
	uint32_t generation;
	uint32_t *mark; /* by pc: the generation in which it was added last */
	bool overflow;
};

/* NULL: out of memory. */
struct cfg_matcher *cfg_match_new(const struct cfg_lang *lang);
void cfg_match_free(struct cfg_matcher *m);

/*
 * Matches 'line' from token 'first' in 'mode'.  With 'prefix' the words may be the beginning of a command, as after
 * `no`: then all threads alive at the end are left in m->now, whatever they still want.
 */
enum cfg_match_result cfg_match_run(struct cfg_matcher *m, enum cfg_mode mode, const struct cfg_line *line, unsigned first, bool prefix);

/* The row of the best accepting thread, after CFG_MATCH_OK without 'prefix'; its thread in '*out'. */
const struct cfg_row *cfg_match_row(const struct cfg_matcher *m, const struct cfg_thread **out);

/* Whether the words of 'thread' are a whole command. */
bool cfg_match_accepts(const struct cfg_matcher *m, const struct cfg_thread *thread);

/* The row that a thread is in, wherever it stands. */
const struct cfg_row *cfg_match_thread_row(const struct cfg_matcher *m, const struct cfg_thread *thread);

/*
 * The words of a thread, from the tree's arena.  ERR_NOMEM; ERR_MALFORMED where two tokens make no interface, with
 * the token in '*bad'.
 */
MUST_USE enum err cfg_match_words(
	const struct cfg_matcher *m, const struct cfg_thread *thread, struct cfg_tree *tree, struct cfg_stmt_line *out, unsigned *bad);

#ifdef __cplusplus
}
#endif
#endif
