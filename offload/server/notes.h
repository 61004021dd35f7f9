#ifndef SERVER_NOTES_H
#define SERVER_NOTES_H

#include "dp/api.h"
#include "server/apply.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The event that a worker's note becomes; false for one that is the box's matter (RESOLVE) or is settled here (RAW). */
bool server_notes_event(struct server_plant *p, const struct path_note *note, struct dp_event *out);

#ifdef __cplusplus
}
#endif
#endif
