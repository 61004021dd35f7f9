#ifndef PATH_IP_H
#define PATH_IP_H

#include <netinet/in.h>
#include <stdint.h>
#include <string.h>

#include "path/ctx.h"
#include "path/pkt/buf.h"

#ifdef __cplusplus
extern "C" {
#endif

/* IP headers as the stages read and change them. */
enum {
	PATH_IP4 = 20, /* bytes of the headers */
	PATH_IP6 = 40,
	PATH_IP6_FRAG = 8,
	PATH_UDP = 8,
	PATH_IP6_MIN_MTU = 1280,
	PATH_IP4_DF = 0x4000,
	PATH_IP4_MF = 0x2000,
	PATH_IP4_OFFSET = 0x1fff,
	PATH_NATT_PORT = 4500,
	PATH_IKE_PORT = 500,
	PATH_PROTO_IP6_FRAG = 44,
	PATH_ECN = 3,
	PATH_ECN_CE = 3,
	PATH_ECN_ECT1 = 1,
	PATH_ECN_ECT0 = 2
};

static inline uint16_t path_ip_get16(const uint8_t *b)
{
	return (uint16_t)(b[0] << 8 | b[1]);
}

static inline uint32_t path_ip_get32(const uint8_t *b)
{
	uint32_t v;

	memcpy(&v, b, sizeof(v));
	return __builtin_bswap32(v);
}

static inline void path_ip_put16(uint8_t *b, uint16_t v)
{
	b[0] = (uint8_t)(v >> 8);
	b[1] = (uint8_t)v;
}

static inline void path_ip_put32(uint8_t *b, uint32_t v)
{
	v = __builtin_bswap32(v);
	memcpy(b, &v, sizeof(v));
}

/* One's complement sum folded to 16 bits: each half is added to the other, and the upper one has the lower one's carry. */
static inline uint16_t path_ip_fold(uint32_t sum)
{
	sum += sum >> 16 | sum << 16;
	return (uint16_t)(sum >> 16);
}

static inline uint16_t path_ip_fold64(uint64_t sum)
{
	sum += sum >> 32 | sum << 32;
	return path_ip_fold((uint32_t)(sum >> 32));
}

static inline struct db_key path_ip_src(const struct path_pkt *p)
{
	return p->family == AF_INET6 ? db_key_v6(p->ip + 8) : db_key_v4(p->ip + 12);
}

static inline struct db_key path_ip_dst(const struct path_pkt *p)
{
	return p->family == AF_INET6 ? db_key_v6(p->ip + 24) : db_key_v4(p->ip + 16);
}

/* The sum of a whole IPv4 header, of 'len' bytes (20 at least), is 0xffff where its checksum is right. */
static inline uint16_t path_ip_sum(const uint8_t *header, uint32_t len)
{
	uint64_t a, b, sum;
	uint32_t word;

	memcpy(&a, header, sizeof(a));
	memcpy(&b, header + 8, sizeof(b));
	memcpy(&word, header + 16, sizeof(word));
	sum = (a >> 32) + (uint32_t)a + (b >> 32) + (uint32_t)b + word;
	for (uint32_t i = PATH_IP4; i < len; i += 4) {
		memcpy(&word, header + i, sizeof(word));
		sum += word;
	}
	return path_ip_fold64(sum);
}

/* The traffic class of a header. */
static inline uint8_t path_ip_tos(const uint8_t *ip, uint8_t family)
{
	return family == AF_INET6 ? (uint8_t)(path_ip_get16(ip) >> 4) : ip[1];
}

/* 'path_ip_parse' of one family; 'p->ip' is set, and 20 bytes are there. */
enum path_drop path_ip_parse6(struct path_pkt *p);

static __rte_always_inline enum path_drop path_ip_parse4(struct path_pkt *p)
{
	uint32_t have = p->m->data_len;
	uint32_t header = (p->ip[0] & 15u) * 4;
	uint32_t total = path_ip_get16(p->ip + 2);
	uint16_t frag = path_ip_get16(p->ip + 6);

	if (header < PATH_IP4 || total < header || total > have)
		return PATH_DROP_MALFORMED;
	if ((p->flags & PATH_F_CSUM_OK) == 0 && path_ip_sum(p->ip, header) != 0xffff)
		return PATH_DROP_CHECKSUM;
	if (total < have)
		path_buf_trim(p->m, have - total);
	if ((frag & (PATH_IP4_MF | PATH_IP4_OFFSET)) != 0)
		p->flags |= (frag & PATH_IP4_OFFSET) != 0 ? PATH_F_FRAGMENTED | PATH_F_FRAGMENT : PATH_F_FRAGMENTED;
	p->family = AF_INET;
	p->len = (uint16_t)total;
	p->l4 = (uint16_t)header;
	p->proto = p->ip[9];
	p->tos = path_ip_tos(p->ip, AF_INET);
	return PATH_DROP_COUNT;
}

/*
 * Reads the header that 'p->m' begins with: sets ip, len, family, proto, l4, tos and the fragment flags, and cuts
 * what stands behind the packet.  PATH_DROP_COUNT, or why it must be dropped.  Always in line, since every packet passes here.
 */
static __rte_always_inline enum path_drop path_ip_parse(struct path_pkt *p)
{
	p->ip = path_buf_data(p->m);
	if (p->m->data_len < PATH_IP4)
		return PATH_DROP_MALFORMED;
	switch (p->ip[0] >> 4) {
	case 4:
		return path_ip_parse4(p);
	case 6:
		return path_ip_parse6(p);
	default:
		return PATH_DROP_MALFORMED;
	}
}

/*
 * Fills in what a header's template (db/header.h) leaves open.  'total': bytes of the whole packet; 'number': its identification, which matters
 * only where fragments may be (RFC6864).
 */
static inline void path_ip_finish4(uint8_t *ip, uint32_t total, uint8_t tos, bool df, uint64_t number)
{
	uint32_t sum = path_ip_get16(ip + 10);
	uint16_t id = df ? 0 : (uint16_t)number;
	uint16_t frag = df ? PATH_IP4_DF : 0;

	ip[1] = tos;
	path_ip_put16(ip + 2, (uint16_t)total);
	path_ip_put16(ip + 4, id);
	path_ip_put16(ip + 6, frag);
	sum += tos + total + id + frag;
	path_ip_put16(ip + 10, (uint16_t)~path_ip_fold(sum));
}

static inline void path_ip_finish6(uint8_t *ip, uint32_t total, uint8_t tos)
{
	path_ip_put16(ip, (uint16_t)(0x6000 | tos << 4));
	path_ip_put16(ip + 4, (uint16_t)(total - PATH_IP6));
}

/* Writes the checksum of an IPv4 header of 'len' bytes. */
void path_ip_seal4(uint8_t *header, uint32_t len);

/* What selectors see of the packet: 'out' when it leaves this box through the SA. */
void path_ip_flow(const struct path_pkt *p, bool out, struct db_flow *f);

/* Whether the SA's selectors let the packet pass. */
static inline bool path_ip_selected(const struct path_pkt *p, const struct db_sa *sa, bool out)
{
	struct db_flow f;

	if ((sa->flags & (p->family == AF_INET6 ? DB_SA_ANY6 : DB_SA_ANY4)) != 0)
		return true;
	if (p->family == AF_INET && (sa->flags & DB_SA_PAIR4) != 0) {
		uint64_t src = db_key_v4(p->ip + 12).hi, dst = db_key_v4(p->ip + 16).hi;

		return db_ts_match4(sa->ts, out ? src : dst, out ? dst : src, p->proto);
	}
	path_ip_flow(p, out, &f);
	return db_ts_match(sa->ts, sa->ts_count, &f);
}

/* DF of the packet around 'p', by 'how' (enum dp_df); one that is to be cut afterwards hasn't it. */
static inline bool path_ip_outer_df(const struct path_pkt *p, uint8_t how)
{
	if ((p->flags & PATH_F_POST_FRAG) != 0 || how == DP_DF_CLEAR)
		return false;
	if (how == DP_DF_SET || p->family == AF_INET6)
		return true;
	return (path_ip_get16(p->ip + 6) & PATH_IP4_DF) != 0;
}

/* Takes one from the time to live; false: it is used up. */
static inline bool path_ip_take_ttl(const struct path_pkt *p)
{
	uint8_t *ttl = p->ip + (p->family == AF_INET6 ? 7 : 8);

	if (*ttl <= 1)
		return false;
	(*ttl)--;
	if (p->family == AF_INET) { /* RFC1624: the checksum grows by what the word lost, 0x0100 */
		uint32_t sum = (uint32_t)path_ip_get16(p->ip + 10) + 0x0100;

		path_ip_put16(p->ip + 10, (uint16_t)(sum + (sum >> 16)));
	}
	return true;
}

/* Sets another traffic class, checksum included. */
void path_ip_set_tos(uint8_t *ip, uint8_t family, uint8_t tos);

/* Sets the inner congestion bits from those of the outer header (RFC6040-4.2); false: the packet must be dropped. */
bool path_ip_decap_ecn(const struct path_pkt *p, uint8_t outer_tos);

/* What addresses alone say of a packet. */
enum path_scope {
	PATH_SCOPE_ROUTED,
	PATH_SCOPE_NEAR,   /* multicast, broadcast, link-local: never forwarded, the host's if anybody's */
	PATH_SCOPE_MARTIAN /* source or destination can't be on a wire */
};
enum path_scope path_ip_scope_of(const struct path_pkt *p);

/* From the first octet on: neither 0 nor 127, nor 224 and above. */
static inline bool path_ip_unicast4(uint32_t a)
{
	return (a >> 24) - 1 < 223 && a >> 24 != 127;
}

/* The same, that of ordinary IPv4 packets at once. */
static inline enum path_scope path_ip_scope(const struct path_pkt *p)
{
	if (p->family == AF_INET && path_ip_unicast4(path_ip_get32(p->ip + 12)) && path_ip_unicast4(path_ip_get32(p->ip + 16)) &&
		path_ip_get16(p->ip + 16) != 0xa9fe)
		return PATH_SCOPE_ROUTED;
	return path_ip_scope_of(p);
}

#ifdef __cplusplus
}
#endif
#endif
