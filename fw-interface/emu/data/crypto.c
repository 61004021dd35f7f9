/*
 * ESP transforms with Intel's multi-buffer library, which chooses its code for the CPU at run time.  AES-GCM goes
 * through the direct calls, ChaCha20-Poly1305 and CBC with HMAC through one job that is finished at once: a device
 * that answers packet by packet is enough here, and keeps every other file free of callbacks.  Device thread.
 */
#include "emu/data/crypto.h"

#include <intel-ipsec-mb.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"
#include "base/secret.h"

enum {
	ESP_HEADER = 8,
	HMAC_BLOCK_MAX = 128,
	HMAC_STATE_MAX = 64,
	AEAD_IV = 8,
	NONCE = 12,
	ICV_MAX = 32,
	KEY_ALIGN = 64,
	AES_SCHEDULE = 15 * 16
};

struct emu_engine {
	IMB_MGR *mgr;
};

/* What lies in the secret block, aligned for the library. */
struct keys {
	union {
		struct gcm_key_data gcm;
		struct {
			uint8_t enc[AES_SCHEDULE];
			uint8_t dec[AES_SCHEDULE];
			uint8_t inner[HMAC_STATE_MAX];
			uint8_t outer[HMAC_STATE_MAX];
		} cbc;
		uint8_t chacha[32];
	} u;
	uint8_t salt[4];
};

enum kind { KIND_NONE, KIND_GCM, KIND_CHACHA, KIND_CBC };

struct emu_crypto {
	IMB_MGR *mgr;
	const struct emu_suite *suite;
	enum kind kind;
	struct secret secret;
	struct keys *keys; /* in 'secret' */
	aes_gcm_enc_dec_t gcm_seal;
	aes_gcm_enc_dec_t gcm_open;
	IMB_HASH_ALG hash;
};

const struct emu_suite *emu_crypto_suite(unsigned suite)
{
	static const struct emu_suite table[FWI_SUITE_COUNT] = {
#define ROW(name, number, key, salt, auth, iv, icv, block) [number] = { key, salt, auth, iv, icv, block },
		FWI_SUITE_LIST(ROW)
#undef ROW
	};

	return suite < FWI_SUITE_COUNT && table[suite].key != 0 ? &table[suite] : NULL;
}

struct emu_engine *emu_crypto_engine(void)
{
	struct emu_engine *g = (struct emu_engine *)calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->mgr = alloc_mb_mgr(0);
	if (g->mgr == NULL) {
		free(g);
		return NULL;
	}
	init_mb_mgr_auto(g->mgr, NULL);
	return g;
}

void emu_crypto_engine_free(struct emu_engine *g)
{
	if (g == NULL)
		return;
	free_mb_mgr(g->mgr);
	free(g);
}

static void expand_gcm(struct emu_crypto *c, const uint8_t *key)
{
	switch (c->suite->key) {
	case IMB_KEY_128_BYTES:
		IMB_AES128_GCM_PRE(c->mgr, key, &c->keys->u.gcm);
		c->gcm_seal = c->mgr->gcm128_enc;
		c->gcm_open = c->mgr->gcm128_dec;
		break;
	case IMB_KEY_192_BYTES:
		IMB_AES192_GCM_PRE(c->mgr, key, &c->keys->u.gcm);
		c->gcm_seal = c->mgr->gcm192_enc;
		c->gcm_open = c->mgr->gcm192_dec;
		break;
	default:
		IMB_AES256_GCM_PRE(c->mgr, key, &c->keys->u.gcm);
		c->gcm_seal = c->mgr->gcm256_enc;
		c->gcm_open = c->mgr->gcm256_dec;
		break;
	}
}

/* The hash state after one block of 'key' XOR 'pad': keys are never longer than a block here. */
static void expand_pad(struct emu_crypto *c, const uint8_t *key, uint8_t pad, uint8_t *state)
{
	uint8_t block[HMAC_BLOCK_MAX];

	memset(block, pad, sizeof(block));
	for (unsigned i = 0; i < c->suite->auth; i++)
		block[i] ^= key[i];
	switch (c->hash) {
	case IMB_AUTH_HMAC_SHA_1:
		IMB_SHA1_ONE_BLOCK(c->mgr, block, state);
		break;
	case IMB_AUTH_HMAC_SHA_256:
		IMB_SHA256_ONE_BLOCK(c->mgr, block, state);
		break;
	case IMB_AUTH_HMAC_SHA_384:
		IMB_SHA384_ONE_BLOCK(c->mgr, block, state);
		break;
	default:
		IMB_SHA512_ONE_BLOCK(c->mgr, block, state);
		break;
	}
	bytes_wipe(block, sizeof(block));
}

static void expand_cbc(struct emu_crypto *c, const struct emu_crypto_keys *keys)
{
	if (c->suite->key == IMB_KEY_128_BYTES)
		IMB_AES_KEYEXP_128(c->mgr, keys->key, c->keys->u.cbc.enc, c->keys->u.cbc.dec);
	else
		IMB_AES_KEYEXP_256(c->mgr, keys->key, c->keys->u.cbc.enc, c->keys->u.cbc.dec);
	expand_pad(c, keys->auth, 0x36, c->keys->u.cbc.inner);
	expand_pad(c, keys->auth, 0x5c, c->keys->u.cbc.outer);
}

static void choose(struct emu_crypto *c, unsigned suite)
{
	switch (c->suite->auth) {
	case 0:
		c->kind = suite == FWI_SUITE_CHACHA20_POLY1305 ? KIND_CHACHA : KIND_GCM;
		c->hash = IMB_AUTH_CHACHA20_POLY1305;
		return;
	case 20:
		c->hash = IMB_AUTH_HMAC_SHA_1;
		break;
	case 32:
		c->hash = IMB_AUTH_HMAC_SHA_256;
		break;
	case 48:
		c->hash = IMB_AUTH_HMAC_SHA_384;
		break;
	default:
		c->hash = IMB_AUTH_HMAC_SHA_512;
		break;
	}
	c->kind = KIND_CBC;
}

enum err emu_crypto_new(struct emu_engine *g, unsigned suite, const struct emu_crypto_keys *keys, struct emu_crypto **out)
{
	struct emu_crypto *c;
	enum err err;

	if (emu_crypto_suite(suite) == NULL)
		return ERR_UNSUPPORTED;
	c = (struct emu_crypto *)calloc(1, sizeof(*c));
	if (c == NULL)
		return ERR_NOMEM;
	err = secret_new(&c->secret, sizeof(struct keys) + KEY_ALIGN);
	if (err != ERR_OK) {
		free(c);
		return err;
	}
	c->keys = (struct keys *)(void *)(((uintptr_t)c->secret.data + KEY_ALIGN - 1) & ~(uintptr_t)(KEY_ALIGN - 1));
	c->mgr = g->mgr;
	c->suite = emu_crypto_suite(suite);
	choose(c, suite);
	if (c->suite->salt != 0)
		memcpy(c->keys->salt, keys->salt, c->suite->salt);
	if (c->kind == KIND_GCM)
		expand_gcm(c, keys->key);
	else if (c->kind == KIND_CHACHA)
		memcpy(c->keys->u.chacha, keys->key, c->suite->key);
	else
		expand_cbc(c, keys);
	*out = c;
	return ERR_OK;
}

void emu_crypto_free(struct emu_crypto *c)
{
	if (c == NULL)
		return;
	secret_fini(&c->secret);
	free(c);
}

static void put_u32(uint8_t *at, uint64_t v)
{
	at[0] = (uint8_t)(v >> 24);
	at[1] = (uint8_t)(v >> 16);
	at[2] = (uint8_t)(v >> 8);
	at[3] = (uint8_t)v;
}

/* The additional data of an AEAD: SPI and number, 32 or 64 bits of it (RFC4106-5).  Returns its length. */
static uint32_t make_aad(const struct emu_crypto_packet *p, uint8_t aad[NONCE])
{
	memcpy(aad, p->esp, ESP_HEADER);
	if (!p->esn)
		return ESP_HEADER;
	put_u32(aad + 4, p->number >> 32);
	put_u32(aad + 8, p->number);
	return NONCE;
}

static void make_nonce(const struct emu_crypto *c, const struct emu_crypto_packet *p, uint8_t nonce[NONCE])
{
	memcpy(nonce, c->keys->salt, 4);
	memcpy(nonce + 4, p->esp + ESP_HEADER, AEAD_IV);
}

static void run_gcm(const struct emu_crypto *c, const struct emu_crypto_packet *p, aes_gcm_enc_dec_t run, uint8_t *icv)
{
	struct gcm_context_data ctx;
	uint8_t *text = p->esp + ESP_HEADER + AEAD_IV;
	uint8_t nonce[NONCE];
	uint8_t aad[NONCE];
	uint32_t aad_len = make_aad(p, aad);

	make_nonce(c, p, nonce);
	run(&c->keys->u.gcm, &ctx, text, text, p->text_len, nonce, aad, aad_len, icv, c->suite->icv);
}

/* Runs the one job there is; the ICV goes to 'icv'. */
static bool finish_job(IMB_MGR *mgr)
{
	IMB_JOB *done = IMB_SUBMIT_JOB(mgr);

	if (done == NULL)
		done = IMB_FLUSH_JOB(mgr);
	return done != NULL && done->status == IMB_STATUS_COMPLETED;
}

static IMB_JOB *begin_job(const struct emu_crypto *c, const struct emu_crypto_packet *p, bool seal, uint8_t *icv)
{
	IMB_JOB *job = IMB_GET_NEXT_JOB(c->mgr);
	uint32_t text_at = (uint32_t)ESP_HEADER + c->suite->iv;

	memset(job, 0, sizeof(*job));
	job->cipher_direction = seal ? IMB_DIR_ENCRYPT : IMB_DIR_DECRYPT;
	job->chain_order = seal ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
	job->key_len_in_bytes = c->suite->key;
	job->src = p->esp;
	job->dst = p->esp + text_at;
	job->cipher_start_src_offset_in_bytes = text_at;
	job->msg_len_to_cipher_in_bytes = p->text_len;
	job->auth_tag_output = icv;
	job->auth_tag_output_len_in_bytes = c->suite->icv;
	job->hash_alg = c->hash;
	return job;
}

static bool run_chacha(const struct emu_crypto *c, const struct emu_crypto_packet *p, bool seal, uint8_t *icv)
{
	IMB_JOB *job = begin_job(c, p, seal, icv);
	uint8_t nonce[NONCE];
	uint8_t aad[NONCE];

	make_nonce(c, p, nonce);
	job->cipher_mode = IMB_CIPHER_CHACHA20_POLY1305;
	job->enc_keys = c->keys->u.chacha;
	job->dec_keys = c->keys->u.chacha;
	job->iv = nonce;
	job->iv_len_in_bytes = NONCE;
	job->hash_start_src_offset_in_bytes = job->cipher_start_src_offset_in_bytes;
	job->msg_len_to_hash_in_bytes = p->text_len;
	job->u.CHACHA20_POLY1305.aad_len_in_bytes = make_aad(p, aad);
	job->u.CHACHA20_POLY1305.aad = aad;
	return finish_job(c->mgr);
}

/* With ESN the high half is hashed behind the cipher text, where the ICV will be or was (RFC4303-2.2.1). */
static bool run_cbc(const struct emu_crypto *c, const struct emu_crypto_packet *p, bool seal, uint8_t *icv)
{
	IMB_JOB *job = begin_job(c, p, seal, icv);
	uint32_t hashed = (uint32_t)ESP_HEADER + c->suite->iv + p->text_len;

	if (p->esn) {
		put_u32(p->esp + hashed, p->number >> 32);
		hashed += 4;
	}
	job->cipher_mode = IMB_CIPHER_CBC;
	job->enc_keys = c->keys->u.cbc.enc;
	job->dec_keys = c->keys->u.cbc.dec;
	job->iv = p->esp + ESP_HEADER;
	job->iv_len_in_bytes = c->suite->iv;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = hashed;
	job->u.HMAC._hashed_auth_key_xor_ipad = c->keys->u.cbc.inner;
	job->u.HMAC._hashed_auth_key_xor_opad = c->keys->u.cbc.outer;
	return finish_job(c->mgr);
}

static bool run(const struct emu_crypto *c, const struct emu_crypto_packet *p, bool seal, uint8_t *icv)
{
	switch (c->kind) {
	case KIND_GCM:
		run_gcm(c, p, seal ? c->gcm_seal : c->gcm_open, icv);
		return true;
	case KIND_CHACHA:
		return run_chacha(c, p, seal, icv);
	case KIND_CBC:
		return run_cbc(c, p, seal, icv);
	case KIND_NONE:
		break;
	}
	return false;
}

bool emu_crypto_seal(struct emu_crypto *c, const struct emu_crypto_packet *p)
{
	uint8_t icv[ICV_MAX];

	if (!run(c, p, true, icv))
		return false;
	memcpy(p->esp + ESP_HEADER + c->suite->iv + p->text_len, icv, c->suite->icv);
	return true;
}

bool emu_crypto_open(struct emu_crypto *c, const struct emu_crypto_packet *p)
{
	uint8_t theirs[ICV_MAX];
	uint8_t ours[ICV_MAX];

	memcpy(theirs, p->esp + ESP_HEADER + c->suite->iv + p->text_len, c->suite->icv);
	if (!run(c, p, false, ours))
		return false;
	return secret_eq(bytes_of(ours, c->suite->icv), bytes_of(theirs, c->suite->icv));
}
