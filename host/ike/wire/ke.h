#ifndef IKE_KE_H
#define IKE_KE_H

#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Key Exchange payload body, RFC7296-3.4.  'data' borrows from the message. */
struct ike_ke {
	uint16_t group; /* enum crypto_group */
	struct bytes data;
};

/* ERR_TRUNCATED; ERR_MALFORMED for an empty public value.  Its length is checked by who knows the group. */
MUST_USE enum err ike_ke_parse(struct rd *r, struct ike_ke *out);
void ike_ke_build(struct wr *w, const struct ike_ke *ke);

#ifdef __cplusplus
}
#endif
#endif
