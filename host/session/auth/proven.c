/*
 * Peers that are up, judged again: what is kept of their certificates, and when that is looked at.  Judging is the same as when they came, by a
 * worker and with the network's help.  Loop thread, but for review_run.
 */
#include "session/auth/proven.h"

#include <stdlib.h>
#include <string.h>

#include "session/auth/inquiry.h"
#include "session/auth/work.h"
#include "session/inner.h"

enum { MS = 1000, LEN = 2 /* octets of a length */, TOLD_S = 7 * 86400 };

struct mark {
	struct map_node node; /* in the hub's 'marks' */
	struct pki_mark mark;
	struct session_proven *of;
};

struct session_proven {
	struct session *session;
	struct wheel_timer timer;
	int64_t until_s;
	int64_t judged_s;
	struct review *review; /* under way; NULL: none */
	bool asks;             /* of revocation */
	unsigned mark_count;
	struct mark *marks;
	size_t der_len;
	uint8_t *der; /* the chain as it came, each certificate after its length */
};

/* One judgement. */
struct review {
	struct session_work work;
	struct session_inquiry inquiry;
	struct session_proven *of; /* NULL: the session went */
	struct session_credential_case about;
	struct session_trust *trust;
	struct pki_chain *chain;
	const char *why;
	bool good, asking; /* the network: the inquiry's end is the review's */
};

static int64_t wall_s(const struct session_hub *h)
{
	return h->env.wall_s(h->env.clock);
}

/* ---- keeping ---- */

static void arm(struct session_proven *p)
{
	struct session_hub *h = p->session->hub;
	int64_t now_s = wall_s(h), left_s = p->until_s > now_s ? p->until_s - now_s : 0;
	uint64_t spread = h->env.now_ms(h->env.clock) ^ p->session->handle.index * UINT64_C(2654435761);
	int64_t again_s = SESSION_PROVEN_AGAIN_S - (int64_t)(spread % (SESSION_PROVEN_AGAIN_S / 4));

	if (p->asks && again_s < left_s)
		left_s = again_s;
	wheel_arm(h->env.wheel, &p->timer, session_now(h) + (uint64_t)left_s * MS);
}

static bool keep_marks(struct session_proven *p, const struct pki_chain *chain)
{
	struct map *map = &p->session->hub->marks;
	struct pki_mark mark[PKI_CHAIN_MAX];
	unsigned count = pki_mark_chain(chain, mark, &p->until_s);

	if (!p->asks)
		return true;
	p->marks = (struct mark *)calloc(count, sizeof(*p->marks));
	if (p->marks == NULL)
		return false;
	for (; p->mark_count < count; p->mark_count++) {
		struct mark *m = &p->marks[p->mark_count];

		m->mark = mark[p->mark_count];
		m->of = p;
		map_add(map, &m->node, map_hash(map, bytes_of(m->mark.octets, sizeof(m->mark.octets))));
	}
	return true;
}

static bool keep_der(struct session_proven *p, const struct pki_chain *chain)
{
	struct bytes der[PKI_CHAIN_MAX];
	unsigned count = pki_chain_der(chain, der);
	struct wr w;

	if (!p->asks)
		return true;
	for (unsigned i = 0; i < count; i++)
		p->der_len += LEN + der[i].len;
	p->der = (uint8_t *)malloc(p->der_len);
	if (p->der == NULL)
		return false;
	w = wr_of(p->der, p->der_len);
	for (unsigned i = 0; i < count; i++) {
		wr_u16(&w, (uint16_t)der[i].len);
		wr_bytes(&w, der[i]);
	}
	return wr_done(&w) == ERR_OK;
}

static void release(struct session_proven *p)
{
	struct session_hub *h = p->session->hub;

	wheel_disarm(h->env.wheel, &p->timer);
	for (unsigned i = 0; i < p->mark_count; i++)
		map_del(&h->marks, &p->marks[i].node);
	if (p->asks)
		session_trust_unwatch(p->session->model->trust);
	free(p->marks);
	free(p->der);
	free(p);
}

/* ---- judging ---- */

static void end(struct session *s, const char *why)
{
	log_event(s->hub->env.log, LOG_L_WARN, "session.unproved", "interface=%s peer=\"%s\" why=%s", s->access.name, s->peer, why);
	ike_engine_delete(s->hub->engine, session_now(s->hub), s->ike);
}

/* Whether nobody could tell: then it stays as it was. */
static bool is_doubt(const char *why)
{
	static const char *const doubts[] = { "no-crl", "crl-expired", "no-ocsp", "ocsp-unknown", "no-answer" };

	for (size_t i = 0; i < sizeof(doubts) / sizeof(doubts[0]); i++)
		if (strcmp(why, doubts[i]) == 0)
			return true;
	return false;
}

static void review_free(struct review *r)
{
	pki_query_free(r->about.query);
	if (r->good)
		session_trust_keep(r->trust, r->chain);
	else
		pki_chain_free(r->chain);
	free(r);
}

static void conclude(struct review *r, const char *why)
{
	struct session_proven *p = r->of;

	p->review = NULL;
	r->good = why == NULL;
	if (r->good)
		p->judged_s = wall_s(p->session->hub);
	if (why == NULL || is_doubt(why))
		arm(p);
	else
		end(p->session, why);
}

static struct review *review_of(struct session_work *w)
{
	return (struct review *)(void *)w; /* its first member */
}

static void review_run(struct session_work *w, struct crypto *c)
{
	struct review *r = review_of(w);

	(void)c;
	r->why = session_credential_chain(&r->about);
}

static void network_told(struct session_inquiry *i, const char *why)
{
	struct review *r = list_of(i, struct review, inquiry);

	conclude(r, why);
	review_free(r);
}

static void network_dropped(struct session_inquiry *i)
{
	struct review *r = list_of(i, struct review, inquiry);

	r->of->review = NULL;
	review_free(r);
}

/* The review goes on when the network has answered; false: it can't be asked. */
static bool ask_network(struct review *r)
{
	r->inquiry.about = r->about;
	r->inquiry.done = network_told;
	r->inquiry.drop = network_dropped;
	r->about.query = NULL;
	return session_inquiry_begin(r->of->session, &r->inquiry);
}

static void review_answer(struct session_work *w, bool ran)
{
	struct review *r = review_of(w);

	if (r->of == NULL)
		return;
	if (ran && r->why == NULL && r->about.query != NULL) {
		if (ask_network(r)) {
			r->asking = true;
			return;
		}
		r->why = "no-answer";
	}
	conclude(r, ran ? r->why : "no-answer");
}

static void review_over(struct session_work *w)
{
	if (!review_of(w)->asking)
		review_free(review_of(w));
}

static enum err read_chain(const struct session_proven *p, struct session_trust *t, struct pki_chain **out)
{
	struct rd r = rd_of(bytes_of(p->der, p->der_len));
	struct bytes der[PKI_CHAIN_MAX];
	unsigned count = 0;

	while (rd_left(&r) != 0 && count < PKI_CHAIN_MAX) {
		uint16_t len = rd_u16(&r);

		der[count++] = rd_bytes(&r, len);
	}
	return session_trust_chain(t, der, count, out);
}

static void begin_review(struct session_proven *p)
{
	struct session *s = p->session;
	struct review *r = (struct review *)calloc(1, sizeof(*r));

	if (r == NULL || read_chain(p, s->model->trust, &r->chain) != ERR_OK) {
		free(r);
		arm(p);
		return;
	}
	r->of = p;
	p->review = r;
	r->trust = s->model->trust;
	r->about.trust = r->trust;
	r->about.profile = s->profile;
	r->about.chain = r->chain;
	r->about.now_s = wall_s(s->hub);
	r->about.network = s->hub->env.fetch != NULL;
	r->work.model = s->model;
	r->work.run = review_run;
	r->work.answer = review_answer;
	r->work.free = review_over;
	r->work.job.urgency = CRYPTO_JOB_NORMAL;
	session_work_begin(s->hub, &r->work, SESSION_WORK_UNIT);
}

static void look(struct wheel_timer *t, uint64_t now_ms)
{
	struct session_proven *p = list_of(t, struct session_proven, timer);

	(void)now_ms;
	if (wall_s(p->session->hub) >= p->until_s)
		end(p->session, "expired");
	else if (p->asks && p->review == NULL && p->session->inquiry == NULL)
		begin_review(p);
	else
		arm(p);
}

/* ---- what comes in ---- */

/* The timer's turn is theirs: whoever tells may be in the midst of a session's own affairs. */
static void doubt(void *ctx, const struct pki_mark *mark)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct map_node *n = map_find(&h->marks, map_hash(&h->marks, bytes_of(mark->octets, sizeof(mark->octets))));

	for (; n != NULL; n = map_find_next(n)) {
		const struct mark *m = list_of(n, struct mark, node);

		if (memcmp(&m->mark, mark, sizeof(*mark)) == 0 && m->of->review == NULL)
			wheel_arm(h->env.wheel, &m->of->timer, session_now(h));
	}
}

static void watch(struct wheel_timer *t, uint64_t now_ms)
{
	struct session_hub *h = list_of(t, struct session_hub, watch);

	if (session_trust_look(&h->watched, wall_s(h), doubt, h))
		wheel_arm(h->env.wheel, t, now_ms + (uint64_t)SESSION_PROVEN_WATCH_S * MS);
}

void session_proven_told(struct session_hub *h, const struct pki_query *query, const struct pki_trust *t)
{
	struct pki_mark mark = pki_mark_query(query);

	if (h->marks.count == 0)
		return;
	(void)session_trust_look(&h->watched, wall_s(h), doubt, h);
	if (pki_query_revoked(query, t, wall_s(h)))
		doubt(h, &mark);
}

/* ---- life ---- */

void session_proven_begin(struct session *s, const struct pki_chain *chain, const struct pki_trust *asked)
{
	struct session_hub *h = s->hub;
	struct session_proven *p = s->proven != NULL ? NULL : (struct session_proven *)calloc(1, sizeof(*p));

	if (p == NULL)
		return;
	p->session = s;
	p->timer.expired = look;
	p->judged_s = wall_s(h);
	p->asks = pki_trust_revokes(asked);
	if (p->asks)
		session_trust_watch(s->model->trust, &h->watched);
	if (!keep_marks(p, chain) || !keep_der(p, chain)) {
		release(p);
		return;
	}
	s->proven = p;
	arm(p);
	if (p->asks && !wheel_armed(&h->watch))
		wheel_arm(h->env.wheel, &h->watch, session_now(h) + (uint64_t)SESSION_PROVEN_WATCH_S * MS);
}

void session_proven_end(struct session *s)
{
	struct session_proven *p = s->proven;

	if (p == NULL)
		return;
	s->proven = NULL;
	if (p->review != NULL)
		p->review->of = NULL;
	release(p);
}

uint32_t session_proven_lifetime(const struct session *s, uint32_t lifetime_s)
{
	int64_t left_s = s->proven == NULL ? INT64_MAX : s->proven->until_s - wall_s(s->hub);

	if (left_s > TOLD_S || (lifetime_s != 0 && lifetime_s < left_s))
		return lifetime_s;
	return left_s > 0 ? (uint32_t)left_s : 1;
}

uint32_t session_proven_good(const struct session *s)
{
	const struct session_proven *p = s->proven;
	int64_t until_s, left_s;

	if (p == NULL)
		return 0;
	until_s = p->judged_s + SESSION_PROVEN_AGAIN_S;
	if (!p->asks || p->until_s < until_s)
		until_s = p->until_s;
	left_s = until_s - wall_s(s->hub);
	if (left_s <= 0)
		return 1;
	return left_s < UINT32_MAX ? (uint32_t)left_s : UINT32_MAX;
}

enum err session_proven_open(struct session_hub *h)
{
	list_init(&h->watched);
	h->watch.expired = watch;
	return map_init(&h->marks, h->env.map_key);
}

void session_proven_close(struct session_hub *h)
{
	if (wheel_armed(&h->watch))
		wheel_disarm(h->env.wheel, &h->watch);
	map_fini(&h->marks);
}
