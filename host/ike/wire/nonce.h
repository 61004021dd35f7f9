#ifndef IKE_NONCE_H
#define IKE_NONCE_H

#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_NONCE_MIN = 16, IKE_NONCE_MAX = 256 }; /* RFC7296-3.9: bytes */

/* Nonce payload body, RFC7296-3.9.  'out' borrows from the message.  ERR_RANGE for a length out of bounds. */
MUST_USE enum err ike_nonce_parse(struct rd *r, struct bytes *out);
void ike_nonce_build(struct wr *w, struct bytes nonce);

#ifdef __cplusplus
}
#endif
#endif
