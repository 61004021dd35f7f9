#ifndef CRYPTO_KEX_H
#define CRYPTO_KEX_H

#include "base/secret.h"
#include "crypto/crypto.h"
#include "crypto/rand.h"

#ifdef __cplusplus
extern "C" {
#endif

struct evp_pkey_ctx_st; /* OpenSSL's EVP_PKEY_CTX */

/* The half of a key exchange that we began.  All-zero is safe to fini. */
struct crypto_kex {
	const struct crypto_alg *group;
	struct secret key;            /* private; all that has to be kept */
	struct evp_pkey_ctx_st *made; /* what the library made of it for the public value, and would again for the secret; NULL: nothing */
};

/* Begins one of 'group'; our public value, group->pub_len bytes as KE carries it, goes to 'pub'.  ERR_UNSUPPORTED: see crypto_has. */
MUST_USE enum err crypto_kex_new(
	struct crypto *c, const struct crypto_rand *rand, const struct crypto_alg *group, struct crypto_kex *out, uint8_t *pub);

/*
 * The shared secret with a peer that answered by 'peer', group->reply_len bytes: g^ir (RFC7296-2.14; the x coordinate for ECP groups,
 * RFC5903-7), or what a KEM's ciphertext holds.  The peer's value is checked first (RFC6989-2, RFC8031-3.2): ERR_MALFORMED for a wrong
 * length, a value outside 1 < y < p - 1 or its subgroup, a point that isn't on the curve, or an all-zero result.  Where the two
 * sides' values are of one kind, it serves who answers, too.
 */
MUST_USE enum err crypto_kex_derive(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, struct secret *out);

/* What one end has of an exchange, and what it gets. */
struct crypto_kex_turn {
	struct crypto_kex kex; /* its key empty: we haven't begun */
	struct bytes peer;     /* the peer's value; empty: there is none yet */
	uint8_t *pub;          /* for our value, CRYPTO_PUB_MAX bytes, */
	size_t pub_len;        /* of which it has so many; 0: none was made */
	struct secret shared;  /* empty before */
};

/*
 * The next step: begins an exchange, ends one that was begun by the peer's value, or answers a peer that began, which for groups whose
 * two values are of one kind is the former two at once.  Errors as of crypto_kex_new and crypto_kex_derive.
 */
MUST_USE enum err crypto_kex_step(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex_turn *t);

/* Moves 'from', which is all-zero after it, to 'to', of which nothing is left. */
void crypto_kex_take(struct crypto_kex *to, struct crypto_kex *from);

void crypto_kex_fini(struct crypto_kex *kex);

#ifdef __cplusplus
}
#endif
#endif
