/*
 * EAP of a session: what the engine asks for goes to AAA where the peer proves itself, and to our own end of the conversation where we do.
 * Steps of TLS are public-key work and may go to a crypto worker; the session may be gone when one comes back.  What
 * the network alone can tell of the other's certificate is asked after the step, and the step's answer waits for it.  Loop thread, but for
 * step_run and what it calls.
 */
#include <stdlib.h>
#include <string.h>

#include "aaa/eap.h"
#include "crypto/tls.h"
#include "eap/peer.h"
#include "ike/wire/id.h"
#include "session/auth/inquiry.h"
#include "session/auth/proven.h"
#include "session/auth/work.h"
#include "session/convert.h"
#include "session/inner.h"
#include "session/policy.h"

enum { DER_SEQUENCE = 0x30 };

/* One conversation.  Either end is there, never both. */
struct session_eap {
	struct session_inquiry inquiry; /* about the other's certificate, when a step has left a question */
	struct session *session;        /* NULL: it went while a step was under way */
	bool busy;                      /* a step is */
	struct aaa_eap *server;
	struct eap_peer *peer;
	struct eap_reply reply; /* the peer's, to be told */
	struct crypto_tls_config tls;
	struct bytes cert[PKI_CHAIN_MAX];
	/* Of the step under way, for the judge. */
	struct session_credential_case about;
	struct pki_chain *chain;
	struct ike_id claim; /* whom the other end's certificate must prove to EAP-TLS; a view */
	const char *why;     /* it doesn't; NULL: it does, or wasn't seen */
};

static void end_talk(struct session_eap *c)
{
	aaa_eap_free(c->server);
	eap_peer_free(c->peer);
	pki_query_free(c->about.query);
	pki_chain_free(c->chain);
	free(c);
}

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
	struct session_eap *c = (struct session_eap *)ctx;

	pki_chain_free(c->chain);
	c->chain = NULL;
	c->why = pki_chain_parse(cert, count, &c->chain) == ERR_OK ? NULL : "bad-certificate";
	c->about.chain = c->chain;
	if (c->why == NULL)
		c->why = session_credential_believe(&c->about, &c->claim);
	if (c->why == NULL)
		return true;
	pki_query_free(c->about.query);
	c->about.query = NULL;
	return false;
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

/* The conversation ends with the last one; the session may end, too. */
static void answer(struct session *s, struct ike_eap_answer *answer)
{
	struct session_hub *h = s->hub;
	struct slab_handle ike = s->ike;
	bool last = answer->verdict != IKE_EAP_ON;

	if (answer->verdict == IKE_EAP_DONE && s->eap->chain != NULL)
		session_proven_begin(s, s->eap->chain, s->eap->about.asked);
	ike_engine_eap(h->engine, session_now(h), ike, answer);
	s = last ? session_by_ike(h, ike) : NULL;
	if (s != NULL)
		session_eap_free(s);
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

static void tell_peer(struct session_eap *c)
{
	struct ike_eap_answer a;

	memset(&a, 0, sizeof(a));
	a.verdict = verdict_of(c->reply.verdict);
	a.packet = c->reply.packet;
	a.why = c->reply.why;
	a.method = eap_peer_method(c->peer);
	if (c->reply.verdict == EAP_ACCEPTED)
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

/* ---- steps ---- */

static void tell(struct session_eap *c)
{
	if (c->server != NULL)
		aaa_eap_tell(c->server);
	else
		tell_peer(c);
}

static struct session_eap *talk_of(struct session_inquiry *i)
{
	return (struct session_eap *)(void *)i; /* its first member */
}

static void log_judged(const struct session *s, const char *why)
{
	log_event(s->hub->env.log, LOG_L_WARN, "eap.certificate", "peer=\"%s\" why=%s", s->peer, why);
}

static void network_told(struct session_inquiry *i, const char *why)
{
	struct session_eap *c = talk_of(i);

	if (why == NULL) {
		c->about.asked = i->about.asked;
		tell(c);
		return;
	}
	log_judged(c->session, why);
	refuse(c->session, why);
}

static void network_dropped(struct session_inquiry *i)
{
	(void)i; /* the conversation ends with the session */
}

/* The step left a question that the network has to answer. */
static void ask_network(struct session_eap *c)
{
	memset(&c->inquiry, 0, sizeof(c->inquiry));
	c->inquiry.about = c->about;
	c->inquiry.done = network_told;
	c->inquiry.drop = network_dropped;
	c->about.query = NULL;
	if (!session_inquiry_begin(c->session, &c->inquiry))
		network_told(&c->inquiry, "no-answer");
}

struct step_work {
	struct session_work work;
	struct session_eap *talk;
	size_t packet_len;
	uint8_t *octets; /* the packet, then whom the gateway says that it is */
};

static struct step_work *step_of(struct session_work *w)
{
	return (struct step_work *)(void *)w; /* its first member */
}

static void step_run(struct session_work *w, struct crypto *crypto)
{
	const struct step_work *k = step_of(w);
	struct bytes packet = bytes_of(k->octets, k->packet_len);

	(void)crypto; /* TLS has its own */
	if (k->talk->server != NULL)
		aaa_eap_run(k->talk->server, packet);
	else
		eap_peer_take(k->talk->peer, packet, &k->talk->reply);
}

static void step_answer(struct session_work *w, bool ran)
{
	struct session_eap *c = step_of(w)->talk;

	if (c->session == NULL) /* nobody waits any more */
		return;
	step_of(w)->talk = NULL;
	c->busy = false;
	if (c->why != NULL)
		log_judged(c->session, c->why);
	if (!ran)
		refuse(c->session, "busy");
	else if (c->about.query != NULL)
		ask_network(c);
	else
		tell(c);
}

/* With a conversation that has nobody else. */
static void step_free(struct session_work *w)
{
	if (step_of(w)->talk != NULL)
		end_talk(step_of(w)->talk);
	free(step_of(w)->octets);
	free(w);
}

static void prepare_judge(struct session_eap *c, const struct ike_id *claim)
{
	const struct session *s = c->session;

	c->why = NULL;
	c->claim = *claim;
	c->about.trust = s->model->trust;
	c->about.profile = s->profile;
	c->about.network = s->hub->env.fetch != NULL;
	c->about.now_s = s->hub->env.wall_s(s->hub->env.clock);
	session_trust_refresh(c->about.trust, c->about.now_s);
}

/* Its octets are copied: the engine's are gone when a worker has time. */
static enum err begin_step(struct session_eap *c, const struct ike_eap_turn *turn)
{
	struct step_work *k = (struct step_work *)calloc(1, sizeof(*k));
	struct ike_id claim = c->server != NULL ? typed(aaa_eap_identity(c->server)) : *turn->peer_id;
	struct wr w;

	if (k == NULL)
		return ERR_NOMEM;
	k->octets = (uint8_t *)malloc(turn->packet.len + claim.data.len);
	if (k->octets == NULL) {
		free(k);
		return ERR_NOMEM;
	}
	w = wr_of(k->octets, turn->packet.len + claim.data.len);
	wr_bytes(&w, turn->packet);
	wr_bytes(&w, claim.data);
	claim.data.data = k->octets + turn->packet.len;
	k->packet_len = turn->packet.len;
	prepare_judge(c, &claim);
	k->talk = c;
	k->work.model = c->session->model;
	k->work.run = step_run;
	k->work.answer = step_answer;
	k->work.free = step_free;
	k->work.job.urgency = CRYPTO_JOB_NORMAL;
	c->busy = true;
	session_work_begin(c->session->hub, &k->work, SESSION_WORK_LONG);
	return ERR_OK;
}

static enum err step(struct session_eap *c, const struct ike_eap_turn *turn)
{
	if (c->server != NULL ? aaa_eap_is_long(c->server, turn->packet) : eap_packet_is_long(turn->packet))
		return begin_step(c, turn);
	if (c->server != NULL) {
		aaa_eap_step(c->server, turn->packet);
		return ERR_OK;
	}
	eap_peer_take(c->peer, turn->packet, &c->reply);
	tell_peer(c);
	return ERR_OK;
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
	if (err == ERR_OK && step(s->eap, turn) == ERR_OK)
		return;
	refuse(s, err == ERR_AUTH ? "no-profile" : err == ERR_OK || err == ERR_NOMEM ? "internal" : "no-eap-method");
}

void session_eap_free(struct session *s)
{
	struct session_eap *c = s->eap;

	if (c == NULL)
		return;
	s->eap = NULL;
	c->session = NULL;
	if (!c->busy) /* else when the step is over */
		end_talk(c);
}
