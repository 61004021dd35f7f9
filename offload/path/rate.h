#ifndef PATH_RATE_H
#define PATH_RATE_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Service policies, where packets come in and go out: classified, policed, marked and shaped.  Always before encryption, so that numbers leave
 * in order, and for inline SAs alike.  Of a list, which all pass their interface that way, what goes on now stays; the rest is dropped, or waits.
 */
struct path_gate_place;
void path_rate_run(struct path_ctx *c, struct path_list *l, const struct path_gate_place *at);

/* The ESP packet that 'p' is about to become, at the port it leaves by; and that a device has made 'p' of.  False: dropped, or it waits. */
bool path_rate_outer(struct path_ctx *c, struct path_pkt *p);
bool path_rate_inner(struct path_ctx *c, struct path_pkt *p);

/* Puts what is due where it goes on, a burst at most; returns how many packets that are.  Before anything else of a round. */
uint32_t path_rate_resume(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
