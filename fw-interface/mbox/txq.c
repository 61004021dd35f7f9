/* The host's end of a tx ring; a worker's thread. */
#include "mbox/txq.h"

#include <string.h>

#include "mbox/shm.h"

void mbox_txq_init(struct mbox_txq *q, struct fwi_bus *bus, uint16_t queue, struct fwi_tx_desc *ring, struct fwi_tx_head *head)
{
	memset(q, 0, sizeof(*q));
	q->bus = bus;
	q->ring = ring;
	q->head = head;
	q->doorbell = &bus->bar->driver.queue[queue].tx_prod;
}

void mbox_txq_start(struct mbox_txq *q, uint8_t log2_slots, uint32_t epoch)
{
	q->mask = (1u << log2_slots) - 1;
	q->prod = 0;
	q->cons = 0;
	q->epoch = epoch;
	mbox_shm_store32(&q->head->position, 0);
	mbox_shm_store32(q->doorbell, 0);
}

void mbox_txq_ring(struct mbox_txq *q)
{
	mbox_bus_ring(q->bus, q->doorbell, q->prod);
}

uint32_t mbox_txq_reap(struct mbox_txq *q)
{
	uint32_t head = mbox_shm_load32(&q->head->position);

	if (head - q->cons > q->prod - q->cons)
		q->bad_heads++;
	else
		q->cons = head;
	return q->cons;
}
