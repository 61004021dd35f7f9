/*
 * Key exchanges in the shapes that IKE knows, one file of group/ each.  Private keys are made from our own random source and kept as
 * octets, so that a half-open SA costs a few dozen bytes and a simulation repeats itself; OpenSSL is called with them once for each half
 * of the exchange.  Who answers has both halves at once, or the first from the stock: what the library made for it serves the second.
 * On whichever thread the struct crypto is.
 */
#include "crypto/kex.h"

#include <string.h>

#include "crypto/group/shape.h"

static const struct crypto_shape *const shapes[] = {
	[CRYPTO_MODP] = &crypto_modp_shape,
	[CRYPTO_ECP] = &crypto_ecp_shape,
	[CRYPTO_XDH] = &crypto_xdh_shape,
	[CRYPTO_KEM] = &crypto_kem_shape,
};

static const struct crypto_shape *shape_of(const struct crypto_alg *group)
{
	return shapes[group->form];
}

enum err crypto_lib_group_init(struct crypto *c, unsigned row)
{
	return shape_of(crypto_alg_at(row))->init(c, row);
}

void crypto_lib_group_fini(struct crypto *c, unsigned row)
{
	shape_of(crypto_alg_at(row))->fini(c, row);
}

BIGNUM *crypto_shape_number(struct bytes key)
{
	BIGNUM *n = BN_secure_new();

	if (n != NULL && BN_bin2bn(key.data, (int)key.len, n) != NULL) {
		BN_set_flags(n, BN_FLG_CONSTTIME);
		return n;
	}
	BN_clear_free(n);
	return NULL;
}

enum err crypto_kex_new(
	struct crypto *c, const struct crypto_rand *rand, const struct crypto_alg *group, struct crypto_kex *out, uint8_t *pub)
{
	struct crypto_kex kex = { .group = group };
	enum err err = crypto_has(c, group) ? shape_of(group)->draw(c, rand, &kex) : ERR_UNSUPPORTED;

	if (err == ERR_OK)
		err = shape_of(group)->share(c, &kex, pub);
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

	if (peer.len != kex->group->reply_len)
		return ERR_MALFORMED;
	err = secret_new(&shared, kex->group->out_len);
	if (err == ERR_OK)
		err = shape_of(kex->group)->derive(c, kex, peer, shared.data);
	if (err == ERR_OK)
		secret_take(out, &shared);
	secret_fini(&shared);
	return err;
}

static enum err begin(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex_turn *t)
{
	enum err err = crypto_kex_new(c, rand, t->kex.group, &t->kex, t->pub);

	if (err == ERR_OK)
		t->pub_len = t->kex.group->pub_len;
	return err;
}

static enum err encapsulate(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex_turn *t)
{
	const struct crypto_alg *group = t->kex.group;
	enum err err = crypto_has(c, group) ? ERR_OK : ERR_UNSUPPORTED;

	if (err == ERR_OK && t->peer.len != group->pub_len)
		err = ERR_MALFORMED;
	if (err == ERR_OK)
		err = secret_new(&t->shared, group->out_len);
	if (err == ERR_OK)
		err = shape_of(group)->answer(c, rand, t);
	if (err == ERR_OK)
		t->pub_len = group->reply_len;
	else
		secret_fini(&t->shared);
	return err;
}

enum err crypto_kex_step(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex_turn *t)
{
	enum err err = ERR_OK;

	t->pub_len = 0;
	if (t->kex.key.len == 0 && t->peer.len != 0 && shape_of(t->kex.group)->answer != NULL)
		return encapsulate(c, rand, t);
	if (t->kex.key.len == 0)
		err = begin(c, rand, t);
	if (err == ERR_OK && t->peer.len != 0)
		err = crypto_kex_derive(c, &t->kex, t->peer, &t->shared);
	return err;
}

void crypto_kex_take(struct crypto_kex *to, struct crypto_kex *from)
{
	crypto_kex_fini(to);
	*to = *from;
	memset(from, 0, sizeof(*from));
}

void crypto_kex_fini(struct crypto_kex *kex)
{
	EVP_PKEY_CTX_free(kex->made);
	kex->made = NULL;
	secret_fini(&kex->key);
	kex->group = NULL;
}
