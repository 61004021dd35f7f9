/* Reading and changing IP headers.  Workers. */
#include "path/pkt/ip.h"

#include <netinet/in.h>

#include <rte_mbuf.h>

enum { EXTENSIONS_MAX = 8 };

uint16_t path_ip_sum(const uint8_t *header, uint32_t len)
{
	uint64_t sum = 0;

	for (uint32_t i = 0; i < len; i += 4) {
		uint32_t word;

		memcpy(&word, header + i, sizeof(word));
		sum += word;
	}
	return path_ip_fold(sum);
}

void path_ip_seal4(uint8_t *header, uint32_t len)
{
	uint16_t sum;

	memset(header + 10, 0, sizeof(sum));
	sum = (uint16_t)~path_ip_sum(header, len);
	memcpy(header + 10, &sum, sizeof(sum));
}

static enum path_drop parse4(struct path_pkt *p)
{
	uint32_t have = rte_pktmbuf_data_len(p->m);
	uint32_t header = (p->ip[0] & 15u) * 4;
	uint32_t total = path_ip_get16(p->ip + 2);
	uint16_t frag = path_ip_get16(p->ip + 6);

	if (header < PATH_IP4 || total < header || total > have)
		return PATH_DROP_MALFORMED;
	if ((p->flags & PATH_F_CSUM_OK) == 0 && path_ip_sum(p->ip, header) != 0xffff)
		return PATH_DROP_CHECKSUM;
	if (total < have)
		(void)rte_pktmbuf_trim(p->m, (uint16_t)(have - total));
	if ((frag & (PATH_IP4_MF | PATH_IP4_OFFSET)) != 0)
		p->flags |= PATH_F_FRAGMENTED;
	if ((frag & PATH_IP4_OFFSET) != 0)
		p->flags |= PATH_F_FRAGMENT;
	p->family = AF_INET;
	p->len = (uint16_t)total;
	p->l4 = (uint16_t)header;
	p->proto = p->ip[9];
	p->tos = p->ip[1];
	return PATH_DROP_COUNT;
}

/* Extension headers up to the transport header or a fragment that hides it. */
static enum path_drop walk6(struct path_pkt *p)
{
	uint32_t at = PATH_IP6;
	uint8_t next = p->ip[6];

	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		uint32_t len;

		if (next != IPPROTO_HOPOPTS && next != IPPROTO_ROUTING && next != IPPROTO_DSTOPTS && next != IPPROTO_FRAGMENT) {
			p->proto = next;
			p->l4 = (uint16_t)at;
			return PATH_DROP_COUNT;
		}
		if (at + 8 > p->len)
			return PATH_DROP_MALFORMED;
		len = next == IPPROTO_FRAGMENT ? PATH_IP6_FRAG : (p->ip[at + 1] + 1u) * 8;
		if (next == IPPROTO_FRAGMENT) {
			uint16_t frag = path_ip_get16(p->ip + at + 2);

			p->flags |= (frag & 0xfff9) != 0 ? PATH_F_FRAGMENTED : 0;
			p->flags |= (frag & 0xfff8) != 0 ? PATH_F_FRAGMENT : 0;
		}
		next = p->ip[at];
		at += len;
		if (at > p->len)
			return PATH_DROP_MALFORMED;
		if ((p->flags & PATH_F_FRAGMENT) != 0) {
			p->proto = next;
			p->l4 = (uint16_t)at;
			return PATH_DROP_COUNT;
		}
	}
	return PATH_DROP_MALFORMED;
}

static enum path_drop parse6(struct path_pkt *p)
{
	uint32_t have = rte_pktmbuf_data_len(p->m);
	uint32_t total;

	if (have < PATH_IP6)
		return PATH_DROP_MALFORMED;
	total = PATH_IP6 + (uint32_t)path_ip_get16(p->ip + 4);
	if (total > have || total > UINT16_MAX)
		return PATH_DROP_MALFORMED;
	if (total < have)
		(void)rte_pktmbuf_trim(p->m, (uint16_t)(have - total));
	p->family = AF_INET6;
	p->len = (uint16_t)total;
	p->tos = (uint8_t)(path_ip_get16(p->ip) >> 4);
	return walk6(p);
}

enum path_drop path_ip_parse(struct path_pkt *p)
{
	p->ip = rte_pktmbuf_mtod(p->m, uint8_t *);
	if (rte_pktmbuf_data_len(p->m) < PATH_IP4)
		return PATH_DROP_MALFORMED;
	switch (p->ip[0] >> 4) {
	case 4:
		return parse4(p);
	case 6:
		return parse6(p);
	default:
		return PATH_DROP_MALFORMED;
	}
}

static bool has_ports(uint8_t proto)
{
	return proto == IPPROTO_TCP || proto == IPPROTO_UDP || proto == IPPROTO_SCTP || proto == IPPROTO_DCCP || proto == IPPROTO_UDPLITE;
}

void path_ip_flow(const struct path_pkt *p, bool out, struct db_flow *f)
{
	bool visible = (p->flags & PATH_F_FRAGMENT) == 0 && p->l4 + 4u <= p->len;
	const uint8_t *l4 = p->ip + p->l4;
	struct db_key src = path_ip_src(p);
	struct db_key dst = path_ip_dst(p);
	uint16_t sport = 0, dport = 0;

	f->ports = false;
	if (visible && has_ports(p->proto)) {
		sport = path_ip_get16(l4);
		dport = path_ip_get16(l4 + 2);
		f->ports = true;
	} else if (visible && (p->proto == IPPROTO_ICMP || p->proto == IPPROTO_ICMPV6)) {
		sport = path_ip_get16(l4); /* type and code */
		dport = sport;
		f->ports = true;
	}
	f->family = p->family;
	f->proto = p->proto;
	f->local = out ? src : dst;
	f->remote = out ? dst : src;
	f->local_port = out ? sport : dport;
	f->remote_port = out ? dport : sport;
}

/* Replaces the traffic class of the header, checksum included. */
static void set_tos(const struct path_pkt *p, uint8_t tos)
{
	uint32_t sum;

	if (p->family == AF_INET6) {
		path_ip_put16(p->ip, (uint16_t)((path_ip_get16(p->ip) & 0xf00f) | tos << 4));
		return;
	}
	sum = (uint16_t)~path_ip_get16(p->ip + 10);
	sum += (uint16_t)~path_ip_get16(p->ip);
	p->ip[1] = tos;
	sum += path_ip_get16(p->ip);
	path_ip_put16(p->ip + 10, (uint16_t)~path_ip_fold(sum));
}

bool path_ip_decap_ecn(const struct path_pkt *p, uint8_t outer_tos)
{
	uint8_t outer = outer_tos & PATH_ECN;
	uint8_t inner = p->tos & PATH_ECN;
	uint8_t result = inner;

	if (outer == PATH_ECN_CE) {
		if (inner == 0)
			return false;
		result = PATH_ECN_CE;
	} else if (outer == PATH_ECN_ECT1 && inner == PATH_ECN_ECT0) {
		result = PATH_ECN_ECT1;
	}
	if (result != inner)
		set_tos(p, (uint8_t)((p->tos & ~PATH_ECN) | result));
	return true;
}

static bool martian4(struct db_key k)
{
	uint32_t first = (uint32_t)(k.hi >> 56);

	return first == 0 || first == 127;
}

static bool martian6(struct db_key k)
{
	return k.hi == 0 && k.lo <= 1;
}

bool path_ip_martian(const struct path_pkt *p)
{
	struct db_key src = path_ip_src(p);
	struct db_key dst = path_ip_dst(p);

	if (p->family == AF_INET6)
		return martian6(dst) || martian6(src) || src.hi >> 56 == 0xff;
	return martian4(src) || martian4(dst) || src.hi >> 60 >= 0xe;
}

bool path_ip_never_routed(const struct path_pkt *p)
{
	struct db_key dst = path_ip_dst(p);

	if (p->family == AF_INET6)
		return dst.hi >> 56 == 0xff || dst.hi >> 54 == 0x3fa;
	return dst.hi >> 60 >= 0xe || dst.hi >> 48 == 0xa9fe;
}
