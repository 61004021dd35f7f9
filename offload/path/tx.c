/* Transmitting, and the gate that fails closed.  Workers. */
#include "path/tx.h"

#include <rte_mbuf.h>

#include "path/pkt/buf.h"
#include "path/pkt/guard.h"
#include "path/pkt/ip.h"

enum { TYPE_IP4 = 0x0800, TYPE_IP6 = 0x86dd, MAC_LEN = 6 };

/* What the mark promises still holds: the SA lives, and its session is on this port in this epoch. */
static bool secured(const struct path_ctx *c, const struct path_pkt *p, const struct db_port *port)
{
	const struct db_sa *sa = p->sa;
	const struct db_sa *now;

	if (sa == NULL || sa->direction != DP_OUT || (sa->flags & DB_SA_INLINE) == 0)
		return false;
	now = db_sa_out(c->db, sa->slot);
	return now != NULL && now->generation == sa->generation && sa->place_port == p->port &&
	       sa->place_epoch == __atomic_load_n(&port->epoch, __ATOMIC_ACQUIRE);
}

/* PATH_DROP_COUNT, or why the packet doesn't leave by a port that sends. */
static inline enum path_drop gate(struct path_ctx *c, const struct path_pkt *p, const struct db_port *port)
{
	if ((p->m->ol_flags & RTE_MBUF_F_TX_SEC_OFFLOAD) != 0)
		return secured(c, p, port) ? PATH_DROP_COUNT : PATH_DROP_TX_STALE;
	if (__atomic_load_n(&port->guarded, __ATOMIC_ACQUIRE) && !path_guard_allows(c, p, port))
		return PATH_DROP_TX_UNPROTECTED;
	return PATH_DROP_COUNT;
}

/* The frame's header; a TUN and a VIF have none, and what came as a frame and goes as one has its own. */
static inline bool frame(const struct path_pkt *p, const struct db_port *port)
{
	uint16_t type = p->family == AF_INET6 ? TYPE_IP6 : TYPE_IP4;
	uint8_t *eth;

	if (port->kind == DB_PORT_TUN || port->kind == DB_PORT_VIF)
		return true;
	if ((p->flags & PATH_F_FRAME) != 0)
		return (p->flags & PATH_F_L2) == 0 || path_buf_push(p->m, PATH_ETHER) != NULL;
	eth = path_buf_push(p->m, PATH_ETHER);
	if (eth == NULL)
		return false;
	memcpy(eth, &p->mac, MAC_LEN);
	memcpy(eth + MAC_LEN, port->mac, MAC_LEN);
	path_ip_put16(eth + 2 * MAC_LEN, type);
	if ((p->m->ol_flags & RTE_MBUF_F_TX_SEC_OFFLOAD) != 0)
		p->m->l2_len = PATH_ETHER;
	return true;
}

static void flush_port(struct path_ctx *c, uint32_t index)
{
	const struct path_port *port = &c->ports[index];
	struct path_tx *t = &c->tx[index];
	uint32_t sent = port->ops->tx(port->dev, (uint16_t)c->worker, t->pkt, (uint16_t)t->count);

	path_count(c, PATH_COUNT_TX, sent);
	if (sent < t->count) {
		__atomic_store_n(&c->drops[PATH_DROP_TX_FULL], c->drops[PATH_DROP_TX_FULL] + t->count - sent, __ATOMIC_RELAXED);
		rte_pktmbuf_free_bulk(t->pkt + sent, t->count - sent);
	}
	t->count = 0;
}

void path_tx_flush(struct path_ctx *c)
{
	while (c->tx_pending != 0) {
		uint32_t index = (uint32_t)__builtin_ctzll(c->tx_pending);

		c->tx_pending &= c->tx_pending - 1;
		flush_port(c, index);
	}
}

/* PATH_DROP_COUNT: the frame stands. */
static inline enum path_drop prepare(struct path_ctx *c, const struct path_pkt *p, const struct db_port *port)
{
	enum path_drop why = gate(c, p, port);

	return why != PATH_DROP_COUNT || frame(p, port) ? why : PATH_DROP_NO_BUFFER;
}

static inline void send_one(struct path_ctx *c, struct path_pkt *p, const struct db_port *port, struct path_tx *t)
{
	enum path_drop why = prepare(c, p, port);

	if (why != PATH_DROP_COUNT) {
		path_drop(c, p, why);
		return;
	}
	t->pkt[t->count++] = p->m;
	if (t->count == PATH_BURST)
		flush_port(c, p->port);
}

/* One run of the burst that leaves by the same port: from 'i' on.  Returns where it ends. */
static uint32_t send_run(struct path_ctx *c, uint32_t i)
{
	uint8_t index = c->out.pkt[i]->port;
	const struct db_port *port = &c->db->port[index];
	bool up = __atomic_load_n(&port->live, __ATOMIC_ACQUIRE) && c->ports[index].ops != NULL;

	c->tx_pending |= up ? UINT64_C(1) << index : 0;
	for (; i < c->out.count && c->out.pkt[i]->port == index; i++) {
		if (up)
			send_one(c, c->out.pkt[i], port, &c->tx[index]);
		else
			path_drop(c, c->out.pkt[i], PATH_DROP_TX_DOWN);
	}
	return i;
}

void path_tx(struct path_ctx *c)
{
	uint32_t i = 0;

	while (i < c->out.count)
		i = send_run(c, i);
	c->out.count = 0;
}
