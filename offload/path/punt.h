#ifndef PATH_PUNT_H
#define PATH_PUNT_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* punt -> out: to the host itself, as the frame it was through the port's twin, else through the netdev of the tunnel that it came by, else through the VRF's TUN. */
void path_punt(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
