#ifndef PATH_PORT_ETHDEV_H
#define PATH_PORT_ETHDEV_H

#include "path/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Any DPDK driver.  'dev' is DPDK's port number, as path_port_ethdev_dev makes it; the port is configured and started. */
extern const struct path_port_ops path_port_ethdev_ops;

static inline void *path_port_ethdev_dev(uint16_t dpdk_port)
{
	return (void *)(uintptr_t)dpdk_port;
}

#ifdef __cplusplus
}
#endif
#endif
