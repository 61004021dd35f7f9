/*
 * HMAC (RFC2104) over a digest.  OpenSSL's own costs twice as much for the short texts of IKE, and keeps the key in a context
 * of its heap until the next one comes; here nothing outlives the call.
 */
#include <assert.h>
#include <string.h>

#include "crypto/lib.h"

enum { HMAC_BLOCK_MAX = 128, HMAC_INNER = 0x36, HMAC_OUTER = 0x5c };

/* H((key xor pad) | in).  The key is no longer than a block. */
static enum err pass(struct crypto *c, const EVP_MD *md, struct bytes key, uint8_t pad, struct crypto_parts in, uint8_t *out)
{
	uint8_t block[HMAC_BLOCK_MAX];
	size_t len = (size_t)EVP_MD_get_block_size(md);
	enum err err = ERR_CRYPTO;

	assert(len <= sizeof(block) && key.len <= len);
	memset(block, pad, len);
	for (size_t i = 0; i < key.len; i++)
		block[i] ^= key.data[i];
	if (EVP_DigestInit_ex2(c->md_ctx, md, NULL) == 1 && EVP_DigestUpdate(c->md_ctx, block, len) == 1)
		err = crypto_lib_digest_end(c, in, out);
	bytes_wipe(block, sizeof(block));
	return err;
}

enum err crypto_lib_hmac(struct crypto *c, const struct crypto_alg *alg, struct bytes key, struct crypto_parts in, uint8_t *out)
{
	const EVP_MD *md = c->digest[crypto_alg_index(alg)];
	uint8_t hashed[CRYPTO_DIGEST_MAX], inner[CRYPTO_DIGEST_MAX];
	struct bytes sum = bytes_of(inner, (size_t)EVP_MD_get_size(md));
	enum err err = ERR_OK;

	if (key.len > (size_t)EVP_MD_get_block_size(md)) {
		err = crypto_lib_digest(c, md, crypto_parts_of(&key, 1), hashed);
		key = bytes_of(hashed, sum.len);
	}
	if (err == ERR_OK)
		err = pass(c, md, key, HMAC_INNER, in, inner);
	if (err == ERR_OK)
		err = pass(c, md, key, HMAC_OUTER, crypto_parts_of(&sum, 1), out);
	bytes_wipe(hashed, sizeof(hashed));
	bytes_wipe(inner, sizeof(inner));
	return err;
}
