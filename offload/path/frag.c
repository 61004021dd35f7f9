/* Fragmentation: of IPv4 packets before encryption, of ESP packets after it.  Pieces are copies.  Workers. */
#include "path/frag.h"

#include <netinet/in.h>

#include <rte_mbuf.h>

#include "path/pkt/hand.h"
#include "path/pkt/ip.h"

enum { PIECES_MAX = 16, UNIT = 8, IP4_HEADER_MAX = 60, OPTION_END = 0, OPTION_NOP = 1, OPTION_COPIED = 0x80 };

/* The header of later pieces: only options with the copied flag (RFC791-3.1).  Returns its length. */
static uint32_t later_header(const uint8_t *ip, uint32_t len, uint8_t out[IP4_HEADER_MAX])
{
	uint32_t at = PATH_IP4;
	uint32_t n = PATH_IP4;

	memcpy(out, ip, PATH_IP4);
	while (at < len && ip[at] != OPTION_END) {
		uint32_t size = ip[at] == OPTION_NOP ? 1 : at + 1 < len ? ip[at + 1] : 0;

		if (size == 0 || at + size > len || (ip[at] != OPTION_NOP && size < 2))
			break;
		if ((ip[at] & OPTION_COPIED) != 0) {
			memcpy(out + n, ip + at, size);
			n += size;
		}
		at += size;
	}
	while (n % 4 != 0)
		out[n++] = OPTION_END;
	out[0] = (uint8_t)(0x40 | n / 4);
	return n;
}

/* A buffer with 'header' and 'len' bytes of payload; goes on as 'h' says. */
static uint8_t *piece(struct path_ctx *c, struct path_hand *h, uint32_t len)
{
	uint8_t *at;

	h->m = rte_pktmbuf_alloc(c->pool);
	if (h->m == NULL)
		return NULL;
	at = (uint8_t *)rte_pktmbuf_append(h->m, (uint16_t)len);
	if (at == NULL)
		rte_pktmbuf_free(h->m);
	return at;
}

void path_frag_ip4(struct path_ctx *c, struct path_pkt *p, uint32_t mtu, const struct path_hand *how)
{
	uint32_t header = (p->ip[0] & 15u) * 4;
	uint32_t payload = p->len - header;
	uint16_t word = path_ip_get16(p->ip + 6);
	uint8_t later[IP4_HEADER_MAX];
	const uint8_t *head = p->ip;
	uint32_t at = 0;

	if (mtu < header + UNIT || payload > PIECES_MAX * ((mtu - header) & ~(UNIT - 1u))) {
		path_drop(c, p, PATH_DROP_FRAGMENT);
		return;
	}
	while (at < payload) {
		uint32_t room = (mtu - header) & ~(UNIT - 1u);
		uint32_t len = payload - at <= mtu - header ? payload - at : room;
		bool more = at + len < payload || (word & PATH_IP4_MF) != 0;
		struct path_hand h = *how;
		uint8_t *ip = piece(c, &h, header + len);

		if (ip == NULL) {
			path_drop(c, p, PATH_DROP_NO_BUFFER);
			return;
		}
		memcpy(ip, head, header);
		memcpy(ip + header, p->ip + p->len - payload + at, len);
		path_ip_put16(ip + 2, (uint16_t)(header + len));
		path_ip_put16(ip + 6, (uint16_t)(((word & PATH_IP4_OFFSET) + at / UNIT) | (more ? PATH_IP4_MF : 0)));
		path_ip_seal4(ip, header);
		path_count(c, PATH_COUNT_FRAGMENTS, 1);
		path_hand_again(c, &h);
		if (head != later) {
			header = later_header(p->ip, header, later);
			head = later;
		}
		at += len;
	}
	rte_pktmbuf_free(p->m);
	p->m = NULL;
}

/* The box is the source, so it may (RFC8200-4.5): a fragment header behind the outer one. */
void path_frag_ip6(struct path_ctx *c, struct path_pkt *p, uint32_t mtu, const struct path_hand *how)
{
	uint32_t payload = (uint32_t)p->len - PATH_IP6;
	uint32_t header = PATH_IP6 + PATH_IP6_FRAG;
	uint32_t room = mtu > header + UNIT ? (mtu - header) & ~(UNIT - 1u) : 0;

	if (room == 0 || payload > PIECES_MAX * room) {
		path_drop(c, p, PATH_DROP_FRAGMENT);
		return;
	}
	for (uint32_t at = 0; at < payload; at += room) {
		uint32_t len = payload - at < room ? payload - at : room;
		struct path_hand h = *how;
		uint8_t *ip = piece(c, &h, header + len);

		if (ip == NULL) {
			path_drop(c, p, PATH_DROP_NO_BUFFER);
			return;
		}
		memcpy(ip, p->ip, PATH_IP6);
		path_ip_put16(ip + 4, (uint16_t)(PATH_IP6_FRAG + len));
		ip[6] = PATH_PROTO_IP6_FRAG;
		ip[PATH_IP6] = p->ip[6];
		ip[PATH_IP6 + 1] = 0;
		path_ip_put16(ip + PATH_IP6 + 2, (uint16_t)(at | (at + len < payload ? 1 : 0)));
		path_ip_put32(ip + PATH_IP6 + 4, (uint32_t)p->seq);
		memcpy(ip + header, p->ip + PATH_IP6 + at, len);
		path_count(c, PATH_COUNT_FRAGMENTS, 1);
		path_hand_again(c, &h);
	}
	rte_pktmbuf_free(p->m);
	p->m = NULL;
}

static void cut(struct path_ctx *c, struct path_pkt *p)
{
	uint32_t mtu = db_tunnel_link(&c->db->tunnel[p->sa->tunnel], __atomic_load_n(&c->db->port[p->port].mtu, __ATOMIC_RELAXED));
	struct path_hand h = { .hop = p->hop, .vrf = p->sa->front_vrf, .flags = PATH_F_SEALED, .stage = PATH_AT_OUT };

	if (p->len <= mtu)
		path_list_add(&c->out, p);
	else if (p->family == AF_INET6)
		path_frag_ip6(c, p, mtu, &h);
	else
		path_frag_ip4(c, p, mtu, &h);
}

void path_frag(struct path_ctx *c)
{
	for (uint32_t i = 0; i < c->sealed.count; i++)
		cut(c, c->sealed.pkt[i]);
	c->sealed.count = 0;
}
