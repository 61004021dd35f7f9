/* Key Exchange payload, RFC7296-3.4. */
#include "ike/wire/ke.h"

enum err ike_ke_parse(struct rd *r, struct ike_ke *out)
{
	out->group = rd_u16(r);
	(void)rd_u16(r); /* RESERVED: ignored on receipt */
	out->data = rd_rest(r);
	if (out->data.len == 0)
		rd_fail(r, ERR_MALFORMED);
	return rd_done(r);
}

void ike_ke_build(struct wr *w, const struct ike_ke *ke)
{
	wr_u16(w, ke->group);
	wr_u16(w, 0); /* RESERVED */
	wr_bytes(w, ke->data);
}
