/*
 * Queues: made by the application's set-up, placed in shared memory and started in the device by each start of the port.
 * Control thread; the workers own what is inside from start to stop.
 */
#include "pmd/queue.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "pmd/port.h"
#include "pmd/rx.h"
#include "pmd/sec.h"
#include "pmd/tx.h"

static uint8_t log2_of(uint32_t slots)
{
	return (uint8_t)rte_log2_u32(slots); /* rounds up */
}

static uint64_t align_up(uint64_t len)
{
	return (len + FWI_ALIGN - 1) / FWI_ALIGN * FWI_ALIGN;
}

/* ---- set-up ---- */

static bool lies_in(const struct mbox_region *r, const struct rte_mempool *pool, const struct pmd_port *p)
{
	return r->base != NULL && pool == p->pool.mempool;
}

int pmd_queue_rx_setup(struct rte_eth_dev *dev, uint16_t queue, uint16_t slots, unsigned socket, const struct rte_eth_rxconf *conf,
	struct rte_mempool *pool)
{
	struct pmd_port *p = pmd_port_of(dev);
	uint32_t room = rte_pktmbuf_data_room_size(pool);
	struct pmd_rxq *q;

	(void)socket;
	if (conf->rx_deferred_start != 0 || room <= RTE_PKTMBUF_HEADROOM)
		return -EINVAL;
	pmd_queue_rx_release(dev, queue);
	q = (struct pmd_rxq *)calloc(1, sizeof(*q));
	if (q == NULL)
		return -ENOMEM;
	q->pool = pool;
	q->queue = queue;
	q->dpdk_port = dev->data->port_id;
	q->log2 = log2_of(slots);
	q->buffer_len = (uint16_t)RTE_MIN(room - RTE_PKTMBUF_HEADROOM, (uint32_t)FWI_FRAME_MAX);
	q->stride = (uint32_t)align_up(q->buffer_len);
	q->dead = &p->dead;
	q->sa_in = &p->sa[FWI_DIR_IN];
	if (lies_in(&p->pool.region, pool, p)) {
		q->mbuf = (struct rte_mbuf **)calloc((size_t)1 << q->log2, sizeof(struct rte_mbuf *));
		if (q->mbuf == NULL) {
			free(q);
			return -ENOMEM;
		}
	}
	dev->data->rx_queues[queue] = q;
	return 0;
}

int pmd_queue_tx_setup(struct rte_eth_dev *dev, uint16_t queue, uint16_t slots, unsigned socket, const struct rte_eth_txconf *conf)
{
	struct pmd_port *p = pmd_port_of(dev);
	struct pmd_txq *q;

	(void)socket;
	if (conf->tx_deferred_start != 0)
		return -EINVAL;
	pmd_queue_tx_release(dev, queue);
	q = (struct pmd_txq *)calloc(1, sizeof(*q));
	if (q == NULL)
		return -ENOMEM;
	q->log2 = log2_of(slots);
	q->mbuf = (struct rte_mbuf **)calloc((size_t)1 << q->log2, sizeof(struct rte_mbuf *));
	if (q->mbuf == NULL) {
		free(q);
		return -ENOMEM;
	}
	q->queue = queue;
	q->dead = &p->dead;
	q->sa_out = &p->sa[FWI_DIR_OUT];
	dev->data->tx_queues[queue] = q;
	return 0;
}

void pmd_queue_rx_release(struct rte_eth_dev *dev, uint16_t queue)
{
	struct pmd_rxq *q = (struct pmd_rxq *)dev->data->rx_queues[queue];

	if (q == NULL)
		return;
	free(q->mbuf);
	free(q);
	dev->data->rx_queues[queue] = NULL;
}

void pmd_queue_tx_release(struct rte_eth_dev *dev, uint16_t queue)
{
	struct pmd_txq *q = (struct pmd_txq *)dev->data->tx_queues[queue];

	if (q == NULL)
		return;
	free(q->mbuf);
	free(q);
	dev->data->tx_queues[queue] = NULL;
}

/* ---- placement ---- */

static uint64_t rx_ring_len(const struct pmd_rxq *q)
{
	return align_up(sizeof(struct fwi_rx_desc) << q->log2);
}

static uint64_t rx_comp_len(const struct pmd_rxq *q)
{
	return align_up(sizeof(struct fwi_rx_comp) << q->log2);
}

static uint64_t rx_len(const struct pmd_rxq *q)
{
	uint64_t bounce = q->mbuf == NULL ? (uint64_t)q->stride << q->log2 : 0;

	return rx_ring_len(q) + rx_comp_len(q) + bounce;
}

static uint64_t tx_ring_len(const struct pmd_txq *q)
{
	return align_up(sizeof(struct fwi_tx_desc) << q->log2);
}

static uint64_t tx_len(const struct pmd_txq *q)
{
	return tx_ring_len(q) + sizeof(struct fwi_tx_head) + ((uint64_t)PMD_TX_BOUNCE << q->log2);
}

static struct pmd_rxq *rxq_at(const struct pmd_port *p, uint16_t i)
{
	return (struct pmd_rxq *)p->dev->data->rx_queues[i];
}

static struct pmd_txq *txq_at(const struct pmd_port *p, uint16_t i)
{
	return (struct pmd_txq *)p->dev->data->tx_queues[i];
}

static uint64_t all_len(const struct pmd_port *p)
{
	uint64_t len = 0;

	for (uint16_t i = 0; i < p->dev->data->nb_rx_queues; i++)
		len += rx_len(rxq_at(p, i));
	for (uint16_t i = 0; i < p->dev->data->nb_tx_queues; i++)
		len += tx_len(txq_at(p, i));
	return len;
}

/* ---- start and stop ---- */

/* SETUP, the host's own start, START. */
static enum fwi_status set_up(struct pmd_port *p, const struct mbox_build_queue *b)
{
	struct fwi_cmd c;

	mbox_build_queue_setup(&c, b);
	return pmd_port_call(p, &c, NULL);
}

static enum fwi_status command(struct pmd_port *p, uint16_t queue, enum fwi_queue_kind kind, bool start)
{
	struct fwi_cmd c;

	if (start)
		mbox_build_queue_start(&c, queue, kind);
	else
		mbox_build_queue_stop(&c, queue, kind);
	return pmd_port_call(p, &c, NULL);
}

static enum fwi_status start_rx(struct pmd_port *p, struct pmd_rxq *q, uint8_t *at)
{
	uint8_t *comp = at + rx_ring_len(q);
	struct mbox_build_queue b = {
		.queue = q->queue,
		.kind = FWI_QUEUE_RX,
		.log2_slots = q->log2,
		.ring = mbox_region_addr(&p->rings, at, (uint32_t)(sizeof(struct fwi_rx_desc) << q->log2)),
		.back = mbox_region_addr(&p->rings, comp, (uint32_t)(sizeof(struct fwi_rx_comp) << q->log2)),
	};
	enum fwi_status st = set_up(p, &b);

	if (st != FWI_ST_OK)
		return st;
	q->bounce = q->mbuf == NULL ? comp + rx_comp_len(q) : NULL;
	q->base = q->mbuf == NULL ? p->rings.base : p->pool.region.base;
	q->region = q->mbuf == NULL ? p->rings.id : p->pool.region.id;
	q->number_offset = p->number_offset;
	q->consumed = 0;
	mbox_rxq_init(&q->ring, p->bus, q->queue, (struct fwi_rx_desc *)(void *)at, (struct fwi_rx_comp *)(void *)comp);
	mbox_rxq_start(&q->ring, q->log2, q->buffer_len);
	st = command(p, q->queue, FWI_QUEUE_RX, true);
	q->running = st == FWI_ST_OK;
	if (q->running && !pmd_rx_fill(q))
		return FWI_ST_H_SYSTEM;
	return st;
}

static enum fwi_status start_tx(struct pmd_port *p, struct pmd_txq *q, uint8_t *at)
{
	uint8_t *head = at + tx_ring_len(q);
	struct mbox_build_queue b = {
		.queue = q->queue,
		.kind = FWI_QUEUE_TX,
		.log2_slots = q->log2,
		.ring = mbox_region_addr(&p->rings, at, (uint32_t)(sizeof(struct fwi_tx_desc) << q->log2)),
		.back = mbox_region_addr(&p->rings, head, sizeof(struct fwi_tx_head)),
	};
	enum fwi_status st = set_up(p, &b);

	if (st != FWI_ST_OK)
		return st;
	q->bounce = head + sizeof(struct fwi_tx_head);
	q->bounce_base = p->rings.base;
	q->bounce_region = p->rings.id;
	q->pool_base = p->pool.region.base;
	q->pool_size = p->pool.region.size;
	q->pool_region = p->pool.region.id;
	q->number_offset = p->number_offset;
	q->attach = pmd_tx_attach(p->attach);
	q->freed = 0;
	q->produced = 0;
	mbox_txq_init(&q->ring, p->bus, q->queue, (struct fwi_tx_desc *)(void *)at, (struct fwi_tx_head *)(void *)head);
	mbox_txq_start(&q->ring, q->log2, mbox_epoch(p->mbox));
	st = command(p, q->queue, FWI_QUEUE_TX, true);
	q->running = st == FWI_ST_OK;
	return st;
}

enum fwi_status pmd_queue_start_all(struct pmd_port *p)
{
	struct rte_eth_dev_data *d = p->dev->data;
	enum fwi_status st = mbox_region_init(&p->rings, p->bus, "nave-rings", all_len(p));
	uint8_t *at = p->rings.base;

	for (uint16_t i = 0; i < d->nb_rx_queues && st == FWI_ST_OK; i++) {
		st = start_rx(p, rxq_at(p, i), at);
		at += rx_len(rxq_at(p, i));
		d->rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
	}
	for (uint16_t i = 0; i < d->nb_tx_queues && st == FWI_ST_OK; i++) {
		st = start_tx(p, txq_at(p, i), at);
		at += tx_len(txq_at(p, i));
		d->tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STARTED;
	}
	if (st != FWI_ST_OK)
		pmd_queue_stop_all(p);
	return st;
}

void pmd_queue_stop_all(struct pmd_port *p)
{
	struct rte_eth_dev_data *d = p->dev->data;

	for (uint16_t i = 0; i < d->nb_rx_queues; i++) {
		struct pmd_rxq *q = rxq_at(p, i);

		if (q->running)
			(void)command(p, i, FWI_QUEUE_RX, false);
		if (q->running)
			pmd_rx_drop(q);
		q->running = false;
		d->rx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
	}
	for (uint16_t i = 0; i < d->nb_tx_queues; i++) {
		struct pmd_txq *q = txq_at(p, i);

		if (q->running)
			(void)command(p, i, FWI_QUEUE_TX, false);
		if (q->running)
			pmd_tx_drop(q);
		q->running = false;
		d->tx_queue_state[i] = RTE_ETH_QUEUE_STATE_STOPPED;
	}
	mbox_region_fini(&p->rings, p->bus);
}

bool pmd_queue_rx_passed(void *port, const uint32_t *rx_position)
{
	const struct pmd_port *p = (const struct pmd_port *)port;

	for (uint16_t i = 0; i < p->dev->data->nb_rx_queues && p->started; i++) {
		const struct pmd_rxq *q = rxq_at(p, i);
		uint32_t left = rx_position[i] - __atomic_load_n(&q->consumed, __ATOMIC_ACQUIRE);

		/* Further ahead than the ring is long: behind, or not a position at all. */
		if (q->running && left != 0 && left <= 1u << q->log2)
			return false;
	}
	return true;
}
