/* EAP payload, RFC7296-3.16: only the header is read here; the methods are eap's, and so is the packet to send. */
#include "ike/wire/eap.h"

enum { HEADER_LEN = 4 };

enum err ike_eap_parse(struct rd *r, struct ike_eap *out)
{
	struct rd header = *r;
	uint16_t len;

	out->packet = rd_rest(r);
	out->code = rd_u8(&header);
	out->identifier = rd_u8(&header);
	len = rd_u16(&header);
	out->type = 0;
	if (header.err == ERR_OK && len != out->packet.len)
		rd_fail(&header, ERR_MALFORMED);
	switch (out->code) {
	case IKE_EAP_REQUEST:
	case IKE_EAP_RESPONSE:
		out->type = rd_u8(&header);
		break;
	case IKE_EAP_SUCCESS:
	case IKE_EAP_FAILURE:
		if (len != HEADER_LEN)
			rd_fail(&header, ERR_MALFORMED);
		break;
	default:
		rd_fail(&header, ERR_MALFORMED);
		break;
	}
	return header.err;
}
