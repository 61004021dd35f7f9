#ifndef CRYPTO_SHAPE_H
#define CRYPTO_SHAPE_H

#include "crypto/kex.h"
#include "crypto/lib.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How the groups of one kind are computed: a table each, told apart by crypto_alg.form.  For kex.c and crypto.c alone. */
struct crypto_shape {
	/* Makes row 'i' ready; ERR_UNSUPPORTED: this library hasn't the algorithm. */
	enum err (*init)(struct crypto *c, unsigned i);
	void (*fini)(struct crypto *c, unsigned i); /* what 'init' made, or half of it */

	enum err (*draw)(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex *kex); /* a private half */
	enum err (*share)(struct crypto *c, struct crypto_kex *kex, uint8_t *pub);                  /* the public half of it */

	/* The secret that it has with 'peer', whose length is checked, to the group's out_len bytes; ERR_MALFORMED for what no peer sends. */
	enum err (*derive)(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, uint8_t *shared);

	/* Answers the peer of 't', whose length is checked, to t->pub and the group's out_len bytes of t->shared; NULL: by a share like its. */
	enum err (*answer)(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex_turn *t);
};

extern const struct crypto_shape crypto_modp_shape; /* RFC2409-6, RFC3526, RFC5114-2.3 */
extern const struct crypto_shape crypto_ecp_shape;  /* RFC5903 */
extern const struct crypto_shape crypto_xdh_shape;  /* RFC8031: Curve25519 and Curve448 */
extern const struct crypto_shape crypto_kem_shape;  /* FIPS 203: ML-KEM */

/* A number from 'key' that the constant-time paths of OpenSSL take. */
BIGNUM *crypto_shape_number(struct bytes key);

#ifdef __cplusplus
}
#endif
#endif
