#ifndef PATH_GUARD_H
#define PATH_GUARD_H

#include <stdbool.h>

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The egress guard of a protected port (sa-state 22 ii): whether a packet that isn't marked for inline encryption
 * may leave.  It looks at the bytes themselves: ESP that this worker has made; from the box itself ESP, IKE, ICMP,
 * ARP, neighbour discovery and the control protocols on the port's list; of fragments the first decides.  Nothing that was
 * only forwarded.
 */
bool path_guard_allows(struct path_ctx *c, const struct path_pkt *p, const struct db_port *port);

#ifdef __cplusplus
}
#endif
#endif
