#ifndef ROUTE_LEARN_H
#define ROUTE_LEARN_H

#include "base/log.h"
#include "base/wheel.h"
#include "route/rib.h"

#ifdef __cplusplus
extern "C" {
#endif

struct nl;

/*
 * Routes that others put into the host's main table, or that of a VRF device - a routing daemon, an operator - as candidates of the routing table (source KERNEL).
 * Neither the kernel's own routes nor Nave's are taken, nor those through devices that aren't Nave's, nor what drops with the metric of
 * the last resort (0xff000000 and more), with which a VRF's table ends.  Of several routes to one prefix the
 * one of the lowest metric counts, as for the kernel.  The distance is that of the protocol which put it.  One VRF.
 */
struct route_learn;

/* What a device of the host is to the routing table. */
enum route_device {
	ROUTE_DEVICE_FOREIGN,
	ROUTE_DEVICE_KNOWN,  /* of a port or tunnel: '*out' */
	ROUTE_DEVICE_OVERLAY /* the TUN: the gateway tells the tunnel */
};

struct route_learn_config {
	int netns_fd;         /* -1: the thread's own */
	const struct nl *own; /* what is done through it isn't told, for it is Nave's; NULL: nothing is */
	uint32_t vrf;
	uint32_t table; /* NL_TABLE_MAIN or a VRF device's */
	struct wheel *wheel;
	const struct log *log;
	struct route_rib *rib;
	uint8_t map_key[16];
	enum route_device (*device)(void *ctx, uint32_t vrf, const char *netdev, struct route_if *out);
	/* The device is there and up, which it wasn't when last looked at: the host has no routes of ours through it.  NULL: nobody is told. */
	void (*came)(void *ctx, const char *netdev);
	void *ctx;
};

/* All borrowed.  Nothing is read yet. */
MUST_USE enum err route_learn_new(struct route_learn **out, const struct route_learn_config *config);

/* Takes its routes out of the table. */
void route_learn_free(struct route_learn *l);

/* Reads all of the host's devices and routes and commits: at the start, and when ports are others. */
void route_learn_look(struct route_learn *l);

/* 'device' answers otherwise than before: what is known of the host is judged again, by the next commit. */
void route_learn_judge(struct route_learn *l);

/* Readable when the host's tables changed; then route_learn_readable, which takes what changed and commits. */
int route_learn_fd(const struct route_learn *l);
void route_learn_readable(struct route_learn *l);

/* How many routes of others are known, through whatever device. */
size_t route_learn_count(const struct route_learn *l);

#ifdef __cplusplus
}
#endif
#endif
