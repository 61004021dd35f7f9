#ifndef PATH_RATE_H
#define PATH_RATE_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Policing and shaping at tunnels, of packets as they are inside: before encryption, so that numbers leave in order, and for inline SAs alike.
 * Of the list, which all pass their tunnels that way, what goes on now stays; the rest is dropped, or waits.
 */
void path_rate_in(struct path_ctx *c, struct path_list *l);
void path_rate_out(struct path_ctx *c, struct path_list *l);

#ifdef __cplusplus
}
#endif
#endif
