/*
 * What a responder keeps between CREATE_CHILD_SA and the last IKE_FOLLOWUP_KE.  The link is eight random octets and the number of exchanges
 * that are through: it names one place in one series.  Engine's thread.
 */
#include "ike/rekey/promise.h"

#include <stdlib.h>

#include "ike/core.h"

enum { LINK_COUNT_AT = IKE_PROMISE_LINK - 1 };

static void free_child(struct ike_promise *p)
{
	const struct ike_ports *ports = p->sa->engine->cfg.ports;

	if (p->child != NULL && p->child->plan.spi_in != 0)
		ports->spi_free(ports->ctx, p->child->plan.spi_in);
	free(p->child);
}

static void free_promise(struct ike_promise *p)
{
	wheel_disarm(&p->sa->engine->wheel, &p->timer);
	free_child(p);
	ike_series_fini(&p->series);
	ike_blob_drop(&p->ni);
	free(p);
}

void ike_promise_drop(struct ike_sa *sa)
{
	struct ike_promise *p = sa->promise;

	sa->promise = NULL;
	if (p != NULL)
		free_promise(p);
}

bool ike_promise_follows(const struct ike_promise *p, uint32_t spi_in)
{
	return p->child != NULL && p->child->plan.replaces == spi_in;
}

/* What of ours crossed it. */
static struct ike_attempt *crossed(const struct ike_promise *p)
{
	struct ike_attempt *a = p->sa->attempt;

	if (a == NULL || a->rival != 0)
		return NULL;
	return a->old == (p->child == NULL ? 0 : p->child->plan.replaces) ? a : NULL;
}

/* RFC9370-2.2.4: the peer lost its state, or its interest.  What crossed it goes on alone, and our own requests may begin again. */
static void forget(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_promise *p = list_of(t, struct ike_promise, timer);
	struct ike_sa *sa = p->sa;

	(void)now_ms;
	ike_core_count(sa->engine, IKE_STAT_FOLLOWUP_LOST);
	ike_core_log_sa(sa, LOG_L_INFO, "ike.followup.forgotten", "by=us");
	if (crossed(p) != NULL)
		ike_attempt_uncross(crossed(p));
	ike_promise_drop(sa);
	if (sa->state == IKE_S_UP)
		ike_fsm_post(sa, IKE_E_SEND);
}

static void wait(struct ike_promise *p)
{
	struct ike_engine *e = p->sa->engine;

	wheel_disarm(&e->wheel, &p->timer);
	p->timer.expired = forget;
	wheel_arm(&e->wheel, &p->timer, e->now_ms + e->cfg.followup_ms);
}

/* What all have in common; the timer doesn't run yet. */
static enum err begin(struct ike_sa *sa, const struct ike_choice *choice, struct bytes ni, struct ike_promise **out)
{
	struct ike_promise *p = (struct ike_promise *)calloc(1, sizeof(*p));
	enum err err;

	if (p == NULL)
		return ERR_NOMEM;
	p->sa = sa;
	err = ike_blob_set(&p->ni, ni);
	if (err == ERR_OK)
		err = crypto_rand_fill(sa->engine->cfg.rand, p->link, LINK_COUNT_AT);
	if (err == ERR_OK)
		err = ike_series_of(choice, &p->series);
	if (err == ERR_OK)
		*out = p;
	else
		free_promise(p);
	return err;
}

/* It counts from now on. */
static void give(struct ike_promise *p, struct secret *first)
{
	secret_take(&p->series.first, first);
	p->sa->promise = p;
	wait(p);
}

enum err ike_promise_make(struct ike_sa *sa, struct ike_accord *accord, struct secret *first)
{
	struct ike_promise *p;
	enum err err;

	ike_promise_drop(sa);
	err = begin(sa, &accord->choice, accord->seed.ni, &p);
	if (err != ERR_OK)
		return err;
	err = ike_accord_join(sa->engine, p->nr, accord);
	if (err != ERR_OK) {
		free_promise(p);
		return err;
	}
	p->accord = *accord;
	p->accord.seed.ni = ike_blob_view(&p->ni);
	give(p, first);
	return ERR_OK;
}

static enum err begin_pair(struct ike_sa *sa, const struct ike_offspring *o, struct ike_promise **out)
{
	struct ike_promise *p;
	enum err err = begin(sa, &o->choice, o->plan.seed.ni, &p);

	if (err != ERR_OK)
		return err;
	p->child = (struct ike_offspring *)malloc(sizeof(*p->child));
	if (p->child == NULL) {
		free_promise(p);
		return ERR_NOMEM;
	}
	*p->child = *o;
	ike_offspring_bind(p->child);
	p->child->plan.seed.ni = ike_blob_view(&p->ni);
	*out = p;
	return ERR_OK;
}

enum err ike_promise_pair(struct ike_sa *sa, const struct ike_offspring *o, struct secret *first)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;
	struct ike_promise *p;
	enum err err;

	ike_promise_drop(sa);
	err = begin_pair(sa, o, &p);
	if (err == ERR_OK)
		give(p, first);
	else
		ports->spi_free(ports->ctx, o->plan.spi_in);
	return err;
}

struct bytes ike_promise_link(const struct ike_promise *p)
{
	return bytes_of(p->link, sizeof(p->link));
}

void ike_promise_advance(struct ike_promise *p, struct secret *shared)
{
	ike_series_add(&p->series, shared);
	p->link[LINK_COUNT_AT] = p->series.done;
	wait(p);
}

struct ike_promise *ike_promise_of(const struct ike_sa *sa, const struct ike_msg *msg)
{
	struct ike_promise *p = sa->promise;

	return p != NULL && bytes_eq(ike_promise_link(p), ike_series_link(msg)) ? p : NULL;
}
