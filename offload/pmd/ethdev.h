#ifndef PMD_ETHDEV_H
#define PMD_ETHDEV_H

#include <ethdev_driver.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The driver's operations: also what tells a net_nave port from others. */
extern const struct eth_dev_ops pmd_ethdev_ops;

#ifdef __cplusplus
}
#endif
#endif
