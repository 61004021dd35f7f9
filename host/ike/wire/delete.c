/* Delete payload, RFC7296-3.11. */
#include "ike/wire/delete.h"

#include <assert.h>

#include "ike/wire/iana.h"

enum { SPI_LEN = 4 }; /* of ESP and AH */

enum err ike_delete_parse(struct rd *r, struct ike_delete *out)
{
	uint8_t spi_len;

	out->protocol = rd_u8(r);
	spi_len = rd_u8(r);
	out->count = rd_u16(r);
	out->spis = rd_rest(r);
	if (r->err != ERR_OK)
		return r->err;
	switch (out->protocol) {
	case IKE_PROTO_IKE:
		if (spi_len != 0 || out->count != 0 || out->spis.len != 0)
			rd_fail(r, ERR_MALFORMED);
		break;
	case IKE_PROTO_AH:
	case IKE_PROTO_ESP:
		if (spi_len != SPI_LEN || out->spis.len != (size_t)out->count * SPI_LEN)
			rd_fail(r, ERR_MALFORMED);
		break;
	default:
		rd_fail(r, ERR_UNSUPPORTED);
		break;
	}
	return rd_done(r);
}

uint32_t ike_delete_spi(const struct ike_delete *d, unsigned index)
{
	struct rd r = rd_of(d->spis);

	assert(index < d->count);
	(void)rd_bytes(&r, (size_t)index * SPI_LEN);
	return rd_u32(&r);
}

void ike_delete_build_ike(struct wr *w)
{
	wr_u8(w, IKE_PROTO_IKE);
	wr_u8(w, 0);
	wr_u16(w, 0);
}

void ike_delete_build_esp(struct wr *w, const uint32_t *spis, uint16_t count)
{
	wr_u8(w, IKE_PROTO_ESP);
	wr_u8(w, SPI_LEN);
	wr_u16(w, count);
	for (unsigned i = 0; i < count; i++)
		wr_u32(w, spis[i]);
}
