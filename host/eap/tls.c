/*
 * EAP-TLS: a TLS handshake in EAP packets, RFC5216 with TLS 1.2 and RFC9190 with TLS 1.3.  Flights larger than a packet are cut into
 * fragments, each of which the other end acknowledges with an empty one.  Who the certificates prove is the caller's to judge.
 */
#include <stdlib.h>

#include "crypto/tls.h"
#include "eap/method.h"

enum { FLAG_LENGTH = 0x80, FLAG_MORE = 0x40, FLAG_START = 0x20 }; /* RFC5216-3.1 */

enum {
	FRAGMENT_LEN = 1024,      /* of TLS data in a packet of ours: the least MTU of EAP (RFC3748-3.1), so that any carrier takes it */
	FLIGHT_MAX = 64 * 1024,   /* of the peer's, all its fragments */
	KEY_LEN = 2 * EAP_MSK_LEN /* MSK and EMSK */
};

struct eap_tls_state {
	struct crypto_tls *tls;
	size_t taken;  /* of the flight that is coming */
	bool more;     /* it isn't whole yet */
	bool cut;      /* ours isn't all sent */
	bool done;     /* the handshake is */
	bool failed;   /* an alert is on its way */
	bool promised; /* TLS 1.3: the server has said that it is content, RFC9190-2.5 */
};

static enum err tls_open(void **state)
{
	*state = calloc(1, sizeof(struct eap_tls_state));
	return *state == NULL ? ERR_NOMEM : ERR_OK;
}

static void tls_close(void *state)
{
	struct eap_tls_state *t = (struct eap_tls_state *)state;

	crypto_tls_free(t->tls);
	free(t);
}

/* ---- fragments ---- */

/* The next fragment of our flight; without one an acknowledgement. */
static void give(struct eap_tls_state *t, struct wr *w)
{
	size_t left = crypto_tls_pending(t->tls);
	bool more = left > FRAGMENT_LEN;

	if (more && !t->cut) {
		wr_u8(w, FLAG_LENGTH | FLAG_MORE);
		wr_u32(w, (uint32_t)left);
	} else {
		wr_u8(w, more ? FLAG_MORE : 0);
	}
	crypto_tls_take(t->tls, w, FRAGMENT_LEN);
	t->cut = more;
}

/* Hands on what a packet brings.  ERR_LIMIT beyond FLIGHT_MAX. */
static enum err take(struct eap_tls_state *t, struct bytes data)
{
	struct rd r = rd_of(data);
	uint8_t flags = rd_u8(&r);
	uint32_t total = (flags & FLAG_LENGTH) != 0 ? rd_u32(&r) : 0;
	struct bytes piece = rd_rest(&r);
	enum err err = rd_done(&r);

	if (err != ERR_OK)
		return err;
	t->taken += piece.len;
	if (t->taken > FLIGHT_MAX || total > FLIGHT_MAX)
		return ERR_LIMIT;
	t->more = (flags & FLAG_MORE) != 0;
	if (!t->more)
		t->taken = 0;
	return crypto_tls_feed(t->tls, piece);
}

static bool is_ack(struct bytes data)
{
	return data.len == 1 && (data.data[0] & (FLAG_MORE | FLAG_START)) == 0;
}

/* ---- keys ---- */

static enum err export_msk(struct eap_end *e, const struct crypto_tls *tls)
{
	static const uint8_t type = EAP_TYPE_TLS;
	struct secret key = { 0 };
	enum err err = secret_new(&key, KEY_LEN);

	if (err == ERR_OK && crypto_tls_version(tls) == CRYPTO_TLS_1_3) /* RFC9190-2.3 */
		err = crypto_tls_export(tls, "EXPORTER_EAP_TLS_Key_Material", bytes_of(&type, 1), key.data, key.len);
	else if (err == ERR_OK) /* RFC5216-2.3 */
		err = crypto_tls_export(tls, "client EAP encryption", bytes_of(NULL, 0), key.data, key.len);
	if (err == ERR_OK)
		err = secret_set(&e->msk, bytes_of(key.data, EAP_MSK_LEN));
	secret_fini(&key);
	return err;
}

/* Runs the handshake with the whole flight that came. */
static enum err run(struct eap_end *e, struct eap_tls_state *t)
{
	enum crypto_tls_state state = t->done ? CRYPTO_TLS_DONE : crypto_tls_run(t->tls);

	if (state == CRYPTO_TLS_FAILED) {
		t->failed = true;
		e->why = "tls";
	}
	if (state != CRYPTO_TLS_DONE || t->done)
		return ERR_OK;
	t->done = true;
	return export_msk(e, t->tls);
}

static enum err start(struct eap_end *e, struct eap_tls_state *t, bool server)
{
	return e->means.tls == NULL ? ERR_ABSENT : crypto_tls_new(e->means.tls, server, &t->tls);
}

/* ---- server ---- */

static enum eap_step tls_ask(struct eap_end *e, struct wr *w)
{
	if (e->means.tls == NULL)
		return eap_method_fail(e, "internal");
	wr_u8(w, FLAG_START);
	return EAP_STEP_ON;
}

/* The protected success indication of TLS 1.3: one octet of application data. */
static enum err promise(struct eap_tls_state *t)
{
	static const uint8_t content = 0;

	t->promised = true;
	return crypto_tls_version(t->tls) == CRYPTO_TLS_1_3 ? crypto_tls_write(t->tls, bytes_of(&content, 1)) : ERR_OK;
}

static enum eap_step tls_judge(struct eap_end *e, struct bytes data, struct wr *w)
{
	struct eap_tls_state *t = (struct eap_tls_state *)e->state;

	if (t->cut) {
		if (!is_ack(data))
			return eap_method_fail(e, "eap-syntax");
		give(t, w);
		return EAP_STEP_ON;
	}
	if (t->failed)
		return eap_method_fail(e, "tls");
	if (t->tls == NULL && start(e, t, true) != ERR_OK)
		return eap_method_fail(e, "internal");
	if (t->promised)
		return is_ack(data) ? EAP_STEP_DONE : eap_method_fail(e, "tls");
	if (take(t, data) != ERR_OK)
		return eap_method_fail(e, "eap-syntax");
	if (!t->more && run(e, t) != ERR_OK)
		return eap_method_fail(e, "internal");
	if (t->done && promise(t) != ERR_OK)
		return eap_method_fail(e, "internal");
	if (!t->more && crypto_tls_pending(t->tls) == 0)
		return eap_method_fail(e, "tls"); /* nothing to say, and it isn't over: it never will be */
	give(t, w);
	return EAP_STEP_ON;
}

/* ---- peer ---- */

/* The server's promise, if it has come. */
static void listen(struct eap_tls_state *t)
{
	uint8_t octet = UINT8_MAX;

	if (!t->done || t->promised)
		return;
	t->promised = crypto_tls_version(t->tls) != CRYPTO_TLS_1_3 || (crypto_tls_read(t->tls, &octet) == ERR_OK && octet == 0);
}

/* A handshake that failed gets its alert out, or the server's acknowledged; Failure comes then (RFC5216-2.1.3). */
static enum eap_step go_on(struct eap_end *e, struct eap_tls_state *t, struct wr *w)
{
	if (!t->more && run(e, t) != ERR_OK)
		return eap_method_fail(e, "internal");
	listen(t);
	give(t, w);
	return t->promised && !t->cut ? EAP_STEP_DONE : EAP_STEP_ON;
}

static enum eap_step tls_answer(struct eap_end *e, struct bytes data, struct wr *w)
{
	struct eap_tls_state *t = (struct eap_tls_state *)e->state;

	if (t->tls == NULL) {
		if (data.len == 0 || (data.data[0] & FLAG_START) == 0)
			return eap_method_fail(e, "eap-syntax");
		return start(e, t, false) == ERR_OK ? go_on(e, t, w) : eap_method_fail(e, "internal");
	}
	if (t->cut) {
		if (!is_ack(data))
			return eap_method_fail(e, "eap-syntax");
		give(t, w);
		return EAP_STEP_ON;
	}
	if (t->failed)
		return eap_method_fail(e, "tls");
	if (take(t, data) != ERR_OK)
		return eap_method_fail(e, "eap-syntax");
	return go_on(e, t, w);
}

const struct eap_method eap_tls = { .type = EAP_TYPE_TLS,
	.keys = true,
	.safe = true,
	.open = tls_open,
	.close = tls_close,
	.ask = tls_ask,
	.judge = tls_judge,
	.answer = tls_answer };
