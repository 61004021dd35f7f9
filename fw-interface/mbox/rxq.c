/* The host's end of an rx ring; a worker's thread.  The completion ring is the device's word and checked here. */
#include "mbox/rxq.h"

#include <string.h>

#include "mbox/shm.h"

void mbox_rxq_init(struct mbox_rxq *q, struct fwi_bus *bus, uint16_t queue, struct fwi_rx_desc *ring, struct fwi_rx_comp *comp)
{
	memset(q, 0, sizeof(*q));
	q->bus = bus;
	q->ring = ring;
	q->comp = comp;
	q->doorbell = &bus->bar->driver.queue[queue];
}

void mbox_rxq_start(struct mbox_rxq *q, uint8_t log2_slots, uint16_t buffer_len)
{
	q->mask = (1u << log2_slots) - 1;
	q->prod = 0;
	q->cons = 0;
	q->buffer_len = buffer_len;
	memset(q->ring, 0, sizeof(*q->ring) << log2_slots);
	memset(q->comp, 0, sizeof(*q->comp) << log2_slots);
	mbox_shm_store32(&q->doorbell->rx_prod, 0);
	mbox_shm_store32(&q->doorbell->rx_arm, 0);
}

void mbox_rxq_post(struct mbox_rxq *q, uint16_t region, uint64_t offset)
{
	struct fwi_rx_desc *slot = &q->ring[q->prod++ & q->mask];

	slot->region = le16_of(region);
	slot->length = le16_of(q->buffer_len);
	slot->offset = le64_of(offset);
}

void mbox_rxq_ring(struct mbox_rxq *q)
{
	mbox_bus_ring(q->bus, &q->doorbell->rx_prod, q->prod);
}

static bool is_sane(const struct mbox_rxq *q, const struct fwi_rx_comp *c)
{
	unsigned sec = c->flags & (FWI_RX_SEC_OK | FWI_RX_SEC_FAILED);

	if (le16_get(c->length) > q->buffer_len || sec == (FWI_RX_SEC_OK | FWI_RX_SEC_FAILED))
		return false;
	return sec == FWI_RX_SEC_FAILED ? c->reason != FWI_RX_R_NONE : c->reason == FWI_RX_R_NONE;
}

bool mbox_rxq_take(struct mbox_rxq *q, struct fwi_rx_comp *out)
{
	const struct fwi_rx_comp *slot = &q->comp[q->cons & q->mask];

	if (q->cons == q->prod || mbox_shm_load32(&slot->position) != q->cons + 1)
		return false;
	mbox_shm_copy(out, slot, sizeof(*out));
	q->cons++;
	if (!is_sane(q, out)) {
		q->bad_comps++;
		memset(out, 0, sizeof(*out));
	}
	return true;
}

bool mbox_rxq_arm(struct mbox_rxq *q)
{
	mbox_shm_store32(&q->doorbell->rx_arm, q->cons);
	mbox_shm_barrier();
	return q->cons == q->prod || mbox_shm_load32(&q->comp[q->cons & q->mask].position) != q->cons + 1;
}
