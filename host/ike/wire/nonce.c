/* Nonce payload, RFC7296-3.9. */
#include "ike/wire/nonce.h"

enum err ike_nonce_parse(struct rd *r, struct bytes *out)
{
	*out = rd_rest(r);
	if (out->len < IKE_NONCE_MIN || out->len > IKE_NONCE_MAX)
		rd_fail(r, ERR_RANGE);
	return rd_done(r);
}

void ike_nonce_build(struct wr *w, struct bytes nonce)
{
	if (nonce.len < IKE_NONCE_MIN || nonce.len > IKE_NONCE_MAX)
		wr_fail(w, ERR_RANGE);
	wr_bytes(w, nonce);
}
