#ifndef SESSION_LINES_H
#define SESSION_LINES_H

#include "ike/ports.h"
#include "session/lines/select.h"
#include "session/terms.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session;
struct session_child;
struct session_line;

/*
 * `tunnel protection ipsec policy`: a static tunnel whose session has one CHILD_SA for each entry of an access list.  A session of another
 * tunnel has no lines, and all of this does nothing to it.
 */

/* One of them, as it is shown. */
struct session_line_info {
	const struct session_pair *pair;
	const char *state;  /* "UP", "ASKED", "WAITING" */
	const char *reason; /* why it isn't up: a notify of the peer's, …; NULL: nothing went wrong yet */
	uint64_t retry_ms;  /* WAITING: how long till it is asked for */
};

typedef void session_lines_fn(void *ctx, const struct session_line_info *info);
void session_lines_walk(const struct session *s, session_lines_fn *fn, void *ctx);

/* ---- of this folder and its parent alone ---- */

/* Gives the session the lines of its tunnel 'i', and takes them back. */
MUST_USE enum err session_lines_open(struct session *s, const struct cfg_interface *i);
void session_lines_close(struct session *s);

/* Lets the terms of a CHILD_SA be those of one line: the one that meets the peer's offer best; or, to begin with, the turn-th. */
void session_lines_fit(const struct session *s, const struct session_offer *offer, struct session_terms *terms);
void session_lines_begin(const struct session *s, unsigned turn, struct session_terms *terms);

/* The line that was asked for first is refused with 'notify'.  Whether there is another to begin with; then the terms are that one's. */
bool session_lines_other(struct session *s, uint16_t notify, struct session_terms *terms);

/* The session is up: its other lines are asked for. */
void session_lines_up(struct session *s);

/* The access list may be another one: what it has no more is deleted, what is new is asked for, the rest isn't touched. */
void session_lines_reload(struct session *s, const struct cfg_interface *i);

/* The line that a new pair is for; NULL: none. */
struct session_line *session_lines_of(struct session *s, const struct ike_child_sa *sa);

/* The datapath has the pair; a pair of the line is gone; and what was asked for under 'spi_in' was refused with 'notify' (0: by nobody). */
void session_lines_placed(struct session_child *c);
void session_lines_left(struct session_line *line);
void session_lines_refused(struct session *s, uint32_t spi_in, uint16_t notify);

#ifdef __cplusplus
}
#endif
#endif
