/*
 * Where public-key work is done.  A hand-over to a worker and back costs about a third of an X25519, and is a detour when the loop
 * has nothing else to do; but the loop must not be held up by a MODP group or an RSA signature, nor by many short ones.  So
 * a turn of the loop does a few short pieces itself, and workers the rest.  Loop thread, but for the functions 'run'.
 */
#include "session/auth/work.h"

#include <stdlib.h>
#include <string.h>

#include "crypto/iana.h"
#include "crypto/share.h"
#include "session/inner.h"

static void finish(struct session_work *w, bool ran)
{
	struct session_model *model = w->model;

	if (w->hub->engine != NULL)
		w->answer(w, ran);
	w->free(w);
	session_model_put(model);
}

static void run_job(struct crypto_job *job, struct crypto *c)
{
	struct session_work *w = list_of(&job->link, struct session_work, job.link);

	w->run(w, c);
}

static void collect_job(struct crypto_job *job, void *ctx)
{
	(void)ctx;
	finish(list_of(&job->link, struct session_work, job.link), job->ran);
}

void session_work_begin(struct session_hub *h, struct session_work *w, unsigned cost)
{
	w->hub = h;
	w->job.run = run_job;
	w->job.done = collect_job;
	if (w->model != NULL)
		(void)session_model_get(w->model);
	if (h->env.jobs == NULL || cost <= h->at_once) {
		h->at_once -= cost < h->at_once ? cost : h->at_once;
		w->run(w, h->env.crypto);
		finish(w, true);
	} else if (crypto_job_submit(h->env.jobs, &w->job) != ERR_OK) {
		finish(w, false);
	}
}

/* ---- key exchanges ---- */

struct agree_work {
	struct session_work work;
	struct slab_handle question;
	struct crypto_kex_turn turn; /* 'peer' and 'pub' are below */
	size_t stock_len;            /* bytes of a value in 'pub' that was made ahead; 0: none is */
	bool made;                   /* the key is of a value that the engine hasn't seen */
	uint8_t pub[CRYPTO_PUB_MAX];
	uint8_t peer[CRYPTO_PUB_MAX];
	enum err err;
};

static struct agree_work *agree_of(struct session_work *w)
{
	return (struct agree_work *)(void *)w; /* its first member */
}

static void agree_run(struct session_work *w, struct crypto *c)
{
	struct agree_work *a = agree_of(w);
	struct crypto_rand rand = crypto_rand_system();

	a->err = crypto_kex_step(c, &rand, &a->turn);
}

static void agree_answer(struct session_work *w, bool ran)
{
	struct agree_work *a = agree_of(w);
	struct ike_agreed answer = { .err = ran ? a->err : ERR_LIMIT };

	secret_take(&answer.shared, &a->turn.shared);
	if (a->made && answer.err == ERR_OK) {
		answer.pub = bytes_of(a->pub, a->turn.pub_len != 0 ? a->turn.pub_len : a->stock_len);
		secret_take(&answer.own, &a->turn.kex.key);
	}
	ike_engine_agreed(w->hub->engine, session_now(w->hub), a->question, &answer);
}

static void agree_free(struct session_work *w)
{
	struct agree_work *a = agree_of(w);

	crypto_kex_fini(&a->turn.kex);
	secret_fini(&a->turn.shared);
	free(a);
}

/* Curves whose arithmetic is quick; the others and MODP take from half a millisecond to many. */
static unsigned cost_of(const struct agree_work *a)
{
	unsigned id = a->turn.kex.group->id;

	if (id != CRYPTO_GROUP_CURVE25519 && id != CRYPTO_GROUP_ECP_256)
		return SESSION_WORK_LONG;
	return a->turn.kex.key.len == 0 && a->turn.peer.len != 0 ? 2 * SESSION_WORK_UNIT : SESSION_WORK_UNIT;
}

static enum err fill(struct session_hub *h, const struct ike_agree *ask, struct agree_work *a)
{
	if (ask->peer.len > sizeof(a->peer))
		return ERR_MALFORMED;
	if (ask->peer.len != 0)
		memcpy(a->peer, ask->peer.data, ask->peer.len);
	a->turn.peer = bytes_of(a->peer, ask->peer.len);
	if (ask->own.len != 0)
		return secret_set(&a->turn.kex.key, ask->own);
	a->made = true;
	/* What answers a KEM's key can't be made before that is known. */
	if ((ask->peer.len == 0 || ask->group->form != CRYPTO_KEM) && crypto_share_take(h->shares, ask->group, &a->turn.kex, a->pub))
		a->stock_len = ask->group->pub_len;
	return ERR_OK;
}

void session_work_agree(void *ctx, struct slab_handle question, const struct ike_agree *ask)
{
	struct session_hub *h = (struct session_hub *)ctx;
	struct agree_work *a = (struct agree_work *)malloc(sizeof(*a));
	struct ike_agreed failure = { .err = ERR_NOMEM };

	if (a == NULL) {
		ike_engine_agreed(h->engine, session_now(h), question, &failure);
		return;
	}
	memset(&a->work, 0, sizeof(a->work));
	a->work.run = agree_run;
	a->work.answer = agree_answer;
	a->work.free = agree_free;
	a->work.job.urgency = ask->urgent ? CRYPTO_JOB_URGENT : CRYPTO_JOB_NORMAL;
	a->work.hub = h;
	a->question = question;
	a->turn = (struct crypto_kex_turn){ .kex = { .group = ask->group }, .pub = a->pub };
	a->stock_len = 0;
	a->made = false;
	a->err = fill(h, ask, a);
	if (a->err != ERR_OK || (a->stock_len != 0 && ask->peer.len == 0))
		finish(&a->work, true); /* nothing to be computed */
	else
		session_work_begin(h, &a->work, cost_of(a));
}

/* ---- the hub's side ---- */

void session_hub_turn(struct session_hub *h)
{
	h->at_once = SESSION_WORK_TURN;
}

void session_hub_collect(struct session_hub *h)
{
	crypto_job_collect(h->env.jobs, h);
}

bool session_hub_shares(const struct session_hub *h, struct crypto_share_count *out)
{
	if (h->shares == NULL)
		return false;
	crypto_share_counts(h->shares, out);
	return true;
}
