#ifndef CRYPTO_LEGACY_H
#define CRYPTO_LEGACY_H

#include "crypto/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Broken algorithms that EAP methods of the past are made of (RFC2759, RFC3748-5.4).  Nothing new may call them: what they protect is
 * protected by IKE.
 */

enum { CRYPTO_MD4_LEN = 16, CRYPTO_MD5_LEN = 16, CRYPTO_DES_KEY_LEN = 7, CRYPTO_DES_LEN = 8 };

/* RFC1320. */
void crypto_legacy_md4(struct bytes in, uint8_t out[CRYPTO_MD4_LEN]);

/* RFC1321. */
MUST_USE enum err crypto_legacy_md5(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_MD5_LEN]);

/* One block of DES with a key of 56 bits, to which the parity bits are added here. */
MUST_USE enum err crypto_legacy_des(const uint8_t key[CRYPTO_DES_KEY_LEN], const uint8_t in[CRYPTO_DES_LEN], uint8_t out[CRYPTO_DES_LEN]);

#ifdef __cplusplus
}
#endif
#endif
