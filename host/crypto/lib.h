#ifndef CRYPTO_LIB_H
#define CRYPTO_LIB_H

/* The inside of struct crypto, for the folder's own files: everything by the row's index. */

#include "crypto/crypto.h"
#include "crypto/evp.h"
#include "crypto/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A group modulo a prime. */
struct crypto_modp {
	BIGNUM *prime, *generator;
	BIGNUM *order; /* of its subgroup; NULL: the prime is a safe one */
	BN_MONT_CTX *mont;
};

/* Curve25519 or Curve448. */
struct crypto_xdh {
	EVP_PKEY_CTX *maker; /* makes keys from octets */
	EVP_PKEY *peer;      /* takes the point to multiply by */
};

struct crypto {
	bool has[CRYPTO_ALG_ROWS];
	EVP_CIPHER *cipher[CRYPTO_ALG_ROWS];
	EVP_CIPHER_CTX *cipher_ctx[CRYPTO_ALG_ROWS];
	EVP_MD *digest[CRYPTO_ALG_ROWS]; /* of PRF and INTEG rows */
	EC_GROUP *curve[CRYPTO_ALG_ROWS];
	struct crypto_modp modp[CRYPTO_ALG_ROWS];
	struct crypto_xdh xdh[CRYPTO_ALG_ROWS];
	EVP_PKEY_CTX *kem[CRYPTO_ALG_ROWS]; /* makes keys from octets */
	EVP_MD_CTX *md_ctx;
	EVP_MD *md[CRYPTO_HASH_ROWS]; /* by enum crypto_hash */
	BN_CTX *bn;
};

/* Makes the group of a row ready, or gives back what that took; ERR_UNSUPPORTED: the library hasn't it. */
MUST_USE enum err crypto_lib_group_init(struct crypto *c, unsigned row);
void crypto_lib_group_fini(struct crypto *c, unsigned row);

/* Digest of 'in', all of it, to 'out', which holds CRYPTO_DIGEST_MAX bytes or those of 'md'; or the rest of one that was begun. */
MUST_USE enum err crypto_lib_digest(struct crypto *c, const EVP_MD *md, struct crypto_parts in, uint8_t *out);
MUST_USE enum err crypto_lib_digest_end(struct crypto *c, struct crypto_parts in, uint8_t *out);

/* HMAC of 'in' with the digest of 'alg' (PRF or INTEG), all of it to 'out', which holds CRYPTO_DIGEST_MAX bytes. */
MUST_USE enum err crypto_lib_hmac(struct crypto *c, const struct crypto_alg *alg, struct bytes key, struct crypto_parts in, uint8_t *out);

#ifdef __cplusplus
}
#endif
#endif
