#include "navedp/errand.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

struct line {
	struct navedp_errand *first, **end;
};

struct navedp_errands {
	pthread_t thread;
	pthread_mutex_t lock; /* of all that follows */
	pthread_cond_t given;
	struct line todo, done;
	bool closing;
};

static void put(struct line *l, struct navedp_errand *e)
{
	e->next = NULL;
	*l->end = e;
	l->end = &e->next;
}

static struct navedp_errand *take(struct line *l)
{
	struct navedp_errand *e = l->first;

	if (e == NULL)
		return NULL;
	l->first = e->next;
	if (l->first == NULL)
		l->end = &l->first;
	return e;
}

static void *run(void *arg)
{
	struct navedp_errands *q = (struct navedp_errands *)arg;
	struct navedp_errand *e;

	(void)pthread_mutex_lock(&q->lock);
	while (!q->closing) {
		e = take(&q->todo);
		if (e == NULL) {
			(void)pthread_cond_wait(&q->given, &q->lock);
			continue;
		}
		(void)pthread_mutex_unlock(&q->lock);
		e->run(e);
		(void)pthread_mutex_lock(&q->lock);
		put(&q->done, e);
	}
	(void)pthread_mutex_unlock(&q->lock);
	return NULL;
}

enum err navedp_errand_open(struct navedp_errands **out)
{
	struct navedp_errands *q = (struct navedp_errands *)calloc(1, sizeof(*q));

	if (q == NULL)
		return ERR_NOMEM;
	q->todo.end = &q->todo.first;
	q->done.end = &q->done.first;
	(void)pthread_mutex_init(&q->lock, NULL);
	(void)pthread_cond_init(&q->given, NULL);
	if (pthread_create(&q->thread, NULL, run, q) != 0) {
		free(q);
		return ERR_NOMEM;
	}
	*out = q;
	return ERR_OK;
}

void navedp_errand_close(struct navedp_errands *q)
{
	if (q == NULL)
		return;
	(void)pthread_mutex_lock(&q->lock);
	q->closing = true;
	(void)pthread_cond_signal(&q->given);
	(void)pthread_mutex_unlock(&q->lock);
	(void)pthread_join(q->thread, NULL);
	(void)pthread_cond_destroy(&q->given);
	(void)pthread_mutex_destroy(&q->lock);
	free(q);
}

void navedp_errand_give(struct navedp_errands *q, struct navedp_errand *e)
{
	(void)pthread_mutex_lock(&q->lock);
	put(&q->todo, e);
	(void)pthread_cond_signal(&q->given);
	(void)pthread_mutex_unlock(&q->lock);
}

struct navedp_errand *navedp_errand_done(struct navedp_errands *q)
{
	struct navedp_errand *e;

	(void)pthread_mutex_lock(&q->lock);
	e = take(&q->done);
	(void)pthread_mutex_unlock(&q->lock);
	return e;
}
