#ifndef MBOX_TXQ_H
#define MBOX_TXQ_H

#include <stdbool.h>

#include "fwi/ring.h"
#include "mbox/bus.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The host's end of one tx ring.  One thread; nothing in it is the device's but *head, which is checked. */
struct mbox_txq {
	struct fwi_bus *bus;
	struct fwi_tx_desc *ring;
	struct fwi_tx_head *head;
	le32 *doorbell;
	uint32_t mask;
	uint32_t prod; /* next descriptor to fill */
	uint32_t cons; /* descriptors below are done */
	uint32_t epoch;
	uint32_t bad_heads; /* positions the device wrote that can't be */
};

/* 'ring' (1 << log2_slots) and 'head' lie in a region; after QUEUE_SETUP, before QUEUE_START. */
void mbox_txq_init(struct mbox_txq *q, struct fwi_bus *bus, uint16_t queue, struct fwi_tx_desc *ring, struct fwi_tx_head *head);
void mbox_txq_start(struct mbox_txq *q, uint8_t log2_slots, uint32_t epoch);

/* Descriptors that may be put now. */
static inline uint32_t mbox_txq_space(const struct mbox_txq *q)
{
	return q->mask + 1 - (q->prod - q->cons);
}

/* Puts one (there is space); a secured one gets its check field.  Not seen by the device before mbox_txq_ring. */
static inline void mbox_txq_put(struct mbox_txq *q, const struct fwi_tx_desc *d)
{
	struct fwi_tx_desc *slot = &q->ring[q->prod++ & q->mask];

	*slot = *d;
	if (d->opcode == FWI_TX_SECURED)
		slot->check = le16_of(fwi_tx_check(d, q->epoch));
}

/* Hands all that was put to the device. */
void mbox_txq_ring(struct mbox_txq *q);

/* Learns how far the device is and returns it: memory of descriptors below may be re-used. */
uint32_t mbox_txq_reap(struct mbox_txq *q);

#ifdef __cplusplus
}
#endif
#endif
