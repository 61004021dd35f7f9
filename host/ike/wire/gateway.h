#ifndef IKE_GATEWAY_H
#define IKE_GATEWAY_H

#include "base/addr.h"
#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A gateway as REDIRECT and REDIRECTED_FROM name it, RFC5685-8.2: by an address, or by a name. */
struct ike_gateway {
	struct addr addr;  /* family 0: by name */
	struct bytes name; /* FQDN, borrowed; empty with an address */
};

enum { IKE_GATEWAY_MAX = 2 + UINT8_MAX }; /* bytes on the wire, without the nonce that may follow */

/* Reads one and leaves what follows in 'r'.  ERR_MALFORMED for an unknown type, another length or a name that is none. */
MUST_USE enum err ike_gateway_parse(struct rd *r, struct ike_gateway *out);
void ike_gateway_build(struct wr *w, const struct ike_gateway *g);

static inline struct ike_gateway ike_gateway_of(const struct addr *a)
{
	struct ike_gateway g;

	g.addr = *a;
	g.name = bytes_of(NULL, 0);
	return g;
}

#ifdef __cplusplus
}
#endif
#endif
