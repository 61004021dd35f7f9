/* Statistics.  Control thread; the queues' counters are read while their workers count. */
#include "pmd/stats.h"

#include <stdio.h>
#include <string.h>

#include "mbox/shm.h"

/* ---- pages ---- */

static uint64_t page_counter(const struct pmd_port *p, unsigned i)
{
	return p->pages.base == NULL ? 0 : mbox_shm_load64((const le64 *)(const void *)p->pages.base + i);
}

static uint64_t port_counter(const struct pmd_port *p, unsigned i)
{
	return p->kept[i] + page_counter(p, i) - p->base[i];
}

void pmd_stats_keep(struct pmd_port *p)
{
	for (unsigned i = 0; i < PMD_PORT_COUNTERS; i++)
		p->kept[i] += page_counter(p, i);
}

void pmd_stats_sa(const struct pmd_port *p, const struct pmd_slot *slot, struct fwi_sa_stats *out)
{
	uint64_t in = (uint64_t)p->sa[FWI_DIR_IN].count * sizeof(*out);
	const uint8_t *table = p->pages.base + sizeof(struct fwi_port_stats);

	if (slot->table->direction == FWI_DIR_OUT)
		table += in == 0 ? FWI_ALIGN : in;
	mbox_shm_copy(out, table + (size_t)pmd_slot_index(slot) * sizeof(*out), sizeof(*out));
	if (le16_get(out->generation) != slot->generation)
		memset(out, 0, sizeof(*out));
}

/* ---- names ---- */

enum device_counter {
#define COUNTER(name, text) C_##name,
	FWI_PORT_STATS_LIST(COUNTER)
#undef COUNTER
		C_COUNT
};

static const char *const device_names[] = {
#define NAME(name, text) "device_" #name,
	FWI_PORT_STATS_LIST(NAME)
#undef NAME
};

/* What the driver itself drops or does, over all queues. */
enum driver_counter {
	D_RX_NO_MBUF,
	D_RX_STALE,
	D_RX_SKIPPED,
	D_RX_BAD,
	D_TX_SECURED,
	D_TX_REFUSED,
	D_TX_TOO_LONG,
	D_TX_COPIED,
	D_TX_BAD,
	D_COUNT
};

static const char *const driver_names[D_COUNT] = {
	[D_RX_NO_MBUF] = "rx_no_mbuf",
	[D_RX_STALE] = "rx_stale_sa",
	[D_RX_SKIPPED] = "rx_skipped_buffers",
	[D_RX_BAD] = "rx_bad_completions",
	[D_TX_SECURED] = "tx_secured",
	[D_TX_REFUSED] = "tx_refused_secured",
	[D_TX_TOO_LONG] = "tx_too_long",
	[D_TX_COPIED] = "tx_copied",
	[D_TX_BAD] = "tx_bad_heads",
};

static void add_queues(const struct pmd_port *p, uint64_t out[D_COUNT])
{
	const struct rte_eth_dev_data *d = p->dev->data;

	memset(out, 0, D_COUNT * sizeof(*out));
	for (uint16_t i = 0; i < d->nb_rx_queues; i++) {
		const struct pmd_rxq *q = (const struct pmd_rxq *)d->rx_queues[i];

		if (q == NULL)
			continue;
		out[D_RX_NO_MBUF] += q->no_mbuf;
		out[D_RX_STALE] += q->stale;
		out[D_RX_SKIPPED] += q->skipped;
		out[D_RX_BAD] += q->ring.bad_comps;
	}
	for (uint16_t i = 0; i < d->nb_tx_queues; i++) {
		const struct pmd_txq *q = (const struct pmd_txq *)d->tx_queues[i];

		if (q == NULL)
			continue;
		out[D_TX_SECURED] += q->secured;
		out[D_TX_REFUSED] += q->refused;
		out[D_TX_TOO_LONG] += q->too_long;
		out[D_TX_COPIED] += q->copied;
		out[D_TX_BAD] += q->ring.bad_heads;
	}
}

/* ---- eth_dev_ops ---- */

static void get_queues(const struct rte_eth_dev *dev, struct rte_eth_stats *out)
{
	const struct rte_eth_dev_data *d = dev->data;

	for (uint16_t i = 0; i < d->nb_rx_queues && i < RTE_ETHDEV_QUEUE_STAT_CNTRS; i++) {
		const struct pmd_rxq *q = (const struct pmd_rxq *)d->rx_queues[i];

		out->q_ipackets[i] = q == NULL ? 0 : q->packets;
		out->q_ibytes[i] = q == NULL ? 0 : q->bytes;
	}
	for (uint16_t i = 0; i < d->nb_tx_queues && i < RTE_ETHDEV_QUEUE_STAT_CNTRS; i++) {
		const struct pmd_txq *q = (const struct pmd_txq *)d->tx_queues[i];

		out->q_opackets[i] = q == NULL ? 0 : q->packets;
		out->q_obytes[i] = q == NULL ? 0 : q->bytes;
	}
}

int pmd_stats_get(struct rte_eth_dev *dev, struct rte_eth_stats *out)
{
	struct pmd_port *p = pmd_port_of(dev);
	uint64_t own[D_COUNT];

	pmd_port_lock(p);
	add_queues(p, own);
	get_queues(dev, out);
	out->ipackets = port_counter(p, C_rx_packets);
	out->ibytes = port_counter(p, C_rx_bytes);
	out->opackets = port_counter(p, C_tx_packets);
	out->obytes = port_counter(p, C_tx_bytes);
	out->imissed = port_counter(p, C_rx_no_buffer);
	out->ierrors = port_counter(p, C_rx_buffer_small) + port_counter(p, C_rx_oversize) + port_counter(p, C_rx_auth_failed) +
		       port_counter(p, C_rx_replayed) + port_counter(p, C_rx_malformed) + own[D_RX_STALE] + own[D_RX_BAD];
	out->oerrors = port_counter(p, C_tx_guarded) + port_counter(p, C_tx_bad_desc) + port_counter(p, C_tx_bad_check) +
		       port_counter(p, C_tx_unknown_sa) + port_counter(p, C_tx_stale_sa) + port_counter(p, C_tx_bad_number) +
		       port_counter(p, C_tx_exhausted) + port_counter(p, C_tx_malformed) + port_counter(p, C_tx_oversize) +
		       port_counter(p, C_tx_wire_full) + own[D_TX_REFUSED] + own[D_TX_TOO_LONG];
	out->rx_nombuf = own[D_RX_NO_MBUF];
	pmd_port_unlock(p);
	return 0;
}

int pmd_stats_reset(struct rte_eth_dev *dev)
{
	struct pmd_port *p = pmd_port_of(dev);

	pmd_port_lock(p);
	for (unsigned i = 0; i < PMD_PORT_COUNTERS; i++)
		p->base[i] = p->kept[i] + page_counter(p, i);
	for (uint16_t i = 0; i < dev->data->nb_rx_queues; i++) {
		struct pmd_rxq *q = (struct pmd_rxq *)dev->data->rx_queues[i];

		if (q != NULL)
			q->packets = q->bytes = q->no_mbuf = q->skipped = q->stale = 0;
	}
	for (uint16_t i = 0; i < dev->data->nb_tx_queues; i++) {
		struct pmd_txq *q = (struct pmd_txq *)dev->data->tx_queues[i];

		if (q != NULL)
			q->packets = q->bytes = q->secured = q->refused = q->too_long = q->copied = 0;
	}
	pmd_port_unlock(p);
	return 0;
}

int pmd_stats_xget(struct rte_eth_dev *dev, struct rte_eth_xstat *out, unsigned count)
{
	struct pmd_port *p = pmd_port_of(dev);
	uint64_t own[D_COUNT];

	if (out == NULL || count < C_COUNT + D_COUNT)
		return C_COUNT + D_COUNT;
	pmd_port_lock(p);
	add_queues(p, own);
	for (unsigned i = 0; i < C_COUNT + D_COUNT; i++) {
		out[i].id = i;
		out[i].value = i < C_COUNT ? port_counter(p, i) : own[i - C_COUNT];
	}
	pmd_port_unlock(p);
	return C_COUNT + D_COUNT;
}

int pmd_stats_xnames(struct rte_eth_dev *dev, struct rte_eth_xstat_name *out, unsigned count)
{
	(void)dev;
	if (out == NULL || count < C_COUNT + D_COUNT)
		return C_COUNT + D_COUNT;
	for (unsigned i = 0; i < C_COUNT + D_COUNT; i++)
		(void)snprintf(out[i].name, sizeof(out[i].name), "%s", i < C_COUNT ? device_names[i] : driver_names[i - C_COUNT]);
	return C_COUNT + D_COUNT;
}
