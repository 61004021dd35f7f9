/*
 * Diffie-Hellman in the three shapes that IKE knows: Curve25519 (RFC8031), NIST curves (RFC5903), MODP (RFC3526).
 * Private keys are made from our own random source and kept as octets, so that a half-open SA costs a few dozen
 * bytes and a simulation repeats itself; OpenSSL is called with them once for each half of the exchange.
 */
#include "crypto/kex.h"

#include <string.h>

#include "crypto/iana.h"
#include "crypto/lib.h"

enum { X25519_LEN = 32, MODP_EXPONENT_LEN = 64 }; /* 512 bits: twice the strength of the widest group (RFC3526-8) */

static const uint8_t x25519_base[X25519_LEN] = { 9 };

/*
 * The private half as OpenSSL wants it.  It asks for a public half too, or computes one, slower than x25519 below does;
 * scalar multiplication never looks at it, so that the base point stands in.
 */
static EVP_PKEY *x25519_key(struct crypto *c, const struct crypto_kex *kex)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[3];

	params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, kex->key.data, X25519_LEN);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, (void *)(uintptr_t)x25519_base, X25519_LEN);
	params[2] = OSSL_PARAM_construct_end();
	return EVP_PKEY_fromdata(c->x25519, &key, EVP_PKEY_KEYPAIR, params) == 1 ? key : NULL;
}

/* The private half times 'point' (RFC7748-5): the shared secret, or by the base point the public half. */
static enum err x25519(struct crypto *c, const struct crypto_kex *kex, const uint8_t *point, uint8_t *out)
{
	EVP_PKEY *key = x25519_key(c, kex);
	EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t len = X25519_LEN;
	enum err err = ERR_CRYPTO;

	if (ctx == NULL || EVP_PKEY_set1_encoded_public_key(c->x25519_peer, point, X25519_LEN) != 1)
		goto out;
	if (EVP_PKEY_derive_init(ctx) != 1 || EVP_PKEY_derive_set_peer_ex(ctx, c->x25519_peer, 0) != 1)
		goto out;
	/* OpenSSL refuses an all-zero result: a peer's point of small order (RFC7748-6.1). */
	err = EVP_PKEY_derive(ctx, out, &len) == 1 && len == X25519_LEN ? ERR_OK : ERR_MALFORMED;
out:
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return err;
}

/* A scalar from 'key' that the constant-time paths of OpenSSL take. */
static BIGNUM *secret_number(struct bytes key)
{
	BIGNUM *n = BN_secure_new();

	if (n != NULL && BN_bin2bn(key.data, (int)key.len, n) != NULL) {
		BN_set_flags(n, BN_FLG_CONSTTIME);
		return n;
	}
	BN_clear_free(n);
	return NULL;
}

/* k * P, or k * G without 'peer': x and y, half of pub_len each, to 'out'; 'want' of its bytes are copied. */
static enum err ecp(struct crypto *c, const struct crypto_kex *kex, const struct bytes *peer, uint8_t *out, size_t want)
{
	const EC_GROUP *curve = c->curve[crypto_alg_index(kex->group)];
	uint8_t octets[1 + 2 * 66];
	EC_POINT *p = EC_POINT_new(curve);
	EC_POINT *q = EC_POINT_new(curve);
	BIGNUM *k = secret_number(secret_view(&kex->key));
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

/* 1 < y < p - 1: for a safe prime that is all there is to check (RFC6989-2.1). */
static bool modp_value_good(const BIGNUM *prime, const BIGNUM *y)
{
	BIGNUM *top = BN_dup(prime);
	bool good = top != NULL && BN_sub_word(top, 1) == 1 && BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, top) < 0;

	BN_free(top);
	return good;
}

/* y^x mod p, or 2^x without 'peer', as pub_len bytes. */
static enum err modp(struct crypto *c, const struct crypto_kex *kex, const struct bytes *peer, uint8_t *out)
{
	unsigned i = crypto_alg_index(kex->group);
	BIGNUM *x = secret_number(secret_view(&kex->key));
	BIGNUM *y = BN_new();
	BIGNUM *z = BN_secure_new();
	enum err err = ERR_CRYPTO;

	if (x == NULL || y == NULL || z == NULL)
		goto out;
	if (peer == NULL ? BN_set_word(y, 2) != 1 : BN_bin2bn(peer->data, (int)peer->len, y) == NULL)
		goto out;
	err = ERR_MALFORMED;
	if (!modp_value_good(c->prime[i], y))
		goto out;
	err = ERR_CRYPTO;
	if (BN_mod_exp_mont_consttime(z, y, x, c->prime[i], c->bn, c->mont[i]) == 1 && BN_bn2binpad(z, out, kex->group->pub_len) >= 0)
		err = ERR_OK;
out:
	BN_clear_free(z);
	BN_clear_free(x);
	BN_free(y);
	return err;
}

static enum err make_public(struct crypto *c, const struct crypto_kex *kex, uint8_t *pub)
{
	if (kex->group->id == CRYPTO_GROUP_CURVE25519)
		return x25519(c, kex, x25519_base, pub);
	if (kex->group->evp != NULL)
		return ecp(c, kex, NULL, pub, kex->group->pub_len);
	return modp(c, kex, NULL, pub);
}

/* Random octets in [1, order): drawn until they fit, which for these curves is nearly always at once. */
static enum err draw_scalar(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex *kex)
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
		k = secret_number(secret_view(&kex->key));
		good = k != NULL && !BN_is_zero(k) && BN_cmp(k, order) < 0;
		BN_clear_free(k);
		if (good)
			return ERR_OK;
	}
	return err == ERR_OK ? ERR_CRYPTO : err;
}

static enum err draw_key(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex *kex)
{
	enum err err;

	if (kex->group->evp != NULL)
		return draw_scalar(c, rand, kex);
	if (kex->group->id == CRYPTO_GROUP_CURVE25519) {
		err = secret_new(&kex->key, X25519_LEN);
		return err == ERR_OK ? crypto_rand_fill(rand, kex->key.data, X25519_LEN) : err;
	}
	err = secret_new(&kex->key, MODP_EXPONENT_LEN);
	return err == ERR_OK ? crypto_rand_fill(rand, kex->key.data, MODP_EXPONENT_LEN) : err;
}

enum err crypto_kex_new(
	struct crypto *c, const struct crypto_rand *rand, const struct crypto_alg *group, struct crypto_kex *out, uint8_t *pub)
{
	struct crypto_kex kex = { .group = group };
	enum err err = draw_key(c, rand, &kex);

	if (err == ERR_OK)
		err = make_public(c, &kex, pub);
	if (err != ERR_OK) {
		crypto_kex_fini(&kex);
		return err;
	}
	*out = kex;
	return ERR_OK;
}

enum err crypto_kex_derive(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, struct secret *out)
{
	struct secret shared = { 0 };
	enum err err;

	if (peer.len != kex->group->pub_len)
		return ERR_MALFORMED;
	err = secret_new(&shared, kex->group->out_len);
	if (err != ERR_OK)
		return err;
	if (kex->group->id == CRYPTO_GROUP_CURVE25519)
		err = x25519(c, kex, peer.data, shared.data);
	else if (kex->group->evp != NULL)
		err = ecp(c, kex, &peer, shared.data, kex->group->out_len);
	else
		err = modp(c, kex, &peer, shared.data);
	if (err == ERR_OK)
		secret_take(out, &shared);
	secret_fini(&shared);
	return err;
}

void crypto_kex_fini(struct crypto_kex *kex)
{
	secret_fini(&kex->key);
	kex->group = NULL;
}
