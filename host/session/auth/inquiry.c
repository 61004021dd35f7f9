/*
 * Certificates that are being asked about: all else of them is right, and only the network can tell whether they were revoked.  Who asked waits
 * for the answer, an IKE SA in its state as long as the engine lets it.  Those whose questions are for the same list of revoked certificates
 * share one.  Loop thread.
 */
#include "session/auth/inquiry.h"

#include "session/auth/lookup.h"
#include "session/auth/proven.h"
#include "session/inner.h"

enum { QUESTIONS = 2 * PKI_CHAIN_MAX }; /* about one chain */

static void leave(struct session_inquiry *i)
{
	list_del(&i->link);
	i->session->inquiry = NULL;
	pki_query_free(i->about.query);
	i->about.query = NULL;
}

static void finish(struct session_inquiry *i, const char *why)
{
	leave(i);
	i->done(i, why);
}

/* Another inquiry that asks the same, and has put the question ('leads') or waits for who did; NULL. */
static struct session_inquiry *peer_of(const struct session_hub *h, const struct pki_trust *t, const struct pki_query *query,
	const struct session_inquiry *self, bool leads)
{
	list_each (it, &h->inquiries) {
		struct session_inquiry *i = list_of(it, struct session_inquiry, link);

		if (i != self && (i->token != 0) == leads && i->about.asked == t && pki_query_same(i->about.query, query))
			return i;
	}
	return NULL;
}

static enum err put_question(struct session_inquiry *i)
{
	struct session_hub *h = i->session->hub;
	struct session_fetch what = { .url = pki_query_url(i->about.query), .limit = pki_query_limit(i->about.query) };
	enum err err = ++i->asked > QUESTIONS ? ERR_LIMIT : pki_query_body(i->about.query, h->env.rand, &what.body);

	i->token = 0;
	if (err != ERR_OK || peer_of(h, i->about.asked, i->about.query, i, true) != NULL)
		return err;
	i->token = ++h->tokens;
	log_event(h->env.log, LOG_L_DEBUG, "pki.ask", "peer=%s url=%s", i->session->peer, what.url);
	return h->env.fetch(h->env.world, i->token, &what);
}

void session_inquiry_drop(struct session *s)
{
	struct session_inquiry *i = s->inquiry, *heir;

	if (i == NULL)
		return;
	heir = i->token == 0 ? NULL : peer_of(s->hub, i->about.asked, i->about.query, i, false);
	i->token = 0;
	if (heir != NULL)
		(void)put_question(heir); /* else its patience ends */
	leave(i);
	i->drop(i);
}

bool session_inquiry_begin(struct session *s, struct session_inquiry *i)
{
	i->session = s;
	s->inquiry = i;
	list_add(&s->hub->inquiries, &i->link);
	if (put_question(i) == ERR_OK)
		return true;
	leave(i);
	return false;
}

/* There may be an answer now. */
static void look_again(struct session_inquiry *i)
{
	const char *why;

	i->token = 0;
	pki_query_free(i->about.query);
	i->about.query = NULL;
	i->about.now_s = i->session->hub->env.wall_s(i->session->hub->env.clock);
	why = session_credential_chain(&i->about);
	if (why != NULL || i->about.query == NULL)
		finish(i, why);
	else if (put_question(i) != ERR_OK)
		finish(i, "no-answer");
}

static struct session_inquiry *find(const struct session_hub *h, uint64_t token)
{
	list_each (it, &h->inquiries) {
		struct session_inquiry *i = list_of(it, struct session_inquiry, link);

		if (i->token == token)
			return i;
	}
	return NULL;
}

void session_hub_fetched(struct session_hub *h, uint64_t token, struct bytes body)
{
	struct session_inquiry *i = find(h, token), *other;
	struct pki_query *query;
	struct pki_trust *asked;
	const char *why;

	if (session_lookup_fetched(h, token, body))
		return;
	if (i == NULL) /* its session is gone */
		return;
	query = i->about.query;
	asked = i->about.asked;
	i->about.query = NULL;
	why = pki_query_answer(query, asked, body, h->env.wall_s(h->env.clock));
	if (why != NULL)
		log_event(h->env.log, LOG_L_WARN, "pki.no-answer", "peer=%s url=%s why=%s", i->session->peer, pki_query_url(query), why);
	while ((other = peer_of(h, asked, query, NULL, false)) != NULL)
		look_again(other);
	i = find(h, token);
	if (i != NULL)
		look_again(i);
	session_proven_told(h, query, asked);
	pki_query_free(query);
}
