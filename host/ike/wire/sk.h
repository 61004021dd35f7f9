#ifndef IKE_SK_H
#define IKE_SK_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "ike/wire/frag.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How a suite lays out SK, RFC7296-3.14; RFC5282-3 for combined modes.  All in bytes. */
struct ike_sk_shape {
	uint8_t iv_len;
	uint8_t block_len; /* the text is a multiple of it; 1 (or 0) when the cipher needs no alignment */
	uint8_t icv_len;
};

/* The parts of a received SK or SKF.  All borrow from the datagram. */
struct ike_sk {
	struct bytes aad;     /* associated data of a combined mode: up to the IV, RFC5282-5.1, RFC7383-2.5 */
	struct bytes covered; /* what a separate integrity algorithm covers: all but the ICV, RFC7296-3.14 */
	struct bytes iv;
	struct bytes text; /* encrypted payloads, padding and pad length */
	struct bytes icv;
	struct ike_frag frag; /* 1 of 1 for SK */
};

/* The same of a message being built, for the crypto step to fill in place. */
struct ike_sk_room {
	struct bytes aad;
	struct bytes covered; /* valid once 'text' is encrypted */
	uint8_t *iv;
	uint8_t *text; /* plaintext with padding, to be encrypted where it stands */
	uint8_t *icv;
	size_t text_len;
};

/*
 * Takes the SK or SKF of 'msg' apart.  ERR_STATE when there is none, ERR_TRUNCATED when it is too short for 'shape',
 * ERR_MALFORMED for a text that isn't a multiple of the block or bad fragment numbers.
 */
MUST_USE enum err ike_sk_parse(const struct ike_msg *msg, const struct ike_sk_shape *shape, struct ike_sk *out);

/* Drops padding and pad length from decrypted 'text'; padding may hold anything.  ERR_MALFORMED when it can't be. */
MUST_USE enum err ike_sk_unpad(struct bytes text, struct bytes *out);

/* Bytes of padding, without the pad length, that 'len' bytes of payloads need: 0..block_len - 1. */
size_t ike_sk_pad(const struct ike_sk_shape *shape, size_t len);

#ifdef __cplusplus
}
#endif
#endif
