#ifndef CRYPTO_PRF_H
#define CRYPTO_PRF_H

#include "crypto/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A PRF with its key; the key is a view of somebody's secret. */
struct crypto_prf_key {
	const struct crypto_alg *alg; /* a row of CRYPTO_PRF */
	struct bytes key;             /* any length */
};

/* prf(key, in): key->alg->out_len bytes to 'out'. */
MUST_USE enum err crypto_prf_sum(struct crypto *c, const struct crypto_prf_key *key, struct crypto_parts in, uint8_t *out);

/* prf+(key, seed), RFC7296-2.13: 'len' bytes to 'out'; ERR_RANGE beyond 255 rounds; seed of at most 8 parts. */
MUST_USE enum err crypto_prf_plus(struct crypto *c, const struct crypto_prf_key *key, struct crypto_parts seed, uint8_t *out, size_t len);

#ifdef __cplusplus
}
#endif
#endif
