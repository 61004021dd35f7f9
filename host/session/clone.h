#ifndef SESSION_CLONE_H
#define SESSION_CLONE_H

#include "cfg/derive.h"
#include "session/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The interface that a virtual access is a clone of: its template, or with `interface-config` lines in the grant a derived one, which all sessions
 * of the same template and lines share while they live by one configuration.
 */

/*
 * The interface for session 's' from 'tmpl': the template itself, or one that the session holds until session_clone_drop or the next call.
 * NULL: a line is refused, which was logged.
 */
const struct cfg_interface *session_clone_of(struct session *s, const struct cfg_interface *tmpl);
void session_clone_drop(struct session *s);

/* Whether the grant has no such lines; else it was logged that a static tunnel can't have them. */
bool session_clone_none(const struct session *s);

/* Whether the configuration 'to' makes an interface of the session's lines, too. */
bool session_clone_keeps(const struct cfg_model *to, const struct session *s);

/* The lines of the session's interface and their origins; NULL: they are the template's. */
const struct cfg_derived *session_clone_derived(const struct session *s);

#ifdef __cplusplus
}
#endif
#endif
