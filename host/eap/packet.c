#include "eap/packet.h"

enum { LENGTH_AT = 2 };

static bool has_type(uint8_t code)
{
	return code == EAP_REQUEST || code == EAP_RESPONSE;
}

enum err eap_packet_parse(struct bytes in, struct eap_packet *out)
{
	struct rd all = rd_of(in), r;
	uint8_t code = rd_u8(&all), id = rd_u8(&all);
	uint16_t len = rd_u16(&all);

	if (all.err == ERR_OK && (len < EAP_HEADER_LEN || code < EAP_REQUEST || code > EAP_FAILURE))
		return ERR_MALFORMED;
	r = rd_sub(&all, (size_t)len - EAP_HEADER_LEN);
	if (r.err != ERR_OK)
		return r.err;
	if (!has_type(code) && rd_left(&r) != 0)
		return ERR_MALFORMED;
	out->code = code;
	out->id = id;
	out->type = has_type(code) ? rd_u8(&r) : 0;
	out->data = rd_rest(&r);
	return rd_done(&r);
}

struct wr eap_packet_begin(uint8_t *buf, size_t cap, enum eap_code code, uint8_t id, uint8_t type)
{
	struct wr w = wr_of(buf, cap);

	wr_u8(&w, (uint8_t)code);
	wr_u8(&w, id);
	wr_u16(&w, 0);
	if (has_type((uint8_t)code))
		wr_u8(&w, type);
	return w;
}

enum err eap_packet_end(struct wr *w)
{
	if (w->err == ERR_OK)
		wr_patch_u16(w, LENGTH_AT, (uint16_t)w->len);
	return wr_done(w);
}

bool eap_packet_is_long(struct bytes in)
{
	struct eap_packet p;

	if (eap_packet_parse(in, &p) != ERR_OK || p.type != EAP_TYPE_TLS || p.data.len == 0)
		return false;
	return p.data.len > 1 || p.code == EAP_REQUEST;
}

const char *eap_packet_type_str(uint8_t type)
{
	switch (type) {
#define EAP_TYPE_CASE(name, number, text) \
	case EAP_TYPE_##name:             \
		return text;
		EAP_TYPE_LIST(EAP_TYPE_CASE)
#undef EAP_TYPE_CASE
	default:
		return "unknown";
	}
}
