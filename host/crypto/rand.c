#include "crypto/rand.h"

#include <limits.h>

#include "crypto/lib.h"

enum err crypto_rand_fill(const struct crypto_rand *r, void *out, size_t len)
{
	return r->fill(r->ctx, out, len);
}

static enum err fill_system(void *ctx, void *out, size_t len)
{
	(void)ctx;
	if (len > INT_MAX || RAND_bytes((unsigned char *)out, (int)len) != 1)
		return ERR_CRYPTO;
	return ERR_OK;
}

struct crypto_rand crypto_rand_system(void)
{
	return (struct crypto_rand){ .fill = fill_system };
}
