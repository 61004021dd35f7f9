/*
 * EAP of a session: what the engine asks for goes to AAA where the peer proves itself, and to our own end of the conversation where we do.
 * Loop thread.
 */
#include <stdlib.h>
#include <string.h>

#include "aaa/eap.h"
#include "crypto/tls.h"
#include "eap/peer.h"
#include "ike/wire/id.h"
#include "session/auth/credential.h"
#include "session/convert.h"
#include "session/inner.h"
#include "session/policy.h"

enum { DER_SEQUENCE = 0x30 };

/* One conversation.  Either end is there, never both. */
struct session_eap {
	struct session *session;
	struct aaa_eap *server;
	struct eap_peer *peer;
	struct ike_id claim; /* whom the other end's certificate must prove to EAP-TLS; a view */
	struct crypto_tls_config tls;
	struct bytes cert[PKI_CHAIN_MAX];
};

/* ---- EAP-TLS ---- */

/* An EAP identity has no type: what has an @ is an e-mail address; some peers say the DN of their certificate. */
static struct ike_id typed(struct bytes identity)
{
	struct ike_id id = { .type = IKE_ID_FQDN, .data = identity };

	if (identity.len != 0 && identity.data[0] == DER_SEQUENCE)
		id.type = IKE_ID_DN;
	else if (identity.len != 0 && memchr(identity.data, '@', identity.len) != NULL)
		id.type = IKE_ID_EMAIL;
	return id;
}

static bool judge(void *ctx, const struct bytes *cert, unsigned count)
{
	const struct session_eap *c = (const struct session_eap *)ctx;
	const struct session *s = c->session;
	struct session_credential_case k = { .trust = s->model->trust, .profile = s->profile };
	struct ike_id claim = c->server != NULL ? typed(aaa_eap_identity(c->server)) : c->claim;
	struct pki_chain *chain = NULL;
	const char *why = pki_chain_parse(cert, count, &chain) == ERR_OK ? NULL : "bad-certificate";

	k.chain = chain;
	k.now_s = s->hub->env.wall_s(s->hub->env.clock);
	if (why == NULL)
		why = session_credential_believe(&k, &claim);
	if (why != NULL)
		log_event(s->hub->env.log, LOG_L_WARN, "eap.certificate", "peer=\"%s\" why=%s", s->peer, why);
	pki_chain_free(chain);
	return why == NULL;
}

/* What TLS needs of the profile; NULL: it has no certificate of ours. */
static const struct crypto_tls_config *fill_tls(struct session_eap *c)
{
	const struct session *s = c->session;
	const struct pki_trust *own = session_credential_eap(s->model->trust, s->profile);

	if (own == NULL)
		return NULL;
	c->tls.key = pki_trust_key(own);
	c->tls.cert = c->cert;
	c->tls.cert_count = pki_trust_chain(own, c->cert);
	c->tls.judge = judge;
	c->tls.ctx = c;
	return &c->tls;
}

/* ---- answers ---- */

static void answer(struct session *s, struct ike_eap_answer *answer)
{
	ike_engine_eap(s->hub->engine, session_now(s->hub), s->ike, answer);
}

static void refuse(struct session *s, const char *why)
{
	struct ike_eap_answer a;

	memset(&a, 0, sizeof(a));
	a.verdict = IKE_EAP_FAILED;
	a.why = why;
	answer(s, &a);
}

static enum ike_eap_verdict verdict_of(enum eap_verdict verdict)
{
	switch (verdict) {
	case EAP_GOES_ON:
		return IKE_EAP_ON;
	case EAP_ACCEPTED:
		return IKE_EAP_DONE;
	default:
		return IKE_EAP_FAILED;
	}
}

/* ---- the peer proves itself ---- */

/* The session is the EAP identity's from now on (cli.md 1.4, duplicate sessions).  It has to be text, or a DN. */
static bool name_peer(struct session *s, struct bytes identity)
{
	struct ike_id id = typed(identity);
	char text[SESSION_ID_TEXT];

	s->peer_type = CFG_ID_NONE;
	if (id.type == IKE_ID_DN)
		return session_name(s, ike_id_str(&id, text, sizeof(text))) == ERR_OK;
	if (identity.len == 0 || identity.len >= sizeof(text))
		return false;
	for (size_t i = 0; i < identity.len; i++)
		if (identity.data[i] < 0x20 || identity.data[i] == 0x7f)
			return false;
	memcpy(text, identity.data, identity.len);
	text[identity.len] = '\0';
	return session_name(s, text) == ERR_OK;
}

static void take_result(void *ctx, struct aaa_eap_result *r)
{
	struct session_eap *c = (struct session_eap *)ctx;
	struct session *s = c->session;
	struct ike_eap_answer a;

	memset(&a, 0, sizeof(a));
	a.verdict = verdict_of(r->verdict);
	a.packet = r->packet;
	a.why = r->why;
	a.method = r->method;
	a.wait_ms = s->profile->eap_timeout_s * 1000;
	secret_take(&a.msk, &r->msk);
	if (r->verdict == EAP_ACCEPTED && !name_peer(s, r->identity)) {
		secret_fini(&a.msk);
		refuse(s, "identity");
		return;
	}
	answer(s, &a);
}

static enum err open_server(struct session_eap *c, const struct ike_eap_turn *turn)
{
	const struct session *s = c->session;
	struct aaa_eap_request r;

	memset(&r, 0, sizeof(r));
	r.model = s->model->cfg;
	r.list = s->profile->eap_list;
	r.query = s->profile->eap_query;
	r.identity = bytes_str(s->peer);
	r.safe = turn->only;
	r.crypto = s->hub->env.crypto;
	r.rand = s->hub->env.rand;
	r.tls = fill_tls(c);
	r.answer = take_result;
	r.ctx = c;
	return aaa_eap_new(&r, &c->server);
}

/* ---- we do ---- */

static void add_method(struct eap_means *m, unsigned allowed, enum cfg_eap which, enum eap_type type)
{
	if ((allowed & (unsigned)which) != 0)
		m->method[m->method_count++] = (uint8_t)type;
}

static enum err open_peer(struct session_eap *c, struct bytes identity)
{
	const struct session *s = c->session;
	const struct cfg_profile *p = s->profile;
	struct eap_means m;

	memset(&m, 0, sizeof(m));
	m.crypto = s->hub->env.crypto;
	m.rand = s->hub->env.rand;
	m.tls = fill_tls(c);
	add_method(&m, p->eap_local, CFG_EAP_MSCHAPV2, EAP_TYPE_MSCHAPV2);
	add_method(&m, p->eap_local, CFG_EAP_GTC, EAP_TYPE_GTC);
	add_method(&m, p->eap_local, CFG_EAP_MD5, EAP_TYPE_MD5);
	add_method(&m, p->eap_local, CFG_EAP_TLS, EAP_TYPE_TLS);
	return eap_peer_new(&c->peer, &m, p->eap_user != NULL ? bytes_str(p->eap_user) : identity, p->eap_password);
}

static void step_peer(struct session_eap *c, const struct ike_eap_turn *turn)
{
	struct eap_reply reply;
	struct ike_eap_answer a;

	c->claim = *turn->peer_id;
	eap_peer_take(c->peer, turn->packet, &reply);
	memset(&a, 0, sizeof(a));
	a.verdict = verdict_of(reply.verdict);
	a.packet = reply.packet;
	a.why = reply.why;
	a.method = eap_peer_method(c->peer);
	if (reply.verdict == EAP_ACCEPTED)
		eap_peer_msk(c->peer, &a.msk);
	answer(c->session, &a);
}

/* Where EAP alone proves the responder nobody has been asked yet whether it is one that we want. */
static bool is_wanted(struct session *s, const struct ike_id *id)
{
	char text[SESSION_ID_TEXT];
	struct cfg_identity peer;

	if (session_convert_id(id, text, &peer) != ERR_OK || !session_policy_accepts(s->profile, &peer, NULL))
		return false;
	s->peer_type = peer.type;
	return session_name(s, text) == ERR_OK;
}

/* ---- the port ---- */

static enum err open(struct session *s, const struct ike_eap_turn *turn)
{
	struct session_eap *c = (struct session_eap *)calloc(1, sizeof(*c));

	if (c == NULL)
		return ERR_NOMEM;
	c->session = s;
	s->eap = c; /* and frees it, whatever comes of it */
	if (turn->role == IKE_RESPONDER)
		return open_server(c, turn);
	if (turn->only && !is_wanted(s, turn->peer_id))
		return ERR_AUTH;
	return open_peer(c, turn->local_id->data);
}

void session_eap_turn(void *ctx, struct slab_handle sa, const struct ike_eap_turn *turn)
{
	struct session *s = session_by_ike((const struct session_hub *)ctx, sa);
	enum err err;

	if (s == NULL)
		return;
	err = s->eap == NULL ? open(s, turn) : ERR_OK;
	if (err != ERR_OK)
		refuse(s, err == ERR_AUTH ? "no-profile" : err == ERR_NOMEM ? "internal" : "no-eap-method");
	else if (s->eap->server != NULL)
		aaa_eap_step(s->eap->server, turn->packet);
	else
		step_peer(s->eap, turn);
}

void session_eap_free(struct session *s)
{
	if (s->eap == NULL)
		return;
	aaa_eap_free(s->eap->server);
	eap_peer_free(s->eap->peer);
	free(s->eap);
	s->eap = NULL;
}
