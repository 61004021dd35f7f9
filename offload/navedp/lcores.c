/*
 * Adaptive polling.  A worker that received nothing for LCORE_IDLE_ROUNDS goes offline for QSBR, arms its queues'
 * interrupts, looks once more (a packet may have come in between) and sleeps in epoll; a descriptor or the main
 * lcore's eventfd wakes it.  No packet waits for a timer, unless its driver has no interrupts: the time-out only bounds the
 * age of the coarse clock.
 */
#include "navedp/lcores.h"

#include <errno.h>
#include <pthread.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/clock.h"

enum { LCORE_IDLE_ROUNDS = 256, LCORE_SLEEP_MS = 200, LCORE_NAP_MS = 1, LCORE_HELD_MS = 1, LCORE_CLOCK_ROUNDS = 16 };

struct lcore {
	struct navedp_lcores *all;
	struct path_worker *worker;
	uint32_t number;
	unsigned eal_lcore;
	int epoll;
	int event;            /* the main lcore's bell */
	pthread_mutex_t lock; /* of 'wakes': the sleeper arms them while the main lcore may change them */
	struct navedp_wakes wakes;
};

struct navedp_lcores {
	struct db_rcu *rcu;
	uint32_t count;
	bool stopping;
	struct lcore *lcore;
};

/* Returns how long the worker may sleep. */
static int arm(struct lcore *l, bool on)
{
	int sleep_ms;

	(void)pthread_mutex_lock(&l->lock);
	for (uint32_t i = 0; i < l->wakes.count; i++)
		if (l->wakes.wake[i].arm != NULL)
			l->wakes.wake[i].arm(l->wakes.wake[i].ctx, on);
	sleep_ms = l->wakes.deaf ? LCORE_NAP_MS : LCORE_SLEEP_MS;
	(void)pthread_mutex_unlock(&l->lock);
	return sleep_ms;
}

static void drain_bell(const struct lcore *l)
{
	uint64_t value;

	while (read(l->event, &value, sizeof(value)) > 0)
		;
}

/* Looks once more with the interrupts armed; sleeps if there is still nothing. */
static uint32_t doze(struct lcore *l, struct db_rcu *rcu)
{
	struct epoll_event ready[8];
	int sleep_ms = arm(l, true);
	uint32_t got;

	got = path_worker_poll(l->worker, clock_now_ms());
	if (got == 0) {
		db_rcu_offline(rcu, l->number);
		(void)epoll_wait(l->epoll, ready, 8, path_worker_holds(l->worker) ? LCORE_HELD_MS : sleep_ms);
		db_rcu_online(rcu, l->number);
		drain_bell(l);
	}
	(void)arm(l, false);
	return got;
}

static int run(void *arg)
{
	struct lcore *l = (struct lcore *)arg;
	struct db_rcu *rcu = l->all->rcu;
	uint64_t now_ms = clock_now_ms();
	uint32_t idle = 0, round = 0;

	db_rcu_online(rcu, l->number);
	while (!__atomic_load_n(&l->all->stopping, __ATOMIC_ACQUIRE)) {
		if (round++ % LCORE_CLOCK_ROUNDS == 0)
			now_ms = clock_now_ms();
		if (path_worker_poll(l->worker, now_ms) != 0) {
			idle = 0;
			continue;
		}
		rte_pause();
		if (++idle < LCORE_IDLE_ROUNDS)
			continue;
		/* After one empty sleep the next comes at once, until packets flow again. */
		idle = doze(l, rcu) != 0 ? 0 : LCORE_IDLE_ROUNDS;
		now_ms = clock_now_ms();
	}
	db_rcu_offline(rcu, l->number);
	return 0;
}

static void watch(int epoll, int op, int fd)
{
	struct epoll_event e = { .events = EPOLLIN };

	e.data.fd = fd;
	/* One that was closed has left by itself. */
	(void)epoll_ctl(epoll, op, fd, &e);
}

void navedp_lcores_set_wakes(struct navedp_lcores *l, uint32_t worker, const struct navedp_wakes *wakes)
{
	struct lcore *c = &l->lcore[worker];

	(void)pthread_mutex_lock(&c->lock);
	for (uint32_t i = 0; i < c->wakes.count; i++)
		watch(c->epoll, EPOLL_CTL_DEL, c->wakes.wake[i].fd);
	c->wakes = *wakes;
	for (uint32_t i = 0; i < wakes->count; i++)
		watch(c->epoll, EPOLL_CTL_ADD, wakes->wake[i].fd);
	(void)pthread_mutex_unlock(&c->lock);
	navedp_lcores_wake(l, worker);
}

void navedp_lcores_wake(struct navedp_lcores *l, uint32_t worker)
{
	uint64_t one = 1;

	/* A full counter rings all the same. */
	if (write(l->lcore[worker].event, &one, sizeof(one)) < 0)
		return;
}

static enum err open_lcore(struct lcore *c)
{
	c->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (c->event < 0 || c->epoll < 0)
		return err_of_errno(errno);
	watch(c->epoll, EPOLL_CTL_ADD, c->event);
	return ERR_OK;
}

static void free_all(struct navedp_lcores *l)
{
	for (uint32_t i = 0; i < l->count; i++) {
		(void)close(l->lcore[i].epoll);
		(void)close(l->lcore[i].event);
		(void)pthread_mutex_destroy(&l->lcore[i].lock);
	}
	free(l->lcore);
	free(l);
}

enum err navedp_lcores_start(struct navedp_lcores **out, struct path_worker **workers, uint32_t count, struct db_rcu *rcu)
{
	struct navedp_lcores *l = (struct navedp_lcores *)calloc(1, sizeof(*l));
	unsigned eal = rte_get_next_lcore(UINT32_MAX, 1, 0);
	enum err err = ERR_OK;

	if (l == NULL)
		return ERR_NOMEM;
	l->lcore = (struct lcore *)calloc(count, sizeof(*l->lcore));
	if (l->lcore == NULL) {
		free(l);
		return ERR_NOMEM;
	}
	l->rcu = rcu;
	for (; l->count < count && err == ERR_OK; l->count++) {
		struct lcore *c = &l->lcore[l->count];

		c->all = l;
		c->worker = workers[l->count];
		c->number = l->count;
		c->eal_lcore = eal;
		(void)pthread_mutex_init(&c->lock, NULL);
		err = eal >= RTE_MAX_LCORE ? ERR_FULL : open_lcore(c);
		if (err == ERR_OK && rte_eal_remote_launch(run, c, eal) != 0)
			err = ERR_BUSY;
		eal = rte_get_next_lcore(eal, 1, 0);
	}
	if (err != ERR_OK) {
		navedp_lcores_stop(l);
		return err;
	}
	*out = l;
	return ERR_OK;
}

void navedp_lcores_stop(struct navedp_lcores *l)
{
	if (l == NULL)
		return;
	__atomic_store_n(&l->stopping, true, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < l->count; i++) {
		navedp_lcores_wake(l, i);
		(void)rte_eal_wait_lcore(l->lcore[i].eal_lcore);
	}
	free_all(l);
}
