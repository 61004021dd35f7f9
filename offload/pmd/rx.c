/*
 * Receiving.  A worker's thread.  The completion is the device's word: position, length and flags are checked by
 * mbox/rxq, slot and generation here, before anything of the host's is looked up with them.
 */
#include "pmd/rx.h"

#include <string.h>

#include <rte_security.h>

static uint64_t offset_of(const struct pmd_rxq *q, const struct rte_mbuf *m)
{
	return (uint64_t)((const uint8_t *)m->buf_addr - q->base) + RTE_PKTMBUF_HEADROOM;
}

static uint8_t *bounce_of(const struct pmd_rxq *q, uint32_t slot)
{
	return q->bounce + (size_t)slot * q->stride;
}

bool pmd_rx_fill(struct pmd_rxq *q)
{
	uint32_t slots = mbox_rxq_space(&q->ring);

	if (q->mbuf != NULL && rte_pktmbuf_alloc_bulk(q->pool, q->mbuf, slots) != 0)
		return false;
	for (uint32_t i = 0; i < slots; i++)
		mbox_rxq_post(&q->ring, q->region, q->mbuf != NULL ? offset_of(q, q->mbuf[i]) : (uint64_t)(bounce_of(q, i) - q->base));
	mbox_rxq_ring(&q->ring);
	return true;
}

void pmd_rx_drop(struct pmd_rxq *q)
{
	for (uint32_t i = 0; q->mbuf != NULL && i <= q->ring.mask; i++) {
		rte_pktmbuf_free(q->mbuf[i]);
		q->mbuf[i] = NULL;
	}
}

/* The frame of ring slot 'slot' as an mbuf, whose place a fresh one takes; NULL: the pool is empty, the frame is lost. */
static struct rte_mbuf *take_frame(struct pmd_rxq *q, uint32_t slot, uint16_t length)
{
	struct rte_mbuf *fresh = rte_pktmbuf_alloc(q->pool);
	struct rte_mbuf *m = fresh;

	if (fresh == NULL) {
		q->no_mbuf++;
		return NULL;
	}
	if (q->mbuf != NULL) {
		m = q->mbuf[slot];
		q->mbuf[slot] = fresh;
	} else {
		memcpy(rte_pktmbuf_mtod(m, void *), bounce_of(q, slot), length);
	}
	m->data_len = length;
	m->pkt_len = length;
	m->port = q->dpdk_port;
	return m;
}

/* Says what the device made of an ESP packet; false: the SA isn't one of ours any more. */
static bool mark_secured(const struct pmd_rxq *q, const struct fwi_rx_comp *c, struct rte_mbuf *m)
{
	uint32_t index = le32_get(c->sa_index);

	if (!pmd_slot_is_live(q->sa_in, index, le16_get(c->sa_generation)))
		return false;
	*rte_security_dynfield(m) = q->sa_in->slot[index].sa.userdata;
	if (q->number_offset >= 0)
		*pmd_queue_number(m, q->number_offset) = le64_get(c->number);
	m->ol_flags |= RTE_MBUF_F_RX_SEC_OFFLOAD;
	if ((c->flags & FWI_RX_SEC_FAILED) != 0)
		m->ol_flags |= RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED;
	return true;
}

/* One completion of the buffer in 'slot'; NULL: nothing to hand on. */
static struct rte_mbuf *receive(struct pmd_rxq *q, uint32_t slot, const struct fwi_rx_comp *c)
{
	struct rte_mbuf *m;

	if (le16_get(c->length) == 0) {
		q->skipped++;
		return NULL;
	}
	m = take_frame(q, slot, le16_get(c->length));
	if (m == NULL)
		return NULL;
	if ((c->flags & FWI_RX_IP_CSUM_BAD) != 0)
		m->ol_flags |= RTE_MBUF_F_RX_IP_CKSUM_BAD;
	if ((c->flags & (FWI_RX_SEC_OK | FWI_RX_SEC_FAILED)) != 0 && !mark_secured(q, c, m)) {
		q->stale++;
		rte_pktmbuf_free(m);
		return NULL;
	}
	q->packets++;
	q->bytes += m->pkt_len;
	return m;
}

uint16_t pmd_rx_burst(void *rxq, struct rte_mbuf **pkts, uint16_t count)
{
	struct pmd_rxq *q = (struct pmd_rxq *)rxq;
	uint32_t begin = q->ring.cons;
	struct fwi_rx_comp c;
	uint16_t got = 0;

	if (__atomic_load_n(q->dead, __ATOMIC_ACQUIRE))
		return 0;
	/* A burst ends after one turn of the ring even if the device completes nothing but skipped buffers. */
	while (got < count && q->ring.cons - begin <= q->ring.mask) {
		uint32_t slot = q->ring.cons & q->ring.mask;
		struct rte_mbuf *m;

		if (!mbox_rxq_take(&q->ring, &c))
			break;
		m = receive(q, slot, &c);
		if (m != NULL)
			pkts[got++] = m;
		/* The ring was full, so the buffer that takes the place goes to the same slot. */
		mbox_rxq_post(
			&q->ring, q->region, q->mbuf != NULL ? offset_of(q, q->mbuf[slot]) : (uint64_t)(bounce_of(q, slot) - q->base));
	}
	if (q->ring.cons != begin) {
		mbox_rxq_ring(&q->ring);
		__atomic_store_n(&q->consumed, q->ring.cons, __ATOMIC_RELEASE);
	}
	return got;
}
