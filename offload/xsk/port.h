#ifndef XSK_PORT_H
#define XSK_PORT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "path/port.h"

#ifdef __cplusplus
extern "C" {
#endif

struct rte_mempool;
struct xsk_port;

enum { XSK_PORT_QUEUES_MAX = 64 };

struct xsk_port_conf {
	const char *name;         /* netdev, in the calling thread's network namespace */
	struct rte_mempool *pool; /* received packets are copied into its buffers; room for a frame of the device's MTU */
	uint32_t ring_size;       /* frames of each ring of a queue, a power of two; 0: 1024 */
	bool copy;                /* never zero-copy between driver and socket */
};

/* The provider 'xsk': a netdev of the kernel's through AF_XDP.  The 'dev' of its ops is a struct xsk_port. */
extern const struct path_port_ops xsk_port_ops;

/*
 * Opens a socket for each rx queue that the device has now.  Frames come once the port is attached (loader_steer_attach)
 * and each xsk_port_fd has been given to loader_steer_set_socket.
 * ERR_ABSENT: no such device.  ERR_BUSY: a queue has another socket.  ERR_RANGE: more queues than
 * XSK_PORT_QUEUES_MAX, or an MTU that fits neither a frame nor the pool's buffers.
 */
MUST_USE enum err xsk_port_new(struct xsk_port **out, const struct xsk_port_conf *conf);

/* No worker polls or sends on it any more.  Frames that weren't sent yet are lost. */
void xsk_port_free(struct xsk_port *p);

uint32_t xsk_port_queue_count(const struct xsk_port *p);

/* For loader_steer_set_socket, and for an idle worker to sleep on. */
int xsk_port_fd(const struct xsk_port *p, uint32_t queue);

#ifdef __cplusplus
}
#endif
#endif
