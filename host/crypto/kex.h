#ifndef CRYPTO_KEX_H
#define CRYPTO_KEX_H

#include "base/secret.h"
#include "crypto/crypto.h"
#include "crypto/rand.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One side of a Diffie-Hellman exchange.  All-zero is safe to fini. */
struct crypto_kex {
	const struct crypto_alg *group;
	struct secret key; /* private */
};

/* Makes a key pair of 'group'; the public value, group->pub_len bytes as KE carries it, goes to 'pub'. */
MUST_USE enum err crypto_kex_new(
	struct crypto *c, const struct crypto_rand *rand, const struct crypto_alg *group, struct crypto_kex *out, uint8_t *pub);

/*
 * The shared secret g^ir (RFC7296-2.14; the x coordinate for ECP groups, RFC5903-7).  The peer's value is checked
 * first (RFC6989-2, RFC8031-3.2): ERR_MALFORMED for a wrong length, a value outside 1 < y < p - 1, a point that isn't on the
 * curve, or an all-zero result.
 */
MUST_USE enum err crypto_kex_derive(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, struct secret *out);

void crypto_kex_fini(struct crypto_kex *kex);

#ifdef __cplusplus
}
#endif
#endif
