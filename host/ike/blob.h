#ifndef IKE_BLOB_H
#define IKE_BLOB_H

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Owned octets: a message or an identity kept beyond its datagram.  All-zero is empty. */
struct ike_blob {
	uint8_t *data;
	size_t len;
};

/* Makes 'b' a copy of 'from'; what it held is dropped.  'b' is unchanged on ERR_NOMEM. */
MUST_USE enum err ike_blob_set(struct ike_blob *b, struct bytes from);

/* Wipes and frees. */
void ike_blob_drop(struct ike_blob *b);

static inline struct bytes ike_blob_view(const struct ike_blob *b)
{
	return bytes_of(b->data, b->len);
}

#ifdef __cplusplus
}
#endif
#endif
