#ifndef SESSION_REVERSE_H
#define SESSION_REVERSE_H

#ifdef __cplusplus
extern "C" {
#endif

struct session;
struct session_child;

/*
 * `reverse-route` of an IPsec profile: routes through the session's interface to what the selectors of its pairs have at the far end,
 * while the pair is there and the session has the interface.  A selector of a whole address family is passed over, unless an access list
 * says it: that no route of the peer's should draw everything to it.  Callers commit the routes.
 */

/* Adds those of all pairs, again where they are there; or removes them. */
void session_reverse_put(const struct session *s);
void session_reverse_drop(const struct session *s);

/* Removes those of a pair that is about to go, but for what other pairs have too. */
void session_reverse_gone(const struct session_child *gone);

#ifdef __cplusplus
}
#endif
#endif
