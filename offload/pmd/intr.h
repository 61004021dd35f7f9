#ifndef PMD_INTR_H
#define PMD_INTR_H

#include "pmd/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Rx interrupts: vector 1 + q of the device is an eventfd that rte_eth_dev_rx_intr_ctl_q_get_fd gives out. */

/* At start, with the queues known; 0 or a negative errno. */
int pmd_intr_init(struct pmd_port *p);
void pmd_intr_fini(struct pmd_port *p);

/* eth_dev_ops; the worker of the queue. */
int pmd_intr_enable(struct rte_eth_dev *dev, uint16_t queue);
int pmd_intr_disable(struct rte_eth_dev *dev, uint16_t queue);

#ifdef __cplusplus
}
#endif
#endif
