/*
 * Who a peer is: the engine's questions about keys and signatures, answered from the configuration.  All of it runs at once
 * on the loop thread; the engine could wait.
 */
#include <string.h>

#include "ike/keying/signature.h"
#include "ike/wire/iana.h"
#include "session/auth/credential.h"
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
	if (q->who->method == IKE_AUTH_PSK)
		return NULL;
	err = pki_chain_parse(q->who->cert, q->who->cert_count, &q->chain);
	return err == ERR_OK ? NULL : err == ERR_ABSENT ? "no-certificate" : "bad-certificate";
}

/* The responder's session begins when a profile is found for its identity. */
static struct session *admit(struct question *q)
{
	struct session_policy_path where = { .local = q->who->path.local.addr, .remote = q->who->path.remote.addr };
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

	s->peer_type = q->peer.type;
	if (cert == NULL)
		(void)ike_id_str(q->who->peer_id, s->peer, sizeof(s->peer));
	else if (pki_cert_text(cert, PKI_FIELD_SUBJECT, s->peer, sizeof(s->peer)) != ERR_OK)
		return "identity";
	return NULL;
}

static const char *find_session(struct question *q)
{
	q->session = q->who->role == IKE_RESPONDER ? admit(q) : session_by_ref(q->hub, q->who->ref);
	if (q->session == NULL || !session_policy_accepts(q->session->profile, &q->peer, cert_of(q)))
		return "no-profile";
	q->session->path = q->who->path;
	return name_peer(q);
}

static struct session_policy_psk keys_of(const struct question *q)
{
	return session_policy_keys(q->session->profile, &q->peer, &q->who->path.remote.addr, q->who->role == IKE_RESPONDER);
}

static const char *judge_peer(struct question *q)
{
	struct session *s = q->session;
	struct session_credential_case k = { .trust = s->model->trust, .profile = s->profile, .chain = q->chain };
	struct session_policy_psk psk;
	const char *why;

	s->by_certificate = q->chain != NULL;
	if (s->by_certificate) {
		k.now_s = q->hub->env.wall_s(q->hub->env.clock);
		why = session_credential_judge(q->hub->env.crypto, &k, q->who);
		q->proof.proved = why == NULL;
		return why;
	}
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
	q->proof.ppk_required = session_ppk_required(s, &q->peer, &q->who->path.remote.addr);
	q->proof.local_id = &q->local;
	if (q->who->role == IKE_INITIATOR)
		return NULL;
	if ((s->profile->auth_local & CFG_AUTH_CERTIFICATE) != 0) {
		s->credential = session_credential_own(s->model->trust, s->profile, q->who->authorities);
		if (s->credential == NULL)
			return "no-certificate-of-ours";
		q->proof.certificate = true;
		q->local = session_credential_id(s->profile, s->credential, &q->who->path.local.addr);
		return NULL;
	}
	psk = keys_of(q);
	q->local = session_convert_own_id(&s->profile->identity, &q->who->path.local.addr);
	return psk.local != NULL && secret_set(&q->proof.sign, secret_view(psk.local)) == ERR_OK ? NULL : "no-key";
}

/* ---- the ports ---- */

void session_auth_ask(void *ctx, struct slab_handle sa, const struct ike_who *who)
{
	static const char *(*const steps[])(struct question *) = { read_peer, find_session, judge_peer, prove_us };
	struct question q;

	memset(&q, 0, sizeof(q));
	q.hub = (struct session_hub *)ctx;
	q.sa = sa;
	q.who = who;
	for (size_t i = 0; q.proof.why == NULL && i < sizeof(steps) / sizeof(steps[0]); i++)
		q.proof.why = steps[i](&q);
	q.proof.err = q.proof.why == NULL ? ERR_OK : ERR_AUTH;
	ike_engine_authenticated(q.hub->engine, session_now(q.hub), sa, &q.proof);
	pki_chain_free(q.chain);
}

/* Another of our certificates may be what the peer asks for, unless our identity is its subject and told already. */
static const struct pki_trust *choose(struct session *s, const struct ike_text *text)
{
	bool bound = text->local_id->type == IKE_ID_DN || text->role == IKE_RESPONDER;

	if (!bound)
		s->credential = session_credential_own(s->model->trust, s->profile, text->authorities);
	return s->credential;
}

void session_auth_sign(void *ctx, struct slab_handle sa, const struct ike_text *text)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct session *s = session_by_ike(h, sa);
	const struct pki_trust *own = s == NULL ? NULL : choose(s, text);
	struct ike_signature answer;
	uint8_t buf[IKE_SIGNATURE_MAX];

	memset(&answer, 0, sizeof(answer));
	answer.err = ERR_ABSENT;
	answer.why = "no-certificate-of-ours";
	if (own != NULL)
		session_credential_sign(h->env.crypto, own, text, buf, &answer);
	ike_engine_signed(h->engine, session_now(h), sa, &answer);
}

struct bytes session_auth_authorities(void *ctx, const struct ike_path *path)
{
	const struct session_hub *h = (const struct session_hub *)ctx;

	(void)path; /* profiles of other addresses may be among them: a hint costs nothing */
	return h->model == NULL ? bytes_of(NULL, 0) : session_trust_authorities(h->model->trust);
}
