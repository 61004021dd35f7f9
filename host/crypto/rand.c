#include "crypto/rand.h"

#include <errno.h>
#include <sys/random.h>

enum err crypto_rand_fill(const struct crypto_rand *r, void *out, size_t len)
{
	return r->fill(r->ctx, out, len);
}

/* A third of what OpenSSL's generator in front of it costs, and no state of ours to protect. */
static enum err fill_system(void *ctx, void *out, size_t len)
{
	uint8_t *at = (uint8_t *)out;

	(void)ctx;
	while (len != 0) {
		ssize_t n = getrandom(at, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_CRYPTO;
		at += n;
		len -= (size_t)n;
	}
	return ERR_OK;
}

struct crypto_rand crypto_rand_system(void)
{
	return (struct crypto_rand){ .fill = fill_system };
}
