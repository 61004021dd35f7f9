#ifndef CTL_MATCH_H
#define CTL_MATCH_H

#include <jansson.h>
#include <stdbool.h>

#include "base/err.h"
#include "ctl/codec.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ctl_call;

/*
 * One command of the operator's.  'words' are keywords and arguments: "clear crypto session remote <address>".  An
 * argument is <address> (IPv4 or IPv6) or any other <name> (one word).
 *
 * A command answers in three steps, all on the loop:
 *   begin  may be NULL.  ERR_OK: ready to answer; ERR_AGAIN: it waits for something and calls ctl_server_ready later
 *          (never from within begin); another error refuses.
 *   next   adds one part of the document to 'doc', an empty object; '*more' (false before) tells that others follow, and it is
 *          called again when the client took this one.  An error ends the answer.
 *   end    may be NULL.  Called once for each begin, whatever happened: the call isn't there any more afterwards.
 */
struct ctl_command {
	const char *words;
	const char *help;
	enum err (*begin)(struct ctl_call *call);
	enum err (*next)(struct ctl_call *call, json_t *doc, bool *more);
	void (*end)(struct ctl_call *call);
	size_t state_size; /* bytes of call->state, zeroed before begin */
	int variant;       /* the command's own: several commands may share functions */
	bool acts;         /* changes something: logged with the user's id */
};

enum { CTL_WORDS_MAX = 16, CTL_ARGS_MAX = 4 };

/* A line that was matched. */
struct ctl_match {
	const struct ctl_command *command; /* NULL: a question */
	char line[CTL_COMMAND_MAX];        /* the words, each ended by a NUL */
	const char *arg[CTL_ARGS_MAX];     /* the arguments, in 'line' */
	unsigned arg_count;
	json_t *help; /* of a question: {"help":[{"word","help"}]}, the caller's */
	char error[CTL_ERROR_MAX];
};

/*
 * Finds the command of 'line' in 'table', which a row without words ends.  Every keyword may be cut to a prefix that is
 * unique where it stands.  A line that ends in "?" asks what could come there: "show ?" lists words, "show c?" those that
 * begin so.  ERR_ABSENT with 'error' for a line that doesn't fit; ERR_NOMEM.
 */
MUST_USE enum err ctl_match_line(const struct ctl_command *table, const char *line, struct ctl_match *out);

#ifdef __cplusplus
}
#endif
#endif
