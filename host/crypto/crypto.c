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

static enum err init_mac(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	char digest[16];
	OSSL_PARAM params[2];
	EVP_MAC *hmac = EVP_MAC_fetch(NULL, "HMAC", NULL);

	if (hmac == NULL)
		return ERR_CRYPTO;
	OPENSSL_strlcpy(digest, alg->evp, sizeof(digest));
	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0);
	params[1] = OSSL_PARAM_construct_end();
	c->mac_ctx[i] = EVP_MAC_CTX_new(hmac);
	EVP_MAC_free(hmac); /* the context holds its own reference */
	if (c->mac_ctx[i] == NULL || EVP_MAC_CTX_set_params(c->mac_ctx[i], params) != 1)
		return ERR_CRYPTO;
	return ERR_OK;
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

static enum err init_group(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	if (alg->id == CRYPTO_GROUP_CURVE25519)
		return ERR_OK;
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
		return init_mac(c, i, alg);
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
		EVP_MAC_CTX_free(c->mac_ctx[i]);
		EC_GROUP_free(c->curve[i]);
		BN_MONT_CTX_free(c->mont[i]);
		BN_free(c->prime[i]);
	}
	for (unsigned i = 0; i < CRYPTO_HASH_ROWS; i++)
		EVP_MD_free(c->md[i]);
	EVP_MD_CTX_free(c->md_ctx);
	BN_CTX_free(c->bn);
	free(c);
}

enum err crypto_lib_hmac(struct crypto *c, const struct crypto_alg *alg, struct bytes key, struct crypto_parts in, uint8_t *out)
{
	EVP_MAC_CTX *ctx = c->mac_ctx[crypto_alg_index(alg)];
	static const uint8_t none; /* OpenSSL takes a NULL key for "the one before" */
	size_t len = 0;

	if (EVP_MAC_init(ctx, key.len == 0 ? &none : key.data, key.len, NULL) != 1)
		return ERR_CRYPTO;
	for (size_t i = 0; i < in.count; i++)
		if (in.part[i].len != 0 && EVP_MAC_update(ctx, in.part[i].data, in.part[i].len) != 1)
			return ERR_CRYPTO;
	return EVP_MAC_final(ctx, out, &len, CRYPTO_DIGEST_MAX) == 1 ? ERR_OK : ERR_CRYPTO;
}
