/*
 * Transmitting.  A worker's thread.  A packet with the flag TX_SEC_OFFLOAD goes out by a secured descriptor of a live
 * session or not at all (fail closed); any other is plain and meets the device's egress guard.
 */
#include "pmd/tx.h"

#include <string.h>

#include <rte_ether.h>
#include <rte_security.h>

enum { L2_PLAIN = RTE_ETHER_HDR_LEN, L2_VLAN = RTE_ETHER_HDR_LEN + 4 };

static void free_done(struct pmd_txq *q, uint32_t position)
{
	for (; q->freed != position; q->freed++) {
		struct rte_mbuf **m = &q->mbuf[q->freed & q->ring.mask];

		rte_pktmbuf_free(*m);
		*m = NULL;
	}
}

void pmd_tx_drop(struct pmd_txq *q)
{
	if (q->mbuf != NULL)
		free_done(q, q->ring.prod);
}

/* Whether all of the packet lies where the device may read it. */
static bool is_shared(const struct pmd_txq *q, const struct rte_mbuf *m)
{
	if (q->pool_base == NULL || m->nb_segs > FWI_TX_SEGS_MAX)
		return false;
	for (; m != NULL; m = m->next) {
		uint64_t offset = (uint64_t)(rte_pktmbuf_mtod(m, const uint8_t *) - q->pool_base);

		if (offset >= q->pool_size || m->data_len > q->pool_size - offset || m->data_len == 0)
			return false;
	}
	return true;
}

/* The length of the Ethernet header of a packet to encrypt, 0: too short. */
static uint8_t l2_len_of(const struct rte_mbuf *m)
{
	const struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, const struct rte_ether_hdr *);
	uint8_t len;

	if (m->data_len < sizeof(*eth))
		return 0;
	len = eth->ether_type == rte_cpu_to_be_16(RTE_ETHER_TYPE_VLAN) ? L2_VLAN : L2_PLAIN;
	return m->data_len > len ? len : 0;
}

/* Fills the fields of a secured packet's descriptor; false: its session isn't live, it must not leave. */
static bool secure(const struct pmd_txq *q, struct rte_mbuf *m, struct fwi_tx_desc *d)
{
	uint64_t metadata = *rte_security_dynfield(m);
	uint32_t index = (uint32_t)metadata;
	uint16_t generation = (uint16_t)(metadata >> 32);

	if ((uint16_t)(metadata >> 48) != q->attach || !pmd_slot_is_live(q->sa_out, index, generation))
		return false;
	d->opcode = FWI_TX_SECURED;
	d->l2_len = l2_len_of(m);
	d->sa_index = le32_of(index);
	d->sa_generation = le16_of(generation);
	if (q->number_offset >= 0)
		d->number = le64_of(*pmd_queue_number(m, q->number_offset));
	else
		d->flags |= FWI_TX_DEVICE_NUMBERS;
	return d->l2_len != 0;
}

/* Puts the packet's segments; the mbuf is freed when the last descriptor is done. */
static void put_shared(struct pmd_txq *q, struct rte_mbuf *m, struct fwi_tx_desc *d)
{
	uint8_t flags = d->flags;

	for (struct rte_mbuf *seg = m; seg != NULL; seg = seg->next) {
		bool last = seg->next == NULL;

		d->region = le16_of(q->pool_region);
		d->length = le16_of(seg->data_len);
		d->offset = le64_of((uint64_t)(rte_pktmbuf_mtod(seg, const uint8_t *) - q->pool_base));
		d->flags = (uint8_t)(last ? flags : flags | FWI_TX_MORE);
		q->mbuf[q->ring.prod & q->ring.mask] = last ? m : NULL;
		mbox_txq_put(&q->ring, d);
		memset(d, 0, sizeof(*d));
		d->opcode = FWI_TX_SEG;
		flags = 0;
	}
}

static void put_copy(struct pmd_txq *q, struct rte_mbuf *m, struct fwi_tx_desc *d)
{
	uint8_t *at = q->bounce + (size_t)(q->ring.prod & q->ring.mask) * PMD_TX_BOUNCE;

	d->region = le16_of(q->bounce_region);
	d->length = le16_of((uint16_t)m->pkt_len);
	d->offset = le64_of((uint64_t)(at - q->bounce_base));
	for (const struct rte_mbuf *seg = m; seg != NULL; seg = seg->next) {
		memcpy(at, rte_pktmbuf_mtod(seg, const void *), seg->data_len);
		at += seg->data_len;
	}
	q->mbuf[q->ring.prod & q->ring.mask] = NULL;
	mbox_txq_put(&q->ring, d);
	q->copied++;
	rte_pktmbuf_free(m);
}

/* Sends 'm' or drops and counts it; false: no room in the ring, it stays the caller's. */
static bool transmit(struct pmd_txq *q, struct rte_mbuf *m)
{
	struct fwi_tx_desc d;
	bool shared = is_shared(q, m);
	uint32_t len = m->pkt_len;

	if (mbox_txq_space(&q->ring) < (shared ? m->nb_segs : 1u))
		return false;
	memset(&d, 0, sizeof(d));
	d.opcode = FWI_TX_PLAIN;
	if (len > FWI_FRAME_MAX || len == 0) {
		q->too_long++;
		rte_pktmbuf_free(m);
		return true;
	}
	if ((m->ol_flags & RTE_MBUF_F_TX_SEC_OFFLOAD) != 0 && !secure(q, m, &d)) {
		q->refused++;
		rte_pktmbuf_free(m);
		return true;
	}
	q->secured += d.opcode == FWI_TX_SECURED;
	if (shared)
		put_shared(q, m, &d);
	else
		put_copy(q, m, &d);
	q->packets++;
	q->bytes += len;
	return true;
}

uint16_t pmd_tx_burst(void *txq, struct rte_mbuf **pkts, uint16_t count)
{
	struct pmd_txq *q = (struct pmd_txq *)txq;
	uint32_t begin = q->ring.prod;
	uint16_t sent = 0;

	if (__atomic_load_n(q->dead, __ATOMIC_ACQUIRE))
		return 0;
	free_done(q, mbox_txq_reap(&q->ring));
	while (sent < count && transmit(q, pkts[sent]))
		sent++;
	if (q->ring.prod != begin) {
		mbox_txq_ring(&q->ring);
		__atomic_store_n(&q->produced, q->ring.prod, __ATOMIC_RELEASE);
	}
	return sent;
}
