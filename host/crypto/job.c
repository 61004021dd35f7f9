/*
 * Crypto workers.  The loop's thread submits and collects, each worker has its own struct crypto; the two lists
 * between them are all that is shared, under one lock that is never held across work.
 */
#include "crypto/job.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

struct crypto_worker {
	struct crypto_jobs *pool;
	struct crypto *crypto;
	pthread_t thread;
	bool started;
};

struct crypto_jobs {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list todo[CRYPTO_URGENCIES];
	struct list finished;
	unsigned count; /* submitted and not collected */
	unsigned limit;
	bool ending;
	int fd;
	unsigned worker_count;
	struct crypto_worker *worker;
};

/* The most urgent job; NULL: there is none. */
static struct crypto_job *take_job(struct crypto_jobs *pool)
{
	for (unsigned i = 0; i < CRYPTO_URGENCIES; i++) {
		struct list *node = list_first(&pool->todo[i]);

		if (node == NULL)
			continue;
		list_del(node);
		return list_of(node, struct crypto_job, link);
	}
	return NULL;
}

/* The next job, or NULL when the pool ends. */
static struct crypto_job *next_job(struct crypto_jobs *pool)
{
	struct crypto_job *job = NULL;

	(void)pthread_mutex_lock(&pool->lock);
	while (!pool->ending && (job = take_job(pool)) == NULL)
		(void)pthread_cond_wait(&pool->more, &pool->lock);
	(void)pthread_mutex_unlock(&pool->lock);
	return job;
}

/* The collector is woken by the first job that it hasn't collected; the others are taken along. */
static void hand_back(struct crypto_jobs *pool, struct crypto_job *job)
{
	bool first;

	(void)pthread_mutex_lock(&pool->lock);
	first = list_empty(&pool->finished);
	list_add(&pool->finished, &job->link);
	(void)pthread_mutex_unlock(&pool->lock);
	if (first)
		(void)eventfd_write(pool->fd, 1); /* fails only at 2^64 - 1 pending */
}

static void *work(void *arg)
{
	struct crypto_worker *w = (struct crypto_worker *)arg;
	struct crypto_job *job;

	while ((job = next_job(w->pool)) != NULL) {
		job->run(job, w->crypto);
		job->ran = true;
		hand_back(w->pool, job);
	}
	return NULL;
}

static enum err start(struct crypto_jobs *pool, struct crypto_worker *w)
{
	enum err err = crypto_new(&w->crypto);

	if (err != ERR_OK)
		return err;
	w->pool = pool;
	w->started = pthread_create(&w->thread, NULL, work, w) == 0;
	return w->started ? ERR_OK : ERR_NOMEM;
}

static enum err start_all(struct crypto_jobs *pool)
{
	enum err err = ERR_OK;
	sigset_t all, old;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &old);
	for (unsigned i = 0; i < pool->worker_count && err == ERR_OK; i++)
		err = start(pool, &pool->worker[i]);
	(void)pthread_sigmask(SIG_SETMASK, &old, NULL);
	return err;
}

enum err crypto_job_pool_new(struct crypto_jobs **out, unsigned workers, unsigned limit)
{
	struct crypto_jobs *pool = (struct crypto_jobs *)calloc(1, sizeof(*pool));
	enum err err = ERR_NOMEM;

	if (pool == NULL)
		return ERR_NOMEM;
	(void)pthread_mutex_init(&pool->lock, NULL);
	(void)pthread_cond_init(&pool->more, NULL);
	for (unsigned i = 0; i < CRYPTO_URGENCIES; i++)
		list_init(&pool->todo[i]);
	list_init(&pool->finished);
	pool->limit = limit;
	pool->worker_count = workers == 0 ? 1 : workers;
	pool->fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	pool->worker = (struct crypto_worker *)calloc(pool->worker_count, sizeof(*pool->worker));
	if (pool->fd >= 0 && pool->worker != NULL)
		err = start_all(pool);
	if (err != ERR_OK) {
		crypto_job_pool_free(pool, NULL);
		return err;
	}
	*out = pool;
	return ERR_OK;
}

static void finish(struct list *jobs, void *ctx)
{
	struct list *node;

	while ((node = list_first(jobs)) != NULL) {
		struct crypto_job *job = list_of(node, struct crypto_job, link);

		list_del(node);
		job->done(job, ctx);
	}
}

void crypto_job_pool_free(struct crypto_jobs *pool, void *ctx)
{
	if (pool == NULL)
		return;
	(void)pthread_mutex_lock(&pool->lock);
	pool->ending = true;
	(void)pthread_cond_broadcast(&pool->more);
	(void)pthread_mutex_unlock(&pool->lock);
	for (unsigned i = 0; pool->worker != NULL && i < pool->worker_count; i++) {
		if (pool->worker[i].started)
			(void)pthread_join(pool->worker[i].thread, NULL);
		crypto_free(pool->worker[i].crypto);
	}
	finish(&pool->finished, ctx);
	for (unsigned i = 0; i < CRYPTO_URGENCIES; i++)
		finish(&pool->todo[i], ctx);
	if (pool->fd >= 0)
		(void)close(pool->fd);
	(void)pthread_cond_destroy(&pool->more);
	(void)pthread_mutex_destroy(&pool->lock);
	free(pool->worker);
	free(pool);
}

enum err crypto_job_submit(struct crypto_jobs *pool, struct crypto_job *job)
{
	enum err err = ERR_FULL;

	(void)pthread_mutex_lock(&pool->lock);
	if (pool->count < pool->limit) {
		pool->count++;
		job->ran = false;
		list_add(&pool->todo[job->urgency], &job->link);
		(void)pthread_cond_signal(&pool->more);
		err = ERR_OK;
	}
	(void)pthread_mutex_unlock(&pool->lock);
	return err;
}

unsigned crypto_job_count(struct crypto_jobs *pool)
{
	unsigned count;

	(void)pthread_mutex_lock(&pool->lock);
	count = pool->count;
	(void)pthread_mutex_unlock(&pool->lock);
	return count;
}

int crypto_job_fd(const struct crypto_jobs *pool)
{
	return pool->fd;
}

void crypto_job_collect(struct crypto_jobs *pool, void *ctx)
{
	struct list mine;
	struct list *node;
	eventfd_t passed;

	list_init(&mine);
	(void)eventfd_read(pool->fd, &passed); /* before the list is taken: a later one makes it readable again */
	(void)pthread_mutex_lock(&pool->lock);
	while ((node = list_first(&pool->finished)) != NULL) {
		list_del(node);
		list_add(&mine, node);
		pool->count--;
	}
	(void)pthread_mutex_unlock(&pool->lock);
	finish(&mine, ctx);
}
