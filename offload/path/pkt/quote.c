/* What ICMP errors quote.  Untrusted: anybody may send one.  Main lcore. */
#include "path/pkt/quote.h"

#include <netinet/in.h>

#include "base/rd.h"
#include "db/gre.h"

enum { UNREACHABLE = 3, FRAGMENTATION_NEEDED = 4, TOO_BIG = 2, CHECKSUM_LEN = 2 };
enum { IP4_HEADER = 20, IP4_BEFORE_PROTO = 9, IP6_BEFORE_NEXT = 6 };

/* The header of the quoted packet, up to what it carries; returns the protocol of that. */
static uint8_t read_ip4(struct rd *r, struct db_pmtu_word *out)
{
	uint8_t first = rd_u8(r);
	uint32_t len = (first & 15U) * 4U;
	uint8_t proto;

	if (first >> 4 != 4 || len < IP4_HEADER)
		rd_fail(r, ERR_MALFORMED);
	(void)rd_bytes(r, IP4_BEFORE_PROTO - 1);
	proto = rd_u8(r);
	(void)rd_bytes(r, CHECKSUM_LEN);
	out->local = addr_of(rd_bytes(r, 4));
	out->remote = addr_of(rd_bytes(r, 4));
	(void)rd_bytes(r, len - IP4_HEADER);
	return proto;
}

static uint8_t read_ip6(struct rd *r, struct db_pmtu_word *out)
{
	uint8_t proto;

	if (rd_u8(r) >> 4 != 6)
		rd_fail(r, ERR_MALFORMED);
	(void)rd_bytes(r, IP6_BEFORE_NEXT - 1);
	proto = rd_u8(r);
	(void)rd_u8(r); /* hop limit */
	out->local = addr_of(rd_bytes(r, 16));
	out->remote = addr_of(rd_bytes(r, 16));
	return proto;
}

/* As ours is: without a checksum, of version 0 (RFC2784-2.1, RFC2890-2); false: it isn't. */
static bool read_gre(struct rd *r, struct db_pmtu_word *out)
{
	uint16_t flags = rd_u16(r);

	(void)rd_u16(r); /* type */
	out->spi = 0;
	out->has_key = flags == DB_GRE_KEY;
	out->key = out->has_key ? rd_u32(r) : 0;
	return r->err == ERR_OK && (flags == 0 || out->has_key);
}

bool path_quote_parse(int family, struct bytes icmp, struct db_pmtu_word *out)
{
	struct rd r = rd_of(icmp);
	uint8_t type = rd_u8(&r), code = rd_u8(&r), proto;

	(void)rd_bytes(&r, CHECKSUM_LEN);
	if (family == AF_INET6) {
		out->mtu = rd_u32(&r);
		proto = type == TOO_BIG ? read_ip6(&r, out) : 0;
	} else {
		(void)rd_u16(&r);
		out->mtu = rd_u16(&r);
		proto = type == UNREACHABLE && code == FRAGMENTATION_NEEDED ? read_ip4(&r, out) : 0;
	}
	if (proto == DB_GRE_PROTO)
		return read_gre(&r, out);
	if (proto == IPPROTO_UDP) {
		(void)rd_u16(&r);
		(void)rd_u16(&r);
		(void)rd_u32(&r);
	} else if (proto != IPPROTO_ESP) {
		return false;
	}
	out->spi = rd_u32(&r);
	out->key = 0;
	out->has_key = false;
	return r.err == ERR_OK && out->spi != 0; /* 0: IKE in UDP (RFC3948-2.2) */
}
