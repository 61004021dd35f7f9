#ifndef SERVER_NOTES_H
#define SERVER_NOTES_H

#include "dp/api.h"
#include "path/note.h"
#include "server/plant.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The event that a worker's note becomes; false: none.  RAW is settled here, RESOLVE is the box's, PLACE the server's. */
bool server_notes_event(struct server_plant *p, const struct path_note *note, struct dp_event *out);

#ifdef __cplusplus
}
#endif
#endif
