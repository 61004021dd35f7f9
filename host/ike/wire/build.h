#ifndef IKE_BUILD_H
#define IKE_BUILD_H

#include "base/wr.h"
#include "ike/wire/hdr.h"
#include "ike/wire/iana.h"
#include "ike/wire/sk.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A message under construction, in a buffer of the caller's.  Opening a payload names it in the one before and
 * closes that; errors stick to 'w' and show at the end.
 *
 *	ike_build_begin(&b, buf, sizeof(buf), &hdr);
 *	ike_ke_build(ike_build_payload(&b, IKE_P_KE), &ke);
 *	ike_nonce_build(ike_build_payload(&b, IKE_P_NONCE), nonce);
 *	err = ike_build_finish(&b, &datagram);
 *
 * A protected one has ike_build_sk_begin before its payloads, and after them ike_build_sk_end and the encryption.
 */
struct ike_build {
	struct wr w;
	size_t next_at; /* offset of the field that names the next payload */
	size_t open_at; /* offset of the open payload's length field; 0: none is open */
	size_t sk_at;   /* that of SK or SKF; 0: in clear */
	size_t iv_at;   /* offset of SK's IV */
	struct ike_sk_shape shape;
};

/* Writes the header; its 'next' and 'length' are filled in later. */
void ike_build_begin(struct ike_build *b, void *buf, size_t cap, const struct ike_hdr *hdr);

/* Opens a payload of 'type' (not critical: RFC7296-3.2) and returns the cursor that its body is written with. */
struct wr *ike_build_payload(struct ike_build *b, uint8_t type);

/* Opens SK: all payloads from here on stand inside. */
void ike_build_sk_begin(struct ike_build *b, const struct ike_sk_shape *shape);

/* Opens SK for a chain of payloads that is written as raw bytes to the cursor; 'first' is the type of the first. */
struct wr *ike_build_sk_raw(struct ike_build *b, const struct ike_sk_shape *shape, uint8_t first);

/*
 * Opens SKF.  The returned cursor takes this fragment's piece of the payload chain as raw bytes.  'first' is the type
 * of the chain's first payload in fragment 1 and 0 in the others (RFC7383-2.5).
 */
struct wr *ike_build_skf_begin(struct ike_build *b, const struct ike_sk_shape *shape, uint8_t first, const struct ike_frag *frag);

/* Pads, reserves the ICV, sets all lengths, and says where the crypto step works. */
MUST_USE enum err ike_build_sk_end(struct ike_build *b, struct ike_sk_room *out);

/* Sets the lengths of a message in clear; 'out' is the datagram and borrows the buffer.  After sk_end it only gives 'out'. */
MUST_USE enum err ike_build_finish(struct ike_build *b, struct bytes *out);

#ifdef __cplusplus
}
#endif
#endif
