#ifndef CRYPTO_INTEG_H
#define CRYPTO_INTEG_H

#include "crypto/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The truncated HMAC of 'in': alg->icv_len bytes to 'out'.  'alg' is a row of CRYPTO_INTEG, 'key' has alg->key_len bytes. */
MUST_USE enum err crypto_integ_sum(struct crypto *c, const struct crypto_alg *alg, struct bytes key, struct bytes in, uint8_t *out);

/* Compares in constant time; ERR_AUTH when 'icv' isn't that of 'in'. */
MUST_USE enum err crypto_integ_check(struct crypto *c, const struct crypto_alg *alg, struct bytes key, struct bytes in, struct bytes icv);

#ifdef __cplusplus
}
#endif
#endif
