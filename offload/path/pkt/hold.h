#ifndef PATH_HOLD_H
#define PATH_HOLD_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Packets that wait for their turn: a wheel of milliseconds of one worker, PATH_HOLD_MAX packets at most.  What waits for one
 * millisecond leaves in the order it came; so what leaves a rate in order of time keeps its order.
 */
enum { PATH_HOLD_MAX = 4096, PATH_HOLD_MS = 255 };

/* Where a packet was when it had to wait. */
enum path_wait_at {
	PATH_WAIT_TUNNEL, /* before its tunnel */
	PATH_WAIT_OUTER,  /* before its port, about to become ESP */
	PATH_WAIT_PORT    /* before its port, as it is */
};

struct path_wait {
	struct rte_mbuf *m;
	uint32_t tunnel;  /* index; TUNNEL, OUTER */
	uint32_t id;      /* of that tunnel, whose index another may have when the time has come */
	uint32_t serial;  /* of the policy */
	uint16_t traffic; /* the class whose turn it waits for next, or DB_TRAFFIC_NONE */
	uint16_t len;     /* bytes that count */
	uint16_t vrf;
	uint16_t flags;
	uint8_t at; /* enum path_wait_at */
	uint8_t port;
	uint8_t tos; /* of the packet, or of the one around it */
};

MUST_USE enum err path_hold_new(struct path_hold **out);

/* Frees the packets with it; NULL is fine. */
void path_hold_free(struct path_hold *h);

/* Takes 'w' until 'due_ms', PATH_HOLD_MS from now at most; false: no room. */
bool path_hold_take(struct path_hold *h, const struct path_wait *w, uint64_t now_ms, uint64_t due_ms);

/* The next one that is due; false: none. */
bool path_hold_next(struct path_hold *h, uint64_t now_ms, struct path_wait *out);

/* How many wait. */
uint32_t path_hold_count(const struct path_hold *h);

#ifdef __cplusplus
}
#endif
#endif
