#ifndef PMD_TX_H
#define PMD_TX_H

#include <rte_mbuf.h>

#include "pmd/queue.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PMD_TX_BOUNCE = FWI_FRAME_MAX }; /* bytes of a slot's buffer */

/*
 * What rte_security's dynfield carries to this port with a packet to encrypt: the SA's slot and generation and the
 * attachment they are of.  Bit 63 tells it from an application's handle.
 */
static inline uint64_t pmd_tx_metadata(uint32_t index, uint16_t generation, uint16_t attach)
{
	return (uint64_t)index | (uint64_t)generation << 32 | (uint64_t)attach << 48;
}

static inline uint16_t pmd_tx_attach(uint32_t attach)
{
	return (uint16_t)(attach | 0x8000);
}

/* tx_pkt_burst; 'txq' is a struct pmd_txq. */
uint16_t pmd_tx_burst(void *txq, struct rte_mbuf **pkts, uint16_t count);

/* Frees what is still in the ring, after QUEUE_STOP. */
void pmd_tx_drop(struct pmd_txq *q);

#ifdef __cplusplus
}
#endif
#endif
