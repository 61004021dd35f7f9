#ifndef PATH_TX_H
#define PATH_TX_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * out -> ports.  The last gate (sa-state 22 i): a packet marked for inline encryption leaves only by the port, in the
 * epoch and for the life of the SA that its session is of; any other leaves a guarded port only by the guard.
 */
void path_tx(struct path_ctx *c);

/* Sends what the ports' buffers hold. */
void path_tx_flush(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
