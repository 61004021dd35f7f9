#ifndef IKE_VENDOR_H
#define IKE_VENDOR_H

#include "base/bytes.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Vendor ids that mean something to Nave, RFC7296-3.12: name and the text that is the payload's body. */
#define IKE_VENDOR_LIST(X) X(FLEXVPN, "FLEXVPN-SUPPORTED")

enum ike_vendor {
	IKE_VENDOR_UNKNOWN,
#define IKE_VENDOR_ENUM(name, body) IKE_VENDOR_##name,
	IKE_VENDOR_LIST(IKE_VENDOR_ENUM)
#undef IKE_VENDOR_ENUM
		IKE_VENDOR_COUNT
};

/* Which vendor id 'body' is. */
enum ike_vendor ike_vendor_find(struct bytes body);

/* The body of a known vendor id. */
struct bytes ike_vendor_body(enum ike_vendor vendor);

void ike_vendor_build(struct wr *w, enum ike_vendor vendor);

#ifdef __cplusplus
}
#endif
#endif
