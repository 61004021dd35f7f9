#ifndef CRYPTO_SIGN_H
#define CRYPTO_SIGN_H

#include "crypto/crypto.h"
#include "crypto/iana.h"
#include "crypto/key.h"

#ifdef __cplusplus
extern "C" {
#endif

/* RSASSA-PKCS1-v1_5 and RSASSA-PSS (RFC8017; MGF1 with the same hash), ECDSA, Ed25519 (RFC8032). */
enum crypto_sign_kind { CRYPTO_SIGN_RSA, CRYPTO_SIGN_RSA_PSS, CRYPTO_SIGN_ECDSA, CRYPTO_SIGN_ED25519 };

/* How a signature is made. */
struct crypto_scheme {
	enum crypto_sign_kind kind;
	enum crypto_hash hash; /* IDENTITY with Ed25519 */
	uint16_t salt_len;     /* PSS: bytes */
	bool raw;              /* ECDSA: r and s one after the other (RFC4754-7), else as DER */
};

enum { CRYPTO_SIGNATURE_MAX = CRYPTO_KEY_RSA_MAX / 8 }; /* bytes of any signature */

/* Whether 'key' can sign so. */
bool crypto_sign_fits(const struct crypto_key *key, const struct crypto_scheme *scheme);

/* Signs 'text'; 'out' holds CRYPTO_SIGNATURE_MAX bytes and '*len' gets those used.  ERR_UNSUPPORTED if it doesn't fit. */
MUST_USE enum err crypto_sign_make(
	struct crypto *c, const struct crypto_key *key, const struct crypto_scheme *scheme, struct bytes text, uint8_t *out, size_t *len);

/* ERR_AUTH: 'signature' isn't that of 'text', or isn't one at all; ERR_UNSUPPORTED: the key can't have made it. */
MUST_USE enum err crypto_sign_check(
	struct crypto *c, const struct crypto_key *key, const struct crypto_scheme *scheme, struct bytes text, struct bytes signature);

#ifdef __cplusplus
}
#endif
#endif
