#ifndef NET_LINE_H
#define NET_LINE_H

#include "base/list.h"
#include "net/udp.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Where newcomers wait while those are served who have an IKE SA: what a flood sends is newcomers' requests, so that it keeps nobody waiting but them.
 * Sans I/O.
 */
struct net_line {
	struct list waiting;
	uint32_t count, limit;
	size_t bytes; /* of datagrams; at most NET_LINE_AVERAGE for each that may wait */
};

enum { NET_LINE_AVERAGE = 1024 };

/* A datagram that waits. */
struct net_guest {
	struct list link;
	struct net_udp_path path;
	struct bytes datagram; /* behind the structure */
};

void net_line_init(struct net_line *l, uint32_t limit);
void net_line_fini(struct net_line *l);

/* Whether an IKE datagram, without marker, asks for a new IKE SA: an IKE_SA_INIT request (RFC7296-3.1). */
bool net_line_newcomer(struct bytes datagram);

/* Lets a copy wait; false: the line is full, or there is no memory. */
MUST_USE bool net_line_push(struct net_line *l, const struct net_udp_path *path, struct bytes datagram);

/* The one that waited longest, now the caller's to free(); NULL: none waits. */
struct net_guest *net_line_pop(struct net_line *l);

#ifdef __cplusplus
}
#endif
#endif
