#ifndef CRYPTO_DIGEST_H
#define CRYPTO_DIGEST_H

#include "crypto/crypto.h"
#include "crypto/iana.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { CRYPTO_SHA1_LEN = 20, CRYPTO_SHA256_LEN = 32 };

/* SHA-1, for NAT detection alone (RFC7296-2.23) and certificate hashes that the RFC fixes. */
MUST_USE enum err crypto_digest_sha1(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_SHA1_LEN]);

/* Bytes of a digest; 0 for IDENTITY, which is none. */
size_t crypto_digest_len(enum crypto_hash hash);

/* 'out' holds crypto_digest_len(hash) bytes.  ERR_UNSUPPORTED for what isn't a digest. */
MUST_USE enum err crypto_digest_sum(struct crypto *c, enum crypto_hash hash, struct crypto_parts in, uint8_t *out);

MUST_USE enum err crypto_digest_sha256(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_SHA256_LEN]);

#ifdef __cplusplus
}
#endif
#endif
