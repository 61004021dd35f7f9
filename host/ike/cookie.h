#ifndef IKE_COOKIE_H
#define IKE_COOKIE_H

#include "base/bytes.h"
#include "base/err.h"
#include "ike/ports.h"

#ifdef __cplusplus
extern "C" {
#endif

struct crypto;
struct crypto_rand;

enum { IKE_COOKIE_LEN = 1 + 20, IKE_COOKIE_SECRET = 32, IKE_COOKIE_ROTATE_MS = 60000 };

/*
 * Stateless cookies, RFC7296-2.6: version | HMAC-SHA256(secret, Ni | IPi | port | SPIi), cut.  The secret changes every minute that it is
 * used in; the one before it is still good for a minute.
 */
struct ike_cookie {
	uint8_t secret[2][IKE_COOKIE_SECRET];
	uint64_t since_ms; /* when the current one was made; 0: never */
	uint8_t version;   /* of the current secret, secret[version & 1] */
	bool has_old;
};

/* What a cookie is bound to. */
struct ike_cookie_of {
	const struct ike_path *path;
	struct bytes nonce;
	uint64_t spi_i;
};

MUST_USE enum err ike_cookie_make(struct ike_cookie *k, struct crypto *c, const struct ike_cookie_of *of, uint8_t out[IKE_COOKIE_LEN]);

/* Whether 'cookie' is one that we made for 'of' lately. */
bool ike_cookie_good(struct ike_cookie *k, struct crypto *c, const struct ike_cookie_of *of, struct bytes cookie);

/* Makes the first secret, or changes one that is old; to be called before each use. */
MUST_USE enum err ike_cookie_refresh(struct ike_cookie *k, const struct crypto_rand *rand, uint64_t now_ms);

void ike_cookie_fini(struct ike_cookie *k);

#ifdef __cplusplus
}
#endif
#endif
