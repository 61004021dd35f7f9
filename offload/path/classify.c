/* Sorting a burst.  Workers. */
#include "path/classify.h"

#include <netinet/in.h>

#include <rte_mbuf.h>
#include <rte_prefetch.h>

#include "engine/inline.h"
#include "path/gate.h"
#include "path/pkt/buf.h"
#include "path/pkt/ip.h"
#include "path/pkt/reass.h"

enum { AHEAD = 4, TYPE_IP4 = 0x0800, TYPE_IP6 = 0x86dd, MAC_LEN = 6 };

static const uint64_t sec_flags = RTE_MBUF_F_RX_SEC_OFFLOAD | RTE_MBUF_F_RX_SEC_OFFLOAD_FAILED;

static void to_esp(struct path_ctx *c, struct path_pkt *p, uint32_t spi)
{
	p->spi = spi;
	rte_prefetch0(&c->db->sa_in[spi & c->db->slot_mask]);
	path_list_add(&c->esp, p);
}

/* ESP, or UDP that may be ESP: a payload that doesn't begin with the non-ESP marker (RFC3948-2.2). */
static inline bool is_esp(const struct path_pkt *p, uint32_t *at)
{
	if (p->proto == IPPROTO_ESP) {
		*at = p->l4;
		return p->l4 + 8u <= p->len;
	}
	*at = p->l4 + (uint32_t)PATH_UDP;
	return p->proto == IPPROTO_UDP && *at + 8 <= p->len && path_ip_get16(p->ip + p->l4 + 2) == PATH_NATT_PORT &&
	       path_ip_get32(p->ip + *at) != 0;
}

static bool for_us(const struct path_ctx *c, const struct path_pkt *p)
{
	uint32_t hop = db_vrf_lookup(&c->db->vrf[p->vrf], p->family == AF_INET6, path_ip_dst(p));

	return db_hop_action(hop) == DB_HOP_LOCAL;
}

/* Fragments of ESP, UDP and GRE for the box are put together before anybody looks at them (sa-state 12). */
static bool whole(struct path_ctx *c, struct path_pkt *p)
{
	enum path_drop why;

	if ((p->proto != IPPROTO_ESP && p->proto != IPPROTO_UDP && p->proto != IPPROTO_GRE) || !for_us(c, p))
		return true;
	if (!path_reass_take(c, p))
		return false;
	p->flags = (uint16_t)(p->flags & ~(PATH_F_FRAGMENT | PATH_F_FRAGMENTED | PATH_F_L2));
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT)
		path_drop(c, p, why);
	return why == PATH_DROP_COUNT;
}

/* An IP packet whose header was read. */
static __rte_always_inline void read_on(struct path_ctx *c, struct path_pkt *p)
{
	uint32_t at;

	if ((p->flags & PATH_F_FRAGMENTED) != 0 && !whole(c, p))
		return;
	if ((p->flags & PATH_F_FRAGMENTED) == 0 && is_esp(p, &at)) {
		p->flags |= p->proto == IPPROTO_UDP ? PATH_F_UDP : 0;
		p->l4 = (uint16_t)at; /* of the ESP header */
		to_esp(c, p, path_ip_get32(p->ip + at));
		return;
	}
	path_list_add(p->proto == IPPROTO_GRE && (p->flags & (PATH_F_FRAGMENTED | PATH_F_HOST)) == 0 ? &c->gre : &c->plain, p);
}

/* For the host if for anybody: it isn't forwarded. */
static inline bool is_group(const uint8_t *frame)
{
	return (frame[0] & 1) != 0;
}

void path_classify_passed(struct path_ctx *c, struct path_pkt *p)
{
	if (is_group(path_buf_data(p->m) - PATH_ETHER))
		path_list_add(&c->punt, p);
	else
		read_on(c, p);
}

/* With a gate it passes that first, once. */
static inline void sort_ip(struct path_ctx *c, struct path_pkt *p, bool group, uint32_t gate)
{
	enum path_drop why;

	if ((p->m->ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK) == RTE_MBUF_F_RX_IP_CKSUM_GOOD)
		p->flags |= PATH_F_CSUM_OK;
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT)
		path_drop(c, p, why);
	else if (gate != 0)
		path_list_add(&c->gated, p);
	else if (group)
		path_list_add(&c->punt, p);
	else
		read_on(c, p);
}

/* What a device has decrypted has no outer headers; which SA it was, it says beside the packet (sa-state 9). */
static void sort_processed(struct path_ctx *c, struct path_pkt *p)
{
	struct engine_rx rx;

	switch (engine_inline_verdict(c->engine, p->port, p->m, &rx)) {
	case ENGINE_CLEAR:
		p->flags |= PATH_F_CLEAR;
		p->seq = rx.seq;
		p->hop = rx.generation;
		p->tunnel = rx.slot;
		p->ip = rte_pktmbuf_mtod(p->m, uint8_t *);
		to_esp(c, p, rx.slot);
		break;
	default:
		path_drop(c, p, PATH_DROP_AUTH_DEVICE);
		break;
	}
}

static void sort_wire(struct path_ctx *c, struct path_pkt *p, const struct db_port *port)
{
	const uint8_t *frame = path_buf_data(p->m);
	uint16_t type = path_ip_get16(frame + PATH_ETHER - 2);
	bool group = is_group(frame);

	if (!group && memcmp(frame, port->mac, MAC_LEN) != 0) {
		path_drop(c, p, PATH_DROP_NOT_OURS);
		return;
	}
	path_buf_pull(p->m, PATH_ETHER);
	p->flags |= PATH_F_L2;
	if (type != TYPE_IP4 && type != TYPE_IP6)
		path_list_add(&c->punt, p);
	else if ((p->m->ol_flags & sec_flags) != 0)
		sort_processed(c, p);
	else
		sort_ip(c, p, group, __atomic_load_n(&port->gate, __ATOMIC_ACQUIRE));
}

/* The host's own frames go out by the port they are the twin of, as its policy has it; the guard must be able to read them. */
static void sort_twin(struct path_ctx *c, struct path_pkt *p, const struct db_port *port)
{
	const uint8_t *frame = rte_pktmbuf_mtod(p->m, const uint8_t *);
	uint16_t type = path_ip_get16(frame + PATH_ETHER - 2);
	enum path_drop why = PATH_DROP_COUNT;

	p->flags |= PATH_F_HOST | PATH_F_FRAME;
	p->ip = rte_pktmbuf_mtod(p->m, uint8_t *);
	p->port = __atomic_load_n(&port->peer, __ATOMIC_RELAXED);
	if (type == TYPE_IP4 || type == TYPE_IP6) {
		path_buf_pull(p->m, PATH_ETHER);
		p->flags |= PATH_F_L2 | PATH_F_CSUM_OK;
		why = path_ip_parse(p);
	}
	if (p->port == DB_PORT_NONE)
		why = PATH_DROP_TX_DOWN;
	if (why != PATH_DROP_COUNT)
		path_drop(c, p, why);
	else if (path_gate_frame_out(c, p))
		path_list_add(&c->out, p);
}

/* What the host sends by a tunnel's own netdev goes into that tunnel, whatever the routes say: who is bound to it wants that. */
static void sort_vif(struct path_ctx *c, struct path_pkt *p)
{
	enum path_drop why;

	p->tunnel = p->m->hash.usr;
	p->vrf = __atomic_load_n(&c->db->tunnel[p->tunnel].inner_vrf, __ATOMIC_RELAXED);
	p->flags |= PATH_F_HOST | PATH_F_ROUTED;
	why = path_ip_parse(p);
	if (why != PATH_DROP_COUNT)
		path_drop(c, p, why);
	else
		path_list_add(&c->tunnel, p);
}

static inline void sort_one(struct path_ctx *c, struct path_pkt *p)
{
	const struct db_port *port = &c->db->port[p->port];

	if (p->m->nb_segs > 1 && rte_pktmbuf_linearize(p->m) != 0) {
		path_drop(c, p, PATH_DROP_SEGMENTED);
	} else if ((p->flags & PATH_F_HANDED) != 0) {
		if ((p->m->ol_flags & sec_flags) != 0)
			sort_processed(c, p);
		else
			sort_ip(c, p, false, 0);
	} else if (port->kind == DB_PORT_TUN) {
		p->flags |= PATH_F_HOST | PATH_F_ROUTED;
		sort_ip(c, p, false, 0);
	} else if (port->kind == DB_PORT_VIF) {
		sort_vif(c, p);
	} else if (rte_pktmbuf_data_len(p->m) < PATH_ETHER) {
		path_drop(c, p, PATH_DROP_MALFORMED);
	} else if (port->kind == DB_PORT_TWIN) {
		sort_twin(c, p, port);
	} else {
		sort_wire(c, p, port);
	}
}

void path_classify(struct path_ctx *c)
{
	uint32_t n = c->in.count;

	for (uint32_t i = 0; i < n && i < AHEAD; i++)
		rte_prefetch0(rte_pktmbuf_mtod(c->in.pkt[i]->m, void *));
	for (uint32_t i = 0; i < n; i++) {
		if (i + AHEAD < n)
			rte_prefetch0(rte_pktmbuf_mtod(c->in.pkt[i + AHEAD]->m, void *));
		sort_one(c, c->in.pkt[i]);
	}
	c->in.count = 0;
}
