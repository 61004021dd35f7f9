#ifndef CRYPTO_RAND_H
#define CRYPTO_RAND_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Where random bytes come from: an argument, so that a simulation can be run again from its seed. */
struct crypto_rand {
	enum err (*fill)(void *ctx, void *out, size_t len);
	void *ctx;
};

/* Fills 'out'; ERR_CRYPTO when the source has none to give, and then nothing in 'out' may be used. */
MUST_USE enum err crypto_rand_fill(const struct crypto_rand *r, void *out, size_t len);

/* The operating system's (getrandom); for programs. */
struct crypto_rand crypto_rand_system(void);

#ifdef __cplusplus
}
#endif
#endif
