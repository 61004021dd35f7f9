/* A gateway's tickets: sealing, opening, and which were spent.  Called by the exchanges, on the engine's thread. */
#include "ike/resume/vault.h"

#include <stdlib.h>
#include <string.h>

#include "base/rd.h"
#include "crypto/cipher.h"
#include "crypto/iana.h"
#include "crypto/rand.h"

enum { KEY_BITS = 256, IV_LEN = 8, BITS = 8 };

static const uint64_t key_ms = UINT64_C(1000) * IKE_VAULT_KEY_S;

static const struct crypto_alg *sealer(void)
{
	return crypto_alg_find(CRYPTO_ENCR, CRYPTO_ENCR_AES_GCM_16, KEY_BITS);
}

/* ---- keys ---- */

static void drop_key(struct ike_vault_key *k)
{
	secret_fini(&k->key);
	free(k->spent);
	memset(k, 0, sizeof(*k));
}

static bool may_seal(const struct ike_vault_key *k, uint64_t now_ms)
{
	return k->key.len != 0 && k->serials < IKE_VAULT_SERIALS && now_ms - k->since_ms < key_ms;
}

enum err ike_vault_refresh(struct ike_vault *v, const struct crypto_rand *rand, uint64_t now_ms)
{
	struct ike_vault_key fresh = { .generation = v->key[0].generation + 1, .since_ms = now_ms };
	enum err err;

	if (may_seal(&v->key[0], now_ms))
		return ERR_OK;
	fresh.spent = (uint8_t *)calloc(IKE_VAULT_SERIALS / BITS, 1);
	err = fresh.spent == NULL ? ERR_NOMEM : secret_new(&fresh.key, sealer()->key_len);
	if (err == ERR_OK)
		err = crypto_rand_fill(rand, fresh.key.data, fresh.key.len);
	if (err != ERR_OK) {
		drop_key(&fresh);
		return err;
	}
	drop_key(&v->key[1]);
	v->key[1] = v->key[0];
	v->key[0] = fresh;
	return ERR_OK;
}

static const struct ike_vault_key *key_of(const struct ike_vault *v, uint32_t generation)
{
	for (unsigned i = 0; i < 2; i++)
		if (generation != 0 && v->key[i].generation == generation && v->key[i].key.len != 0)
			return &v->key[i];
	return NULL;
}

void ike_vault_fini(struct ike_vault *v)
{
	drop_key(&v->key[0]);
	drop_key(&v->key[1]);
}

/* ---- what was spent ---- */

static bool is_spent(const struct ike_vault_key *k, uint32_t serial)
{
	return (k->spent[serial / BITS] & 1 << serial % BITS) != 0;
}

bool ike_vault_spend(struct ike_vault *v, const struct ike_vault_stub *stub)
{
	const struct ike_vault_key *k = key_of(v, stub->generation);

	if (k == NULL || stub->serial >= k->serials || is_spent(k, stub->serial))
		return false;
	k->spent[stub->serial / BITS] |= (uint8_t)(1 << stub->serial % BITS);
	return true;
}

/* ---- tickets ---- */

/* The explicit part of the nonce. */
static void make_iv(uint32_t serial, uint8_t iv[IV_LEN])
{
	struct wr w = wr_of(iv, IV_LEN);

	wr_u32(&w, 0);
	wr_u32(&w, serial);
}

enum err ike_vault_seal(struct ike_vault *v, struct crypto *c, struct bytes text, struct wr *w, struct ike_vault_stub *stub)
{
	struct ike_vault_key *k = &v->key[0];
	uint8_t iv[IV_LEN];
	struct crypto_text t = { .iv = bytes_of(iv, sizeof(iv)), .len = text.len };
	size_t begin = w->len;
	enum err err;

	if (k->key.len == 0 || k->serials >= IKE_VAULT_SERIALS)
		return ERR_STATE;
	wr_u8(w, IKE_VAULT_VERSION);
	wr_u32(w, k->generation);
	wr_u32(w, k->serials);
	t.aad = bytes_of(w->buf + begin, IKE_VAULT_HEAD);
	t.text = wr_reserve(w, text.len);
	t.icv = wr_reserve(w, IKE_VAULT_ICV);
	err = wr_done(w);
	if (err != ERR_OK)
		return err;
	memcpy(t.text, text.data, text.len);
	make_iv(k->serials, iv);
	stub->generation = k->generation;
	stub->serial = k->serials++;
	return crypto_cipher_seal(c, sealer(), secret_view(&k->key), &t);
}

static bool opens(const struct ike_vault *v, const struct ike_vault_key *k, uint64_t now_ms)
{
	return k == &v->key[0] || now_ms - v->key[0].since_ms < key_ms;
}

enum err ike_vault_open(const struct ike_vault *v, struct crypto *c, uint64_t now_ms, struct bytes ticket, struct ike_vault_content *out)
{
	struct rd r = rd_of(ticket);
	uint8_t version = rd_u8(&r), iv[IV_LEN], icv[IKE_VAULT_ICV];
	struct ike_vault_stub stub;
	const struct ike_vault_key *k;
	struct crypto_text t = { .iv = bytes_of(iv, sizeof(iv)), .icv = icv };
	struct secret text = { 0 };
	enum err err;

	stub.generation = rd_u32(&r);
	stub.serial = rd_u32(&r);
	if (rd_left(&r) <= IKE_VAULT_ICV || rd_left(&r) - IKE_VAULT_ICV > SECRET_MAX)
		return ERR_MALFORMED;
	if (version != IKE_VAULT_VERSION)
		return ERR_VERSION;
	k = key_of(v, stub.generation);
	if (k == NULL || !opens(v, k, now_ms) || stub.serial >= k->serials)
		return ERR_ABSENT;
	err = secret_set(&text, rd_bytes(&r, rd_left(&r) - IKE_VAULT_ICV));
	if (err != ERR_OK)
		return err;
	rd_copy(&r, icv, sizeof(icv));
	make_iv(stub.serial, iv);
	t.aad = bytes_of(ticket.data, IKE_VAULT_HEAD);
	t.text = text.data;
	t.len = text.len;
	err = crypto_cipher_open(c, sealer(), secret_view(&k->key), &t);
	if (err == ERR_OK && is_spent(k, stub.serial))
		err = ERR_REPLAY;
	if (err == ERR_OK) {
		out->stub = stub;
		secret_take(&out->text, &text);
	}
	secret_fini(&text);
	return err;
}
