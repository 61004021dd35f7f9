/*
 * Groups modulo a prime.  Those of RFC2409 and RFC3526 have safe primes and the generator 2; group 24 (RFC5114-2.3) works in a small
 * subgroup, whose order OpenSSL has.  Called by kex.c, in whose context a struct crypto is.
 */
#include "crypto/group/shape.h"

enum { EXPONENT_LEN = 64 }; /* 512 bits: more than twice the strength of the widest group (RFC3526-8) */

static BIGNUM *safe_prime(unsigned group)
{
	switch (group) {
	case CRYPTO_GROUP_MODP_768:
		return BN_get_rfc2409_prime_768(NULL);
	case CRYPTO_GROUP_MODP_1024:
		return BN_get_rfc2409_prime_1024(NULL);
	case CRYPTO_GROUP_MODP_1536:
		return BN_get_rfc3526_prime_1536(NULL);
	case CRYPTO_GROUP_MODP_2048:
		return BN_get_rfc3526_prime_2048(NULL);
	case CRYPTO_GROUP_MODP_3072:
		return BN_get_rfc3526_prime_3072(NULL);
	case CRYPTO_GROUP_MODP_4096:
		return BN_get_rfc3526_prime_4096(NULL);
	case CRYPTO_GROUP_MODP_6144:
		return BN_get_rfc3526_prime_6144(NULL);
	case CRYPTO_GROUP_MODP_8192:
		return BN_get_rfc3526_prime_8192(NULL);
	default:
		return NULL;
	}
}

/* OpenSSL knows the groups of RFC5114 by name. */
static enum err named(const char *name, struct crypto_modp *m)
{
	OSSL_PARAM params[2];
	EVP_PKEY *group = NULL;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "DHX", NULL);
	enum err err = ERR_UNSUPPORTED;

	params[0] = OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, (char *)(uintptr_t)name, 0);
	params[1] = OSSL_PARAM_construct_end();
	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &group, EVP_PKEY_KEY_PARAMETERS, params) == 1 &&
		EVP_PKEY_get_bn_param(group, OSSL_PKEY_PARAM_FFC_P, &m->prime) == 1 &&
		EVP_PKEY_get_bn_param(group, OSSL_PKEY_PARAM_FFC_Q, &m->order) == 1 &&
		EVP_PKEY_get_bn_param(group, OSSL_PKEY_PARAM_FFC_G, &m->generator) == 1)
		err = ERR_OK;
	EVP_PKEY_free(group);
	EVP_PKEY_CTX_free(ctx);
	return err;
}

static enum err safe(unsigned group, struct crypto_modp *m)
{
	m->prime = safe_prime(group);
	m->generator = BN_new();
	if (m->prime == NULL || m->generator == NULL || BN_set_word(m->generator, 2) != 1)
		return ERR_CRYPTO;
	return ERR_OK;
}

static enum err modp_init(struct crypto *c, unsigned i)
{
	const struct crypto_alg *group = crypto_alg_at(i);
	struct crypto_modp *m = &c->modp[i];
	enum err err = group->evp != NULL ? named(group->evp, m) : safe(group->id, m);

	if (err != ERR_OK)
		return err;
	m->mont = BN_MONT_CTX_new();
	return m->mont != NULL && BN_MONT_CTX_set(m->mont, m->prime, c->bn) == 1 ? ERR_OK : ERR_CRYPTO;
}

static void modp_fini(struct crypto *c, unsigned i)
{
	BN_MONT_CTX_free(c->modp[i].mont);
	BN_free(c->modp[i].prime);
	BN_free(c->modp[i].generator);
	BN_free(c->modp[i].order);
}

static enum err modp_draw(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex *kex)
{
	enum err err = secret_new(&kex->key, EXPONENT_LEN);

	(void)c;
	return err == ERR_OK ? crypto_rand_fill(rand, kex->key.data, EXPONENT_LEN) : err;
}

/* 1 < y < p - 1, which for a safe prime is all there is to check (RFC6989-2.1); else that it is of the subgroup (RFC6989-2.2). */
static bool is_good(struct crypto *c, const struct crypto_modp *m, const BIGNUM *y)
{
	BIGNUM *z = BN_dup(m->prime);
	bool good = z != NULL && BN_sub_word(z, 1) == 1 && BN_cmp(y, BN_value_one()) > 0 && BN_cmp(y, z) < 0;

	if (good && m->order != NULL)
		good = BN_mod_exp_mont(z, y, m->order, m->prime, c->bn, m->mont) == 1 && BN_is_one(z);
	BN_free(z);
	return good;
}

/* y^x mod p, as 'len' bytes. */
static enum err power(struct crypto *c, const struct crypto_kex *kex, const BIGNUM *y, uint8_t *out)
{
	const struct crypto_modp *m = &c->modp[crypto_alg_index(kex->group)];
	BIGNUM *x = crypto_shape_number(secret_view(&kex->key));
	BIGNUM *z = BN_secure_new();
	enum err err = ERR_CRYPTO;

	if (x != NULL && z != NULL && BN_mod_exp_mont_consttime(z, y, x, m->prime, c->bn, m->mont) == 1 &&
		BN_bn2binpad(z, out, kex->group->pub_len) >= 0)
		err = ERR_OK;
	BN_clear_free(z);
	BN_clear_free(x);
	return err;
}

static enum err modp_share(struct crypto *c, struct crypto_kex *kex, uint8_t *pub)
{
	return power(c, kex, c->modp[crypto_alg_index(kex->group)].generator, pub);
}

static enum err modp_derive(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, uint8_t *shared)
{
	BIGNUM *y = BN_bin2bn(peer.data, (int)peer.len, NULL);
	enum err err = ERR_CRYPTO;

	if (y != NULL)
		err = is_good(c, &c->modp[crypto_alg_index(kex->group)], y) ? power(c, kex, y, shared) : ERR_MALFORMED;
	BN_free(y);
	return err;
}

const struct crypto_shape crypto_modp_shape = {
	.init = modp_init,
	.fini = modp_fini,
	.draw = modp_draw,
	.share = modp_share,
	.derive = modp_derive,
};
