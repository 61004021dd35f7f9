/*
 * Key encapsulation in the place of an exchange: the initiator's value is an encapsulation key, the responder's a ciphertext, which only
 * the first one's seed opens (FIPS 203; with IKEv2 as an additional key exchange, RFC9370).  OpenSSL has ML-KEM from 3.5 on; nothing of it
 * is needed to build this, and what is found at run time counts.  Called by kex.c.
 */
#include "crypto/group/shape.h"

/* The names by which OpenSSL 3.5 takes what makes it repeatable. */
#define PARAM_SEED "seed"
#define PARAM_ENTROPY "ikme"

enum { SEED_LEN = 64, ENTROPY_LEN = 32 }; /* FIPS 203: d and z; m */

static enum err kem_init(struct crypto *c, unsigned i)
{
	c->kem[i] = EVP_PKEY_CTX_new_from_name(NULL, crypto_alg_at(i)->evp, NULL);
	return c->kem[i] != NULL && EVP_PKEY_fromdata_init(c->kem[i]) == 1 ? ERR_OK : ERR_UNSUPPORTED;
}

static void kem_fini(struct crypto *c, unsigned i)
{
	EVP_PKEY_CTX_free(c->kem[i]);
}

/* The key pair of a seed, or the key that a peer sent. */
static EVP_PKEY *import(struct crypto *c, const struct crypto_alg *group, const char *what, struct bytes octets)
{
	EVP_PKEY *key = NULL;
	OSSL_PARAM params[2];

	params[0] = OSSL_PARAM_construct_octet_string(what, (void *)(uintptr_t)octets.data, octets.len);
	params[1] = OSSL_PARAM_construct_end();
	return EVP_PKEY_fromdata(c->kem[crypto_alg_index(group)], &key, EVP_PKEY_KEYPAIR, params) == 1 ? key : NULL;
}

static enum err kem_draw(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex *kex)
{
	enum err err = secret_new(&kex->key, SEED_LEN);

	(void)c;
	return err == ERR_OK ? crypto_rand_fill(rand, kex->key.data, SEED_LEN) : err;
}

static enum err kem_share(struct crypto *c, struct crypto_kex *kex, uint8_t *pub)
{
	EVP_PKEY *key = import(c, kex->group, PARAM_SEED, secret_view(&kex->key));
	size_t len = 0;
	enum err err = ERR_CRYPTO;

	if (key != NULL && EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, pub, kex->group->pub_len, &len) == 1 &&
		len == kex->group->pub_len)
		err = ERR_OK;
	EVP_PKEY_free(key);
	return err;
}

static enum err kem_derive(struct crypto *c, const struct crypto_kex *kex, struct bytes peer, uint8_t *shared)
{
	EVP_PKEY *key = import(c, kex->group, PARAM_SEED, secret_view(&kex->key));
	EVP_PKEY_CTX *ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
	size_t len = kex->group->out_len;
	enum err err = ERR_CRYPTO;

	/* A ciphertext that was made for another key isn't refused here: the secret is another one then, and AUTH fails. */
	if (ctx != NULL && EVP_PKEY_decapsulate_init(ctx, NULL) == 1)
		err = EVP_PKEY_decapsulate(ctx, shared, &len, peer.data, peer.len) == 1 && len == kex->group->out_len ? ERR_OK
														      : ERR_MALFORMED;
	EVP_PKEY_CTX_free(ctx);
	EVP_PKEY_free(key);
	return err;
}

static enum err encapsulate(const struct crypto_rand *rand, EVP_PKEY *peer, struct crypto_kex_turn *t)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, peer, NULL);
	size_t len = t->kex.group->reply_len, shared_len = t->shared.len;
	uint8_t entropy[ENTROPY_LEN];
	OSSL_PARAM params[2];
	enum err err = crypto_rand_fill(rand, entropy, sizeof(entropy));

	params[0] = OSSL_PARAM_construct_octet_string(PARAM_ENTROPY, entropy, sizeof(entropy));
	params[1] = OSSL_PARAM_construct_end();
	if (err == ERR_OK && (ctx == NULL || EVP_PKEY_encapsulate_init(ctx, params) != 1 ||
				     EVP_PKEY_encapsulate(ctx, t->pub, &len, t->shared.data, &shared_len) != 1 ||
				     len != t->kex.group->reply_len || shared_len != t->shared.len))
		err = ERR_CRYPTO;
	bytes_wipe(entropy, sizeof(entropy));
	EVP_PKEY_CTX_free(ctx);
	return err;
}

static enum err kem_answer(struct crypto *c, const struct crypto_rand *rand, struct crypto_kex_turn *t)
{
	EVP_PKEY *peer = import(c, t->kex.group, OSSL_PKEY_PARAM_PUB_KEY, t->peer);
	enum err err = peer == NULL ? ERR_MALFORMED : encapsulate(rand, peer, t); /* a key that fails its check, FIPS 203 7.2 */

	EVP_PKEY_free(peer);
	return err;
}

const struct crypto_shape crypto_kem_shape = {
	.init = kem_init,
	.fini = kem_fini,
	.draw = kem_draw,
	.share = kem_share,
	.derive = kem_derive,
	.answer = kem_answer,
};
