#ifndef PATH_PORT_ETHDEV_H
#define PATH_PORT_ETHDEV_H

#include <stdint.h>

#include "path/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Every DPDK driver.  'dev' is a struct path_port_ethdev of whoever configured and started the port. */
struct path_port_ethdev {
	uint16_t dpdk_port;
	bool security; /* transmits marked packets through rte_eth_tx_prepare's rules: the device has inline protocol */
};

extern const struct path_port_ops path_port_ethdev_ops;

#ifdef __cplusplus
}
#endif
#endif
