#ifndef CRYPTO_X25519_H
#define CRYPTO_X25519_H

/* Multiples of Curve25519's base point, for kex.c: OpenSSL has no quick way to them. */

#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CRYPTO_X25519_LEN = 32 };

/* Multiples of the base point, made once.  Read-only: any thread may use it. */
struct crypto_x25519;

MUST_USE enum err crypto_x25519_new(struct crypto_x25519 **out);
void crypto_x25519_free(struct crypto_x25519 *t); /* NULL is fine */

/* The public value of 'key' (RFC7748-6.1), in constant time. */
void crypto_x25519_public(const struct crypto_x25519 *t, const uint8_t key[CRYPTO_X25519_LEN], uint8_t out[CRYPTO_X25519_LEN]);

#ifdef __cplusplus
}
#endif
#endif
