/* Templates of the headers that the path copies in front of packets.  Main lcore. */
#include "db/header.h"

#include <sys/socket.h>

enum { OUTER_TTL = 64, IPV4_HEADER = 20, IPV4_CHECKSUM = 10 };

/* One's complement sum of 16-bit words. */
static uint16_t partial_sum(const uint8_t *b, size_t len)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < len; i += 2)
		sum += (uint32_t)b[i] << 8 | b[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

void db_header_ip(struct wr *w, const struct addr *local, const struct addr *remote, uint8_t proto)
{
	size_t at = w->len;

	if (local->family == AF_INET6) {
		wr_u32(w, UINT32_C(6) << 28);
		wr_u16(w, 0);
		wr_u8(w, proto);
		wr_u8(w, OUTER_TTL);
	} else {
		wr_u8(w, 0x45);
		wr_zero(w, 7);
		wr_u8(w, OUTER_TTL);
		wr_u8(w, proto);
		wr_u16(w, 0);
	}
	wr_bytes(w, addr_bytes(local));
	wr_bytes(w, addr_bytes(remote));
	if (local->family == AF_INET && w->err == ERR_OK)
		wr_patch_u16(w, at + IPV4_CHECKSUM, partial_sum(w->buf + at, IPV4_HEADER));
}
