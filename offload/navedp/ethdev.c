#include "navedp/ethdev.h"

#include <rte_dev.h>
#include <rte_ethdev.h>
#include <rte_interrupts.h>
#include <rte_log.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engine/caps.h"
#include "navedp/nave.h"

enum { ETHDEV_RING = 1024 };

/* Context of a queue's wake-up. */
struct navedp_ethdev_queue {
	uint16_t dpdk_port;
	uint16_t queue;
};

static void arm_interrupt(void *ctx, bool on)
{
	const struct navedp_ethdev_queue *q = (const struct navedp_ethdev_queue *)ctx;

	/* A dead device refuses: the sleeper's time-out looks after it. */
	if (on)
		(void)rte_eth_dev_rx_intr_enable(q->dpdk_port, q->queue);
	else
		(void)rte_eth_dev_rx_intr_disable(q->dpdk_port, q->queue);
}

void navedp_ethdev_wake(struct navedp_ethdev *d, uint32_t queue, struct navedp_wake *out)
{
	out->fd = rte_eth_dev_rx_intr_ctl_q_get_fd(d->dpdk_port, (uint16_t)queue);
	out->arm = arm_interrupt;
	out->ctx = &d->queue[queue];
}

/* An absent device is looked for again and again: EAL's own word on that is left out, ours is in the log. */
static int plug(const char *bus, const char *name, const char *args)
{
	int level = rte_log_get_level(RTE_LOGTYPE_EAL);
	int rc;

	(void)rte_log_set_level(RTE_LOGTYPE_EAL, RTE_LOG_CRIT);
	rc = rte_eal_hotplug_add(bus, name, args);
	(void)rte_log_set_level(RTE_LOGTYPE_EAL, (uint32_t)level);
	return rc;
}

static enum err probe(struct navedp_ethdev *d, bool vdev, const char *spec)
{
	char args[256] = "";
	size_t len = strcspn(spec, ",");

	if (len >= sizeof(d->name))
		return ERR_RANGE;
	memcpy(d->name, spec, len);
	d->name[len] = '\0';
	if (spec[len] == ',')
		(void)snprintf(args, sizeof(args), "%s", spec + len + 1);
	if (plug(vdev ? "vdev" : "pci", d->name, args) != 0)
		return ERR_ABSENT;
	if (rte_eth_dev_get_port_by_name(d->name, &d->dpdk_port) == 0)
		return ERR_OK;
	(void)rte_eal_hotplug_remove(vdev ? "vdev" : "pci", d->name);
	return ERR_ABSENT;
}

static enum err configure(struct navedp_ethdev *d, struct rte_mempool *shared)
{
	struct rte_eth_conf conf;
	struct rte_eth_dev_info info;
	struct rte_mempool *pool = navedp_nave_prepare(d->dpdk_port, d->name);
	uint16_t port = d->dpdk_port, queues = (uint16_t)d->queues;

	if (pool == NULL)
		pool = shared;

	memset(&conf, 0, sizeof(conf));
	if (rte_eth_dev_info_get(port, &info) != 0 || info.max_rx_queues < queues || info.max_tx_queues < queues)
		return ERR_UNSUPPORTED;
	conf.intr_conf.rxq = 1;
	conf.rxmode.offloads = info.rx_offload_capa & RTE_ETH_RX_OFFLOAD_SECURITY;
	conf.txmode.offloads = info.tx_offload_capa & RTE_ETH_TX_OFFLOAD_SECURITY;
	d->security = conf.rxmode.offloads != 0 && conf.txmode.offloads != 0;
	if (rte_eth_dev_configure(port, queues, queues, &conf) != 0)
		return ERR_DEVICE;
	for (uint16_t q = 0; q < queues; q++)
		if (rte_eth_rx_queue_setup(port, q, ETHDEV_RING, rte_socket_id(), NULL, pool) != 0 ||
			rte_eth_tx_queue_setup(port, q, ETHDEV_RING, rte_socket_id(), NULL) != 0)
			return ERR_DEVICE;
	return ERR_OK;
}

enum err navedp_ethdev_open(struct navedp_ethdev *d, bool vdev, const char *spec, uint32_t queues, struct rte_mempool *pool)
{
	struct rte_ether_addr mac;
	enum err err;

	memset(d, 0, sizeof(*d));
	d->queues = queues;
	d->queue = (struct navedp_ethdev_queue *)calloc(queues, sizeof(*d->queue));
	if (d->queue == NULL)
		return ERR_NOMEM;
	err = probe(d, vdev, spec);
	if (err != ERR_OK) {
		free(d->queue);
		memset(d, 0, sizeof(*d));
		return err;
	}
	for (uint32_t q = 0; q < queues; q++)
		d->queue[q] = (struct navedp_ethdev_queue){ .dpdk_port = d->dpdk_port, .queue = (uint16_t)q };
	err = configure(d, pool);
	if (err == ERR_OK && (rte_eth_macaddr_get(d->dpdk_port, &mac) != 0 || rte_eth_dev_get_mtu(d->dpdk_port, &d->mtu) != 0))
		err = ERR_DEVICE;
	if (err != ERR_OK) {
		navedp_ethdev_close(d);
		return err;
	}
	memcpy(d->mac, mac.addr_bytes, sizeof(d->mac));
	return ERR_OK;
}

enum err navedp_ethdev_set_mac(struct navedp_ethdev *d, const uint8_t mac[6])
{
	struct rte_ether_addr addr;

	memcpy(addr.addr_bytes, mac, sizeof(addr.addr_bytes));
	if (rte_eth_dev_default_mac_addr_set(d->dpdk_port, &addr) != 0)
		return ERR_UNSUPPORTED;
	memcpy(d->mac, mac, sizeof(d->mac));
	return ERR_OK;
}

enum err navedp_ethdev_start(struct navedp_ethdev *d)
{
	return rte_eth_dev_start(d->dpdk_port) == 0 ? ERR_OK : ERR_DEVICE;
}

void navedp_ethdev_stop(struct navedp_ethdev *d)
{
	/* A dead device can't be told; the host's side stops all the same. */
	(void)rte_eth_dev_stop(d->dpdk_port);
}

bool navedp_ethdev_device(const struct navedp_ethdev *d, uint8_t port, uint32_t epoch, struct engine_device *out)
{
	struct rte_eth_dev_info info;
	uint32_t flows;

	memset(out, 0, sizeof(*out));
	if (!d->security || rte_eth_dev_info_get(d->dpdk_port, &info) != 0)
		return false;
	out->port = port;
	out->dpdk_port = d->dpdk_port;
	out->epoch = epoch;
	out->ctx = (struct rte_security_ctx *)rte_eth_dev_get_sec_ctx(d->dpdk_port);
	out->row = engine_caps_row(info.driver_name);
	out->ext = navedp_nave_ext(d->dpdk_port);
	navedp_nave_limits(d->dpdk_port, &out->sa_limit, &flows);
	return out->ctx != NULL && out->row != NULL;
}

void navedp_ethdev_close(struct navedp_ethdev *d)
{
	struct rte_eth_dev_info info;

	/* Stop and close of a dead device may fail; removal frees the host's side all the same. */
	(void)rte_eth_dev_stop(d->dpdk_port);
	if (rte_eth_dev_info_get(d->dpdk_port, &info) == 0) {
		(void)rte_eth_dev_close(d->dpdk_port);
		(void)rte_dev_remove(info.device);
	}
	free(d->queue);
	memset(d, 0, sizeof(*d));
}
