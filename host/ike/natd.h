#ifndef IKE_NATD_H
#define IKE_NATD_H

#include "ike/ports.h"
#include "ike/wire/build.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct crypto;

/* What NAT detection found, RFC7296-2.23. */
struct ike_natd {
	bool supported; /* the peer took part */
	bool local;     /* we are behind a NAT */
	bool remote;    /* the peer is */
};

/* Appends both NAT_DETECTION notifies for a message with these SPIs on 'path'.  'pretend': a source that matches nobody, so that the peer sees a NAT. */
MUST_USE enum err ike_natd_build(
	struct crypto *c, struct ike_build *b, const struct ike_hdr *spis, const struct ike_path *path, bool pretend);

/* Reads those of 'msg', which came by 'path'. */
MUST_USE enum err ike_natd_check(struct crypto *c, const struct ike_msg *msg, const struct ike_path *path, struct ike_natd *out);

#ifdef __cplusplus
}
#endif
#endif
