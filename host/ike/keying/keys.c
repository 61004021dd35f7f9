/*
 * Key derivation of RFC7296-2.14 to 2.17.  The seven keys of an IKE SA live side by side in one secret; where each begins
 * follows from the suite.
 */
#include "ike/keying/keys.h"

#include <string.h>

#include "crypto/prf.h"
#include "ike/wire/nonce.h"

static const char key_pad[] = "Key Pad for IKEv2"; /* RFC7296-2.15, without its NUL */
static const char resumption[] = "Resumption";     /* RFC5723-5.1, the same */

static size_t key_len(const struct ike_suite *suite, enum ike_key which)
{
	switch (which) {
	case IKE_SK_AI:
	case IKE_SK_AR:
		return suite->integ == NULL ? 0 : suite->integ->key_len;
	case IKE_SK_EI:
	case IKE_SK_ER:
		return suite->encr->key_len;
	default:
		return suite->prf->key_len;
	}
}

static size_t offset_of(const struct ike_suite *suite, enum ike_key which)
{
	size_t at = 0;

	for (int k = IKE_SK_D; k < (int)which; k++)
		at += key_len(suite, (enum ike_key)k);
	return at;
}

struct bytes ike_keys_view(const struct ike_suite *suite, const struct secret *keys, enum ike_key which)
{
	size_t at = offset_of(suite, which);
	size_t len = key_len(suite, which);

	return at + len > keys->len ? bytes_of(NULL, 0) : bytes_of(keys->data + at, len);
}

static void put_u64(uint8_t *out, uint64_t v)
{
	for (int i = 0; i < 8; i++)
		out[i] = (uint8_t)(v >> (56 - 8 * i));
}

/* {SK_d | SK_ai | …} = prf+(SKEYSEED, Ni | Nr | SPIi | SPIr). */
static enum err expand(
	struct crypto *c, const struct ike_suite *suite, struct bytes skeyseed, const struct ike_keys_seed *seed, struct secret *out)
{
	uint8_t spis[16] = { 0 };
	struct bytes part[3] = { seed->ni, seed->nr, bytes_of(spis, sizeof(spis)) };
	struct crypto_prf_key key = { suite->prf, skeyseed };
	struct secret keys = { 0 };
	enum err err = secret_new(&keys, offset_of(suite, IKE_SK_COUNT));

	put_u64(spis, seed->spi_i);
	put_u64(spis + 8, seed->spi_r);
	if (err == ERR_OK)
		err = crypto_prf_plus(c, &key, crypto_parts_of(part, 3), keys.data, keys.len);
	if (err == ERR_OK)
		secret_take(out, &keys);
	secret_fini(&keys);
	return err;
}

/* SKEYSEED = prf(Ni | Nr, g^ir) */
enum err ike_keys_derive(struct crypto *c, const struct ike_suite *suite, const struct ike_keys_seed *seed, struct secret *out)
{
	uint8_t nonces[2 * IKE_NONCE_MAX];
	uint8_t skeyseed[CRYPTO_DIGEST_MAX];
	struct crypto_prf_key key = { .alg = suite->prf };
	enum err err = ERR_RANGE;

	if (seed->ni.len + seed->nr.len > sizeof(nonces))
		return err;
	memcpy(nonces, seed->ni.data, seed->ni.len);
	memcpy(nonces + seed->ni.len, seed->nr.data, seed->nr.len);
	key.key = bytes_of(nonces, seed->ni.len + seed->nr.len);
	err = crypto_prf_sum(c, &key, crypto_parts_of(&seed->shared, 1), skeyseed);
	if (err == ERR_OK)
		err = expand(c, suite, bytes_of(skeyseed, suite->prf->out_len), seed, out);
	bytes_wipe(skeyseed, sizeof(skeyseed));
	return err;
}

/* g^ir | Ni | Nr, and what further key exchanges brought after them (RFC9370-2.2.4); how many parts they are. */
enum { SHARES_MAX = 3 + IKE_PROPOSAL_EXTRAS };

static unsigned join_shares(const struct ike_keys_seed *seed, struct bytes part[SHARES_MAX])
{
	unsigned count = 0;

	part[count++] = seed->shared;
	part[count++] = seed->ni;
	part[count++] = seed->nr;
	for (unsigned i = 0; i < seed->more_count && count < SHARES_MAX; i++)
		part[count++] = seed->more[i];
	return count;
}

/* SKEYSEED = prf(SK_d (old), g^ir | Ni | Nr | …), with the old SA's prf */
enum err ike_keys_rekey(struct crypto *c, const struct ike_keys_old *old, const struct ike_suite *suite, const struct ike_keys_seed *seed,
	struct secret *out)
{
	uint8_t skeyseed[CRYPTO_DIGEST_MAX];
	struct crypto_prf_key key = { old->suite->prf, ike_keys_view(old->suite, old->keys, IKE_SK_D) };
	struct bytes part[SHARES_MAX];
	enum err err = crypto_prf_sum(c, &key, crypto_parts_of(part, join_shares(seed, part)), skeyseed);

	if (err == ERR_OK)
		err = expand(c, suite, bytes_of(skeyseed, old->suite->prf->out_len), seed, out);
	bytes_wipe(skeyseed, sizeof(skeyseed));
	return err;
}

/* SKEYSEED = prf(SK_d (old), "Resumption" | Ni | Nr) */
enum err ike_keys_resume(
	struct crypto *c, const struct ike_suite *suite, struct bytes sk_d, const struct ike_keys_seed *seed, struct secret *out)
{
	uint8_t skeyseed[CRYPTO_DIGEST_MAX];
	struct crypto_prf_key key = { suite->prf, sk_d };
	struct bytes part[3] = { bytes_of(resumption, sizeof(resumption) - 1), seed->ni, seed->nr };
	enum err err = crypto_prf_sum(c, &key, crypto_parts_of(part, 3), skeyseed);

	if (err == ERR_OK)
		err = expand(c, suite, bytes_of(skeyseed, suite->prf->out_len), seed, out);
	bytes_wipe(skeyseed, sizeof(skeyseed));
	return err;
}

enum err ike_keys_trim(const struct ike_suite *suite, struct secret *keys)
{
	struct secret kept = { 0 };
	enum err err = secret_set(&kept, bytes_of(keys->data, offset_of(suite, IKE_SK_PI)));

	if (err == ERR_OK)
		secret_take(keys, &kept);
	return err;
}

/* SK_pi or SK_pr as a key. */
static struct crypto_prf_key prover(const struct ike_suite *suite, const struct secret *keys, bool initiator)
{
	return (struct crypto_prf_key){ suite->prf, ike_keys_view(suite, keys, initiator ? IKE_SK_PI : IKE_SK_PR) };
}

enum err ike_keys_maced_id(
	struct crypto *c, const struct ike_suite *suite, const struct secret *keys, const struct ike_keys_signed *what, uint8_t *out)
{
	uint8_t head[4] = { what->id->type, 0, 0, 0 }; /* ID payload without its generic header */
	struct bytes id[2] = { bytes_of(head, sizeof(head)), what->id->data };
	struct crypto_prf_key key = prover(suite, keys, what->initiator);

	return crypto_prf_sum(c, &key, crypto_parts_of(id, 2), out);
}

/* prf(key, <what that side signs>) */
static enum err sum_octets(
	struct crypto *c, const struct crypto_prf_key *key, const struct ike_keys_signed *what, const uint8_t *maced_id, uint8_t *out)
{
	struct bytes octets[4] = { what->message, what->nonce, bytes_of(maced_id, key->alg->out_len), what->inter };

	return crypto_prf_sum(c, key, crypto_parts_of(octets, 4), out);
}

enum err ike_keys_auth_psk(struct crypto *c, const struct ike_suite *suite, const struct secret *keys, const struct ike_keys_signed *what,
	struct bytes psk, uint8_t *out)
{
	uint8_t maced_id[CRYPTO_DIGEST_MAX];
	uint8_t padded[CRYPTO_DIGEST_MAX];
	struct bytes pad = bytes_of(key_pad, sizeof(key_pad) - 1);
	struct crypto_prf_key key = { .alg = suite->prf, .key = psk };
	enum err err = ike_keys_maced_id(c, suite, keys, what, maced_id);

	if (err == ERR_OK)
		err = crypto_prf_sum(c, &key, crypto_parts_of(&pad, 1), padded);
	key.key = bytes_of(padded, suite->prf->out_len);
	if (err == ERR_OK)
		err = sum_octets(c, &key, what, maced_id, out);
	bytes_wipe(maced_id, sizeof(maced_id));
	bytes_wipe(padded, sizeof(padded));
	return err;
}

enum err ike_keys_auth_resumed(
	struct crypto *c, const struct ike_suite *suite, const struct secret *keys, const struct ike_keys_signed *what, uint8_t *out)
{
	uint8_t maced_id[CRYPTO_DIGEST_MAX];
	struct crypto_prf_key key = prover(suite, keys, what->initiator);
	enum err err = ike_keys_maced_id(c, suite, keys, what, maced_id);

	if (err == ERR_OK)
		err = sum_octets(c, &key, what, maced_id, out);
	bytes_wipe(maced_id, sizeof(maced_id));
	return err;
}

/* Cuts 'len' bytes off the front of 'from'. */
static enum err cut(struct bytes *from, size_t len, struct secret *out)
{
	enum err err = secret_set(out, bytes_of(from->data, len));

	*from = bytes_of(from->data + len, from->len - len);
	return err;
}

/* KEYMAT = prf+(SK_d, [g^ir |] Ni | Nr | …): encryption and integrity key of one direction, then of the other. */
enum err ike_keys_child(struct crypto *c, const struct ike_suite *ike, const struct secret *keys, const struct ike_suite *esp,
	const struct ike_keys_seed *seed, struct ike_child_keys *i2r, struct ike_child_keys *r2i)
{
	size_t integ_len = esp->integ == NULL ? 0 : esp->integ->key_len;
	struct crypto_prf_key key = { ike->prf, ike_keys_view(ike, keys, IKE_SK_D) };
	struct bytes part[SHARES_MAX];
	struct secret keymat = { 0 };
	struct bytes left;
	enum err err = secret_new(&keymat, 2 * (esp->encr->key_len + integ_len));

	if (err == ERR_OK)
		err = crypto_prf_plus(c, &key, crypto_parts_of(part, join_shares(seed, part)), keymat.data, keymat.len);
	left = secret_view(&keymat);
	if (err == ERR_OK)
		err = cut(&left, esp->encr->key_len, &i2r->encr);
	if (err == ERR_OK)
		err = cut(&left, integ_len, &i2r->integ);
	if (err == ERR_OK)
		err = cut(&left, esp->encr->key_len, &r2i->encr);
	if (err == ERR_OK)
		err = cut(&left, integ_len, &r2i->integ);
	secret_fini(&keymat);
	return err;
}
