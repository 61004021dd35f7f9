/* ChaCha20-Poly1305 for ESP (RFC7634).  Workers. */
#include <string.h>

#include "engine/lcore.h"
#include "engine/soft.h"

enum { CHACHA_IV = 8, CHACHA_ICV = 16, CHACHA_NONCE = 12, CHACHA_HEADER = 8, CHACHA_KEY = 32 };

struct chacha_session {
	uint8_t key[CHACHA_KEY];
	uint8_t salt[ENGINE_SALT];
	uint8_t aad_len;
};

size_t engine_chacha_session_size(void)
{
	return sizeof(struct chacha_session);
}

static enum err create(struct engine *e, const struct db_sa *sa, uint8_t port, void **session)
{
	struct bytes key = db_sa_key(sa->conf);
	struct chacha_session *s = (struct chacha_session *)engine_soft_take(e);

	(void)port;
	if (s == NULL)
		return ERR_FULL;
	memcpy(s->key, key.data, CHACHA_KEY);
	memcpy(s->salt, key.data + CHACHA_KEY, ENGINE_SALT);
	s->aad_len = (sa->flags & DB_SA_ESN) != 0 ? ENGINE_AAD_ESN : ENGINE_AAD;
	*session = s;
	return ERR_OK;
}

static inline void begin(const IMB_MGR *m, const struct engine_op *op, struct chacha20_poly1305_context_data *ctx)
{
	const struct chacha_session *s = (const struct chacha_session *)op->session;
	uint8_t nonce[CHACHA_NONCE];
	uint8_t wide[ENGINE_AAD_ESN];
	const uint8_t *aad = s->aad_len == ENGINE_AAD ? op->esp : engine_soft_aad(op, wide);

	memcpy(nonce, s->salt, ENGINE_SALT);
	memcpy(nonce + ENGINE_SALT, op->esp + CHACHA_HEADER, CHACHA_IV);
	IMB_CHACHA20_POLY1305_INIT(m, s->key, ctx, nonce, aad, s->aad_len);
}

static void encrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	const IMB_MGR *m = l->mgr;

	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];
		const struct chacha_session *s = (const struct chacha_session *)op->session;
		struct chacha20_poly1305_context_data ctx;
		uint64_t iv = __builtin_bswap64(op->seq);
		uint8_t *payload = op->esp + CHACHA_HEADER + CHACHA_IV;

		memcpy(op->esp + CHACHA_HEADER, &iv, CHACHA_IV);
		begin(m, op, &ctx);
		IMB_CHACHA20_POLY1305_ENC_UPDATE(m, s->key, &ctx, payload, payload, op->len - CHACHA_HEADER - CHACHA_IV - CHACHA_ICV);
		IMB_CHACHA20_POLY1305_ENC_FINALIZE(m, &ctx, op->esp + op->len - CHACHA_ICV, CHACHA_ICV);
		op->ok = true;
	}
}

static void decrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	const IMB_MGR *m = l->mgr;

	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];
		const struct chacha_session *s = (const struct chacha_session *)op->session;
		struct chacha20_poly1305_context_data ctx;
		uint8_t *payload = op->esp + CHACHA_HEADER + CHACHA_IV;
		uint8_t tag[CHACHA_ICV];

		begin(m, op, &ctx);
		IMB_CHACHA20_POLY1305_DEC_UPDATE(m, s->key, &ctx, payload, payload, op->len - CHACHA_HEADER - CHACHA_IV - CHACHA_ICV);
		IMB_CHACHA20_POLY1305_DEC_FINALIZE(m, &ctx, tag, CHACHA_ICV);
		op->ok = secret_eq(bytes_of(tag, CHACHA_ICV), bytes_of(op->esp + op->len - CHACHA_ICV, CHACHA_ICV));
	}
}

const struct engine_ops engine_chacha_ops = {
	.name = "chacha20-poly1305",
	.placement = DP_PLACE_SOFT,
	.create = create,
	.destroy = engine_soft_destroy,
	.encrypt = encrypt,
	.decrypt = decrypt,
};
