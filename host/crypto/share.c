/* A stock of key shares.  Taken from and topped up on the collector's thread; batches are made by workers in jobs of their own. */
#include "crypto/share.h"

#include <stdlib.h>
#include <string.h>

struct share {
	struct crypto_kex kex;
	uint8_t *pub; /* group->pub_len bytes */
};

/* Of one group. */
struct shelf {
	unsigned count;
	bool ordered; /* a batch is on its way */
	struct share share[CRYPTO_SHARES];
};

struct crypto_shares {
	struct crypto_jobs *jobs;
	struct shelf *shelf[CRYPTO_ALG_ROWS]; /* by the group's row; NULL: not in use */
	struct crypto_share_count counted;
};

/* Shares to be made, and those that are. */
struct batch {
	struct crypto_job job;
	struct crypto_shares *stock;
	const struct crypto_alg *group;
	unsigned wanted, count;
	struct share share[CRYPTO_SHARES];
};

static void share_fini(struct share *s)
{
	crypto_kex_fini(&s->kex);
	free(s->pub);
	s->pub = NULL;
}

enum err crypto_share_stock_new(struct crypto_shares **out, struct crypto_jobs *jobs)
{
	struct crypto_shares *s = (struct crypto_shares *)calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->jobs = jobs;
	*out = s;
	return ERR_OK;
}

void crypto_share_stock_free(struct crypto_shares *s)
{
	for (unsigned i = 0; s != NULL && i < CRYPTO_ALG_ROWS; i++) {
		for (unsigned k = 0; s->shelf[i] != NULL && k < s->shelf[i]->count; k++)
			share_fini(&s->shelf[i]->share[k]);
		free(s->shelf[i]);
	}
	free(s);
}

/* ---- batches ---- */

static enum err make(struct crypto *c, const struct crypto_rand *rand, const struct crypto_alg *group, struct share *out)
{
	out->pub = (uint8_t *)malloc(group->pub_len);
	return out->pub == NULL ? ERR_NOMEM : crypto_kex_new(c, rand, group, &out->kex, out->pub);
}

static void run_batch(struct crypto_job *job, struct crypto *c)
{
	struct batch *b = list_of(&job->link, struct batch, job.link);
	struct crypto_rand rand = crypto_rand_system();

	for (; b->count < b->wanted; b->count++)
		if (make(c, &rand, b->group, &b->share[b->count]) != ERR_OK) {
			share_fini(&b->share[b->count]);
			return;
		}
}

/* Those that don't fit any more go; at the pool's end the stock is there still. */
static void shelve_batch(struct crypto_job *job, void *ctx)
{
	struct batch *b = list_of(&job->link, struct batch, job.link);
	struct shelf *shelf = b->stock->shelf[crypto_alg_index(b->group)];

	(void)ctx;
	for (unsigned i = 0; i < b->count; i++) {
		if (shelf->count < CRYPTO_SHARES)
			shelf->share[shelf->count++] = b->share[i];
		else
			share_fini(&b->share[i]);
	}
	shelf->ordered = false;
	free(b);
}

static void order(struct crypto_shares *s, struct shelf *shelf, const struct crypto_alg *group)
{
	struct batch *b = (struct batch *)calloc(1, sizeof(*b));

	if (b == NULL)
		return;
	b->job.run = run_batch;
	b->job.done = shelve_batch;
	b->job.urgency = CRYPTO_JOB_IDLE;
	b->stock = s;
	b->group = group;
	b->wanted = CRYPTO_SHARES - shelf->count;
	if (crypto_job_submit(s->jobs, &b->job) == ERR_OK)
		shelf->ordered = true;
	else
		free(b); /* busy enough: the next one who asks orders again */
}

/* ---- taking ---- */

static bool take(struct shelf *shelf, struct crypto_kex *out, uint8_t *pub)
{
	struct share *s;

	if (shelf->count == 0)
		return false;
	s = &shelf->share[--shelf->count];
	memcpy(pub, s->pub, s->kex.group->pub_len);
	crypto_kex_take(out, &s->kex);
	share_fini(s);
	return true;
}

bool crypto_share_take(struct crypto_shares *s, const struct crypto_alg *group, struct crypto_kex *out, uint8_t *pub)
{
	struct shelf **shelf = &s->shelf[crypto_alg_index(group)];
	bool taken;

	if (*shelf == NULL)
		*shelf = (struct shelf *)calloc(1, sizeof(**shelf));
	if (*shelf == NULL)
		return false;
	taken = take(*shelf, out, pub);
	if (taken)
		s->counted.ready++;
	else
		s->counted.none++;
	if ((*shelf)->count <= CRYPTO_SHARES / 2 && !(*shelf)->ordered)
		order(s, *shelf, group);
	return taken;
}

void crypto_share_counts(const struct crypto_shares *s, struct crypto_share_count *out)
{
	*out = s->counted;
	out->stock = 0;
	for (unsigned i = 0; i < CRYPTO_ALG_ROWS; i++)
		out->stock += s->shelf[i] == NULL ? 0 : s->shelf[i]->count;
}
