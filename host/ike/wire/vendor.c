/* Vendor ID payload, RFC7296-3.12: any may come, any number of times; those that aren't known are ignored. */
#include "ike/wire/vendor.h"

#include <assert.h>

static const char *const bodies[IKE_VENDOR_COUNT] = {
#define BODY(name, body) [IKE_VENDOR_##name] = (body),
	IKE_VENDOR_LIST(BODY)
#undef BODY
};

struct bytes ike_vendor_body(enum ike_vendor vendor)
{
	assert(vendor > IKE_VENDOR_UNKNOWN && vendor < IKE_VENDOR_COUNT);
	return bytes_str(bodies[vendor]);
}

enum ike_vendor ike_vendor_find(struct bytes body)
{
	for (unsigned v = IKE_VENDOR_UNKNOWN + 1; v < IKE_VENDOR_COUNT; v++)
		if (bytes_eq(body, bytes_str(bodies[v])))
			return (enum ike_vendor)v;
	return IKE_VENDOR_UNKNOWN;
}

void ike_vendor_build(struct wr *w, enum ike_vendor vendor)
{
	wr_bytes(w, ike_vendor_body(vendor));
}
