/*
 * Signatures over OpenSSL's EVP.  The digest is made with the one that was fetched at the start, so that a signature costs its
 * arithmetic and little else.  Any thread, each with its own struct crypto.
 */
#include "crypto/sign.h"

#include "crypto/digest.h"
#include "crypto/lib.h"
#include "crypto/pkey.h"

bool crypto_sign_fits(const struct crypto_key *key, const struct crypto_scheme *scheme)
{
	switch (scheme->kind) {
	case CRYPTO_SIGN_RSA:
		return key->kind == CRYPTO_KEY_RSA && !key->pss_only && crypto_digest_len(scheme->hash) != 0;
	case CRYPTO_SIGN_RSA_PSS:
		return key->kind == CRYPTO_KEY_RSA && crypto_digest_len(scheme->hash) != 0 &&
		       crypto_digest_len(scheme->hash) + scheme->salt_len + 2 <= (key->bits + 6) / 8; /* RFC8017-9.1.1 */
	case CRYPTO_SIGN_ECDSA:
		return key->kind == CRYPTO_KEY_ECDSA && crypto_digest_len(scheme->hash) != 0;
	case CRYPTO_SIGN_ED25519:
		return key->kind == CRYPTO_KEY_ED25519 && scheme->hash == CRYPTO_HASH_IDENTITY;
	}
	return false;
}

/* ---- r and s, RFC4754-7 ---- */

static size_t number_len(const struct crypto_key *key)
{
	return (key->bits + 7) / 8;
}

/* A DER signature at 'out' becomes r and s. */
static enum err to_raw(const struct crypto_key *key, uint8_t *out, size_t *len)
{
	const unsigned char *at = out;
	ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &at, (long)*len);
	int n = (int)number_len(key);
	enum err err = ERR_CRYPTO;

	if (sig != NULL && BN_bn2binpad(ECDSA_SIG_get0_r(sig), out, n) == n && BN_bn2binpad(ECDSA_SIG_get0_s(sig), out + n, n) == n)
		err = ERR_OK;
	*len = 2 * (size_t)n;
	ECDSA_SIG_free(sig);
	return err;
}

/* And back; 'out' holds CRYPTO_SIGNATURE_MAX bytes. */
static enum err of_raw(const struct crypto_key *key, struct bytes raw, uint8_t *out, size_t *len)
{
	int n = (int)number_len(key), der = 0;
	ECDSA_SIG *sig = ECDSA_SIG_new();
	BIGNUM *r = NULL, *s = NULL;

	if (sig == NULL || raw.len != 2 * (size_t)n) {
		ECDSA_SIG_free(sig);
		return sig == NULL ? ERR_NOMEM : ERR_AUTH;
	}
	r = BN_bin2bn(raw.data, n, NULL);
	s = BN_bin2bn(raw.data + n, n, NULL);
	if (r == NULL || s == NULL || ECDSA_SIG_set0(sig, r, s) != 1) {
		BN_free(r);
		BN_free(s);
	} else {
		der = i2d_ECDSA_SIG(sig, &out); /* at most 2 * 66 + 9 bytes */
	}
	ECDSA_SIG_free(sig);
	*len = der > 0 ? (size_t)der : 0;
	return der > 0 ? ERR_OK : ERR_NOMEM;
}

/* ---- sign and verify ---- */

static bool set_padding(EVP_PKEY_CTX *ctx, const struct crypto_scheme *scheme)
{
	switch (scheme->kind) {
	case CRYPTO_SIGN_RSA:
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) == 1;
	case CRYPTO_SIGN_RSA_PSS:
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) == 1 &&
		       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, scheme->salt_len) == 1;
	case CRYPTO_SIGN_ECDSA:
	case CRYPTO_SIGN_ED25519:
		break;
	}
	return true;
}

/* RSA puts the digest's name into the signature; ECDSA takes the digest as it is, and telling it costs a fetch. */
static bool set_digest(EVP_PKEY_CTX *ctx, const struct crypto *c, const struct crypto_scheme *scheme)
{
	return scheme->kind == CRYPTO_SIGN_ECDSA || EVP_PKEY_CTX_set_signature_md(ctx, c->md[scheme->hash]) == 1;
}

/* A context that is ready to work on a digest; NULL when out of memory. */
static EVP_PKEY_CTX *open_ctx(struct crypto *c, const struct crypto_key *key, const struct crypto_scheme *scheme, bool sign)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pkey, NULL);
	bool ok = ctx != NULL && (sign ? EVP_PKEY_sign_init(ctx) : EVP_PKEY_verify_init(ctx)) == 1 && set_padding(ctx, scheme) &&
		  set_digest(ctx, c, scheme);

	if (!ok) {
		EVP_PKEY_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

static enum err digest_of(struct crypto *c, const struct crypto_scheme *scheme, struct bytes text, uint8_t *out)
{
	return crypto_digest_sum(c, scheme->hash, crypto_parts_of(&text, 1), out);
}

/* Ed25519 takes the text as a whole. */
static enum err make_ed25519(struct crypto *c, const struct crypto_key *key, struct bytes text, uint8_t *out, size_t *len)
{
	bool ok = EVP_MD_CTX_reset(c->md_ctx) == 1 && EVP_DigestSignInit(c->md_ctx, NULL, NULL, NULL, key->pkey) == 1 &&
		  EVP_DigestSign(c->md_ctx, out, len, text.data, text.len) == 1;

	(void)EVP_MD_CTX_reset(c->md_ctx); /* lets go of the key */
	return ok ? ERR_OK : ERR_CRYPTO;
}

static enum err check_ed25519(struct crypto *c, const struct crypto_key *key, struct bytes text, struct bytes signature)
{
	bool ready = EVP_MD_CTX_reset(c->md_ctx) == 1 && EVP_DigestVerifyInit(c->md_ctx, NULL, NULL, NULL, key->pkey) == 1;
	bool good = ready && EVP_DigestVerify(c->md_ctx, signature.data, signature.len, text.data, text.len) == 1;

	(void)EVP_MD_CTX_reset(c->md_ctx);
	return good ? ERR_OK : ready ? ERR_AUTH : ERR_CRYPTO;
}

enum err crypto_sign_make(
	struct crypto *c, const struct crypto_key *key, const struct crypto_scheme *scheme, struct bytes text, uint8_t *out, size_t *len)
{
	uint8_t digest[CRYPTO_DIGEST_MAX];
	EVP_PKEY_CTX *ctx;
	enum err err;

	*len = CRYPTO_SIGNATURE_MAX;
	if (!crypto_sign_fits(key, scheme))
		return ERR_UNSUPPORTED;
	if (scheme->kind == CRYPTO_SIGN_ED25519)
		return make_ed25519(c, key, text, out, len);
	err = digest_of(c, scheme, text, digest);
	if (err != ERR_OK)
		return err;
	ctx = open_ctx(c, key, scheme, true);
	if (ctx == NULL || EVP_PKEY_sign(ctx, out, len, digest, crypto_digest_len(scheme->hash)) != 1)
		err = ERR_CRYPTO;
	EVP_PKEY_CTX_free(ctx);
	if (err == ERR_OK && scheme->raw)
		err = to_raw(key, out, len);
	return err;
}

enum err crypto_sign_check(
	struct crypto *c, const struct crypto_key *key, const struct crypto_scheme *scheme, struct bytes text, struct bytes signature)
{
	uint8_t digest[CRYPTO_DIGEST_MAX], der[CRYPTO_SIGNATURE_MAX];
	EVP_PKEY_CTX *ctx;
	size_t len;
	enum err err;

	if (!crypto_sign_fits(key, scheme))
		return ERR_UNSUPPORTED;
	if (scheme->kind == CRYPTO_SIGN_ED25519)
		return check_ed25519(c, key, text, signature);
	if (scheme->raw) {
		err = of_raw(key, signature, der, &len);
		if (err != ERR_OK)
			return err;
		signature = bytes_of(der, len);
	}
	err = digest_of(c, scheme, text, digest);
	if (err != ERR_OK)
		return err;
	ctx = open_ctx(c, key, scheme, false);
	if (ctx == NULL)
		return ERR_CRYPTO;
	if (EVP_PKEY_verify(ctx, signature.data, signature.len, digest, crypto_digest_len(scheme->hash)) != 1)
		err = ERR_AUTH;
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return err;
}
