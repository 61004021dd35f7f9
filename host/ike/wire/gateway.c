/* The identity of a gateway in notifies about redirection, RFC5685-8.2, -8.3. */
#include "ike/wire/gateway.h"

enum gateway_type { GATEWAY_IP4 = 1, GATEWAY_IP6 = 2, GATEWAY_FQDN = 3 };

static bool is_name(struct bytes b)
{
	for (size_t i = 0; i < b.len; i++)
		if (b.data[i] <= ' ' || b.data[i] > '~')
			return false;
	return b.len != 0;
}

enum err ike_gateway_parse(struct rd *r, struct ike_gateway *out)
{
	uint8_t type = rd_u8(r);
	struct bytes id = rd_bytes(r, rd_u8(r));
	bool address = (type == GATEWAY_IP4 && id.len == 4) || (type == GATEWAY_IP6 && id.len == 16);

	out->addr = addr_of(bytes_of(address ? id.data : NULL, address ? id.len : 0));
	out->name = address ? bytes_of(NULL, 0) : id;
	if (!address && (type != GATEWAY_FQDN || !is_name(id)))
		rd_fail(r, ERR_MALFORMED);
	return r->err;
}

void ike_gateway_build(struct wr *w, const struct ike_gateway *g)
{
	struct bytes id = g->addr.family != 0 ? addr_bytes(&g->addr) : g->name;

	if (id.len == 0 || id.len > UINT8_MAX)
		wr_fail(w, ERR_RANGE);
	wr_u8(w, g->addr.family == AF_INET ? GATEWAY_IP4 : g->addr.family == AF_INET6 ? GATEWAY_IP6 : GATEWAY_FQDN);
	wr_u8(w, (uint8_t)id.len);
	wr_bytes(w, id);
}
