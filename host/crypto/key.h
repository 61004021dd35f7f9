#ifndef CRYPTO_KEY_H
#define CRYPTO_KEY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Keys that sign; one bit each, so that they make sets. */
enum crypto_key_kind { CRYPTO_KEY_RSA = 1, CRYPTO_KEY_ECDSA = 2, CRYPTO_KEY_ED25519 = 4 };

enum { CRYPTO_KEY_RSA_MIN = 2048, CRYPTO_KEY_RSA_MAX = 8192 }; /* bits of the modulus */

/*
 * A public key, or a pair.  Its private numbers are in OpenSSL's secure heap where the program has made one
 * (crypto_key_heap), and wiped when it is freed.  Read-only once made: any thread may use it.
 */
struct crypto_key;

/*
 * A private key as PEM (with 'password', which may be empty) or DER, PKCS#8 or the algorithm's own form.  ERR_MALFORMED when it isn't one,
 * also when the password is wrong; ERR_UNSUPPORTED for another algorithm, curve or size than those below.
 */
MUST_USE enum err crypto_key_read(struct bytes text, struct bytes password, struct crypto_key **out);

/* A public key as DER SubjectPublicKeyInfo, that and no more.  Errors as above. */
MUST_USE enum err crypto_key_read_public(struct bytes der, struct crypto_key **out);

void crypto_key_free(struct crypto_key *k); /* NULL is fine */

enum crypto_key_kind crypto_key_kind(const struct crypto_key *k);

/* Of the RSA modulus, or of the curve's field (256, 384, 521); 255 for Ed25519. */
unsigned crypto_key_bits(const struct crypto_key *k);

/* An RSA key that may sign with PSS alone (id-RSASSA-PSS). */
bool crypto_key_pss_only(const struct crypto_key *k);

/* Whether both are of the same pair. */
bool crypto_key_eq(const struct crypto_key *a, const struct crypto_key *b);

/*
 * Makes OpenSSL's heap for private numbers: locked as far as the limit allows, kept out of dumps, wiped.  For a
 * program's start, once; without it they are in ordinary memory.
 */
MUST_USE enum err crypto_key_heap(void);

#ifdef __cplusplus
}
#endif
#endif
