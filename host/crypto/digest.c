#include "crypto/digest.h"

#include "crypto/lib.h"

static enum err digest(struct crypto *c, const EVP_MD *md, struct crypto_parts in, uint8_t *out)
{
	if (EVP_DigestInit_ex2(c->md_ctx, md, NULL) != 1)
		return ERR_CRYPTO;
	for (size_t i = 0; i < in.count; i++)
		if (in.part[i].len != 0 && EVP_DigestUpdate(c->md_ctx, in.part[i].data, in.part[i].len) != 1)
			return ERR_CRYPTO;
	return EVP_DigestFinal_ex(c->md_ctx, out, NULL) == 1 ? ERR_OK : ERR_CRYPTO;
}

enum err crypto_digest_sha1(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_SHA1_LEN])
{
	return digest(c, c->sha1, in, out);
}

enum err crypto_digest_sha256(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_SHA256_LEN])
{
	return digest(c, c->sha256, in, out);
}
