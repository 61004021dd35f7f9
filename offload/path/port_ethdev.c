/* Ports that DPDK drives. */
#include "path/port_ethdev.h"

#include <stdio.h>
#include <string.h>

#include <rte_ethdev.h>

static uint16_t number_of(const void *dev)
{
	return (uint16_t)(uintptr_t)dev;
}

static uint16_t rx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	return rte_eth_rx_burst(number_of(dev), queue, pkts, count);
}

static uint16_t tx(void *dev, uint16_t queue, struct rte_mbuf **pkts, uint16_t count)
{
	return rte_eth_tx_burst(number_of(dev), queue, pkts, count);
}

static void info(void *dev, struct path_port_info *out)
{
	struct rte_eth_dev_info d;
	struct rte_eth_stats s;
	struct rte_eth_link link;
	struct rte_ether_addr mac;

	memset(out, 0, sizeof(*out));
	if (rte_eth_dev_info_get(number_of(dev), &d) != 0)
		return;
	(void)snprintf(out->driver, sizeof(out->driver), "%s", d.driver_name);
	out->alive = rte_eth_dev_is_removed(number_of(dev)) == 0;
	if (rte_eth_link_get_nowait(number_of(dev), &link) == 0)
		out->link_up = link.link_status == RTE_ETH_LINK_UP;
	if (rte_eth_macaddr_get(number_of(dev), &mac) == 0)
		memcpy(out->mac, mac.addr_bytes, sizeof(out->mac));
	(void)rte_eth_dev_get_mtu(number_of(dev), &out->mtu);
	if (rte_eth_stats_get(number_of(dev), &s) != 0)
		return;
	out->in_packets = s.ipackets;
	out->in_bytes = s.ibytes;
	out->out_packets = s.opackets;
	out->out_bytes = s.obytes;
	out->in_drops = s.imissed + s.ierrors + s.rx_nombuf;
	out->out_drops = s.oerrors;
}

const struct path_port_ops path_port_ethdev_ops = { .name = "ethdev", .rx = rx, .tx = tx, .info = info };
