#ifndef PATH_DECAP_H
#define PATH_DECAP_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* clear -> plain: the inner packet, checked against the SA's selectors, in its tunnel's VRF. */
void path_decap(struct path_ctx *c);

/*
 * Reads the header that the mbuf begins with; what stood around it told 'p->family', and a traffic class, whose congestion mark goes on
 * (RFC6040-4.2).  PATH_DROP_COUNT, or why not.
 */
enum path_drop path_decap_open(struct path_pkt *p, uint8_t outer_tos);

/* A packet as it was inside 'p->tunnel' comes out of it: to plain, or first to the tunnel's features. */
void path_decap_enter(struct path_ctx *c, struct path_pkt *p);

#ifdef __cplusplus
}
#endif
#endif
