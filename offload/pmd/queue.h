#ifndef PMD_QUEUE_H
#define PMD_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include <ethdev_driver.h>
#include <rte_mbuf.h>

#include "fwi/status.h"
#include "mbox/rxq.h"
#include "mbox/txq.h"
#include "pmd/slot.h"

#ifdef __cplusplus
extern "C" {
#endif

struct pmd_port;

/*
 * An rx queue; the worker that polls it owns it between start and stop.  Its buffers are mbufs of the port's shared
 * pool, or, for a pool in memory of the application's own, buffers of the queue's that are copied from.
 */
struct pmd_rxq {
	struct mbox_rxq ring;
	struct rte_mempool *pool;
	struct rte_mbuf **mbuf; /* posted, by ring slot; NULL: copying */
	uint8_t *bounce;        /* copying: the first slot's buffer */
	const uint8_t *base;    /* of the region that holds the buffers */
	uint32_t stride;        /* copying: from buffer to buffer */
	uint16_t region;
	uint16_t buffer_len;
	uint16_t queue;
	uint16_t dpdk_port;
	uint8_t log2;
	bool running;
	int number_offset; /* mbuf field, below 0: none */
	const bool *dead;
	const struct pmd_slots *sa_in;
	uint32_t consumed; /* completions handed on; atomic, read by the control thread */
	uint64_t packets, bytes, no_mbuf, skipped, stale;
};

/* A tx queue, likewise.  Packets in shared memory are sent from where they lie, others from a buffer of their slot. */
struct pmd_txq {
	struct mbox_txq ring;
	struct rte_mbuf **mbuf; /* by ring slot: to free when its descriptor is done; NULL: nothing */
	uint8_t *bounce;
	const uint8_t *bounce_base; /* of the region of 'bounce' */
	const uint8_t *pool_base;   /* shared packet memory, NULL: none */
	uint64_t pool_size;
	uint32_t freed; /* ring positions below are free */
	uint16_t bounce_region;
	uint16_t pool_region;
	uint16_t queue;
	uint8_t log2;
	bool running;
	int number_offset;
	uint16_t attach; /* tag of the packet's metadata (sec.h) */
	const bool *dead;
	const struct pmd_slots *sa_out;
	uint32_t produced; /* descriptors handed over; atomic, read by the control thread */
	uint64_t packets, bytes, secured, refused, too_long, copied;
};

/* An mbuf's number field, at the 'offset' that its registration gave. */
static inline uint64_t *pmd_queue_number(struct rte_mbuf *m, int offset)
{
	return (uint64_t *)(void *)((uint8_t *)m + offset);
}

/* eth_dev_ops. */
int pmd_queue_rx_setup(struct rte_eth_dev *dev, uint16_t queue, uint16_t slots, unsigned socket, const struct rte_eth_rxconf *conf,
	struct rte_mempool *pool);
int pmd_queue_tx_setup(struct rte_eth_dev *dev, uint16_t queue, uint16_t slots, unsigned socket, const struct rte_eth_txconf *conf);
void pmd_queue_rx_release(struct rte_eth_dev *dev, uint16_t queue);
void pmd_queue_tx_release(struct rte_eth_dev *dev, uint16_t queue);

/* Places all queues in a region made for this start and starts them in the device; nothing runs after a failure. */
enum fwi_status pmd_queue_start_all(struct pmd_port *p);

/* Stops them in the device (a dead one isn't asked) and frees their packets and the region. */
void pmd_queue_stop_all(struct pmd_port *p);

/* Whether the rx queues that run have handed on all completions below 'rx_position' (of FWI_QUEUES_MAX). */
bool pmd_queue_rx_passed(void *port, const uint32_t *rx_position);

#ifdef __cplusplus
}
#endif
#endif
