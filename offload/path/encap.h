#ifndef PATH_ENCAP_H
#define PATH_ENCAP_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* tunnel -> outer, or carried where no SA protects: the tunnel's sending SA, its owner, its selectors (a wrong route can't reach a wrong peer). */
void path_encap(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
