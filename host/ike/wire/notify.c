/*
 * Notify payload, RFC7296-3.10: errors and capabilities.  The meaning of a notify is the exchange's; here it is only
 * made sure that the data of a type that Nave acts on has a length it can have.
 */
#include "ike/wire/notify.h"

/* Types whose data has a fixed or bounded length, in bytes; others may carry anything. */
static const struct {
	uint16_t type;
	uint16_t min;
	uint16_t max;
} data_lens[] = {
	{ IKE_N_UNSUPPORTED_CRITICAL_PAYLOAD, 1, 1 },                                /* RFC7296-2.5 */
	{ IKE_N_INVALID_KE_PAYLOAD, 2, 2 },                                          /* RFC7296-1.3 */
	{ IKE_N_SET_WINDOW_SIZE, 4, 4 },                                             /* RFC7296-2.3 */
	{ IKE_N_NAT_DETECTION_SOURCE_IP, IKE_NOTIFY_NAT_HASH, IKE_NOTIFY_NAT_HASH }, /* RFC7296-2.23 */
	{ IKE_N_NAT_DETECTION_DESTINATION_IP, IKE_NOTIFY_NAT_HASH, IKE_NOTIFY_NAT_HASH },
	{ IKE_N_COOKIE, 1, IKE_NOTIFY_COOKIE_MAX },                              /* RFC7296-2.6 */
	{ IKE_N_COOKIE2, 8, IKE_NOTIFY_COOKIE_MAX },                             /* RFC4555-4.2.5 */
	{ IKE_N_ADDITIONAL_IP4_ADDRESS, 4, 4 },                                  /* RFC4555-4.2.2 */
	{ IKE_N_ADDITIONAL_IP6_ADDRESS, 16, 16 }, { IKE_N_AUTH_LIFETIME, 4, 4 }, /* RFC4478-3 */
};

static bool data_len_ok(uint16_t type, size_t len)
{
	for (size_t i = 0; i < sizeof(data_lens) / sizeof(data_lens[0]); i++)
		if (data_lens[i].type == type)
			return len >= data_lens[i].min && len <= data_lens[i].max;
	return true;
}

static uint64_t read_spi(struct rd *r, uint8_t len)
{
	switch (len) {
	case 0:
		return 0;
	case sizeof(uint32_t):
		return rd_u32(r);
	case sizeof(uint64_t):
		return rd_u64(r);
	default:
		rd_fail(r, ERR_MALFORMED);
		return 0;
	}
}

enum err ike_notify_parse(struct rd *r, struct ike_notify *out)
{
	out->protocol = rd_u8(r);
	out->spi_len = rd_u8(r);
	out->type = rd_u16(r);
	out->spi = read_spi(r, out->spi_len);
	out->data = rd_rest(r);
	if (!data_len_ok(out->type, out->data.len))
		rd_fail(r, ERR_MALFORMED);
	return rd_done(r);
}

void ike_notify_build(struct wr *w, const struct ike_notify *n)
{
	wr_u8(w, n->protocol);
	wr_u8(w, n->spi_len);
	wr_u16(w, n->type);
	if (n->spi_len == sizeof(uint32_t))
		wr_u32(w, (uint32_t)n->spi);
	else if (n->spi_len == sizeof(uint64_t))
		wr_u64(w, n->spi);
	else if (n->spi_len != 0)
		wr_fail(w, ERR_RANGE);
	wr_bytes(w, n->data);
}

void ike_notify_build_plain(struct wr *w, uint16_t type, struct bytes data)
{
	struct ike_notify n = { .protocol = IKE_PROTO_NONE, .type = type, .data = data };

	ike_notify_build(w, &n);
}

void ike_notify_build_esp(struct wr *w, uint16_t type, uint32_t spi)
{
	struct ike_notify n = { .protocol = IKE_PROTO_ESP, .spi_len = sizeof(spi), .type = type, .spi = spi };

	ike_notify_build(w, &n);
}

void ike_notify_build_group(struct wr *w, uint16_t group)
{
	uint8_t data[2] = { (uint8_t)(group >> 8), (uint8_t)group };

	ike_notify_build_plain(w, IKE_N_INVALID_KE_PAYLOAD, bytes_of(data, sizeof(data)));
}

uint16_t ike_notify_group(const struct ike_notify *n)
{
	struct rd r = rd_of(n->data);

	return rd_u16(&r);
}
