/*
 * Keys that sign: what OpenSSL reads, judged once, so that whoever has a struct crypto_key can use it.  Called when a
 * configuration is loaded (our keys) and for each peer's certificate; any thread.
 */
#include "crypto/key.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/lib.h"
#include "crypto/pkey.h"

enum { SECURE_HEAP = 1 << 20, SECURE_LEAST = 32, ED25519_BITS = 255 };

enum err crypto_key_heap(void)
{
	if (CRYPTO_secure_malloc_initialized() == 1)
		return ERR_OK;
	/* 2: it couldn't all be locked; RLIMIT_MEMLOCK may be small */
	return CRYPTO_secure_malloc_init(SECURE_HEAP, SECURE_LEAST) != 0 ? ERR_OK : ERR_NOMEM;
}

static enum err judge_rsa(struct crypto_key *k)
{
	int bits = EVP_PKEY_get_bits(k->pkey);

	if (bits < CRYPTO_KEY_RSA_MIN || bits > CRYPTO_KEY_RSA_MAX)
		return ERR_UNSUPPORTED;
	k->kind = CRYPTO_KEY_RSA;
	k->bits = (unsigned)bits;
	k->pss_only = EVP_PKEY_is_a(k->pkey, "RSA-PSS") == 1;
	return ERR_OK;
}

static enum err judge_ec(struct crypto_key *k)
{
	static const struct {
		const char *name;
		unsigned bits;
	} curves[] = { { "prime256v1", 256 }, { "secp384r1", 384 }, { "secp521r1", 521 } };
	char name[32];

	if (EVP_PKEY_get_group_name(k->pkey, name, sizeof(name), NULL) != 1)
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++) {
		if (strcmp(name, curves[i].name) != 0)
			continue;
		k->kind = CRYPTO_KEY_ECDSA;
		k->bits = curves[i].bits;
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

static enum err judge(struct crypto_key *k)
{
	if (EVP_PKEY_is_a(k->pkey, "RSA") == 1 || EVP_PKEY_is_a(k->pkey, "RSA-PSS") == 1)
		return judge_rsa(k);
	if (EVP_PKEY_is_a(k->pkey, "EC") == 1)
		return judge_ec(k);
	if (EVP_PKEY_is_a(k->pkey, "ED25519") != 1)
		return ERR_UNSUPPORTED;
	k->kind = CRYPTO_KEY_ED25519;
	k->bits = ED25519_BITS;
	return ERR_OK;
}

enum err crypto_key_of_evp(EVP_PKEY *pkey, struct crypto_key **out)
{
	struct crypto_key *k = (struct crypto_key *)calloc(1, sizeof(*k));
	enum err err;

	if (k == NULL || EVP_PKEY_up_ref(pkey) != 1) {
		free(k);
		return ERR_NOMEM;
	}
	k->pkey = pkey;
	err = judge(k);
	if (err != ERR_OK) {
		crypto_key_free(k);
		return err;
	}
	*out = k;
	return ERR_OK;
}

void crypto_key_free(struct crypto_key *k)
{
	if (k == NULL)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

static int give_password(char *buf, int size, int rwflag, void *ctx)
{
	const struct bytes *password = (const struct bytes *)ctx;

	(void)rwflag;
	if (size < 0 || password->len > (size_t)size)
		return -1;
	if (password->len != 0)
		memcpy(buf, password->data, password->len);
	return (int)password->len;
}

static EVP_PKEY *decode(struct bytes text, struct bytes password)
{
	static const char begin[] = "-----BEGIN";
	const unsigned char *at = text.data;
	EVP_PKEY *pkey;
	BIO *bio;

	if (text.len < sizeof(begin) || text.len > LONG_MAX)
		return NULL;
	if (memmem(text.data, text.len, begin, sizeof(begin) - 1) == NULL)
		return d2i_AutoPrivateKey(NULL, &at, (long)text.len);
	bio = text.len > INT_MAX ? NULL : BIO_new_mem_buf(text.data, (int)text.len);
	if (bio == NULL)
		return NULL;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, give_password, &password);
	BIO_free(bio);
	return pkey;
}

static enum err own(EVP_PKEY *pkey, struct crypto_key **out)
{
	enum err err = pkey == NULL ? ERR_MALFORMED : crypto_key_of_evp(pkey, out);

	EVP_PKEY_free(pkey);
	ERR_clear_error();
	return err;
}

enum err crypto_key_read(struct bytes text, struct bytes password, struct crypto_key **out)
{
	return own(decode(text, password), out);
}

enum err crypto_key_read_public(struct bytes der, struct crypto_key **out)
{
	const unsigned char *at = der.data;
	EVP_PKEY *pkey = der.len > LONG_MAX ? NULL : d2i_PUBKEY(NULL, &at, (long)der.len);

	if (pkey != NULL && at != der.data + der.len) {
		EVP_PKEY_free(pkey);
		pkey = NULL;
	}
	return own(pkey, out);
}

enum crypto_key_kind crypto_key_kind(const struct crypto_key *k)
{
	return k->kind;
}

unsigned crypto_key_bits(const struct crypto_key *k)
{
	return k->bits;
}

bool crypto_key_pss_only(const struct crypto_key *k)
{
	return k->pss_only;
}

bool crypto_key_eq(const struct crypto_key *a, const struct crypto_key *b)
{
	return EVP_PKEY_eq(a->pkey, b->pkey) == 1;
}
