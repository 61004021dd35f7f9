#ifndef EAP_MSCHAP_H
#define EAP_MSCHAP_H

#include "base/secret.h"
#include "crypto/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The arithmetic of MS-CHAPv2, RFC2759-8, and of the keys that come of it, RFC3079-3. */

enum {
	EAP_MSCHAP_CHALLENGE = 16,
	EAP_MSCHAP_HASH = 16,
	EAP_MSCHAP_RESPONSE = 24,
	EAP_MSCHAP_PROOF = 20,        /* the authenticator's response, as octets */
	EAP_MSCHAP_PASSWORD_MAX = 256 /* characters */
};

/* All that a response depends on but for the password.  'user' has no domain (RFC2759-4). */
struct eap_mschap_exchange {
	struct bytes authenticator; /* challenges of EAP_MSCHAP_CHALLENGE octets */
	struct bytes peer;
	struct bytes user;
};

/* The hash that stands for the password, which is UTF-8.  ERR_MALFORMED if it isn't, ERR_RANGE beyond EAP_MSCHAP_PASSWORD_MAX. */
MUST_USE enum err eap_mschap_hash(struct bytes password, struct secret *out);

/* NT-Response. */
MUST_USE enum err eap_mschap_response(
	struct crypto *c, const struct eap_mschap_exchange *x, const struct secret *hash, uint8_t out[EAP_MSCHAP_RESPONSE]);

/* What the authenticator proves by that it knows the password, too. */
MUST_USE enum err eap_mschap_proof(struct crypto *c, const struct eap_mschap_exchange *x, const struct secret *hash,
	const uint8_t response[EAP_MSCHAP_RESPONSE], uint8_t out[EAP_MSCHAP_PROOF]);

/* MSK of EAP_MSK_LEN octets: the server's receive key, its send key, zeroes. */
MUST_USE enum err eap_mschap_msk(
	struct crypto *c, const struct secret *hash, const uint8_t response[EAP_MSCHAP_RESPONSE], struct secret *out);

#ifdef __cplusplus
}
#endif
#endif
