/* NIST curves (RFC5903): points as x and y, the secret is x.  Called by kex.c. */
#include "crypto/group/shape.h"

#include <string.h>

enum { OCTETS_MAX = 1 + 2 * 66 }; /* of a point on P-521, its form first */

static enum err ecp_init(struct crypto *c, unsigned i)
{
	c->curve[i] = EC_GROUP_new_by_curve_name(EC_curve_nist2nid(crypto_alg_at(i)->evp));
	return c->curve[i] != NULL ? ERR_OK : ERR_UNSUPPORTED;
}

static void ecp_fini(struct crypto *c, unsigned i)
{
	EC_GROUP_free(c->curve[i]);
}

/* Random octets in [1, order): drawn until they fit, which for these curves is nearly always at once. */
static enum err ecp_draw(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex *kex)
{
	const BIGNUM *order = EC_GROUP_get0_order(c->curve[crypto_alg_index(kex->group)]);
	size_t len = (size_t)BN_num_bytes(order);
	unsigned spare = (unsigned)(8 * len) - (unsigned)BN_num_bits(order);
	enum err err = secret_new(&kex->key, len);

	for (int tries = 0; err == ERR_OK && tries < 64; tries++) {
		BIGNUM *k;
		bool good;

		err = crypto_rand_fill(rand, kex->key.data, len);
		if (err != ERR_OK)
			return err;
		kex->key.data[0] = (uint8_t)(kex->key.data[0] & (0xff >> spare));
		k = crypto_shape_number(secret_view(&kex->key));
		good = k != NULL && !BN_is_zero(k) && BN_cmp(k, order) < 0;
		BN_clear_free(k);
		if (good)
			return ERR_OK;
	}
	return err == ERR_OK ? ERR_CRYPTO : err;
}

/* k * P, or k * G without 'peer': x and y, half of pub_len each, of which 'want' bytes go to 'out'. */
static enum err multiply(struct crypto *c, const struct crypto_kex *kex, const struct bytes *peer, uint8_t *out, size_t want)
{
	const EC_GROUP *curve = c->curve[crypto_alg_index(kex->group)];
	uint8_t octets[OCTETS_MAX];
	EC_POINT *p = EC_POINT_new(curve);
	EC_POINT *q = EC_POINT_new(curve);
	BIGNUM *k = crypto_shape_number(secret_view(&kex->key));
	size_t len = 1 + (size_t)kex->group->pub_len;
	enum err err = ERR_CRYPTO;

	if (p == NULL || q == NULL || k == NULL)
		goto out;
	octets[0] = POINT_CONVERSION_UNCOMPRESSED;
	if (peer != NULL) {
		memcpy(octets + 1, peer->data, peer->len);
		err = ERR_MALFORMED; /* not on the curve, or a coordinate too large: refused by oct2point */
		if (EC_POINT_oct2point(curve, p, octets, len, c->bn) != 1)
			goto out;
		err = ERR_CRYPTO;
	}
	if (EC_POINT_mul(curve, q, peer == NULL ? k : NULL, peer == NULL ? NULL : p, peer == NULL ? NULL : k, c->bn) != 1)
		goto out;
	if (EC_POINT_point2oct(curve, q, POINT_CONVERSION_UNCOMPRESSED, octets, len, c->bn) != len)
		goto out;
	memcpy(out, octets + 1, want);
	err = ERR_OK;
out:
	bytes_wipe(octets, sizeof(octets));
	BN_clear_free(k);
	EC_POINT_clear_free(q);
	EC_POINT_free(p);
	return err;
}

static enum err ecp_share(struct crypto *c, struct crypto_kex *kex, uint8_t *pub)
{
	return multiply(c, kex, NULL, pub, kex->group->pub_len);
}

static enum err ecp_derive(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, uint8_t *shared)
{
	return multiply(c, kex, &peer, shared, kex->group->out_len);
}

const struct crypto_shape crypto_ecp_shape = {
	.init = ecp_init,
	.fini = ecp_fini,
	.draw = ecp_draw,
	.share = ecp_share,
	.derive = ecp_derive,
};
