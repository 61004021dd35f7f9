/* ICMP errors of the box.  The slow path of workers: one packet at a time, rate-limited. */
#include "path/pkt/icmp.h"

#include <netinet/in.h>
#include <string.h>

#include <rte_mbuf.h>

#include "path/pkt/hand.h"
#include "path/pkt/ip.h"

enum { ICMP_HEADER = 8, ICMP4_MAX = 576, ICMP_TTL = 64 };

struct icmp_row {
	uint8_t type4, code4, type6, code6;
};

static const struct icmp_row rows[] = {
	[PATH_ICMP_NO_ROUTE] = { 3, 0, 1, 0 },
	[PATH_ICMP_TOO_BIG] = { 3, 4, 2, 0 },
	[PATH_ICMP_TTL] = { 11, 0, 3, 0 },
	[PATH_ICMP_PROHIBITED] = { 3, 13, 1, 1 },
};

/* Types 3, 4, 5, 11, 12 of ICMP and all below 128 of ICMPv6 are errors or redirects. */
static bool is_error(const struct path_pkt *p)
{
	uint8_t type;

	if (p->proto != (p->family == AF_INET6 ? IPPROTO_ICMPV6 : IPPROTO_ICMP))
		return false;
	if (p->l4 >= p->len)
		return true;
	type = p->ip[p->l4];
	return p->family == AF_INET6 ? type < 128 : (type >= 3 && type <= 5) || type == 11 || type == 12;
}

/* RFC1122-3.2.2, RFC4443-2.4 (e). */
static bool due(struct path_ctx *c, const struct path_pkt *p)
{
	if ((p->flags & PATH_F_FRAGMENT) != 0 || is_error(p) || path_ip_scope(p) != PATH_SCOPE_ROUTED)
		return false;
	return limit_take(&c->icmp_limit, c->now_ms);
}

static void put_key(uint8_t *to, struct db_key k, uint32_t len)
{
	uint64_t word[2] = { __builtin_bswap64(k.hi), __builtin_bswap64(k.lo) };

	memcpy(to, word, len);
}

static uint16_t sum_of(const uint8_t *b, uint32_t len, uint64_t sum)
{
	for (uint32_t i = 0; i + 1 < len; i += 2)
		sum += path_ip_get16(b + i);
	if (len % 2 != 0)
		sum += (uint64_t)b[len - 1] << 8;
	return (uint16_t)~path_ip_fold64(sum);
}

static void write4(uint8_t *ip, const struct path_pkt *p, struct db_key src, uint32_t total)
{
	memset(ip, 0, PATH_IP4);
	ip[0] = 0x45;
	ip[1] = 0xc0; /* internetwork control, RFC1812-4.3.2.5 */
	path_ip_put16(ip + 2, (uint16_t)total);
	ip[8] = ICMP_TTL;
	ip[9] = IPPROTO_ICMP;
	put_key(ip + 12, src, 4);
	memcpy(ip + 16, p->ip + 12, 4);
	path_ip_seal4(ip, PATH_IP4);
}

static void write6(uint8_t *ip, const struct path_pkt *p, struct db_key src, uint32_t total)
{
	memset(ip, 0, PATH_IP6);
	ip[0] = 0x6c;
	path_ip_put16(ip + 4, (uint16_t)(total - PATH_IP6));
	ip[6] = IPPROTO_ICMPV6;
	ip[7] = ICMP_TTL;
	put_key(ip + 8, src, 16);
	memcpy(ip + 24, p->ip + 8, 16);
}

/* The error message from 'icmp' on: header, then as much of the packet as fits. */
static void write_icmp(uint8_t *ip, uint32_t header, const struct path_pkt *p, const struct icmp_row *row, uint32_t mtu, uint32_t quoted)
{
	bool v6 = p->family == AF_INET6;
	uint8_t *icmp = ip + header;
	uint64_t pseudo = 0;

	memset(icmp, 0, ICMP_HEADER);
	icmp[0] = v6 ? row->type6 : row->type4;
	icmp[1] = v6 ? row->code6 : row->code4;
	if (v6)
		path_ip_put32(icmp + 4, mtu);
	else
		path_ip_put16(icmp + 6, (uint16_t)mtu);
	memcpy(icmp + ICMP_HEADER, p->ip, quoted);
	if (v6) { /* RFC8200-8.1 */
		pseudo = (uint16_t)~sum_of(ip + 8, 32, 0);
		pseudo += ICMP_HEADER + quoted + IPPROTO_ICMPV6;
	}
	path_ip_put16(icmp + 2, sum_of(icmp, ICMP_HEADER + quoted, pseudo));
}

/* What is for the box is answered from the address that it is for, which a guarded port knows; the rest from the VRF's (RFC1812-4.3.2.4). */
static struct db_key source_of(const struct path_ctx *c, const struct path_pkt *p)
{
	const struct db_vrf *v = &c->db->vrf[p->vrf];
	bool v6 = p->family == AF_INET6;

	if (db_hop_action(db_vrf_lookup(v, v6, path_ip_dst(p))) == DB_HOP_LOCAL)
		return path_ip_dst(p);
	return v6 ? v->source6 : v->source4;
}

void path_icmp_send(struct path_ctx *c, const struct path_pkt *p, enum path_icmp what, uint32_t mtu)
{
	bool v6 = p->family == AF_INET6;
	struct db_key src = source_of(c, p);
	uint32_t header = v6 ? PATH_IP6 : PATH_IP4;
	uint32_t room = (v6 ? PATH_IP6_MIN_MTU : ICMP4_MAX) - header - ICMP_HEADER;
	uint32_t quoted = p->len < room ? p->len : room;
	uint32_t total = header + ICMP_HEADER + quoted;
	struct path_hand h = { .vrf = p->vrf, .flags = PATH_F_MADE | PATH_F_ROUTED, .stage = PATH_AT_FIB };
	uint8_t *ip;

	if ((src.hi | src.lo) == 0 || !due(c, p))
		return;
	h.m = rte_pktmbuf_alloc(c->pool);
	if (h.m == NULL)
		return;
	ip = (uint8_t *)rte_pktmbuf_append(h.m, (uint16_t)total);
	if (ip == NULL) {
		rte_pktmbuf_free(h.m);
		return;
	}
	if (v6)
		write6(ip, p, src, total);
	else
		write4(ip, p, src, total);
	write_icmp(ip, header, p, &rows[what], what == PATH_ICMP_TOO_BIG ? mtu : 0, quoted);
	path_count(c, PATH_COUNT_ICMP_SENT, 1);
	path_hand_again(c, &h);
}
