/*
 * AES-GCM for ESP (RFC4106): one library call a packet, which costs about 100 cycles at 64 bytes where cryptodev's
 * CPU_CRYPTO over the same library costs 175.  Workers.
 */
#include <assert.h>
#include <stddef.h>
#include <string.h>

#include <rte_prefetch.h>

#include "engine/lcore.h"
#include "engine/soft.h"

enum { GCM_IV = 8, GCM_ICV = 16, GCM_HEADER = 8, GCM_BLOCK = 16, GCM_ROUNDS = 176, GCM_KEYS = 1008, LINE = 64 };

/*
 * The library's key data, and what a packet needs besides in the 16 bytes that it leaves free behind the last hash keys: one line for both.
 * 'run' encrypts or decrypts, by the SA's direction and key length.
 */
struct gcm_session {
	union {
		struct gcm_key_data key;
		struct {
			uint8_t keys[GCM_KEYS];
			aes_gcm_enc_dec_t run;
			uint8_t salt[ENGINE_SALT];
			uint8_t aad_len;
		};
	};
};
static_assert(
	offsetof(struct gcm_key_data, ghash_keys) + sizeof(((struct gcm_key_data *)0)->ghash_keys) == GCM_KEYS, "key data: 1008 bytes");
static_assert(sizeof(struct gcm_session) == 1024, "GCM session: 16 lines");

size_t engine_gcm_session_size(void)
{
	return sizeof(struct gcm_session);
}

static enum err create(struct engine *e, const struct db_sa *sa, uint8_t port, void **session)
{
	IMB_MGR *m = e->lcores[0].mgr;
	struct bytes key = db_sa_key(sa->conf);
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

/*
 * A session is 1 kB, of which a packet reads the round keys at its beginning and, at the end of the table of hash keys, as many as the packet
 * has blocks.  With thousands of SAs none is in the cache: the lines are fetched while the packets before are worked on, not all at once,
 * since a core waits for no more than some ten lines at a time.
 */
static void fetch(const struct engine_op *op)
{
	const uint8_t *s = (const uint8_t *)op->session;
	uint32_t used = (op->len + GCM_BLOCK) < GCM_KEYS - GCM_ROUNDS ? op->len + GCM_BLOCK : GCM_KEYS - GCM_ROUNDS;

	for (uint32_t at = 0; at < GCM_ROUNDS; at += LINE)
		rte_prefetch0(s + at);
	for (uint32_t at = LINE; at < used + LINE; at += LINE)
		rte_prefetch0(s + sizeof(struct gcm_session) - at);
}

/* A nonce is written a packet before it is read: a load across two fresh stores would wait for both; so would one across two lines. */
struct nonce {
	uint8_t salt[ENGINE_SALT];
	uint8_t iv[GCM_IV];
	uint8_t pad[4];
};

static inline void set_nonce(struct nonce *n, const struct engine_op *op, uint64_t iv)
{
	memcpy(n->salt, ((const struct gcm_session *)op->session)->salt, ENGINE_SALT);
	memcpy(n->iv, &iv, GCM_IV);
}

/* The library's working state begins a line: where its vectors crossed two, a packet took up to 100 cycles more. */
static inline void run_one(const struct engine_op *op, const struct nonce *n, uint8_t *tag)
{
	const struct gcm_session *s = (const struct gcm_session *)op->session;
	struct gcm_context_data ctx __attribute__((aligned(64)));
	uint8_t wide[ENGINE_AAD_ESN];
	uint8_t *payload = op->esp + GCM_HEADER + GCM_IV;
	const uint8_t *aad = s->aad_len == ENGINE_AAD ? op->esp : engine_soft_aad(op, wide);

	s->run(&s->key, &ctx, payload, payload, op->len - GCM_HEADER - GCM_IV - GCM_ICV, n->salt, aad, s->aad_len, tag, GCM_ICV);
}

static inline void fetch_next(const struct engine_op *op)
{
	if (op->session != op[-1].session)
		fetch(op);
}

/* The explicit IV is the number, in every engine and in the device (sa-state 1): none is ever used twice. */
static inline void number(struct nonce *n, const struct engine_op *op)
{
	uint64_t iv = __builtin_bswap64(op->seq);

	memcpy(op->esp + GCM_HEADER, &iv, GCM_IV);
	set_nonce(n, op, iv);
}

static void encrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	struct nonce nonces[ENGINE_BURST] __attribute__((aligned(64)));

	(void)l;
	number(&nonces[0], &ops[0]);
	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];

		if (i + ENGINE_AHEAD < count)
			fetch_next(&ops[i + ENGINE_AHEAD]);
		if (i + 1 < count)
			number(&nonces[i + 1], op + 1);
		run_one(op, &nonces[i], op->esp + op->len - GCM_ICV);
		op->ok = true;
	}
}

static inline void read_number(struct nonce *n, const struct engine_op *op)
{
	uint64_t iv;

	memcpy(&iv, op->esp + GCM_HEADER, GCM_IV);
	set_nonce(n, op, iv);
}

static void decrypt(struct engine_lcore *l, struct engine_op *ops, uint32_t count)
{
	struct nonce nonces[ENGINE_BURST] __attribute__((aligned(64)));

	(void)l;
	read_number(&nonces[0], &ops[0]);
	for (uint32_t i = 0; i < count; i++) {
		struct engine_op *op = &ops[i];
		uint64_t tag[2], icv[2];

		if (i + ENGINE_AHEAD < count)
			fetch_next(&ops[i + ENGINE_AHEAD]);
		if (i + 1 < count)
			read_number(&nonces[i + 1], op + 1);
		run_one(op, &nonces[i], (uint8_t *)tag);
		memcpy(icv, op->esp + op->len - GCM_ICV, GCM_ICV);
		op->ok = ((tag[0] ^ icv[0]) | (tag[1] ^ icv[1])) == 0;
	}
}

const struct engine_ops engine_gcm_ops = {
	.name = "aes-gcm",
	.placement = DP_PLACE_SOFT,
	.create = create,
	.destroy = engine_soft_destroy,
	.fetch = fetch,
	.encrypt = encrypt,
	.decrypt = decrypt,
};
