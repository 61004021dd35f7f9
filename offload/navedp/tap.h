#ifndef NAVEDP_TAP_H
#define NAVEDP_TAP_H

#include "base/err.h"
#include "path/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct navedp_space;
struct rte_mbuf;
struct rte_mempool;

/*
 * The punt path's way into the host: a TAP that twins a DPDK-owned port, a VRF's TUN, or the inlet of a netdev.  A packet a system call:
 * this is the exception path.  Twins and TUNs are persistent, so that their addresses and routes outlive the datapath.
 */
struct navedp_tap;

extern const struct path_port_ops navedp_tap_ops;

/* A TAP with the address 'mac' (of the port it twins); NULL: a TUN.  In the place 'space' of its VRF.  'pool' is borrowed. */
MUST_USE enum err navedp_tap_new(
	struct navedp_tap **out, const struct navedp_space *space, const char *name, const uint8_t *mac, struct rte_mempool *pool);

/*
 * An inlet: what is sent by it comes in by the Ethernet device 'ifindex', of address 'mac', as far as the kernel knows.  Nothing comes by it
 * for us: it isn't polled.  Not persistent.
 */
MUST_USE enum err navedp_tap_new_inlet(
	struct navedp_tap **out, const struct navedp_space *space, uint32_t ifindex, const uint8_t *mac, struct rte_mempool *pool);

/* A persistent device stays. */
void navedp_tap_free(struct navedp_tap *t);

/* A packet that the host sends by a TUN or TAP; NULL: errno says why, EAGAIN that there is none, ENOMEM that there is no buffer.  Workers. */
struct rte_mbuf *navedp_tap_read(int fd, struct rte_mempool *pool);

int navedp_tap_fd(const struct navedp_tap *t);
uint32_t navedp_tap_ifindex(const struct navedp_tap *t);

#ifdef __cplusplus
}
#endif
#endif
