/* Authentication payload, RFC7296-3.8.  Computing and verifying the data is the IKE_AUTH exchange's. */
#include "ike/wire/authdata.h"

enum err ike_authdata_parse(struct rd *r, struct ike_authdata *out)
{
	out->method = rd_u8(r);
	(void)rd_bytes(r, 3); /* RESERVED: ignored on receipt */
	out->data = rd_rest(r);
	if (out->data.len == 0)
		rd_fail(r, ERR_MALFORMED);
	return rd_done(r);
}

void ike_authdata_build(struct wr *w, const struct ike_authdata *a)
{
	wr_u8(w, a->method);
	wr_zero(w, 3); /* RESERVED */
	wr_bytes(w, a->data);
}
