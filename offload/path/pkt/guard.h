#ifndef PATH_GUARD_H
#define PATH_GUARD_H

#include <netinet/in.h>
#include <stdbool.h>

#include "path/ctx.h"
#include "path/pkt/ip.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The flag says that we encrypted it, the bytes must say so too. */
static inline bool path_guard_is_esp(const struct path_pkt *p)
{
	bool v6 = p->ip[0] >> 4 == 6;
	uint8_t proto = p->ip[v6 ? 6 : 9];

	if (v6 && proto == PATH_PROTO_IP6_FRAG)
		proto = p->ip[PATH_IP6];
	return proto == IPPROTO_ESP || proto == IPPROTO_UDP;
}

/* 'path_guard_allows' for what isn't ESP of this worker's. */
bool path_guard_knows(struct path_ctx *c, const struct path_pkt *p, const struct db_port *port);

/*
 * The egress guard of a protected port (sa-state 22 ii): whether a packet that isn't marked for inline encryption
 * may leave.  It looks at the bytes themselves: ESP that this worker has made; from the box itself ESP, IKE, ICMP,
 * ARP, neighbour discovery and the control protocols on the port's list; of fragments the first decides.  Nothing that was
 * only forwarded.
 */
static inline bool path_guard_allows(struct path_ctx *c, const struct path_pkt *p, const struct db_port *port)
{
	return (p->flags & PATH_F_SEALED) != 0 ? path_guard_is_esp(p) : path_guard_knows(c, p, port);
}

#ifdef __cplusplus
}
#endif
#endif
