#ifndef PMD_RX_H
#define PMD_RX_H

#include <rte_mbuf.h>

#include "pmd/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills the ring with buffers and shows them to the device, after its QUEUE_START; false: the pool is empty. */
bool pmd_rx_fill(struct pmd_rxq *q);

/* rx_pkt_burst; 'rxq' is a struct pmd_rxq. */
uint16_t pmd_rx_burst(void *rxq, struct rte_mbuf **pkts, uint16_t count);

/* Gives the posted buffers back, after QUEUE_STOP. */
void pmd_rx_drop(struct pmd_rxq *q);

#ifdef __cplusplus
}
#endif
#endif
