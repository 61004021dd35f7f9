/* Encryption of IKE messages: AEADs (RFC5282, RFC7634) and CBC, through the contexts that crypto.c made. */
#include "crypto/cipher.h"

#include <limits.h>
#include <string.h>

#include "crypto/lib.h"

static bool fits(const struct crypto_alg *alg, struct bytes key, const struct crypto_text *t)
{
	return key.len == alg->key_len && t->iv.len == alg->iv_len && t->len % alg->block_len == 0 && t->len <= INT_MAX &&
	       t->aad.len <= INT_MAX;
}

enum { DES_LEN = 8 };

/* Without an AEAD.  A key of DES is made one of triple DES: see alg.c. */
static bool begin_plain(EVP_CIPHER_CTX *ctx, struct bytes key, const struct crypto_text *t, int encrypt)
{
	uint8_t thrice[3 * DES_LEN];
	bool ok;

	for (unsigned i = 0; i < sizeof(thrice) && key.len == DES_LEN; i++)
		thrice[i] = key.data[i % DES_LEN];
	ok = EVP_CipherInit_ex2(ctx, NULL, key.len == DES_LEN ? thrice : key.data, t->iv.data, encrypt, NULL) == 1 &&
	     EVP_CIPHER_CTX_set_padding(ctx, 0) == 1;
	bytes_wipe(thrice, sizeof(thrice));
	return ok;
}

/* Keys the row's context for one text and feeds the associated data. */
static bool begin(struct crypto *c, const struct crypto_alg *alg, struct bytes key, const struct crypto_text *t, int encrypt)
{
	EVP_CIPHER_CTX *ctx = c->cipher_ctx[crypto_alg_index(alg)];
	uint8_t nonce[CRYPTO_IV_MAX]; /* 12 bytes for every AEAD here */
	int len;

	if (!alg->aead)
		return begin_plain(ctx, key, t, encrypt);
	memcpy(nonce, key.data + key.len - alg->salt_len, alg->salt_len);
	memcpy(nonce + alg->salt_len, t->iv.data, t->iv.len);
	if (EVP_CipherInit_ex2(ctx, NULL, key.data, nonce, encrypt, NULL) != 1)
		return false;
	return t->aad.len == 0 || EVP_CipherUpdate(ctx, NULL, &len, t->aad.data, (int)t->aad.len) == 1;
}

enum err crypto_cipher_seal(struct crypto *c, const struct crypto_alg *alg, struct bytes key, const struct crypto_text *t)
{
	EVP_CIPHER_CTX *ctx = c->cipher_ctx[crypto_alg_index(alg)];
	uint8_t rest[CRYPTO_IV_MAX];
	int len = 0;
	int last = 0;

	if (ctx == NULL)
		return ERR_UNSUPPORTED; /* NULL, or one that the library lacks */
	if (!fits(alg, key, t))
		return ERR_RANGE;
	if (!begin(c, alg, key, t, 1) || EVP_CipherUpdate(ctx, t->text, &len, t->text, (int)t->len) != 1 ||
		EVP_CipherFinal_ex(ctx, rest, &last) != 1 || (size_t)len != t->len || last != 0)
		return ERR_CRYPTO;
	if (alg->aead && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, alg->icv_len, t->icv) != 1)
		return ERR_CRYPTO;
	return ERR_OK;
}

enum err crypto_cipher_open(struct crypto *c, const struct crypto_alg *alg, struct bytes key, const struct crypto_text *t)
{
	EVP_CIPHER_CTX *ctx = c->cipher_ctx[crypto_alg_index(alg)];
	uint8_t rest[CRYPTO_IV_MAX];
	int len = 0;
	int last = 0;

	if (ctx == NULL)
		return ERR_UNSUPPORTED; /* NULL, or one that the library lacks */
	if (!fits(alg, key, t))
		return ERR_RANGE;
	if (!begin(c, alg, key, t, 0) || EVP_CipherUpdate(ctx, t->text, &len, t->text, (int)t->len) != 1)
		return ERR_CRYPTO;
	if (alg->aead && EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, alg->icv_len, t->icv) != 1)
		return ERR_CRYPTO;
	if (EVP_CipherFinal_ex(ctx, rest, &last) == 1)
		return ERR_OK;
	bytes_wipe(t->text, t->len);
	return alg->aead ? ERR_AUTH : ERR_CRYPTO;
}
