/*
 * Fetching an algorithm and making a context cost more in OpenSSL 3 than using them on an IKE message does, so both
 * are done here once.  Whoever calls the folder's functions hands this context down; no state is global.
 */
#include "crypto/crypto.h"

#include <stdlib.h>

#include "crypto/iana.h"
#include "crypto/lib.h"

static enum err init_cipher(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	c->cipher[i] = EVP_CIPHER_fetch(NULL, alg->evp, NULL);
	c->cipher_ctx[i] = EVP_CIPHER_CTX_new();
	if (c->cipher[i] == NULL || c->cipher_ctx[i] == NULL)
		return ERR_CRYPTO;
	return EVP_CipherInit_ex2(c->cipher_ctx[i], c->cipher[i], NULL, NULL, 1, NULL) == 1 ? ERR_OK : ERR_CRYPTO;
}

static enum err init_digest(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	c->digest[i] = EVP_MD_fetch(NULL, alg->evp, NULL);
	return c->digest[i] != NULL ? ERR_OK : ERR_CRYPTO;
}

static enum err init_digests(struct crypto *c)
{
	static const char *const name[CRYPTO_HASH_ROWS] = {
		[CRYPTO_HASH_SHA1] = "SHA1",
		[CRYPTO_HASH_SHA2_256] = "SHA2-256",
		[CRYPTO_HASH_SHA2_384] = "SHA2-384",
		[CRYPTO_HASH_SHA2_512] = "SHA2-512",
	};

	for (unsigned i = 0; i < CRYPTO_HASH_ROWS; i++) {
		c->md[i] = name[i] == NULL ? NULL : EVP_MD_fetch(NULL, name[i], NULL);
		if (name[i] != NULL && c->md[i] == NULL)
			return ERR_CRYPTO;
	}
	return ERR_OK;
}

static BIGNUM *modp_prime(unsigned group)
{
	switch (group) {
	case CRYPTO_GROUP_MODP_1024:
		return BN_get_rfc2409_prime_1024(NULL);
	case CRYPTO_GROUP_MODP_1536:
		return BN_get_rfc3526_prime_1536(NULL);
	case CRYPTO_GROUP_MODP_2048:
		return BN_get_rfc3526_prime_2048(NULL);
	case CRYPTO_GROUP_MODP_3072:
		return BN_get_rfc3526_prime_3072(NULL);
	case CRYPTO_GROUP_MODP_4096:
		return BN_get_rfc3526_prime_4096(NULL);
	default:
		return NULL;
	}
}

static enum err init_x25519(struct crypto *c)
{
	static const uint8_t point[32] = { 9 }; /* any will do */

	c->x25519 = EVP_PKEY_CTX_new_from_name(NULL, "X25519", NULL);
	c->x25519_peer = EVP_PKEY_new_raw_public_key_ex(NULL, "X25519", NULL, point, sizeof(point));
	if (c->x25519 == NULL || c->x25519_peer == NULL)
		return ERR_CRYPTO;
	return EVP_PKEY_fromdata_init(c->x25519) == 1 ? ERR_OK : ERR_CRYPTO;
}

static enum err init_group(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	if (alg->id == CRYPTO_GROUP_CURVE25519)
		return init_x25519(c);
	if (alg->evp != NULL) {
		c->curve[i] = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(alg->evp));
		return c->curve[i] != NULL ? ERR_OK : ERR_CRYPTO;
	}
	c->prime[i] = modp_prime(alg->id);
	c->mont[i] = BN_MONT_CTX_new();
	if (c->prime[i] == NULL || c->mont[i] == NULL || BN_MONT_CTX_set(c->mont[i], c->prime[i], c->bn) != 1)
		return ERR_CRYPTO;
	return ERR_OK;
}

static enum err init_row(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	switch (alg->kind) {
	case CRYPTO_ENCR:
		return init_cipher(c, i, alg);
	case CRYPTO_PRF:
	case CRYPTO_INTEG:
		return init_digest(c, i, alg);
	case CRYPTO_GROUP:
		return init_group(c, i, alg);
	default:
		return ERR_OK;
	}
}

enum err crypto_new(struct crypto **out)
{
	struct crypto *c = (struct crypto *)calloc(1, sizeof(*c));
	enum err err = ERR_OK;

	if (c == NULL)
		return ERR_NOMEM;
	c->bn = BN_CTX_secure_new();
	c->md_ctx = EVP_MD_CTX_new();
	if (c->bn == NULL || c->md_ctx == NULL)
		err = ERR_CRYPTO;
	if (err == ERR_OK)
		err = init_digests(c);
	for (unsigned i = 0; err == ERR_OK && crypto_alg_at(i) != NULL; i++)
		err = init_row(c, i, crypto_alg_at(i));
	if (err != ERR_OK) {
		crypto_free(c);
		return err;
	}
	*out = c;
	return ERR_OK;
}

void crypto_free(struct crypto *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < CRYPTO_ALG_ROWS; i++) {
		EVP_CIPHER_CTX_free(c->cipher_ctx[i]);
		EVP_CIPHER_free(c->cipher[i]);
		EVP_MD_free(c->digest[i]);
		EC_GROUP_free(c->curve[i]);
		BN_MONT_CTX_free(c->mont[i]);
		BN_free(c->prime[i]);
	}
	for (unsigned i = 0; i < CRYPTO_HASH_ROWS; i++)
		EVP_MD_free(c->md[i]);
	EVP_PKEY_CTX_free(c->x25519);
	EVP_PKEY_free(c->x25519_peer);
	EVP_MD_CTX_free(c->md_ctx);
	BN_CTX_free(c->bn);
	free(c);
}
