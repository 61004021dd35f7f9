#ifndef SESSION_DERIVED_H
#define SESSION_DERIVED_H

#include "session/session.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where a line of an interface comes from: the template it is cloned from, AAA's lines for the user or its group, the configuration of a static
 * tunnel, or what was agreed with the peer.
 */
enum session_origin { SESSION_FROM_TEMPLATE, SESSION_FROM_USER, SESSION_FROM_GROUP, SESSION_FROM_CONFIG, SESSION_FROM_PEER };

const char *session_origin_str(enum session_origin origin);

typedef void session_derived_fn(void *ctx, const char *line, enum session_origin origin);

/*
 * The lines of the session's interface as they are in force, in order (R-SYS-09): those of its template with AAA's, or of its static tunnel, then its two ends, and
 * its mode if the peer's selectors decided it.  'line' lives during the call.  ERR_ABSENT: it has no interface; ERR_NOMEM.
 */
MUST_USE enum err session_derived_walk(const struct session *s, session_derived_fn *fn, void *ctx);

/* The session that has the interface 'name', whose letters may be of either case; NULL: none. */
const struct session *session_derived_find(const struct session_hub *h, const char *name);

#ifdef __cplusplus
}
#endif
#endif
