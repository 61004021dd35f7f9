#ifndef PATH_PKT_NOTE_H
#define PATH_PKT_NOTE_H

#include <stdbool.h>

#include "path/ctx.h"
#include "path/note.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Sends 'n' to the main lcore; false: the queue is full, and what it carries is still the caller's. */
bool path_note_send(struct path_ctx *c, const struct path_note *n);

/* Whether a sampled note (unknown SPI, neighbour, raw packets) is due; takes the turn. */
bool path_note_due(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
