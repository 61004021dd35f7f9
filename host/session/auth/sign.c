/*
 * Our signatures: with the certificate that the peer asks for, at once or by a crypto worker.  Loop thread, but for sign_run.
 */
#include <stdlib.h>
#include <string.h>

#include "crypto/digest.h"
#include "ike/keying/signature.h"
#include "ike/wire/iana.h"
#include "session/auth/credential.h"
#include "session/auth/work.h"
#include "session/inner.h"

/* Another of our certificates may be what the peer asks for, unless our identity is its subject and told already. */
static const struct pki_trust *choose(struct session *s, const struct ike_text *text)
{
	bool bound = text->local_id->type == IKE_ID_DN || text->role == IKE_RESPONDER;

	if (!bound)
		s->credential = session_credential_own(s->model->trust, s->profile, text->authorities);
	return s->credential;
}

/* Our signature in the making. */
struct sign_work {
	struct session_work work;
	struct slab_handle sa;
	const struct pki_trust *own;
	uint16_t hashes;
	uint8_t *octets;
	size_t octets_len;
	const char *url;                /* sent instead of our certificate, in the model; NULL: that is */
	uint8_t buf[IKE_SIGNATURE_MAX]; /* of 'answer', and the next one */
	uint8_t where[CRYPTO_SHA1_LEN + PKI_URL_MAX];
	struct ike_signature answer;
};

static struct sign_work *sign_of(struct session_work *w)
{
	return (struct sign_work *)(void *)w; /* its first member */
}

/* RFC7296-3.6: the SHA-1 of our certificate and its URL take its place; its issuers are sent as they are. */
static void name_by_url(struct sign_work *g, struct crypto *c)
{
	struct wr w = wr_of(g->where, sizeof(g->where));
	uint8_t hash[CRYPTO_SHA1_LEN];

	if (crypto_digest_sha1(c, crypto_parts_of(&g->answer.cert[0], 1), hash) != ERR_OK)
		return; /* it is sent itself */
	wr_bytes(&w, bytes_of(hash, sizeof(hash)));
	wr_bytes(&w, bytes_str(g->url));
	if (wr_done(&w) != ERR_OK)
		return;
	g->answer.cert[0] = wr_view(&w);
	g->answer.encoding[0] = IKE_CERT_URL_X509;
}

static void sign_run(struct session_work *w, struct crypto *c)
{
	struct sign_work *g = sign_of(w);
	struct ike_text text = { .hashes = g->hashes, .octets = bytes_of(g->octets, g->octets_len) };

	session_credential_sign(c, g->own, &text, g->buf, &g->answer);
	if (g->url != NULL && g->answer.cert_count != 0)
		name_by_url(g, c);
}

static void sign_answer(struct session_work *w, bool ran)
{
	struct ike_signature busy = { .err = ERR_LIMIT, .why = "busy" };

	ike_engine_signed(w->hub->engine, session_now(w->hub), sign_of(w)->sa, ran ? &sign_of(w)->answer : &busy);
}

static void sign_free(struct session_work *w)
{
	free(sign_of(w)->octets);
	free(w);
}

/* Signing by RSA takes half a millisecond and more. */
static unsigned sign_cost(const struct crypto_key *key)
{
	return crypto_key_kind(key) == CRYPTO_KEY_RSA || crypto_key_bits(key) > 256 ? SESSION_WORK_LONG : SESSION_WORK_UNIT;
}

/* NULL: out of memory. */
static struct sign_work *sign_new(const struct session *s, const struct pki_trust *own, const struct ike_text *text)
{
	struct sign_work *g = (struct sign_work *)calloc(1, sizeof(*g));

	if (g == NULL)
		return NULL;
	g->octets = (uint8_t *)malloc(text->octets.len);
	if (g->octets == NULL) {
		free(g);
		return NULL;
	}
	memcpy(g->octets, text->octets.data, text->octets.len);
	g->octets_len = text->octets.len;
	g->hashes = text->hashes;
	g->own = own;
	g->url = text->lookup ? session_trust_url(s->model->trust, own) : NULL;
	g->sa = s->ike;
	g->work.model = s->model;
	g->work.run = sign_run;
	g->work.answer = sign_answer;
	g->work.free = sign_free;
	g->work.job.urgency = CRYPTO_JOB_NORMAL;
	return g;
}

void session_sign_ask(void *ctx, struct slab_handle sa, const struct ike_text *text)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);
	const struct pki_trust *own = s == NULL ? NULL : choose(s, text);
	struct sign_work *g = own == NULL ? NULL : sign_new(s, own, text);
	struct ike_signature failure = { .err = ERR_ABSENT, .why = own == NULL ? "no-certificate-of-ours" : "internal" };

	if (g != NULL)
		session_work_begin(h, &g->work, sign_cost(pki_trust_key(own)));
	else
		ike_engine_signed(h->engine, session_now(h), sa, &failure);
}
