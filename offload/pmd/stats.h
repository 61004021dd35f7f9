#ifndef PMD_STATS_H
#define PMD_STATS_H

#include "pmd/port.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Counters: the device's pages (written back every 10 ms, read as any memory: no command) and the queues' own.  They go on
 * counting over re-attachments.
 */

/* A copy of what the page says of a slot's SA; zeroes until the device wrote of this generation. */
void pmd_stats_sa(const struct pmd_port *p, const struct pmd_slot *slot, struct fwi_sa_stats *out);

/* Keeps the device's counters before its page goes. */
void pmd_stats_keep(struct pmd_port *p);

/* eth_dev_ops. */
int pmd_stats_get(struct rte_eth_dev *dev, struct rte_eth_stats *out);
int pmd_stats_reset(struct rte_eth_dev *dev);
int pmd_stats_xget(struct rte_eth_dev *dev, struct rte_eth_xstat *out, unsigned count);
int pmd_stats_xnames(struct rte_eth_dev *dev, struct rte_eth_xstat_name *out, unsigned count);

#ifdef __cplusplus
}
#endif
#endif
