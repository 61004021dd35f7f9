/* Reading and changing IP headers.  Workers. */
#include "path/pkt/ip.h"

#include <netinet/in.h>

#include "path/pkt/buf.h"

enum { EXTENSIONS_MAX = 8 };

void path_ip_seal4(uint8_t *header, uint32_t len)
{
	uint16_t sum;

	memset(header + 10, 0, sizeof(sum));
	sum = (uint16_t)~path_ip_sum(header, len);
	memcpy(header + 10, &sum, sizeof(sum));
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

enum path_drop path_ip_parse6(struct path_pkt *p)
{
	uint32_t have = p->m->data_len;
	uint32_t total;

	if (have < PATH_IP6)
		return PATH_DROP_MALFORMED;
	total = PATH_IP6 + (uint32_t)path_ip_get16(p->ip + 4);
	if (total > have || total > UINT16_MAX)
		return PATH_DROP_MALFORMED;
	if (total < have)
		path_buf_trim(p->m, have - total);
	p->family = AF_INET6;
	p->len = (uint16_t)total;
	p->tos = path_ip_tos(p->ip, AF_INET6);
	return walk6(p);
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

void path_ip_set_tos(uint8_t *ip, uint8_t family, uint8_t tos)
{
	uint32_t sum;

	if (family == AF_INET6) {
		path_ip_put16(ip, (uint16_t)((path_ip_get16(ip) & 0xf00f) | tos << 4));
		return;
	}
	sum = (uint16_t)~path_ip_get16(ip + 10);
	sum += (uint16_t)~path_ip_get16(ip);
	ip[1] = tos;
	sum += path_ip_get16(ip);
	path_ip_put16(ip + 10, (uint16_t)~path_ip_fold(sum));
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
		path_ip_set_tos(p->ip, p->family, (uint8_t)((p->tos & ~PATH_ECN) | result));
	return true;
}

static bool unusable4(uint32_t a)
{
	return a >> 24 == 0 || a >> 24 == 127;
}

static enum path_scope scope4(uint32_t src, uint32_t dst)
{
	if (dst >> 28 >= 0xe || dst >> 16 == 0xa9fe)
		return PATH_SCOPE_NEAR;
	return unusable4(src) || unusable4(dst) || src >> 28 >= 0xe ? PATH_SCOPE_MARTIAN : PATH_SCOPE_ROUTED;
}

static bool unusable6(struct db_key k)
{
	return k.hi == 0 && k.lo <= 1;
}

static enum path_scope scope6(struct db_key src, struct db_key dst)
{
	if (dst.hi >> 56 == 0xff || dst.hi >> 54 == 0x3fa)
		return PATH_SCOPE_NEAR;
	return unusable6(src) || unusable6(dst) || src.hi >> 56 == 0xff ? PATH_SCOPE_MARTIAN : PATH_SCOPE_ROUTED;
}

enum path_scope path_ip_scope_of(const struct path_pkt *p)
{
	if (p->family == AF_INET6)
		return scope6(path_ip_src(p), path_ip_dst(p));
	return scope4(path_ip_get32(p->ip + 12), path_ip_get32(p->ip + 16));
}
