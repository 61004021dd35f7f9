/*
 * net_nave: the ethdev of a device that speaks docs/fw-interface.md, as a vdev with the arguments
 *   socket=PATH   where the device listens
 *   queues=N      queue pairs to offer at most
 *   adopt=1       keep the SAs and rules that a former driver left, for rte_pmd_nave_adopt
 * Probe, set-up, life and the port's own properties; the control thread.
 */
#include "pmd/ethdev.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <bus_vdev_driver.h>
#include <ethdev_vdev.h>
#include <rte_kvargs.h>
#include <rte_mbuf_dyn.h>

#include "mbox/query.h"
#include "pmd/flow.h"
#include "pmd/intr.h"
#include "pmd/pool.h"
#include "pmd/port.h"
#include "pmd/queue.h"
#include "pmd/rx.h"
#include "pmd/sec.h"
#include "pmd/stats.h"
#include "pmd/tx.h"

enum { RING_DEFAULT = 512, BURST_DEFAULT = 32, VLAN_LEN = 4 };

/* ---- information ---- */

static uint16_t queues_of(const struct pmd_port *p)
{
	uint16_t device = le16_get(p->caps.queue_pairs);

	return p->queues_max != 0 && p->queues_max < device ? p->queues_max : device;
}

static int info_get(struct rte_eth_dev *dev, struct rte_eth_dev_info *out)
{
	const struct pmd_port *p = pmd_port_of(dev);
	const struct rte_eth_desc_lim ring = {
		.nb_min = 1 << FWI_RING_LOG2_MIN,
		.nb_max = (uint16_t)(1u << p->caps.ring_log2_max),
		.nb_align = 1 << FWI_RING_LOG2_MIN,
		.nb_seg_max = FWI_TX_SEGS_MAX,
		.nb_mtu_seg_max = FWI_TX_SEGS_MAX,
	};
	const struct rte_eth_dev_portconf conf = {
		.burst_size = BURST_DEFAULT, .ring_size = (uint16_t)RTE_MIN(RING_DEFAULT, ring.nb_max), .nb_queues = 1
	};

	out->min_mtu = RTE_ETHER_MIN_MTU;
	out->max_mtu = (uint16_t)le32_get(p->caps.mtu_max);
	out->max_rx_pktlen = RTE_MIN((uint32_t)FWI_FRAME_MAX, le32_get(p->caps.mtu_max) + RTE_ETHER_HDR_LEN + VLAN_LEN);
	out->min_rx_bufsize = RTE_ETHER_MIN_LEN;
	out->max_rx_queues = queues_of(p);
	out->max_tx_queues = queues_of(p);
	out->max_mac_addrs = 1;
	out->rx_offload_capa = RTE_ETH_RX_OFFLOAD_SECURITY;
	out->tx_offload_capa = RTE_ETH_TX_OFFLOAD_SECURITY | RTE_ETH_TX_OFFLOAD_MULTI_SEGS;
	out->flow_type_rss_offloads = RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP;
	out->rx_desc_lim = ring;
	out->tx_desc_lim = ring;
	out->default_rxportconf = conf;
	out->default_txportconf = conf;
	return 0;
}

static int version_get(struct rte_eth_dev *dev, char *out, size_t size)
{
	const struct pmd_port *p = pmd_port_of(dev);
	int len = snprintf(out, size, "%s %s (%s)", p->identity.name, p->identity.firmware, p->identity.profile);

	return len < 0 ? -EIO : (size_t)len < size ? 0 : len + 1;
}

/* ---- properties ---- */

/* Runs a command, unless the port is dead, which keeps the property for its next start. */
static int apply(struct pmd_port *p, const struct fwi_cmd *c)
{
	enum fwi_status st;

	pmd_port_lock(p);
	st = pmd_port_call(p, c, NULL);
	pmd_port_unlock(p);
	return -mbox_errno(st);
}

static int mac_set(struct rte_eth_dev *dev, struct rte_ether_addr *mac)
{
	struct fwi_cmd c;

	mbox_build_port_mac(&c, mac->addr_bytes);
	return apply(pmd_port_of(dev), &c);
}

static int mtu_set(struct rte_eth_dev *dev, uint16_t mtu)
{
	struct fwi_cmd c;

	mbox_build_port_mtu(&c, mtu);
	return apply(pmd_port_of(dev), &c);
}

static int promisc_on(struct rte_eth_dev *dev)
{
	struct fwi_cmd c;

	mbox_build_port_promisc(&c, 1);
	return apply(pmd_port_of(dev), &c);
}

static int promisc_off(struct rte_eth_dev *dev)
{
	struct fwi_cmd c;

	mbox_build_port_promisc(&c, 0);
	return apply(pmd_port_of(dev), &c);
}

/* Group addresses are always received. */
static int allmulti_on(struct rte_eth_dev *dev)
{
	(void)dev;
	return 0;
}

static int link_update(struct rte_eth_dev *dev, int wait)
{
	struct pmd_port *p = pmd_port_of(dev);

	(void)wait; /* the state is set by the device's events */
	pmd_port_lock(p);
	pmd_port_poll(p);
	pmd_port_unlock(p);
	return 0;
}

static int is_removed(struct rte_eth_dev *dev)
{
	return pmd_port_is_dead(pmd_port_of(dev));
}

static int flow_ops_get(struct rte_eth_dev *dev, const struct rte_flow_ops **ops)
{
	(void)dev;
	*ops = &pmd_flow_ops;
	return 0;
}

/* ---- life ---- */

static int configure(struct rte_eth_dev *dev)
{
	struct pmd_port *p = pmd_port_of(dev);

	if (pmd_port_is_dead(p))
		return -ENODEV;
	p->number_offset = rte_mbuf_dynfield_lookup(RTE_PMD_NAVE_NUMBER_FIELD, NULL);
	return 0;
}

/* What a new device doesn't know yet. */
static enum fwi_status restore(struct pmd_port *p)
{
	struct fwi_cmd c;
	enum fwi_status st;

	mbox_build_port_mac(&c, p->mac.addr_bytes);
	st = pmd_port_call(p, &c, NULL);
	mbox_build_port_mtu(&c, p->dev->data->mtu);
	if (st == FWI_ST_OK)
		st = pmd_port_call(p, &c, NULL);
	mbox_build_port_promisc(&c, p->dev->data->promiscuous == 1);
	if (st == FWI_ST_OK)
		st = pmd_port_call(p, &c, NULL);
	if (st == FWI_ST_OK && p->guard_count != 0)
		st = mbox_query_guard_on(p->mbox, p->guard, p->guard_count);
	return st;
}

static int start(struct pmd_port *p)
{
	struct fwi_cmd c;
	enum fwi_status st;
	int rc;

	if (pmd_port_is_dead(p))
		return -ENODEV;
	rc = pmd_intr_init(p);
	if (rc != 0)
		return rc;
	st = restore(p);
	if (st == FWI_ST_OK)
		st = pmd_queue_start_all(p);
	if (st != FWI_ST_OK) {
		pmd_intr_fini(p);
		return -mbox_errno(st);
	}
	mbox_build_port_start(&c, p->guard_count != 0 ? FWI_PORT_GUARDED : 0);
	st = pmd_port_call(p, &c, NULL);
	if (st != FWI_ST_OK) {
		pmd_queue_stop_all(p);
		pmd_intr_fini(p);
		return -mbox_errno(st);
	}
	p->run++;
	p->started = true;
	pmd_port_poll(p);
	return 0;
}

static int dev_start(struct rte_eth_dev *dev)
{
	struct pmd_port *p = pmd_port_of(dev);
	int rc;

	pmd_port_lock(p);
	rc = start(p);
	pmd_port_unlock(p);
	return rc;
}

static int dev_stop(struct rte_eth_dev *dev)
{
	struct pmd_port *p = pmd_port_of(dev);
	struct rte_eth_link down = { .link_status = RTE_ETH_LINK_DOWN };
	struct fwi_cmd c;

	pmd_port_lock(p);
	mbox_build_port_stop(&c);
	(void)pmd_port_call(p, &c, NULL); /* a dead device has stopped */
	p->started = false;
	pmd_queue_stop_all(p);
	pmd_intr_fini(p);
	pmd_port_poll(p);
	(void)rte_eth_linkstatus_set(dev, &down);
	pmd_port_unlock(p);
	return 0;
}

static int dev_close(struct rte_eth_dev *dev)
{
	struct pmd_port *p = pmd_port_of(dev);

	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return 0;
	if (p->started)
		(void)dev_stop(dev);
	pmd_port_tick_stop(p);
	pmd_port_lock(p);
	pmd_port_detach(p);
	pmd_pool_fini(p);
	pmd_port_unlock(p);
	for (uint16_t i = 0; i < dev->data->nb_rx_queues; i++)
		pmd_queue_rx_release(dev, i);
	for (uint16_t i = 0; i < dev->data->nb_tx_queues; i++)
		pmd_queue_tx_release(dev, i);
	(void)pthread_mutex_destroy(&p->lock);
	dev->data->mac_addrs = NULL; /* in the private data */
	dev->security_ctx = NULL;
	return 0;
}

const struct eth_dev_ops pmd_ethdev_ops = {
	.dev_configure = configure,
	.dev_start = dev_start,
	.dev_stop = dev_stop,
	.dev_close = dev_close,
	.dev_infos_get = info_get,
	.link_update = link_update,
	.is_removed = is_removed,
	.fw_version_get = version_get,
	.mac_addr_set = mac_set,
	.mtu_set = mtu_set,
	.promiscuous_enable = promisc_on,
	.promiscuous_disable = promisc_off,
	.allmulticast_enable = allmulti_on,
	.rx_queue_setup = pmd_queue_rx_setup,
	.tx_queue_setup = pmd_queue_tx_setup,
	.rx_queue_release = pmd_queue_rx_release,
	.tx_queue_release = pmd_queue_tx_release,
	.rx_queue_intr_enable = pmd_intr_enable,
	.rx_queue_intr_disable = pmd_intr_disable,
	.stats_get = pmd_stats_get,
	.stats_reset = pmd_stats_reset,
	.xstats_get = pmd_stats_xget,
	.xstats_get_names = pmd_stats_xnames,
	.xstats_reset = pmd_stats_reset,
	.flow_ops_get = flow_ops_get,
};

/* ---- probe ---- */

static const char *const arguments[] = { "socket", "queues", "adopt", NULL };

static int take_socket(const char *key, const char *value, void *out)
{
	struct pmd_port *p = (struct pmd_port *)out;

	(void)key;
	if (value == NULL || value[0] == '\0' || strlen(value) >= sizeof(p->path))
		return -EINVAL;
	memcpy(p->path, value, strlen(value) + 1);
	return 0;
}

static int take_queues(const char *key, const char *value, void *out)
{
	struct pmd_port *p = (struct pmd_port *)out;
	char *end;
	unsigned long n = value == NULL ? 0 : strtoul(value, &end, 10);

	(void)key;
	if (n < 1 || n > FWI_QUEUES_MAX || *end != '\0')
		return -EINVAL;
	p->queues_max = (uint16_t)n;
	return 0;
}

static int take_adopt(const char *key, const char *value, void *out)
{
	struct pmd_port *p = (struct pmd_port *)out;

	(void)key;
	if (value == NULL || (strcmp(value, "0") != 0 && strcmp(value, "1") != 0))
		return -EINVAL;
	p->adopt = value[0] == '1';
	return 0;
}

static int parse(struct pmd_port *p, const char *args)
{
	struct rte_kvargs *kv = rte_kvargs_parse(args == NULL ? "" : args, arguments);
	int rc;

	if (kv == NULL)
		return -EINVAL;
	rc = rte_kvargs_process(kv, "socket", take_socket, p);
	if (rc == 0)
		rc = rte_kvargs_process(kv, "queues", take_queues, p);
	if (rc == 0)
		rc = rte_kvargs_process(kv, "adopt", take_adopt, p);
	rte_kvargs_free(kv);
	return rc != 0 || p->path[0] == '\0' ? -EINVAL : 0;
}

/* Attaches and fills what DPDK wants to know of the port. */
static int bring_up(struct pmd_port *p)
{
	struct rte_eth_dev *dev = p->dev;
	enum fwi_status st;

	if (rte_security_dynfield_register() < 0)
		return -ENOSPC;
	while ((st = pmd_port_attach(p)) == FWI_ST_H_PENDING)
		p->bus->ops->wait(p->bus, 1);
	if (st != FWI_ST_OK)
		return -mbox_errno(st);
	memcpy(p->mac.addr_bytes, p->identity.mac, sizeof(p->mac.addr_bytes));
	if (!rte_is_valid_assigned_ether_addr(&p->mac))
		rte_eth_random_addr(p->mac.addr_bytes);
	p->ctx.device = dev;
	p->ctx.ops = &pmd_sec_ops;
	p->ctx.flags = RTE_SEC_CTX_F_FAST_SET_MDATA;
	dev->security_ctx = &p->ctx;
	dev->data->mac_addrs = &p->mac;
	dev->data->dev_flags |= RTE_ETH_DEV_INTR_LSC | RTE_ETH_DEV_AUTOFILL_QUEUE_XSTATS;
	dev->data->all_multicast = 1;
	dev->dev_ops = &pmd_ethdev_ops;
	dev->rx_pkt_burst = pmd_rx_burst;
	dev->tx_pkt_burst = pmd_tx_burst;
	return pmd_port_tick_start(p);
}

static int probe(struct rte_vdev_device *vdev)
{
	struct rte_eth_dev *dev;
	struct pmd_port *p;
	int rc;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return -ENOTSUP;
	dev = rte_eth_vdev_allocate(vdev, sizeof(*p));
	if (dev == NULL)
		return -ENOMEM;
	p = pmd_port_of(dev);
	p->dev = dev;
	p->dead = true;
	p->link_told = true;
	p->number_offset = -1;
	(void)pthread_mutex_init(&p->lock, NULL);
	rc = parse(p, rte_vdev_device_args(vdev));
	if (rc == 0)
		rc = bring_up(p);
	if (rc == 0) {
		rte_eth_dev_probing_finish(dev);
		return 0;
	}
	(void)dev_close(dev);
	(void)rte_eth_dev_release_port(dev);
	return rc;
}

static int pmd_remove(struct rte_vdev_device *vdev)
{
	struct rte_eth_dev *dev = rte_eth_dev_allocated(rte_vdev_device_name(vdev));

	if (dev == NULL)
		return 0;
	(void)dev_close(dev);
	return rte_eth_dev_release_port(dev);
}

static struct rte_vdev_driver driver = {
	.probe = probe,
	.remove = pmd_remove,
};

RTE_PMD_REGISTER_VDEV(net_nave, driver);
RTE_PMD_REGISTER_PARAM_STRING(net_nave, "socket=<path> queues=<1-8> adopt=<0|1>");
