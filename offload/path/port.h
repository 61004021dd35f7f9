#ifndef PATH_PORT_H
#define PATH_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_mbuf;

/* What a provider can say of its port.  Counters never go back. */
struct path_port_info {
	bool link_up;
	bool alive; /* the device answers */
	uint8_t mac[6];
	uint16_t mtu;
	uint64_t in_packets, in_bytes;
	uint64_t out_packets, out_bytes;
	uint64_t in_drops, out_drops;
	char driver[DP_NAME_MAX];
};

/*
 * How packets come and go.  Providers: 'ethdev' (port_ethdev.h, every DPDK driver), 'xsk' (AF_XDP sockets), TAP and
 * TUN.  Packets are Ethernet frames, on a TUN bare IP; contiguous mbufs in both directions.
 */
struct path_port_ops {
	const char *name;

	/*
	 * Worker that polls 'queue'.  Up to 'count' packets, which become the caller's.  data_off leaves at least 128
	 * bytes of headroom.  0 when the device is dead.
	 */
	uint16_t (*rx)(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count);

	/*
	 * Worker; 'queue' is its own number.  Sends the first n packets, which become the device's, and returns n; the
	 * rest stay the caller's.
	 */
	uint16_t (*tx)(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count);

	/* Main lcore. */
	void (*info)(void *dev, struct path_port_info *out);
};

/* A port's provider, under the index of its db_port.  'ops' NULL: none. */
struct path_port {
	const struct path_port_ops *ops;
	void *dev;
};

#ifdef __cplusplus
}
#endif
#endif
