#ifndef SESSION_TRACK_H
#define SESSION_TRACK_H

#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The tracks of the configuration: each is up or down by the routing table, by an interface, by others or as it is told.  They are looked at
 * when the table says that it changed, but no more often than the configuration's 'track timer'.  What changes is told to the static routes.
 */
struct session_tracks;

MUST_USE enum err session_track_new(struct session_tracks **out, struct session_hub *h);
void session_track_free(struct session_tracks *t); /* NULL is fine */

/* As for static routes: configure makes and marks what the model has, sweep forgets the rest. */
MUST_USE enum err session_track_configure(struct session_tracks *t);
void session_track_unmark(struct session_tracks *t);
void session_track_sweep(struct session_tracks *t);

/* Something that a track hangs on changed: it will be looked at. */
void session_track_news(struct session_tracks *t);

/* In order of the configuration. */
void session_track_walk(const struct session_tracks *t, session_track_fn *fn, void *ctx);

/* Whether track 'number' is up; false too for one that isn't there. */
bool session_track_up(const struct session_tracks *t, uint32_t number);

#ifdef __cplusplus
}
#endif
#endif
