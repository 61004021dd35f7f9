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

#ifdef __cplusplus
}
#endif
#endif
