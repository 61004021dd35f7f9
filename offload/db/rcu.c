/*
 * A queue of what was unpublished, in the order of its grace periods.  Main lcore, but for the three calls of the
 * workers.  Drops that wait for a device's fence move to the front of the queue's next round, in order.
 */
#include "db/rcu.h"

#include <stdlib.h>

#include <rte_common.h>
#include <rte_errno.h>
#include <rte_pause.h>
#include <rte_rcu_qsbr.h>

enum { RCU_QUEUE_MIN = 1024 };

struct deferred {
	uint64_t token;
	db_rcu_drop *drop;
	void *ctx;
	void *object;
};

struct db_rcu {
	struct rte_rcu_qsbr *qsbr;
	struct deferred *queue;
	uint32_t capacity;
	uint32_t count;
};

enum err db_rcu_new(struct db_rcu **out, uint32_t worker_count)
{
	struct db_rcu *r = (struct db_rcu *)calloc(1, sizeof(*r));
	size_t size = rte_rcu_qsbr_get_memsize(worker_count);

	if (r == NULL)
		return ERR_NOMEM;
	r->capacity = RCU_QUEUE_MIN;
	r->queue = (struct deferred *)calloc(r->capacity, sizeof(*r->queue));
	r->qsbr = (struct rte_rcu_qsbr *)aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(size, RTE_CACHE_LINE_SIZE));
	if (r->queue == NULL || r->qsbr == NULL || rte_rcu_qsbr_init(r->qsbr, worker_count) != 0)
		goto fail;
	for (uint32_t i = 0; i < worker_count; i++)
		if (rte_rcu_qsbr_thread_register(r->qsbr, i) != 0)
			goto fail;
	*out = r;
	return ERR_OK;
fail:
	free(r->queue);
	free(r->qsbr);
	free(r);
	return ERR_NOMEM;
}

void db_rcu_free(struct db_rcu *r)
{
	if (r == NULL)
		return;
	while (db_rcu_wait(r) != 0)
		rte_pause();
	free(r->queue);
	free(r->qsbr);
	free(r);
}

void db_rcu_online(struct db_rcu *r, uint32_t worker)
{
	rte_rcu_qsbr_thread_online(r->qsbr, worker);
}

void db_rcu_offline(struct db_rcu *r, uint32_t worker)
{
	rte_rcu_qsbr_thread_offline(r->qsbr, worker);
}

void db_rcu_quiescent(struct db_rcu *r, uint32_t worker)
{
	rte_rcu_qsbr_quiescent(r->qsbr, worker);
}

static void grow(struct db_rcu *r)
{
	struct deferred *wide = (struct deferred *)realloc(r->queue, 2 * (size_t)r->capacity * sizeof(*wide));

	if (wide != NULL) {
		r->queue = wide;
		r->capacity *= 2;
		return;
	}
	while (db_rcu_wait(r) >= r->capacity)
		rte_pause();
}

void db_rcu_defer(struct db_rcu *r, db_rcu_drop *drop, void *ctx, void *object)
{
	struct deferred *d;

	if (r->count == r->capacity)
		grow(r);
	d = &r->queue[r->count++];
	d->token = rte_rcu_qsbr_start(r->qsbr);
	d->drop = drop;
	d->ctx = ctx;
	d->object = object;
}

/* A drop may defer more, so the queue is read anew each time; what stays is moved down once, at the end. */
uint32_t db_rcu_reclaim(struct db_rcu *r)
{
	uint32_t seen = 0;
	uint32_t kept = 0;

	while (seen < r->count) {
		struct deferred d = r->queue[seen];

		if (rte_rcu_qsbr_check(r->qsbr, d.token, false) != 1)
			break;
		seen++;
		if (d.drop(d.ctx, d.object) == ERR_AGAIN)
			r->queue[kept++] = d;
	}
	while (seen < r->count)
		r->queue[kept++] = r->queue[seen++];
	r->count = kept;
	return kept;
}

uint32_t db_rcu_wait(struct db_rcu *r)
{
	rte_rcu_qsbr_synchronize(r->qsbr, RTE_QSBR_THRID_INVALID);
	return db_rcu_reclaim(r);
}
