/*
 * Who a peer is: the engine's questions about identities and proofs, answered from the configuration.  Judging a signature and a
 * chain is work that may go to a crypto worker; the session may be gone when it comes back.  Loop thread, but for judge_run.
 */
#include <stdlib.h>
#include <string.h>

#include "ike/wire/iana.h"
#include "session/auth/inquiry.h"
#include "session/auth/pass.h"
#include "session/auth/lookup.h"
#include "session/auth/proven.h"
#include "session/auth/work.h"
#include "session/convert.h"
#include "session/inner.h"
#include "session/policy.h"

/* What is known of a peer while it is judged. */
struct question {
	struct session_hub *hub;
	struct slab_handle sa;
	const struct ike_who *who;
	struct cfg_identity peer;
	char text[SESSION_ID_TEXT]; /* of 'peer' */
	struct pki_chain *chain;    /* NULL with a pre-shared key */
	struct session *session;
	struct ike_proof proof;
	struct ike_id local;
};

static const struct pki_cert *cert_of(const struct question *q)
{
	return q->chain == NULL ? NULL : pki_chain_leaf(q->chain);
}

/* ---- each step says NULL, or why the peer is refused ---- */

static const char *read_peer(struct question *q)
{
	enum err err;

	if (session_convert_id(q->who->peer_id, q->text, &q->peer) != ERR_OK)
		return "identity";
	if (q->who->method == IKE_AUTH_PSK || q->who->method == 0) /* 0: EAP */
		return NULL;
	err = session_trust_chain(q->hub->model->trust, q->who->cert, q->who->cert_count, &q->chain);
	return err == ERR_OK ? NULL : err == ERR_ABSENT ? "no-certificate" : "bad-certificate";
}

/* The responder's session begins when a profile is found for its identity. */
static struct session *admit(struct question *q)
{
	struct session_policy_path where = session_policy_path_of(&q->who->path);
	const struct cfg_profile *profile = session_policy_profile(q->hub->model->cfg, &where, &q->peer, cert_of(q));
	struct session *s = profile == NULL ? NULL : session_new(q->hub, IKE_RESPONDER);

	if (s == NULL)
		return NULL;
	s->profile = profile;
	session_bind_ike(s, q->sa);
	return s;
}

/* A DN is shown, and known again, as its certificate prints it. */
static const char *name_peer(struct question *q)
{
	struct session *s = q->session;
	const struct pki_cert *cert = q->peer.type == CFG_ID_DN ? cert_of(q) : NULL;
	char text[SESSION_ID_TEXT];

	s->peer_type = q->peer.type;
	if (cert == NULL)
		(void)ike_id_str(q->who->peer_id, text, sizeof(text));
	else if (pki_cert_text(cert, PKI_FIELD_SUBJECT, text, sizeof(text)) != ERR_OK)
		return "identity";
	return session_name(s, text) == ERR_OK ? NULL : "internal";
}

static const char *find_session(struct question *q)
{
	q->session = q->who->role == IKE_RESPONDER ? admit(q) : session_by_ref(q->hub, q->who->ref);
	if (q->session == NULL || !session_policy_accepts(q->session->profile, &q->peer, cert_of(q)))
		return "no-profile";
	q->session->path = q->who->path;
	return name_peer(q);
}

/* The address that the keyring is asked for. */
static const struct addr *keyed_by(const struct question *q)
{
	return q->who->role == IKE_RESPONDER ? &q->who->path.remote.addr : &q->session->keyed_by;
}

static struct session_policy_psk keys_of(const struct question *q)
{
	return session_policy_keys(q->session->profile, &q->peer, keyed_by(q), q->who->role == IKE_RESPONDER);
}

static const char *find_key(struct question *q)
{
	struct session *s = q->session;
	struct session_policy_psk psk;

	s->by_certificate = q->chain != NULL;
	s->by_eap = q->who->method == 0;
	if (s->by_eap) /* R-IKE-16: no AUTH; AAA judges it */
		return (s->profile->auth_remote & CFG_AUTH_EAP) != 0 && s->profile->eap_list != NULL ? NULL : "no-profile";
	if (s->by_certificate)
		return NULL;
	if ((s->profile->auth_remote & CFG_AUTH_PSK) == 0)
		return "no-profile";
	psk = keys_of(q);
	return psk.remote != NULL && secret_set(&q->proof.verify, secret_view(psk.remote)) == ERR_OK ? NULL : "no-key";
}

/* With what a responder proves itself; an initiator has said so when it began. */
static const char *prove_us(struct question *q)
{
	struct session *s = q->session;
	struct session_policy_psk psk;

	q->proof.ref = session_ref(s->handle);
	q->proof.ppk_required = session_ppk_required(s, &q->peer, keyed_by(q));
	q->proof.local_id = &q->local;
	if (q->who->role == IKE_INITIATOR)
		return NULL;
	if ((s->profile->auth_local & CFG_AUTH_CERTIFICATE) != 0) {
		s->credential = session_credential_own(s->model->trust, s->profile, q->who->authorities);
		if (s->credential == NULL)
			return "no-certificate-of-ours";
		q->proof.certificate = true;
		q->local = session_credential_id(s->profile, s->credential, &s->path.local.addr);
		return NULL;
	}
	if (s->profile->auth_local == CFG_AUTH_EAP) {
		q->proof.eap_only = q->who->eap_only;
		q->local = session_convert_own_id(&s->profile->identity, &q->who->path.local.addr);
		return q->proof.eap_only ? NULL : "eap-only";
	}
	psk = keys_of(q);
	q->local = session_convert_own_id(&s->profile->identity, &s->path.local.addr);
	return psk.local != NULL && secret_set(&q->proof.sign, secret_view(psk.local)) == ERR_OK ? NULL : "no-key";
}

/* ---- the ports ---- */

/* 'why' the peer is refused; NULL: it is proved, or will be by its key. */
static void answer(struct question *q, const char *why)
{
	q->proof.why = why == NULL ? prove_us(q) : why;
	q->proof.err = q->proof.why == NULL ? ERR_OK : ERR_AUTH;
	ike_engine_authenticated(q->hub->engine, session_now(q->hub), q->sa, &q->proof);
}

/* A certificate and a signature to be judged, with a question that outlives the engine's call. */
struct judge_work {
	struct session_work work;
	struct question q;
	struct ike_who who; /* a copy, whose views are into 'octets' */
	struct ike_id peer_id;
	struct session_credential_case k;
	const char *why;
	uint8_t *octets;
};

static struct judge_work *judge_of(struct session_work *w)
{
	return (struct judge_work *)(void *)w; /* its first member */
}

static void judge_run(struct session_work *w, struct crypto *c)
{
	struct judge_work *j = judge_of(w);

	j->why = session_credential_judge(c, &j->k, &j->who);
}

/* A proof that waits for what the network has to tell of the certificate: all else is right. */
struct doubt {
	struct session_inquiry inquiry;
	struct slab_handle sa;
	struct pki_chain *chain;
	struct ike_proof proof;
	struct ike_id local; /* proof.local_id */
};

static struct doubt *doubt_of(struct session_inquiry *i)
{
	return (struct doubt *)(void *)i; /* its first member */
}

static void doubt_free(struct session_inquiry *i)
{
	struct doubt *d = doubt_of(i);

	pki_chain_free(d->chain);
	secret_fini(&d->proof.sign);
	secret_fini(&d->proof.verify);
	free(d);
}

static void doubt_end(struct session_inquiry *i, const char *why)
{
	struct doubt *d = doubt_of(i);
	struct session_hub *h = i->session->hub;

	d->proof.why = why;
	d->proof.err = why == NULL ? ERR_OK : ERR_AUTH;
	if (d->proof.local_id != NULL)
		d->proof.local_id = &d->local;
	if (why == NULL) {
		session_proven_begin(i->session, d->chain, i->about.asked);
		session_trust_keep(i->session->model->trust, d->chain);
		d->chain = NULL;
	}
	ike_engine_authenticated(h->engine, session_now(h), d->sa, &d->proof);
	doubt_free(i);
}

/* Moves all that it needs out of 'j'; false: nobody can be asked. */
static bool begin_doubt(struct judge_work *j)
{
	struct question *q = &j->q;
	struct doubt *d = (struct doubt *)calloc(1, sizeof(*d));

	if (d == NULL)
		return false;
	d->inquiry.about = j->k;
	d->inquiry.done = doubt_end;
	d->inquiry.drop = doubt_free;
	d->sa = q->sa;
	d->chain = q->chain;
	d->proof = q->proof;
	d->local = q->local;
	q->chain = NULL;
	j->k.query = NULL;
	memset(&q->proof.sign, 0, sizeof(q->proof.sign));
	memset(&q->proof.verify, 0, sizeof(q->proof.verify));
	if (session_inquiry_begin(q->session, &d->inquiry))
		return true;
	doubt_free(&d->inquiry);
	return false;
}

static void ask_network(struct judge_work *j)
{
	struct question *q = &j->q;

	q->proof.why = prove_us(q);
	if (q->proof.why == NULL && begin_doubt(j))
		return;
	if (q->proof.why == NULL)
		q->proof.why = "no-answer";
	q->proof.err = ERR_AUTH;
	ike_engine_authenticated(q->hub->engine, session_now(q->hub), q->sa, &q->proof);
}

static void judge_answer(struct session_work *w, bool ran)
{
	struct judge_work *j = judge_of(w);

	if (session_by_ike(w->hub, j->q.sa) != j->q.session)
		return; /* the session went, and with it who asked */
	j->q.proof.proved = ran && j->why == NULL;
	if (j->q.proof.proved && j->k.query == NULL)
		session_proven_begin(j->q.session, j->q.chain, j->k.asked);
	if (ran && j->k.query != NULL)
		ask_network(j);
	else
		answer(&j->q, ran ? j->why : "busy");
}

static void judge_free(struct session_work *w)
{
	struct judge_work *j = judge_of(w);

	pki_query_free(j->k.query);
	if (j->q.proof.proved && j->q.chain != NULL)
		session_trust_keep(w->model->trust, j->q.chain);
	else
		pki_chain_free(j->q.chain);
	free(j->octets);
	free(j);
}

/* Copies 'from' to where 'w' is, and lets it view the copy. */
static void keep(struct wr *w, struct bytes *from)
{
	uint8_t *at = w->buf + w->len;

	wr_bytes(w, *from);
	*from = bytes_of(at, from->len);
}

/* What the work needs of 'who' after the engine's call; the certificates are in the chain. */
static enum err keep_who(struct judge_work *j, const struct ike_who *who)
{
	size_t len = who->peer_id->data.len + who->authorities.len + who->auth.len + who->octets.len;
	struct wr w;

	j->octets = (uint8_t *)malloc(len);
	if (j->octets == NULL)
		return ERR_NOMEM;
	w = wr_of(j->octets, len);
	j->who = *who;
	j->peer_id = *who->peer_id;
	j->who.peer_id = &j->peer_id;
	j->who.wanted_id = NULL;
	j->who.cert_count = 0;
	keep(&w, &j->peer_id.data);
	keep(&w, &j->who.authorities);
	keep(&w, &j->who.auth);
	keep(&w, &j->who.octets);
	return wr_done(&w);
}

/* A question on the caller's stack is taken over, but for what it says of the peer's identity: that is read again from the copy. */
static enum err take_over(struct judge_work *j, struct question *q)
{
	enum err err = keep_who(j, q->who);

	if (err != ERR_OK)
		return err;
	j->q = *q;
	q->chain = NULL;
	j->q.who = &j->who;
	j->k.trust = q->session->model->trust;
	j->k.profile = q->session->profile;
	j->k.chain = j->q.chain;
	j->k.network = q->hub->env.fetch != NULL;
	j->k.now_s = q->hub->env.wall_s(q->hub->env.clock);
	j->work.model = q->session->model;
	session_trust_refresh(j->k.trust, j->k.now_s);
	return session_convert_id(&j->peer_id, j->q.text, &j->q.peer);
}

/* Verifying is quick but with the large curves. */
static unsigned cost_of(const struct pki_chain *chain)
{
	const struct crypto_key *key = pki_cert_key(pki_chain_leaf(chain));
	bool large = key != NULL && crypto_key_kind(key) == CRYPTO_KEY_ECDSA && crypto_key_bits(key) > 256;

	return large ? SESSION_WORK_LONG : 4 * SESSION_WORK_UNIT;
}

static const char *judge(struct question *q)
{
	struct judge_work *j = (struct judge_work *)calloc(1, sizeof(*j));

	if (j == NULL)
		return "internal";
	j->work.run = judge_run;
	j->work.answer = judge_answer;
	j->work.free = judge_free;
	j->work.job.urgency = CRYPTO_JOB_NORMAL;
	if (take_over(j, q) != ERR_OK) {
		judge_free(&j->work);
		return "internal";
	}
	session_work_begin(q->hub, &j->work, cost_of(j->q.chain));
	return NULL;
}

void session_auth_ask(void *ctx, struct slab_handle sa, const struct ike_who *who)
{
	struct session_hub *h = (struct session_hub *)ctx;

	if (who->resumed)
		session_pass_authenticate(h, sa, who);
	else if (session_lookup_needed(who))
		session_lookup_begin(h, sa, who);
	else
		session_auth_judge(h, sa, who);
}

void session_auth_judge(struct session_hub *h, struct slab_handle sa, const struct ike_who *who)
{
	static const char *(*const steps[])(struct question *) = { read_peer, find_session, find_key };
	struct question q;
	const char *why = NULL;

	memset(&q, 0, sizeof(q));
	q.hub = h;
	q.sa = sa;
	q.who = who;
	for (size_t i = 0; why == NULL && i < sizeof(steps) / sizeof(steps[0]); i++)
		why = steps[i](&q);
	if (why == NULL && q.chain != NULL) {
		why = judge(&q);
		if (why == NULL)
			return;
	}
	answer(&q, why);
	pki_chain_free(q.chain);
}

struct bytes session_auth_authorities(void *ctx, const struct ike_path *path)
{
	const struct session_hub *h = (const struct session_hub *)ctx;

	(void)path; /* profiles of other addresses may be among them: a hint costs nothing */
	return h->model == NULL ? bytes_of(NULL, 0) : session_trust_authorities(h->model->trust);
}
