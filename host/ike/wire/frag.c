/* The header form of the Encrypted and Authenticated Fragment payload, RFC7383-2.5. */
#include "ike/wire/frag.h"

enum err ike_frag_parse(struct rd *r, struct ike_frag *out)
{
	out->number = rd_u16(r);
	out->total = rd_u16(r);
	if (out->number == 0 || out->number > out->total)
		rd_fail(r, ERR_MALFORMED);
	return r->err;
}

void ike_frag_build(struct wr *w, const struct ike_frag *f)
{
	wr_u16(w, f->number);
	wr_u16(w, f->total);
}
