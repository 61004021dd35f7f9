#ifndef PATH_FIB_H
#define PATH_FIB_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* plain -> tunnel, out or punt, by the VRF's table; takes the time to live. */
void path_fib(struct path_ctx *c);

/* 'path_fib_aim' for an adjacency that has no address, or is gone. */
bool path_fib_wait(struct path_ctx *c, struct path_pkt *p);

/*
 * Aims the packet at the adjacency p->hop: sets port and mac.  False: no address yet - the packet was handed to the
 * main lcore or dropped.
 */
static inline bool path_fib_aim(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_adj *a = &c->db->adj[db_hop_index(p->hop)];

	p->mac = __atomic_load_n(&a->mac, __ATOMIC_ACQUIRE);
	p->port = (uint8_t)(p->mac >> DB_ADJ_PORT_SHIFT);
	return (p->mac != 0 && __atomic_load_n(&a->live, __ATOMIC_RELAXED)) || path_fib_wait(c, p);
}

/* To the next hop 'p->hop', which mustn't be a tunnel: what leaves by ports with features is in c->gated then, until path_fib_leave. */
void path_fib_send(struct path_ctx *c, struct path_pkt *p);
void path_fib_leave(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
