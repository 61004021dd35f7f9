#ifndef PATH_HOLD_H
#define PATH_HOLD_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Packets that wait for their time to enter their tunnel: a wheel of milliseconds of one worker, PATH_HOLD_MAX packets at most.  What waits in
 * one millisecond leaves in the order it came; so what leaves a rate in order of time keeps its order.
 */
enum { PATH_HOLD_MAX = 4096, PATH_HOLD_MS = 255 };

MUST_USE enum err path_hold_new(struct path_hold **out);

/* Frees the packets with it; NULL is fine. */
void path_hold_free(struct path_hold *h);

/* Takes 'p', for 'p->tunnel', until 'due_ms', PATH_HOLD_MS from now at most; false: no room. */
bool path_hold_take(struct path_ctx *c, struct path_pkt *p, uint64_t due_ms);

/* Puts what is due where it goes on, a burst at most; returns how many packets that are.  Before anything else of a round. */
uint32_t path_hold_resume(struct path_ctx *c);

/* How many wait. */
uint32_t path_hold_count(const struct path_hold *h);

#ifdef __cplusplus
}
#endif
#endif
