#ifndef NAVEDP_NETDEV_H
#define NAVEDP_NETDEV_H

#include "base/log.h"
#include "dp/api.h"
#include "navedp/lcores.h"
#include "path/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct navedp_space;
struct rte_mempool;
struct xsk_port;

/* A port that the kernel owns: XDP steers, AF_XDP sockets carry, the kernel keeps ARP, ND and IKE. */
struct navedp_netdev {
	struct xsk_port *xsk;
	const struct navedp_space *space; /* where it is */
	uint32_t ifindex;
	uint32_t queues;
	uint8_t mac[6];
	uint16_t mtu;
	bool promisc; /* set here */
};

/*
 * Opens the device, which is in 'space', and its sockets; nothing is steered yet.  ERR_ABSENT: no such device; ERR_DENIED: the kernel
 * forwards on it, and would send on in clear what the datapath drops (the log says which setting).
 */
MUST_USE enum err navedp_netdev_open(
	struct navedp_netdev *n, const struct navedp_space *space, const char *name, struct rte_mempool *pool, const struct log *log);

/* Whether a port has features for what comes in, which then goes to the datapath even if it is the kernel's. */
bool navedp_netdev_judges(const struct dp_port *conf);

/* Attaches the steering of its space, which has begun, and, on a WAN, the egress guard; again after a change of role or of features. */
MUST_USE enum err navedp_netdev_steer(struct navedp_netdev *n, const struct dp_port *conf);

/*
 * Attaches steering that gives the datapath every frame, also those for another MAC address: the device lends its wire to a
 * port whose own is lost.
 */
MUST_USE enum err navedp_netdev_lend(struct navedp_netdev *n, const struct dp_port *conf);

/* Gives the device back to the kernel; no worker uses it any more. */
void navedp_netdev_close(struct navedp_netdev *n);

#ifdef __cplusplus
}
#endif
#endif
