/* Receiving a burst.  Workers. */
#include "path/rx.h"

uint32_t path_rx(struct path_ctx *c, const struct path_queue *q)
{
	const struct path_port *port = &c->ports[q->port];
	uint16_t vrf = __atomic_load_n(&c->db->port[q->port].vrf, __ATOMIC_RELAXED);
	struct rte_mbuf *pkts[PATH_BURST];
	uint32_t n = port->ops->rx(port->dev, q->queue, pkts, PATH_BURST);

	for (uint32_t i = 0; i < n; i++) {
		path_pkt_begin(&c->pkt[i], pkts[i], q->port, vrf);
		c->in.pkt[i] = &c->pkt[i];
	}
	c->in.count = n;
	if (n != 0)
		path_count(c, PATH_COUNT_RX, n);
	return n;
}
