#ifndef PATH_RX_H
#define PATH_RX_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Receives a burst from the queue into 'in'; returns how many packets. */
uint32_t path_rx(struct path_ctx *c, const struct path_queue *q);

#ifdef __cplusplus
}
#endif
#endif
