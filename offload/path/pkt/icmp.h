#ifndef PATH_ICMP_H
#define PATH_ICMP_H

#include <stdint.h>

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

enum path_icmp { PATH_ICMP_NO_ROUTE, PATH_ICMP_TOO_BIG, PATH_ICMP_TTL, PATH_ICMP_PROHIBITED };

/*
 * Sends the source of 'p' an error (RFC792, RFC4443), routed in p->vrf; 'mtu' counts for TOO_BIG.  Not about errors,
 * later fragments or multicast, and at a limited rate (RFC1812-4.3.2.7).  'p' stays the caller's.
 */
void path_icmp_send(struct path_ctx *c, const struct path_pkt *p, enum path_icmp what, uint32_t mtu);

#ifdef __cplusplus
}
#endif
#endif
