#ifndef CRYPTO_JOB_H
#define CRYPTO_JOB_H

#include <stdbool.h>

#include "base/err.h"
#include "base/list.h"
#include "base/slab.h"
#include "crypto/crypto.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Which work is done first. */
enum crypto_urgency {
	CRYPTO_JOB_URGENT, /* for a peer that is up */
	CRYPTO_JOB_NORMAL,
	CRYPTO_JOB_IDLE, /* ahead of need: while there is nothing else */
	CRYPTO_URGENCIES
};

/*
 * Work for a crypto worker: self-contained, it holds all its input and has room for its output.  'owner' is for whom
 * it is: 'done' looks the handle up and drops the result when that is stale, so an owner may die at any time.  The
 * caller embeds it in a structure of its own.
 */
struct crypto_job {
	struct list link;
	struct slab_handle owner;
	void (*run)(struct crypto_job *job, struct crypto *c); /* on a worker's thread */
	void (*done)(struct crypto_job *job, void *ctx);       /* on the collector's thread; frees the job */
	bool ran;                                              /* false in 'done': the pool was freed before its turn */
	enum crypto_urgency urgency;
};

struct crypto_jobs;

/* 'workers' threads (at least one) that block all signals; at most 'limit' jobs submitted and not collected. */
MUST_USE enum err crypto_job_pool_new(struct crypto_jobs **out, unsigned workers, unsigned limit);

/* Ends the workers after the job each is at, then calls 'done' for all jobs; 'ctx' as for collect. */
void crypto_job_pool_free(struct crypto_jobs *pool, void *ctx);

/* Hands 'job' to the workers; ERR_FULL at the limit, and the job is the caller's still. */
MUST_USE enum err crypto_job_submit(struct crypto_jobs *pool, struct crypto_job *job);

/* How many are submitted and not collected. */
unsigned crypto_job_count(struct crypto_jobs *pool);

/* An eventfd that is readable while jobs wait to be collected: written once for all that finish before they are. */
int crypto_job_fd(const struct crypto_jobs *pool);

/* Calls 'done' for every finished job, in the order they finished. */
void crypto_job_collect(struct crypto_jobs *pool, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
