#ifndef PATH_OUTER_H
#define PATH_OUTER_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * outer -> seal: the outer packet as it is going to be - route in the front VRF, port, length - for every engine
 * alike; what is too long is fragmented, refused with ICMP, or marked to be cut after encryption (sa-state 30).
 */
void path_outer(struct path_ctx *c);

/*
 * What to do with a packet that is longer than the 'mtu' of its tunnel: true: it goes as it is, and what is made of it is cut
 * (PATH_F_POST_FRAG), IPv4 with DF only if 'clear_df'; false: it was cut, or refused.
 */
bool path_outer_cut(struct path_ctx *c, struct path_pkt *p, uint32_t mtu, bool clear_df);

#ifdef __cplusplus
}
#endif
#endif
