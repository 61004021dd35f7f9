#ifndef PATH_CLASSIFY_H
#define PATH_CLASSIFY_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * in -> esp (cipher text or what a device made of it), gre, plain, punt, or out (the host's own frames): by what the
 * packet is, not by whether an SA knows it.
 */
void path_classify(struct path_ctx *c);

/* Goes on with an IP packet that its port's features let pass, whose frame's header stands in front of it. */
void path_classify_passed(struct path_ctx *c, struct path_pkt *p);

#ifdef __cplusplus
}
#endif
#endif
