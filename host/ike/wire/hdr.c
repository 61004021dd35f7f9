/*
 * The fixed header of every IKE message, RFC7296-3.1.  Called for each datagram on the loop thread: by msg.c to parse
 * and by build.c to write.
 */
#include "ike/wire/hdr.h"

enum err ike_hdr_parse(struct rd *r, struct ike_hdr *out)
{
	size_t size = rd_left(r);

	out->spi_i = rd_u64(r);
	out->spi_r = rd_u64(r);
	out->next = rd_u8(r);
	out->version = rd_u8(r);
	out->exchange = rd_u8(r);
	out->flags = rd_u8(r);
	out->message_id = rd_u32(r);
	out->length = rd_u32(r);
	if (r->err != ERR_OK)
		return r->err;

	if (out->version >> 4 != IKE_VERSION_MAJOR)
		rd_fail(r, ERR_VERSION);
	else if (out->spi_i == 0 || out->length < IKE_HDR_LEN)
		rd_fail(r, ERR_MALFORMED);
	else if (out->length != size)
		rd_fail(r, out->length > size ? ERR_TRUNCATED : ERR_TRAILING);
	return r->err;
}

void ike_hdr_build(struct wr *w, const struct ike_hdr *h)
{
	wr_u64(w, h->spi_i);
	wr_u64(w, h->spi_r);
	wr_u8(w, h->next);
	wr_u8(w, h->version);
	wr_u8(w, h->exchange);
	wr_u8(w, h->flags);
	wr_u32(w, h->message_id);
	wr_u32(w, h->length);
}
