/*
 * AES-GCM for ESP (RFC4106): one library call a packet, which costs about 100 cycles at 64 bytes where cryptodev's
 * CPU_CRYPTO over the same library costs 175.  Workers.
 */
#include <string.h>

#include <rte_prefetch.h>

#include "engine/lcore.h"
#include "engine/soft.h"

enum { GCM_IV = 8, GCM_ICV = 16, GCM_NONCE = 12, GCM_HEADER = 8, GCM_LINES = 3 };

/* 'run' encrypts or decrypts, by the SA's direction and key length. */
struct gcm_session {
	struct gcm_key_data key;
	aes_gcm_enc_dec_t run;
	uint8_t aad_len;
	uint8_t salt[ENGINE_SALT];
};

size_t engine_gcm_session_size(void)
{
	return sizeof(struct gcm_session);
}

static enum err create(struct engine *e, const struct db_sa *sa, uint8_t port, void **session)
{
	IMB_MGR *m = e->lcores[0].mgr;
	struct bytes key = secret_view(&sa->conf->key);
	bool out = sa->direction == DP_OUT;
	struct gcm_session *s = (struct gcm_session *)engine_soft_take(e);

	(void)port;
	if (s == NULL)
		return ERR_FULL;
	switch (key.len - ENGINE_SALT) {
	case IMB_KEY_128_BYTES:
		IMB_AES128_GCM_PRE(m, key.data, &s->key);
		s->run = out ? m->gcm128_enc : m->gcm128_dec;
		break;
	case IMB_KEY_192_BYTES:
		IMB_AES192_GCM_PRE(m, key.data, &s->key);
		s->run = out ? m->gcm192_enc : m->gcm192_dec;
		break;
	default:
		IMB_AES256_GCM_PRE(m, key.data, &s->key);
		s->run = out ? m->gcm256_enc : m->gcm256_dec;
		break;
	}
	memcpy(s->salt, key.data + key.len - ENGINE_SALT, ENGINE_SALT);
	s->aad_len = (sa->flags & DB_SA_ESN) != 0 ? ENGINE_AAD_ESN : ENGINE_AAD;
	*session = s;
	return ERR_OK;
}

/* Round keys and salt of the packet after next; the hash keys a short packet needs follow the round keys. */
static inline void prefetch_session(const struct engine_op *ops, uint32_t at, uint32_t count)
{
	if (at + 2 < count) {
		const struct gcm_session *s = (const struct gcm_session *)ops[at + 2].session;

		for (int i = 0; i < GCM_LINES; i++)
			rte_prefetch0((const uint8_t *)&s->key + 64 * i);
		rte_prefetch0(&s->run);
	}
}

static inline void run_one(const struct engine_op *op, const struct gcm_session *s, const uint8_t *iv, uint8_t *tag)
{
	struct gcm_context_data ctx;
	uint8_t nonce[GCM_NONCE];
	uint8_t wide[ENGINE_AAD_ESN];
	uint8_t *payload = op->esp + GCM_HEADER + GCM_IV;
	const uint8_t *aad = s->aad_len == ENGINE_AAD ? op->esp : engine_soft_aad(op, wide);

	memcpy(nonce, s->salt, ENGINE_SALT);
	memcpy(nonce + ENGINE_SALT, iv, GCM_IV);
	s->run(&s->key, &ctx, payload, payload, op->len - GCM_HEADER - GCM_IV - GCM_ICV, nonce, aad, s->aad_len, tag, GCM_ICV);
}

/* The explicit IV is the number, in every engine and in the device (sa-state 1): none is ever used twice. */
static void encrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	(void)l;
	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];
		uint64_t iv = __builtin_bswap64(op->seq);

		prefetch_session(ops, i, count);
		memcpy(op->esp + GCM_HEADER, &iv, GCM_IV);
		run_one(op, (const struct gcm_session *)op->session, op->esp + GCM_HEADER, op->esp + op->len - GCM_ICV);
		op->ok = true;
	}
}

static void decrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	(void)l;
	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];
		uint64_t tag[2], icv[2];

		prefetch_session(ops, i, count);
		run_one(op, (const struct gcm_session *)op->session, op->esp + GCM_HEADER, (uint8_t *)tag);
		memcpy(icv, op->esp + op->len - GCM_ICV, GCM_ICV);
		op->ok = ((tag[0] ^ icv[0]) | (tag[1] ^ icv[1])) == 0;
	}
}

const struct engine_ops engine_gcm_ops = {
	.name = "aes-gcm",
	.placement = DP_PLACE_SOFT,
	.create = create,
	.destroy = engine_soft_destroy,
	.encrypt = encrypt,
	.decrypt = decrypt,
};
