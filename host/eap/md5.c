/* MD5-Challenge, RFC3748-5.4: CHAP.  One way, and without keys. */
#include <stdlib.h>

#include "crypto/legacy.h"
#include "eap/method.h"

enum { CHALLENGE_LEN = 16 };

struct md5 {
	uint8_t challenge[CHALLENGE_LEN];
};

static enum err md5_open(void **state)
{
	*state = calloc(1, sizeof(struct md5));
	return *state == NULL ? ERR_NOMEM : ERR_OK;
}

static enum err sum(struct eap_end *e, const struct secret *password, struct bytes challenge, uint8_t out[CRYPTO_MD5_LEN])
{
	struct bytes parts[] = { bytes_of(&e->id, 1), secret_view(password), challenge };

	return crypto_legacy_md5(e->means.crypto, crypto_parts_of(parts, 3), out);
}

static enum eap_step md5_ask(struct eap_end *e, struct wr *w)
{
	struct md5 *m = (struct md5 *)e->state;

	if (crypto_rand_fill(e->means.rand, m->challenge, sizeof(m->challenge)) != ERR_OK)
		return eap_method_fail(e, "internal");
	wr_u8(w, CHALLENGE_LEN);
	wr_bytes(w, bytes_of(m->challenge, sizeof(m->challenge)));
	return EAP_STEP_ON;
}

/* Value-Size, Value, Name; the value to 'out'. */
static enum err read_value(struct bytes data, struct bytes *out)
{
	struct rd r = rd_of(data);

	*out = rd_bytes(&r, rd_u8(&r));
	(void)rd_rest(&r); /* Name: who it is the identity says */
	return rd_done(&r);
}

static enum eap_step md5_judge(struct eap_end *e, struct bytes data, struct wr *w)
{
	const struct md5 *m = (const struct md5 *)e->state;
	struct secret password = { 0 };
	uint8_t want[CRYPTO_MD5_LEN];
	struct bytes value;
	bool right = false;

	(void)w;
	if (read_value(data, &value) != ERR_OK)
		return eap_method_fail(e, "eap-syntax");
	if (eap_method_password(e, eap_end_identity(e), &password) &&
		sum(e, &password, bytes_of(m->challenge, sizeof(m->challenge)), want) == ERR_OK)
		right = secret_eq(value, bytes_of(want, sizeof(want)));
	secret_fini(&password);
	return right ? EAP_STEP_DONE : eap_method_fail(e, "wrong-password");
}

static enum eap_step md5_answer(struct eap_end *e, struct bytes data, struct wr *w)
{
	uint8_t value[CRYPTO_MD5_LEN];
	struct bytes challenge;

	if (read_value(data, &challenge) != ERR_OK || challenge.len == 0)
		return eap_method_fail(e, "eap-syntax");
	if (sum(e, &e->password, challenge, value) != ERR_OK)
		return eap_method_fail(e, "internal");
	wr_u8(w, sizeof(value));
	wr_bytes(w, bytes_of(value, sizeof(value)));
	wr_bytes(w, eap_end_identity(e));
	return EAP_STEP_DONE;
}

const struct eap_method eap_md5 = {
	.type = EAP_TYPE_MD5, .open = md5_open, .close = free, .ask = md5_ask, .judge = md5_judge, .answer = md5_answer
};
