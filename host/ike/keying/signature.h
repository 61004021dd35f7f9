#ifndef IKE_SIGNATURE_H
#define IKE_SIGNATURE_H

#include "base/wr.h"
#include "crypto/algid.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * AUTH by signature: what goes into the payload and what is in it, for a world that answers the engine's questions.  Pure but for
 * 'c': may run on a crypto worker.
 */

enum { IKE_SIGNATURE_MAX = 1 + CRYPTO_ALGID_MAX + CRYPTO_SIGNATURE_MAX }; /* bytes of AUTH's data */

/*
 * Signs 'octets'.  A peer that told 'hashes' (struct ike_text) gets a digital signature (RFC7427), by a hash that it knows; one that told none
 * a classic one: RSA with SHA-1 (RFC7296-3.8), ECDSA by curve (RFC4754).  ERR_UNSUPPORTED: the key has none that the peer knows.
 */
MUST_USE enum err ike_signature_make(
	struct crypto *c, const struct crypto_key *key, uint16_t hashes, struct bytes octets, uint8_t *method, struct wr *out);

/* Whether 'auth', of 'method', is the signature of 'octets'.  ERR_AUTH if not; ERR_UNSUPPORTED, or what crypto_algid_split says. */
MUST_USE enum err ike_signature_check(
	struct crypto *c, const struct crypto_key *key, uint8_t method, struct bytes auth, struct bytes octets);

#ifdef __cplusplus
}
#endif
#endif
