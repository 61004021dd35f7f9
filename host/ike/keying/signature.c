/* AUTH by signature: which scheme a method stands for.  Called by the world's side of the ports, see ike/ports.h. */
#include "ike/keying/signature.h"

#include "crypto/digest.h"
#include "ike/wire/iana.h"

static bool knows(uint16_t hashes, enum crypto_hash hash)
{
	return (hashes & 1u << hash) != 0;
}

/* The hash that fits the key if the peer knows it, else the best one that it knows. */
static enum crypto_hash hash_for(const struct crypto_key *key, uint16_t hashes)
{
	static const enum crypto_hash sha2[] = { CRYPTO_HASH_SHA2_512, CRYPTO_HASH_SHA2_384, CRYPTO_HASH_SHA2_256 };
	unsigned bits = crypto_key_kind(key) == CRYPTO_KEY_ECDSA ? crypto_key_bits(key) : 0;
	enum crypto_hash best = bits > 384 ? CRYPTO_HASH_SHA2_512 : bits > 256 ? CRYPTO_HASH_SHA2_384 : CRYPTO_HASH_SHA2_256;

	for (size_t i = 0; !knows(hashes, best) && i < sizeof(sha2) / sizeof(sha2[0]); i++)
		if (knows(hashes, sha2[i]))
			best = sha2[i];
	return best;
}

/* ERR_UNSUPPORTED: the peer knows none of the key's. */
static enum err modern_scheme(const struct crypto_key *key, uint16_t hashes, struct crypto_scheme *out)
{
	enum crypto_hash hash = hash_for(key, hashes);

	switch (crypto_key_kind(key)) {
	case CRYPTO_KEY_RSA:
		/* PKCS#1 v1.5 is what every peer verifies; PSS can't be negotiated (RFC7427-4). */
		out->kind = crypto_key_pss_only(key) ? CRYPTO_SIGN_RSA_PSS : CRYPTO_SIGN_RSA;
		out->salt_len = crypto_key_pss_only(key) ? (uint16_t)crypto_digest_len(hash) : 0;
		break;
	case CRYPTO_KEY_ECDSA:
		out->kind = CRYPTO_SIGN_ECDSA;
		break;
	case CRYPTO_KEY_ED25519:
		out->kind = CRYPTO_SIGN_ED25519;
		hash = CRYPTO_HASH_IDENTITY;
		break;
	}
	out->hash = hash;
	return knows(hashes, hash) ? ERR_OK : ERR_UNSUPPORTED;
}

/* Methods of RFC4754 by their curve. */
static const struct classic {
	uint8_t method;
	enum crypto_hash hash;
	unsigned bits;
} classics[] = {
	{ IKE_AUTH_ECDSA_256, CRYPTO_HASH_SHA2_256, 256 },
	{ IKE_AUTH_ECDSA_384, CRYPTO_HASH_SHA2_384, 384 },
	{ IKE_AUTH_ECDSA_521, CRYPTO_HASH_SHA2_512, 521 },
};

static enum err classic_scheme(const struct crypto_key *key, uint8_t *method, struct crypto_scheme *out)
{
	if (crypto_key_kind(key) == CRYPTO_KEY_RSA && !crypto_key_pss_only(key)) {
		*method = IKE_AUTH_RSA;
		*out = (struct crypto_scheme){ .kind = CRYPTO_SIGN_RSA, .hash = CRYPTO_HASH_SHA1 };
		return ERR_OK;
	}
	for (size_t i = 0; i < sizeof(classics) / sizeof(classics[0]); i++) {
		if (crypto_key_kind(key) != CRYPTO_KEY_ECDSA || crypto_key_bits(key) != classics[i].bits)
			continue;
		*method = classics[i].method;
		*out = (struct crypto_scheme){ .kind = CRYPTO_SIGN_ECDSA, .hash = classics[i].hash, .raw = true };
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

enum err ike_signature_make(
	struct crypto *c, const struct crypto_key *key, uint16_t hashes, struct bytes octets, uint8_t *method, struct wr *out)
{
	struct crypto_scheme scheme = { .kind = CRYPTO_SIGN_RSA };
	uint8_t signature[CRYPTO_SIGNATURE_MAX];
	size_t len;
	enum err err;

	*method = IKE_AUTH_SIGNATURE;
	err = hashes != 0 ? modern_scheme(key, hashes, &scheme) : classic_scheme(key, method, &scheme);
	if (err == ERR_OK)
		err = crypto_sign_make(c, key, &scheme, octets, signature, &len);
	if (err != ERR_OK)
		return err;
	if (*method == IKE_AUTH_SIGNATURE)
		crypto_algid_join(out, &scheme, bytes_of(signature, len));
	else
		wr_bytes(out, bytes_of(signature, len));
	return wr_done(out);
}

/* RFC7296-3.8 leaves the hash of method 1 to the signer. */
static enum err check_rsa(struct crypto *c, const struct crypto_key *key, struct bytes auth, struct bytes octets)
{
	static const enum crypto_hash hashes[] = { CRYPTO_HASH_SHA1, CRYPTO_HASH_SHA2_256, CRYPTO_HASH_SHA2_384, CRYPTO_HASH_SHA2_512 };
	struct crypto_scheme scheme = { .kind = CRYPTO_SIGN_RSA };
	enum err err = ERR_AUTH;

	for (size_t i = 0; err == ERR_AUTH && i < sizeof(hashes) / sizeof(hashes[0]); i++) {
		scheme.hash = hashes[i];
		err = crypto_sign_check(c, key, &scheme, octets, auth);
	}
	return err;
}

static enum err check_digital(struct crypto *c, const struct crypto_key *key, struct bytes auth, struct bytes octets)
{
	struct crypto_scheme scheme;
	struct bytes signature;
	enum err err = crypto_algid_split(auth, &scheme, &signature);

	return err == ERR_OK ? crypto_sign_check(c, key, &scheme, octets, signature) : err;
}

enum err ike_signature_check(struct crypto *c, const struct crypto_key *key, uint8_t method, struct bytes auth, struct bytes octets)
{
	if (method == IKE_AUTH_SIGNATURE)
		return check_digital(c, key, auth, octets);
	if (method == IKE_AUTH_RSA)
		return check_rsa(c, key, auth, octets);
	for (size_t i = 0; i < sizeof(classics) / sizeof(classics[0]); i++) {
		struct crypto_scheme scheme = { .kind = CRYPTO_SIGN_ECDSA, .hash = classics[i].hash, .raw = true };

		if (classics[i].method == method && crypto_key_bits(key) == classics[i].bits)
			return crypto_sign_check(c, key, &scheme, octets, auth);
	}
	return ERR_UNSUPPORTED;
}
