/*
 * What a responder keeps between CREATE_CHILD_SA and the last IKE_FOLLOWUP_KE.  The link is eight random octets and the number of exchanges
 * that are through: it names one place in one series.  Engine's thread.
 */
#include "ike/rekey/promise.h"

#include <stdlib.h>

#include "ike/core.h"

enum { LINK_COUNT_AT = IKE_PROMISE_LINK - 1 };

void ike_promise_drop(struct ike_sa *sa)
{
	struct ike_promise *p = sa->promise;

	if (p == NULL)
		return;
	sa->promise = NULL;
	wheel_disarm(&sa->engine->wheel, &p->timer);
	ike_series_fini(&p->series);
	ike_blob_drop(&p->ni);
	free(p);
}

/* RFC9370-2.2.4: the peer lost its state, or its interest.  What crossed it goes on alone, and our own requests may begin again. */
static void forget(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_sa *sa = list_of(t, struct ike_promise, timer)->sa;

	(void)now_ms;
	ike_core_count(sa->engine, IKE_STAT_FOLLOWUP_LOST);
	ike_core_log_sa(sa, LOG_L_INFO, "ike.followup.forgotten", "by=us");
	if (sa->attempt != NULL && sa->attempt->old == 0)
		ike_attempt_uncross(sa->attempt);
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

enum err ike_promise_make(struct ike_sa *sa, struct ike_accord *accord, struct secret *first)
{
	struct ike_promise *p = (struct ike_promise *)calloc(1, sizeof(*p));
	enum err err = p == NULL ? ERR_NOMEM : ike_accord_join(sa->engine, p->nr, accord);

	if (err == ERR_OK)
		err = ike_blob_set(&p->ni, accord->seed.ni);
	if (err == ERR_OK)
		err = crypto_rand_fill(sa->engine->cfg.rand, p->link, LINK_COUNT_AT);
	if (err == ERR_OK)
		err = ike_series_of(&accord->choice, &p->series);
	ike_promise_drop(sa);
	if (err != ERR_OK) {
		if (p != NULL)
			ike_blob_drop(&p->ni);
		free(p);
		return err;
	}
	p->sa = sa;
	p->accord = *accord;
	p->accord.seed.ni = ike_blob_view(&p->ni);
	secret_take(&p->series.first, first);
	sa->promise = p;
	wait(p);
	return ERR_OK;
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
