/* Curve25519 and Curve448 (RFC7748, RFC8031).  Called by kex.c. */
#include "crypto/group/shape.h"

enum { XDH_MAX = 56 };

/* The base point of a curve (RFC7748-4): its first octet, all others are zero. */
static void base_of(const struct crypto_alg *group, uint8_t point[XDH_MAX])
{
	for (unsigned i = 0; i < XDH_MAX; i++)
		point[i] = 0;
	point[0] = group->id == CRYPTO_GROUP_CURVE25519 ? 9 : 5;
}

static enum err xdh_init(struct crypto *c, unsigned i)
{
	const struct crypto_alg *group = crypto_alg_at(i);
	struct crypto_xdh *x = &c->xdh[i];
	uint8_t point[XDH_MAX];

	base_of(group, point);
	x->maker = EVP_PKEY_CTX_new_from_name(NULL, group->evp, NULL);
	x->peer = EVP_PKEY_new_raw_public_key_ex(NULL, group->evp, NULL, point, group->pub_len);
	if (x->maker == NULL || x->peer == NULL)
		return ERR_UNSUPPORTED;
	return EVP_PKEY_fromdata_init(x->maker) == 1 ? ERR_OK : ERR_CRYPTO;
}

static void xdh_fini(struct crypto *c, unsigned i)
{
	EVP_PKEY_CTX_free(c->xdh[i].maker);
	EVP_PKEY_free(c->xdh[i].peer);
}

static enum err xdh_draw(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex *kex)
{
	enum err err = secret_new(&kex->key, kex->group->out_len);

	(void)c;
	return err == ERR_OK ? crypto_rand_fill(rand, kex->key.data, kex->key.len) : err;
}

/*
 * The private half as OpenSSL wants it, ready to multiply.  It asks for a public half too, or computes one, slower than 'multiply' does;
 * scalar multiplication never looks at it, so that the base point stands in.
 */
static EVP_PKEY_CTX *make(struct crypto *c, const struct crypto_kex *kex)
{
	EVP_PKEY_CTX *ctx = NULL;
	EVP_PKEY *key = NULL;
	uint8_t point[XDH_MAX];
	OSSL_PARAM params[3];

	base_of(kex->group, point);
	params[0] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, kex->key.data, kex->key.len);
	params[1] = OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, kex->group->pub_len);
	params[2] = OSSL_PARAM_construct_end();
	if (EVP_PKEY_fromdata(c->xdh[crypto_alg_index(kex->group)].maker, &key, EVP_PKEY_KEYPAIR, params) == 1)
		ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	EVP_PKEY_free(key); /* 'ctx' has it, too */
	if (ctx != NULL && EVP_PKEY_derive_init(ctx) == 1)
		return ctx;
	EVP_PKEY_CTX_free(ctx);
	return NULL;
}

/* The private half times 'point' (RFC7748-5): the shared secret, or by the base point the public half. */
static enum err multiply(struct crypto *c, const struct crypto_alg *group, EVP_PKEY_CTX *private_half, const uint8_t *point, uint8_t *out)
{
	EVP_PKEY *peer = c->xdh[crypto_alg_index(group)].peer;
	size_t len = group->out_len;

	if (private_half == NULL || EVP_PKEY_set1_encoded_public_key(peer, point, len) != 1 ||
		EVP_PKEY_derive_set_peer_ex(private_half, peer, 0) != 1)
		return ERR_CRYPTO;
	/* OpenSSL refuses an all-zero result: a peer's point of small order (RFC7748-6). */
	return EVP_PKEY_derive(private_half, out, &len) == 1 && len == group->out_len ? ERR_OK : ERR_MALFORMED;
}

static enum err xdh_share(struct crypto *c, struct crypto_kex *kex, uint8_t *pub)
{
	uint8_t point[XDH_MAX];

	base_of(kex->group, point);
	kex->made = make(c, kex);
	return multiply(c, kex->group, kex->made, point, pub);
}

static enum err xdh_derive(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, uint8_t *shared)
{
	EVP_PKEY_CTX *again = kex->made == NULL ? make(c, kex) : NULL;
	enum err err = multiply(c, kex->group, kex->made != NULL ? kex->made : again, peer.data, shared);

	EVP_PKEY_CTX_free(again);
	return err;
}

const struct crypto_shape crypto_xdh_shape = {
	.init = xdh_init,
	.fini = xdh_fini,
	.draw = xdh_draw,
	.share = xdh_share,
	.derive = xdh_derive,
};
