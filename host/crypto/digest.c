#include "crypto/digest.h"

#include "crypto/lib.h"

enum err crypto_lib_digest_end(struct crypto *c, struct crypto_parts in, uint8_t *out)
{
	for (size_t i = 0; i < in.count; i++)
		if (in.part[i].len != 0 && EVP_DigestUpdate(c->md_ctx, in.part[i].data, in.part[i].len) != 1)
			return ERR_CRYPTO;
	return EVP_DigestFinal_ex(c->md_ctx, out, NULL) == 1 ? ERR_OK : ERR_CRYPTO;
}

enum err crypto_lib_digest(struct crypto *c, const EVP_MD *md, struct crypto_parts in, uint8_t *out)
{
	return EVP_DigestInit_ex2(c->md_ctx, md, NULL) == 1 ? crypto_lib_digest_end(c, in, out) : ERR_CRYPTO;
}

size_t crypto_digest_len(enum crypto_hash hash)
{
	switch (hash) {
	case CRYPTO_HASH_SHA1:
		return CRYPTO_SHA1_LEN;
	case CRYPTO_HASH_SHA2_256:
		return CRYPTO_SHA256_LEN;
	case CRYPTO_HASH_SHA2_384:
		return 48;
	case CRYPTO_HASH_SHA2_512:
		return 64;
	default:
		return 0;
	}
}

enum err crypto_digest_sum(struct crypto *c, enum crypto_hash hash, struct crypto_parts in, uint8_t *out)
{
	return crypto_digest_len(hash) != 0 ? crypto_lib_digest(c, c->md[hash], in, out) : ERR_UNSUPPORTED;
}

enum err crypto_digest_sha1(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_SHA1_LEN])
{
	return crypto_digest_sum(c, CRYPTO_HASH_SHA1, in, out);
}

enum err crypto_digest_sha256(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_SHA256_LEN])
{
	return crypto_digest_sum(c, CRYPTO_HASH_SHA2_256, in, out);
}
