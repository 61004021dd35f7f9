#ifndef CFG_BUILD_H
#define CFG_BUILD_H

#include "cfg/find.h"
#include "cfg/lang.h"
#include "cfg/message.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * From the tree to the typed model: first every object is made, then every line is put into its object by the
 * setter of its row, so that a setter finds all it refers to; then check.c judges the whole.
 */
struct cfg_build {
	const struct cfg_lang *lang;
	struct cfg_model *m;
	const struct cfg_tree *tree; /* whose lines it reads: the model's, or those of an object that is made of it later */
	struct arena *arena;         /* of the same */
	struct cfg_messages *messages;
	struct cfg_object *last_object;
	void *last[CFG_KIND_COUNT]; /* the last of each list, where the next is hung */
	void *last_head;            /* of cfg_build_append: a list and its end */
	void *last_link;
	bool no_memory;
};

/* Fills the empty 'm', which has a tree.  ERR_MALFORMED: 'messages' got an error; or ERR_NOMEM. */
MUST_USE enum err cfg_build_model(const struct cfg_lang *lang, struct cfg_messages *messages, struct cfg_model *m);

/*
 * Puts the line 's' of b->tree into 'o', which it belongs to: what it refers to and what has no code yet is noted, then its setter
 * called.
 */
void cfg_build_line(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s);

/* The first half of that: what 'o' lacks because of 's'. */
void cfg_build_judge(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s);

/* ---- for setters and checks ---- */

/* Zeroed memory of the model, or of what is made of it; NULL (noted in b) when there is none. */
void *cfg_build_alloc(struct cfg_build *b, size_t size);

/* Hangs 'node', whose first member is its next pointer, at the end of the list whose first pointer is at 'head'. */
void cfg_build_append(struct cfg_build *b, void *head, void *node);

/* Messages at a word of 's', or at its beginning where 'word' is NULL.  Built-in lines are silent. */
void cfg_build_error(struct cfg_build *b, const struct cfg_stmt *s, const struct cfg_word *word, const char *form, ...)
	__attribute__((format(printf, 4, 5)));
void cfg_build_warn(struct cfg_build *b, const struct cfg_stmt *s, const struct cfg_word *word, const char *form, ...)
	__attribute__((format(printf, 4, 5)));

/* The object isn't complete, because of the line 'line' (0: of none). */
void cfg_build_lack(struct cfg_build *b, struct cfg_object *o, uint32_t line, const char *form, ...) __attribute__((format(printf, 4, 5)));

/* A word of 's' is in the grammar, but no code does it: what 'o' lacks, and a message. */
void cfg_build_not_yet(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s, const char *word);

/* A word of 's' names an algorithm: if this host lacks it, 'o' does, and a message says so. */
void cfg_build_need(struct cfg_build *b, struct cfg_object *o, const struct cfg_stmt *s, enum cfg_skill skill, const struct cfg_word *word);

/* Whether 's' is a smart default's own line. */
bool cfg_build_is_builtin(const struct cfg_build *b, const struct cfg_stmt *s);

#ifdef __cplusplus
}
#endif
#endif
