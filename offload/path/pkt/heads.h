#ifndef PATH_HEADS_H
#define PATH_HEADS_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Datagrams of the host whose first fragment met a port's guard: what follows shows no ports and fares as the first one
 * did.  PATH_HEADS of them for PATH_HEAD_MS each; one that isn't remembered is refused.  Of the egress guard, on the
 * worker that polls the host's port: a datagram's fragments all come by it, in order.
 */

/* 'p' is a first fragment on its way to 'p->port', and the guard lets it pass or not. */
void path_heads_tell(struct path_ctx *c, const struct path_pkt *p, bool passed);

/* Whether 'p', a later fragment, follows a first one that passed. */
bool path_heads_passed(const struct path_ctx *c, const struct path_pkt *p);

#ifdef __cplusplus
}
#endif
#endif
