/* Cookies keep an IKE_SA_INIT flood from forged addresses from costing memory or public-key work. */
#include "ike/cookie.h"

#include <string.h>

#include "base/secret.h"
#include "crypto/iana.h"
#include "crypto/prf.h"
#include "crypto/rand.h"

static enum err sum(
	const struct ike_cookie *k, struct crypto *c, uint8_t version, const struct ike_cookie_of *of, uint8_t out[IKE_COOKIE_LEN])
{
	struct crypto_prf_key key = { crypto_alg_find(CRYPTO_PRF, CRYPTO_PRF_HMAC_SHA2_256, 0),
		bytes_of(k->secret[version & 1], IKE_COOKIE_SECRET) };
	struct bytes part[4] = { of->nonce, addr_bytes(&of->path->remote.addr),
		bytes_of(&of->path->remote.port, sizeof(of->path->remote.port)), bytes_of(&of->spi_i, sizeof(of->spi_i)) };
	uint8_t hash[CRYPTO_DIGEST_MAX];
	enum err err = crypto_prf_sum(c, &key, crypto_parts_of(part, 4), hash);

	out[0] = version;
	memcpy(out + 1, hash, IKE_COOKIE_LEN - 1);
	return err;
}

enum err ike_cookie_refresh(struct ike_cookie *k, const struct crypto_rand *rand, uint64_t now_ms)
{
	uint8_t fresh[IKE_COOKIE_SECRET];
	enum err err;

	if (k->since_ms != 0 && now_ms - k->since_ms < IKE_COOKIE_ROTATE_MS)
		return ERR_OK;
	err = crypto_rand_fill(rand, fresh, sizeof(fresh));
	if (err != ERR_OK)
		return err;
	k->has_old = k->since_ms != 0 && now_ms - k->since_ms < 2 * IKE_COOKIE_ROTATE_MS;
	k->version++;
	memcpy(k->secret[k->version & 1], fresh, sizeof(fresh));
	k->since_ms = now_ms == 0 ? 1 : now_ms;
	bytes_wipe(fresh, sizeof(fresh));
	return ERR_OK;
}

enum err ike_cookie_make(struct ike_cookie *k, struct crypto *c, const struct ike_cookie_of *of, uint8_t out[IKE_COOKIE_LEN])
{
	return sum(k, c, k->version, of, out);
}

bool ike_cookie_good(struct ike_cookie *k, struct crypto *c, const struct ike_cookie_of *of, struct bytes cookie)
{
	uint8_t own[IKE_COOKIE_LEN];
	uint8_t version;

	if (cookie.len != IKE_COOKIE_LEN)
		return false;
	version = cookie.data[0];
	if (version != k->version && !(k->has_old && version == (uint8_t)(k->version - 1)))
		return false;
	return sum(k, c, version, of, own) == ERR_OK && secret_eq(bytes_of(own, sizeof(own)), cookie);
}

void ike_cookie_fini(struct ike_cookie *k)
{
	bytes_wipe(k, sizeof(*k));
}
