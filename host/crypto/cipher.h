#ifndef CRYPTO_CIPHER_H
#define CRYPTO_CIPHER_H

#include "crypto/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One text to be encrypted or decrypted where it stands. */
struct crypto_text {
	struct bytes iv;  /* explicit, alg->iv_len bytes */
	struct bytes aad; /* AEAD alone */
	uint8_t *text;
	size_t len;   /* a multiple of alg->block_len; padding is the caller's */
	uint8_t *icv; /* AEAD alone: alg->icv_len bytes, written by seal and read by open */
};

/*
 * 'alg' is a row of CRYPTO_ENCR and 'key' its alg->key_len bytes, an AEAD's salt last (RFC5282-7.1, RFC7634-2).
 * ERR_RANGE for a wrong length of key, IV or text; ERR_UNSUPPORTED for NULL, and what the library lacks.
 */
MUST_USE enum err crypto_cipher_seal(struct crypto *c, const struct crypto_alg *alg, struct bytes key, const struct crypto_text *t);

/* ERR_AUTH when the AEAD's ICV is wrong: the text is then wiped. */
MUST_USE enum err crypto_cipher_open(struct crypto *c, const struct crypto_alg *alg, struct bytes key, const struct crypto_text *t);

#ifdef __cplusplus
}
#endif
#endif
