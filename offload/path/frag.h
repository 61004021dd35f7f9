#ifndef PATH_FRAG_H
#define PATH_FRAG_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* sealed -> out: cuts what is too long. */
void path_frag(struct path_ctx *c);

/* Cuts the IPv4 packet so that each piece has at most 'mtu' bytes; the pieces go on as 'h' says.  Takes 'p'. */
void path_frag_ip4(struct path_ctx *c, struct path_pkt *p, uint32_t mtu, const struct path_hand *h);

/* The same for an IPv6 packet of the box's own, numbered by 'p->seq'. */
void path_frag_ip6(struct path_ctx *c, struct path_pkt *p, uint32_t mtu, const struct path_hand *how);

#ifdef __cplusplus
}
#endif
#endif
