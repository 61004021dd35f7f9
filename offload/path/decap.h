#ifndef PATH_DECAP_H
#define PATH_DECAP_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* clear -> plain: the inner packet, checked against the SA's selectors, in its tunnel's VRF. */
void path_decap(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
