#ifndef IKE_AUTHDATA_H
#define IKE_AUTHDATA_H

#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Authentication payload body, RFC7296-3.8.  'data' borrows from the message. */
struct ike_authdata {
	uint8_t method; /* enum ike_auth_method */
	struct bytes data;
};

/* ERR_TRUNCATED; ERR_MALFORMED without data. */
MUST_USE enum err ike_authdata_parse(struct rd *r, struct ike_authdata *out);
void ike_authdata_build(struct wr *w, const struct ike_authdata *a);

#ifdef __cplusplus
}
#endif
#endif
