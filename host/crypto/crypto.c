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
	if (alg->evp == NULL)
		return ERR_OK;
	c->cipher[i] = EVP_CIPHER_fetch(NULL, alg->evp, NULL);
	if (c->cipher[i] == NULL)
		return ERR_UNSUPPORTED;
	c->cipher_ctx[i] = EVP_CIPHER_CTX_new();
	if (c->cipher_ctx[i] == NULL)
		return ERR_CRYPTO;
	return EVP_CipherInit_ex2(c->cipher_ctx[i], c->cipher[i], NULL, NULL, 1, NULL) == 1 ? ERR_OK : ERR_CRYPTO;
}

static enum err init_digest(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	c->digest[i] = EVP_MD_fetch(NULL, alg->evp, NULL);
	return c->digest[i] != NULL ? ERR_OK : ERR_UNSUPPORTED;
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

static enum err init_row(struct crypto *c, unsigned i, const struct crypto_alg *alg)
{
	switch (alg->kind) {
	case CRYPTO_ENCR:
		return init_cipher(c, i, alg);
	case CRYPTO_PRF:
	case CRYPTO_INTEG:
		return init_digest(c, i, alg);
	case CRYPTO_GROUP:
		return crypto_lib_group_init(c, i);
	default:
		return ERR_OK;
	}
}

/* What the library hasn't is left out: crypto_has tells. */
static enum err init_rows(struct crypto *c)
{
	for (unsigned i = 0; crypto_alg_at(i) != NULL; i++) {
		enum err err = init_row(c, i, crypto_alg_at(i));
		c->has[i] = err == ERR_OK;
		if (err != ERR_OK && err != ERR_UNSUPPORTED)
			return err;
	}
	ERR_clear_error();
	return ERR_OK;
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
	if (err == ERR_OK)
		err = init_rows(c);
	if (err != ERR_OK) {
		crypto_free(c);
		return err;
	}
	*out = c;
	return ERR_OK;
}

bool crypto_has(const struct crypto *c, const struct crypto_alg *alg)
{
	return c->has[crypto_alg_index(alg)];
}

void crypto_free(struct crypto *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < CRYPTO_ALG_ROWS; i++) {
		EVP_CIPHER_CTX_free(c->cipher_ctx[i]);
		EVP_CIPHER_free(c->cipher[i]);
		EVP_MD_free(c->digest[i]);
		if (crypto_alg_at(i) != NULL && crypto_alg_at(i)->kind == CRYPTO_GROUP)
			crypto_lib_group_fini(c, i);
	}
	for (unsigned i = 0; i < CRYPTO_HASH_ROWS; i++)
		EVP_MD_free(c->md[i]);
	EVP_MD_CTX_free(c->md_ctx);
	BN_CTX_free(c->bn);
	free(c);
}
