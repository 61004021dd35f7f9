#ifndef CRYPTO_CRYPTO_H
#define CRYPTO_CRYPTO_H

#include <stddef.h>

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/alg.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * OpenSSL made ready once: every algorithm of the table fetched, one working context for each.  One thread at a time;
 * each crypto worker has its own.
 */
struct crypto;

MUST_USE enum err crypto_new(struct crypto **out);
void crypto_free(struct crypto *c);

/* Whether the library that was found at run time has the algorithm: what it hasn't may not be used.  The same for a process's life. */
bool crypto_has(const struct crypto *c, const struct crypto_alg *alg);

/* Input in pieces, taken in order as if it were one. */
struct crypto_parts {
	const struct bytes *part;
	size_t count;
};

static inline struct crypto_parts crypto_parts_of(const struct bytes *part, size_t count)
{
	struct crypto_parts p;

	p.part = part;
	p.count = count;
	return p;
}

#ifdef __cplusplus
}
#endif
#endif
