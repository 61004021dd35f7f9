#ifndef SESSION_FIB_H
#define SESSION_FIB_H

#include "dp/sync.h"
#include "route/rib.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Carries the settled routing table to the datapath: a route for each prefix, an adjacency for each next hop on a
 * port that a route uses.  Loop thread.
 */
struct session_fib;

MUST_USE enum err session_fib_new(struct session_fib **out, struct dp_sync *sync, const uint8_t map_key[16]);
void session_fib_free(struct session_fib *f);

/* As route_changed_fn tells it. */
MUST_USE enum err session_fib_changed(struct session_fib *f, uint32_t vrf, const struct addr_prefix *prefix, const struct route_hop *hop);

#ifdef __cplusplus
}
#endif
#endif
