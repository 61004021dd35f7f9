/*
 * AES-CBC, 3DES-CBC or no cipher, with HMAC (RFC3602, RFC2451, RFC2410, RFC2403, RFC2404, RFC4868).  CBC can't be encrypted in parallel within a
 * packet, so a burst goes through the library's job queue, which works on several packets at once; the queue is
 * empty again when the burst is done.  With ESN the high half of the number is hashed after the packet but not sent
 * (RFC4303-2.2.1): it stands where the ICV will, which is why tags go to a place of their own first.  Workers.
 */
#include <string.h>

#include "engine/lcore.h"
#include "engine/soft.h"

enum { CBC_HEADER = 8, CBC_IV_MAX = 16, HMAC_BLOCK_MAX = 128, HMAC_STATE_MAX = 64, ESN_HIGH = 4, DES_KEY = 8, DES_KEYS = 3 };

struct hmac_row {
	IMB_HASH_ALG alg;
	uint8_t icv_len;
	uint8_t block;
};

static const struct hmac_row hmacs[] = {
	[DP_INTEG_SHA1_96] = { IMB_AUTH_HMAC_SHA_1, 12, 64 },
	[DP_INTEG_SHA256_128] = { IMB_AUTH_HMAC_SHA_256, 16, 64 },
	[DP_INTEG_SHA384_192] = { IMB_AUTH_HMAC_SHA_384, 24, 128 },
	[DP_INTEG_SHA512_256] = { IMB_AUTH_HMAC_SHA_512, 32, 128 },
	[DP_INTEG_MD5_96] = { IMB_AUTH_MD5, 12, 64 },
};

struct aes_keys {
	uint32_t enc[4 * 15] __attribute__((aligned(16))); /* 240 bytes: 14 rounds */
	uint32_t dec[4 * 15] __attribute__((aligned(16)));
};

/* One schedule for each of the three keys, which the library wants by address; it serves both directions. */
struct des_keys {
	uint64_t schedule[DES_KEYS][16];
	const void *key[DES_KEYS];
};

struct cbc_session {
	union {
		struct aes_keys aes;
		struct des_keys des;
	};
	uint8_t ipad[HMAC_STATE_MAX] __attribute__((aligned(16)));
	uint8_t opad[HMAC_STATE_MAX] __attribute__((aligned(16)));
	IMB_CIPHER_MODE mode;
	IMB_HASH_ALG hash;
	uint8_t key_len;
	uint8_t iv_len;
	uint8_t icv_len;
	bool esn;
};

size_t engine_cbc_session_size(void)
{
	return sizeof(struct cbc_session);
}

static void one_block(const IMB_MGR *m, IMB_HASH_ALG alg, const uint8_t *block, uint8_t *state)
{
	switch (alg) {
	case IMB_AUTH_HMAC_SHA_1:
		IMB_SHA1_ONE_BLOCK(m, block, state);
		break;
	case IMB_AUTH_HMAC_SHA_256:
		IMB_SHA256_ONE_BLOCK(m, block, state);
		break;
	case IMB_AUTH_MD5:
		IMB_MD5_ONE_BLOCK(m, block, state);
		break;
	case IMB_AUTH_HMAC_SHA_384:
		IMB_SHA384_ONE_BLOCK(m, block, state);
		break;
	default:
		IMB_SHA512_ONE_BLOCK(m, block, state);
		break;
	}
}

/* RFC2104: the state after the first block, key XOR pad.  Keys are as long as the hash, never longer than a block. */
static void hmac_pad(const IMB_MGR *m, const struct hmac_row *row, struct bytes key, uint8_t pad, uint8_t *state)
{
	uint8_t block[HMAC_BLOCK_MAX];

	memset(block, pad, sizeof(block));
	for (size_t i = 0; i < key.len; i++)
		block[i] = (uint8_t)(block[i] ^ key.data[i]);
	one_block(m, row->alg, block, state);
	bytes_wipe(block, sizeof(block));
}

static void expand_aes(const IMB_MGR *m, struct bytes key, struct aes_keys *k)
{
	switch (key.len) {
	case IMB_KEY_128_BYTES:
		IMB_AES_KEYEXP_128(m, key.data, k->enc, k->dec);
		break;
	case IMB_KEY_192_BYTES:
		IMB_AES_KEYEXP_192(m, key.data, k->enc, k->dec);
		break;
	default:
		IMB_AES_KEYEXP_256(m, key.data, k->enc, k->dec);
		break;
	}
}

static void expand_des(const IMB_MGR *m, struct bytes key, struct des_keys *k)
{
	for (unsigned i = 0; i < DES_KEYS; i++) {
		(void)IMB_DES_KEYSCHED(m, k->schedule[i], key.data + (size_t)i * DES_KEY);
		k->key[i] = k->schedule[i];
	}
}

static void set_cipher(const IMB_MGR *m, uint8_t cipher, struct bytes key, struct cbc_session *s)
{
	switch (cipher) {
	case DP_CIPHER_AES_CBC:
		expand_aes(m, key, &s->aes);
		s->mode = IMB_CIPHER_CBC;
		break;
	case DP_CIPHER_3DES_CBC:
		expand_des(m, key, &s->des);
		s->mode = IMB_CIPHER_DES3;
		break;
	default:
		s->mode = IMB_CIPHER_NULL;
		break;
	}
}

static enum err create(struct engine *e, const struct db_sa *sa, uint8_t port, void **session)
{
	const IMB_MGR *m = e->lcores[0].mgr;
	const struct hmac_row *row = &hmacs[sa->conf->integ];
	struct bytes key = db_sa_key(sa->conf);
	struct bytes integ = db_sa_integ_key(sa->conf);
	struct cbc_session *s = (struct cbc_session *)engine_soft_take(e);

	(void)port;
	if (s == NULL)
		return ERR_FULL;
	set_cipher(m, sa->conf->cipher, key, s);
	hmac_pad(m, row, integ, 0x36, s->ipad);
	hmac_pad(m, row, integ, 0x5c, s->opad);
	s->hash = row->alg;
	s->key_len = (uint8_t)key.len;
	s->iv_len = sa->iv_len;
	s->icv_len = row->icv_len;
	s->esn = (sa->flags & DB_SA_ESN) != 0;
	*session = s;
	return ERR_OK;
}

/* Unpredictable without a system call: a counter, encrypted.  No two workers' counters meet. */
static void random_iv(struct engine_lcore *l, uint8_t *iv, uint8_t len)
{
	uint64_t count[2] = { l->iv_worker, l->iv_count++ };
	static const uint8_t zero[CBC_IV_MAX];

	IMB_AES128_CFB_ONE(l->mgr, iv, zero, count, l->engine->iv_key, len);
}

/* What a packet needs until its job is done. */
struct work {
	uint8_t tag[ENGINE_ICV_MAX];
	uint8_t icv[ENGINE_ICV_MAX]; /* decryption: as received */
};

static void set_keys(IMB_JOB *job, const struct cbc_session *s)
{
	bool des = s->mode == IMB_CIPHER_DES3;

	job->enc_keys = des ? (const void *)s->des.key : s->aes.enc;
	job->dec_keys = des ? (const void *)s->des.key : s->aes.dec;
}

static void fill(IMB_JOB *job, const struct engine_op *op, struct work *w, IMB_CIPHER_DIRECTION direction)
{
	const struct cbc_session *s = (const struct cbc_session *)op->session;
	uint32_t hashed = op->len - s->icv_len;
	uint8_t *payload = op->esp + CBC_HEADER + s->iv_len;

	memset(job, 0, sizeof(*job));
	if (s->esn) {
		uint32_t high = __builtin_bswap32((uint32_t)(op->seq >> 32));

		memcpy(op->esp + hashed, &high, ESN_HIGH);
	}
	job->cipher_mode = s->mode;
	job->cipher_direction = direction;
	job->chain_order = direction == IMB_DIR_ENCRYPT ? IMB_ORDER_CIPHER_HASH : IMB_ORDER_HASH_CIPHER;
	set_keys(job, s);
	job->key_len_in_bytes = s->key_len;
	job->src = op->esp;
	job->dst = payload;
	job->cipher_start_src_offset_in_bytes = (uint64_t)(payload - op->esp);
	job->msg_len_to_cipher_in_bytes = hashed - CBC_HEADER - s->iv_len;
	job->iv = op->esp + CBC_HEADER;
	job->iv_len_in_bytes = s->iv_len;
	job->hash_alg = s->hash;
	job->hash_start_src_offset_in_bytes = 0;
	job->msg_len_to_hash_in_bytes = hashed + (s->esn ? ESN_HIGH : 0);
	job->u.HMAC._hashed_auth_key_xor_ipad = s->ipad;
	job->u.HMAC._hashed_auth_key_xor_opad = s->opad;
	job->auth_tag_output = w->tag;
	job->auth_tag_output_len_in_bytes = s->icv_len;
}

static void sealed(const IMB_JOB *job)
{
	struct engine_op *op = (struct engine_op *)job->user_data;
	const struct cbc_session *s = (const struct cbc_session *)op->session;

	op->ok = job->status == IMB_STATUS_COMPLETED;
	memcpy(op->esp + op->len - s->icv_len, ((const struct work *)job->user_data2)->tag, s->icv_len);
}

static void opened(const IMB_JOB *job)
{
	struct engine_op *op = (struct engine_op *)job->user_data;
	const struct cbc_session *s = (const struct cbc_session *)op->session;
	const struct work *w = (const struct work *)job->user_data2;

	op->ok = job->status == IMB_STATUS_COMPLETED && secret_eq(bytes_of(w->tag, s->icv_len), bytes_of(w->icv, s->icv_len));
}

static void encrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	struct work works[ENGINE_BURST];
	IMB_JOB *job;

	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];
		const struct cbc_session *s = (const struct cbc_session *)op->session;

		op->ok = false;
		if (s->iv_len != 0)
			random_iv(l, op->esp + CBC_HEADER, s->iv_len);
		job = IMB_GET_NEXT_JOB(l->mgr);
		fill(job, op, &works[i], IMB_DIR_ENCRYPT);
		job->user_data = op;
		job->user_data2 = &works[i];
		job = IMB_SUBMIT_JOB(l->mgr);
		if (job != NULL)
			sealed(job);
	}
	while ((job = IMB_FLUSH_JOB(l->mgr)) != NULL)
		sealed(job);
}

static void decrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	struct work works[ENGINE_BURST];
	IMB_JOB *job;

	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];
		const struct cbc_session *s = (const struct cbc_session *)op->session;

		op->ok = false;
		memcpy(works[i].icv, op->esp + op->len - s->icv_len, s->icv_len);
		job = IMB_GET_NEXT_JOB(l->mgr);
		fill(job, op, &works[i], IMB_DIR_DECRYPT);
		job->user_data = op;
		job->user_data2 = &works[i];
		job = IMB_SUBMIT_JOB(l->mgr);
		if (job != NULL)
			opened(job);
	}
	while ((job = IMB_FLUSH_JOB(l->mgr)) != NULL)
		opened(job);
}

const struct engine_ops engine_cbc_ops = {
	.name = "cbc-hmac",
	.placement = DP_PLACE_SOFT,
	.create = create,
	.destroy = engine_soft_destroy,
	.encrypt = encrypt,
	.decrypt = decrypt,
};
