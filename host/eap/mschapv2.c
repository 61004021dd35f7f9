/*
 * EAP-MSCHAPv2, draft-kamath-pppext-eap-mschapv2: MS-CHAPv2 (RFC2759) in EAP packets.  Both ends prove that they know the
 * password; the MSK comes of it.  Whoever records an exchange can try passwords against it: it needs the tunnel that IKE is.
 */
#include <stdlib.h>
#include <string.h>

#include "eap/method.h"
#include "eap/mschap.h"

enum op { OP_CHALLENGE = 1, OP_RESPONSE = 2, OP_SUCCESS = 3, OP_FAILURE = 4 };

enum stage { STAGE_NEW, STAGE_CHALLENGED, STAGE_PROVED, STAGE_FAILED };

enum {
	LENGTH_AT = EAP_TYPED_LEN + 2, /* of MS-Length in the packet */
	RESERVED_LEN = 8,
	VALUE_LEN = EAP_MSCHAP_CHALLENGE + RESERVED_LEN + EAP_MSCHAP_RESPONSE + 1,
	PROOF_TEXT = 2 * EAP_MSCHAP_PROOF
};

static const char own_name[] = "nave";

struct mschapv2 {
	enum stage stage;
	uint8_t id; /* MS-CHAPv2-ID */
	uint8_t authenticator[EAP_MSCHAP_CHALLENGE];
	uint8_t peer[EAP_MSCHAP_CHALLENGE];
	uint8_t response[EAP_MSCHAP_RESPONSE];
	uint8_t proof[EAP_MSCHAP_PROOF]; /* peer: what the server must say */
};

static enum err mschapv2_open(void **state)
{
	*state = calloc(1, sizeof(struct mschapv2));
	return *state == NULL ? ERR_NOMEM : ERR_OK;
}

static void mschapv2_close(void *state)
{
	bytes_wipe(state, sizeof(struct mschapv2));
	free(state);
}

/* OpCode, MS-CHAPv2-ID and the length, which end_op fills in. */
static void begin_op(const struct mschapv2 *m, struct wr *w, enum op op)
{
	wr_u8(w, (uint8_t)op);
	wr_u8(w, m->id);
	wr_u16(w, 0);
}

static void end_op(struct wr *w)
{
	wr_patch_u16(w, LENGTH_AT, (uint16_t)(w->len - EAP_TYPED_LEN));
}

/* The header of 'data'; 'r' goes on behind it.  The one-octet packets that end the exchange have no more than the OpCode. */
static uint8_t read_op(struct bytes data, struct rd *r, uint8_t *id)
{
	uint8_t op;
	uint16_t len;

	*r = rd_of(data);
	op = rd_u8(r);
	*id = rd_u8(r);
	len = rd_u16(r);
	if (r->err == ERR_OK && len != data.len)
		rd_fail(r, ERR_MALFORMED);
	return op;
}

/* RFC2759-4: "DOMAIN\user" counts as "user" in the hash. */
static struct bytes without_domain(struct bytes name)
{
	for (size_t i = name.len; i > 0; i--)
		if (name.data[i - 1] == '\\')
			return bytes_of(name.data + i, name.len - i);
	return name;
}

static struct eap_mschap_exchange exchange_of(const struct mschapv2 *m, struct bytes name)
{
	struct eap_mschap_exchange x = { .authenticator = bytes_of(m->authenticator, sizeof(m->authenticator)),
		.peer = bytes_of(m->peer, sizeof(m->peer)),
		.user = without_domain(name) };

	return x;
}

/* ---- server ---- */

static enum eap_step mschapv2_ask(struct eap_end *e, struct wr *w)
{
	struct mschapv2 *m = (struct mschapv2 *)e->state;

	if (crypto_rand_fill(e->means.rand, m->authenticator, sizeof(m->authenticator)) != ERR_OK)
		return eap_method_fail(e, "internal");
	m->id = e->id;
	begin_op(m, w, OP_CHALLENGE);
	wr_u8(w, sizeof(m->authenticator));
	wr_bytes(w, bytes_of(m->authenticator, sizeof(m->authenticator)));
	wr_bytes(w, bytes_str(own_name));
	end_op(w);
	m->stage = STAGE_CHALLENGED;
	return EAP_STEP_ON;
}

/* "S=<proof> M=", RFC2759-5. */
static void write_success(const struct mschapv2 *m, const uint8_t proof[EAP_MSCHAP_PROOF], struct wr *w)
{
	static const char digits[] = "0123456789ABCDEF";

	begin_op(m, w, OP_SUCCESS);
	wr_bytes(w, bytes_str("S="));
	for (unsigned i = 0; i < EAP_MSCHAP_PROOF; i++) {
		wr_u8(w, (uint8_t)digits[proof[i] >> 4]);
		wr_u8(w, (uint8_t)digits[proof[i] & 0xf]);
	}
	wr_bytes(w, bytes_str(" M="));
	end_op(w);
}

/* RFC2759-6: authentication failure, no retry. */
static void write_failure(const struct mschapv2 *m, struct wr *w)
{
	begin_op(m, w, OP_FAILURE);
	wr_bytes(w, bytes_str("E=691 R=0 C=00000000000000000000000000000000 V=3 M="));
	end_op(w);
}

/* Whether the response that 'm' holds is that of 'name''s password; then the MSK is made and the server's own proof. */
static bool is_right(struct eap_end *e, const struct mschapv2 *m, struct bytes name, uint8_t proof[EAP_MSCHAP_PROOF])
{
	struct eap_mschap_exchange x = exchange_of(m, name);
	struct secret password = { 0 }, hash = { 0 };
	uint8_t want[EAP_MSCHAP_RESPONSE];
	bool right = eap_method_password(e, name, &password) && eap_mschap_hash(secret_view(&password), &hash) == ERR_OK &&
		     eap_mschap_response(e->means.crypto, &x, &hash, want) == ERR_OK &&
		     secret_eq(bytes_of(want, sizeof(want)), bytes_of(m->response, sizeof(m->response)));

	right = right && eap_mschap_proof(e->means.crypto, &x, &hash, m->response, proof) == ERR_OK &&
		eap_mschap_msk(e->means.crypto, &hash, m->response, &e->msk) == ERR_OK;
	secret_fini(&password);
	secret_fini(&hash);
	return right;
}

static enum eap_step judge_response(struct eap_end *e, struct bytes data, struct wr *w)
{
	struct mschapv2 *m = (struct mschapv2 *)e->state;
	uint8_t id, proof[EAP_MSCHAP_PROOF];
	struct bytes name;
	struct rd r;

	if (read_op(data, &r, &id) != OP_RESPONSE || id != m->id || rd_u8(&r) != VALUE_LEN)
		rd_fail(&r, ERR_MALFORMED);
	rd_copy(&r, m->peer, sizeof(m->peer));
	(void)rd_bytes(&r, RESERVED_LEN);
	rd_copy(&r, m->response, sizeof(m->response));
	(void)rd_u8(&r); /* flags */
	name = rd_rest(&r);
	if (rd_done(&r) != ERR_OK)
		return eap_method_fail(e, "eap-syntax");
	/* The name in here is the one that gets proved: it must be the one that was said before. */
	if (name.len == 0 || (e->told && !bytes_eq(name, eap_end_identity(e))) || eap_end_set_identity(e, name) != ERR_OK)
		return eap_method_fail(e, "other-name");
	if (is_right(e, m, name, proof)) {
		write_success(m, proof, w);
		m->stage = STAGE_PROVED;
	} else {
		e->why = "wrong-password";
		write_failure(m, w);
		m->stage = STAGE_FAILED;
	}
	return EAP_STEP_ON;
}

static enum eap_step mschapv2_judge(struct eap_end *e, struct bytes data, struct wr *w)
{
	const struct mschapv2 *m = (const struct mschapv2 *)e->state;

	switch (m->stage) {
	case STAGE_CHALLENGED:
		return judge_response(e, data, w);
	case STAGE_PROVED: /* it has judged our proof */
		return data.len != 0 && data.data[0] == OP_SUCCESS ? EAP_STEP_DONE : eap_method_fail(e, "proof-refused");
	default:
		return eap_method_fail(e, "wrong-password");
	}
}

/* ---- peer ---- */

/* Our response to the challenge, the proof that we want to see, and the MSK. */
static enum err compute(struct eap_end *e, struct mschapv2 *m)
{
	struct eap_mschap_exchange x = exchange_of(m, eap_end_identity(e));
	struct secret hash = { 0 };
	enum err err = eap_mschap_hash(secret_view(&e->password), &hash);

	if (err == ERR_OK)
		err = eap_mschap_response(e->means.crypto, &x, &hash, m->response);
	if (err == ERR_OK)
		err = eap_mschap_proof(e->means.crypto, &x, &hash, m->response, m->proof);
	if (err == ERR_OK)
		err = eap_mschap_msk(e->means.crypto, &hash, m->response, &e->msk);
	secret_fini(&hash);
	return err;
}

static enum eap_step answer_challenge(struct eap_end *e, struct rd *r, struct wr *w)
{
	struct mschapv2 *m = (struct mschapv2 *)e->state;

	if (rd_u8(r) != EAP_MSCHAP_CHALLENGE)
		rd_fail(r, ERR_MALFORMED);
	rd_copy(r, m->authenticator, sizeof(m->authenticator));
	(void)rd_rest(r); /* the server's name */
	if (rd_done(r) != ERR_OK)
		return eap_method_fail(e, "eap-syntax");
	if (crypto_rand_fill(e->means.rand, m->peer, sizeof(m->peer)) != ERR_OK || compute(e, m) != ERR_OK)
		return eap_method_fail(e, "internal");
	begin_op(m, w, OP_RESPONSE);
	wr_u8(w, VALUE_LEN);
	wr_bytes(w, bytes_of(m->peer, sizeof(m->peer)));
	wr_zero(w, RESERVED_LEN);
	wr_bytes(w, bytes_of(m->response, sizeof(m->response)));
	wr_u8(w, 0);
	wr_bytes(w, eap_end_identity(e));
	end_op(w);
	m->stage = STAGE_CHALLENGED;
	return EAP_STEP_ON;
}

static uint8_t nibble(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return (uint8_t)(c - '0');
	if (c >= 'A' && c <= 'F')
		return (uint8_t)(c - 'A' + 10);
	return c >= 'a' && c <= 'f' ? (uint8_t)(c - 'a' + 10) : UINT8_MAX;
}

/* "S=" and the proof; what follows is for people. */
static bool proves(const struct mschapv2 *m, struct bytes message)
{
	uint8_t proof[EAP_MSCHAP_PROOF];

	if (message.len < 2 + PROOF_TEXT || message.data[0] != 'S' || message.data[1] != '=')
		return false;
	for (unsigned i = 0; i < EAP_MSCHAP_PROOF; i++) {
		uint8_t high = nibble(message.data[2 + 2 * i]), low = nibble(message.data[3 + 2 * i]);

		if (high > 0xf || low > 0xf)
			return false;
		proof[i] = (uint8_t)(high << 4 | low);
	}
	return secret_eq(bytes_of(proof, sizeof(proof)), bytes_of(m->proof, sizeof(m->proof)));
}

static enum eap_step mschapv2_answer(struct eap_end *e, struct bytes data, struct wr *w)
{
	struct mschapv2 *m = (struct mschapv2 *)e->state;
	struct rd r;
	uint8_t id, op = read_op(data, &r, &id);

	if (r.err != ERR_OK)
		return eap_method_fail(e, "eap-syntax");
	if (op == OP_CHALLENGE && m->stage == STAGE_NEW) {
		m->id = id;
		return answer_challenge(e, &r, w);
	}
	if (op == OP_SUCCESS && m->stage == STAGE_CHALLENGED) {
		if (!proves(m, rd_rest(&r)))
			return eap_method_fail(e, "wrong-proof");
		wr_u8(w, OP_SUCCESS);
		return EAP_STEP_DONE;
	}
	if (op == OP_FAILURE && m->stage == STAGE_CHALLENGED) {
		e->why = "wrong-password";
		m->stage = STAGE_FAILED;
		wr_u8(w, OP_FAILURE);
		return EAP_STEP_ON;
	}
	return eap_method_fail(e, "eap-syntax");
}

const struct eap_method eap_mschapv2 = { .type = EAP_TYPE_MSCHAPV2,
	.keys = true,
	.open = mschapv2_open,
	.close = mschapv2_close,
	.ask = mschapv2_ask,
	.judge = mschapv2_judge,
	.answer = mschapv2_answer };
