#ifndef MBOX_RXQ_H
#define MBOX_RXQ_H

#include <stdbool.h>

#include "fwi/ring.h"
#include "mbox/bus.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The host's end of one rx ring.  One thread. */
struct mbox_rxq {
	struct fwi_bus *bus;
	struct fwi_rx_desc *ring;
	struct fwi_rx_comp *comp;
	struct fwi_doorbell *doorbell;
	uint32_t mask;
	uint32_t prod;       /* next buffer to post */
	uint32_t cons;       /* next completion */
	uint16_t buffer_len; /* of every buffer */
	uint32_t bad_comps;  /* completions that can't be: taken as length 0 */
};

/* 'ring' and 'comp' lie in a region. */
void mbox_rxq_init(struct mbox_rxq *q, struct fwi_bus *bus, uint16_t queue, struct fwi_rx_desc *ring, struct fwi_rx_comp *comp);

/* Before QUEUE_START: clears both rings' memory. */
void mbox_rxq_start(struct mbox_rxq *q, uint8_t log2_slots, uint16_t buffer_len);

/* Buffers that may be posted now. */
static inline uint32_t mbox_rxq_space(const struct mbox_rxq *q)
{
	return q->mask + 1 - (q->prod - q->cons);
}

/* Posts the buffer at 'offset' of 'region' (there is space); slot (prod & mask) is its number.  Seen after mbox_rxq_ring. */
void mbox_rxq_post(struct mbox_rxq *q, uint16_t region, uint64_t offset);
void mbox_rxq_ring(struct mbox_rxq *q);

/*
 * The next completion, copied and checked, which is about the buffer posted at position q->cons before the call;
 * false when there is none.  Length 0: nothing in the buffer.  At most one SEC flag is set, with 'reason' 0 if it is SEC_OK.
 * SA slot and generation are still the device's word.
 */
bool mbox_rxq_take(struct mbox_rxq *q, struct fwi_rx_comp *out);

/* Arms the queue's vector.  True: nothing waits and the caller may sleep on it. */
bool mbox_rxq_arm(struct mbox_rxq *q);

#ifdef __cplusplus
}
#endif
#endif
