#ifndef NAVEDP_ETHDEV_H
#define NAVEDP_ETHDEV_H

#include "base/err.h"
#include "engine/inline.h"
#include "navedp/lcores.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_mempool;
struct navedp_ethdev_queue;

/* A port that DPDK owns: a PCI function or a virtual device. */
struct navedp_ethdev {
	uint16_t dpdk_port;
	bool security; /* the device has inline protocol */
	char name[64]; /* of the device, for its removal */
	uint32_t queues;
	uint8_t mac[6];
	uint16_t mtu;
	struct navedp_ethdev_queue *queue;
};

/*
 * Probes 'spec' ("net_nave0,socket=/run/x" or "0000:01:00.0"), configures 'queues' queue pairs and leaves it stopped, so
 * that the guard can be set.  It receives into 'pool', or a net_nave port into memory it shares with its device.  ERR_ABSENT:
 * no device, or no driver for it; ERR_UNSUPPORTED: it lacks queues.
 */
MUST_USE enum err navedp_ethdev_open(struct navedp_ethdev *d, bool vdev, const char *spec, uint32_t queues, struct rte_mempool *pool);

/* Gives it another address than its own: before it is started.  ERR_UNSUPPORTED: its driver can't. */
MUST_USE enum err navedp_ethdev_set_mac(struct navedp_ethdev *d, const uint8_t mac[6]);

MUST_USE enum err navedp_ethdev_start(struct navedp_ethdev *d);

/* Workers are off it. */
void navedp_ethdev_stop(struct navedp_ethdev *d);

/* The device as the inline engine wants to know it; false: it has no inline protocol, or no row. */
bool navedp_ethdev_device(const struct navedp_ethdev *d, uint8_t port, uint32_t epoch, struct engine_device *out);

/* Stops and removes; no worker uses it any more. */
void navedp_ethdev_close(struct navedp_ethdev *d);

/* What wakes the worker of 'queue'; fd -1: the driver has no interrupts. */
void navedp_ethdev_wake(struct navedp_ethdev *d, uint32_t queue, struct navedp_wake *out);

#ifdef __cplusplus
}
#endif
#endif
