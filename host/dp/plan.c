/*
 * What is to be done for each object, from what is wanted and what is there.  dp_plan_schedule is the one function
 * that decides.  Loop thread.
 */
#include "dp/plan.h"

#include <stdlib.h>
#include <string.h>

enum { RETRY_FIRST_MS = 1000 };

static void on_retry(struct wheel_timer *t, uint64_t now_ms);

enum err dp_plan_init(struct dp_plan *plan, const uint8_t key[16])
{
	list_init(&plan->news);
	for (unsigned i = 0; i < DP_PHASE_COUNT; i++)
		list_init(&plan->todo[i]);
	for (unsigned i = 0; i <= DP_PLAN_DOUBLINGS; i++)
		plan->later[i].timer.expired = on_retry;
	return map_init(&plan->wants, key);
}

static void take_off_todo(struct dp_want *w)
{
	if (w->later != 0 || !list_linked(&w->todo))
		return;
	list_del(&w->todo);
	w->plan->todos--;
}

void dp_plan_retry_now(struct dp_want *w)
{
	struct dp_later *later;

	if (w->later == 0)
		return;
	later = &w->plan->later[w->later - 1];
	list_del(&w->todo);
	w->later = 0;
	w->plan->failing--;
	if (list_empty(&later->wants))
		wheel_disarm(w->plan->wheel, &later->timer);
}

static void want_free(struct dp_want *w)
{
	dp_plan_retry_now(w);
	take_off_todo(w);
	dp_plan_disown(w);
	list_del(&w->news);
	map_del(&w->plan->wants, &w->object.node);
	w->plan->orphans -= w->orphan;
	dp_object_fini(&w->object);
	free(w);
}

void dp_plan_fini(struct dp_plan *plan)
{
	struct map_node *next;

	for (struct map_node *n = map_walk(&plan->wants, NULL); n != NULL; n = next) {
		next = map_walk(&plan->wants, n);
		want_free(list_of(n, struct dp_want, object.node));
	}
	map_fini(&plan->wants);
}

struct dp_want *dp_plan_find(const struct dp_plan *plan, const struct dp_key *key)
{
	struct dp_object *o = dp_object_find(&plan->wants, key);

	return o == NULL ? NULL : list_of(o, struct dp_want, object);
}

static void on_retry(struct wheel_timer *t, uint64_t now_ms)
{
	struct dp_later *later = list_of(t, struct dp_later, timer);

	while (!list_empty(&later->wants)) {
		struct dp_want *w = list_of(list_first(&later->wants), struct dp_want, todo);

		if (w->due_ms > now_ms) {
			wheel_arm(w->plan->wheel, t, w->due_ms);
			return;
		}
		dp_plan_retry_now(w);
		dp_plan_schedule(w);
	}
}

enum err dp_plan_add(struct dp_plan *plan, struct dp_op *put, struct dp_want **out)
{
	struct dp_want *w;

	if (plan->wants.count >= DP_SYNC_MAX)
		return ERR_FULL;
	w = calloc(1, sizeof(*w));
	if (w == NULL || dp_object_take(&w->object, put) != ERR_OK) {
		free(w);
		return ERR_NOMEM;
	}
	w->plan = plan;
	w->told = true;
	dp_object_add(&plan->wants, &w->object);
	*out = w;
	return ERR_OK;
}

bool dp_plan_live(const struct dp_want *w)
{
	return w->wanted && !w->lost;
}

static enum dp_phase put_phase(const struct dp_want *w)
{
	static const enum dp_phase phases[DP_CLASS_COUNT] = {
		[DP_CLASS_VRF] = DP_PHASE_PUT_VRF,
		[DP_CLASS_FILTER] = DP_PHASE_PUT_FILTER,
		[DP_CLASS_POLICY] = DP_PHASE_PUT_POLICY,
		[DP_CLASS_PORT] = DP_PHASE_PUT_PORT,
		[DP_CLASS_LOCAL] = DP_PHASE_PUT_LOCAL,
		[DP_CLASS_ADJACENCY] = DP_PHASE_PUT_ADJACENCY,
		[DP_CLASS_TUNNEL] = DP_PHASE_PUT_TUNNEL,
		[DP_CLASS_SA] = DP_PHASE_PUT_SA,
		[DP_CLASS_ROUTE] = DP_PHASE_PUT_ROUTE,
	};
	enum dp_class c = dp_object_class(&w->object);

	return c == DP_CLASS_TUNNEL && w->present ? DP_PHASE_TURN_TUNNEL : phases[c];
}

static enum dp_phase del_phase(const struct dp_want *w)
{
	static const enum dp_phase phases[DP_CLASS_COUNT] = {
		[DP_CLASS_VRF] = DP_PHASE_DEL_VRF,
		[DP_CLASS_FILTER] = DP_PHASE_DEL_FILTER,
		[DP_CLASS_POLICY] = DP_PHASE_DEL_POLICY,
		[DP_CLASS_PORT] = DP_PHASE_DEL_PORT,
		[DP_CLASS_LOCAL] = DP_PHASE_DEL_LOCAL,
		[DP_CLASS_ADJACENCY] = DP_PHASE_DEL_ADJACENCY,
		[DP_CLASS_TUNNEL] = DP_PHASE_DEL_TUNNEL,
		[DP_CLASS_SA] = DP_PHASE_DEL_SA,
		[DP_CLASS_ROUTE] = DP_PHASE_DEL_ROUTE,
	};

	return phases[dp_object_class(&w->object)];
}

static void add_todo(struct dp_want *w, enum dp_phase phase)
{
	list_add(&w->plan->todo[phase], &w->todo);
	w->plan->todos++;
	w->plan->work(w->plan);
}

void dp_plan_schedule(struct dp_want *w)
{
	take_off_todo(w);
	if (w->inflight || w->later != 0)
		return; /* decided when the answer comes, or the time */
	if (dp_plan_live(w) && (!w->present || w->changed))
		add_todo(w, put_phase(w));
	else if (dp_plan_live(w) && !w->told)
		dp_plan_settle(w, ERR_OK); /* it is there already */
	else if (!dp_plan_live(w) && w->present && !w->orphan)
		add_todo(w, del_phase(w));
	else if (!w->wanted && !w->present)
		want_free(w);
}

void dp_plan_own(struct dp_want *w, struct dp_owner *owner)
{
	dp_plan_disown(w);
	w->owner = owner;
	if (owner != NULL)
		list_add(&owner->objects, &w->owned);
}

void dp_plan_disown(struct dp_want *w)
{
	if (w->owner == NULL)
		return;
	w->owner->waiting -= !w->told;
	w->told = true;
	list_del(&w->owned);
	w->owner = NULL;
}

static void add_news(struct dp_want *w)
{
	if (!list_linked(&w->news))
		list_add(&w->plan->news, &w->news);
	w->plan->work(w->plan);
}

void dp_plan_retry_later(struct dp_want *w)
{
	unsigned doublings = w->failures < DP_PLAN_DOUBLINGS ? w->failures : DP_PLAN_DOUBLINGS;
	struct dp_later *later = &w->plan->later[doublings];

	take_off_todo(w);
	dp_plan_retry_now(w);
	if (w->failures < UINT8_MAX)
		w->failures++;
	w->due_ms = w->plan->wheel->now_ms + ((uint64_t)RETRY_FIRST_MS << doublings);
	w->later = (uint8_t)(doublings + 1);
	list_add(&later->wants, &w->todo);
	w->plan->failing++;
	if (!wheel_armed(&later->timer))
		wheel_arm(w->plan->wheel, &later->timer, w->due_ms);
}

static void log_refusal(const struct dp_want *w, enum err err)
{
	struct dp_op op;
	char name[DP_OP_TEXT];

	dp_object_load(&w->object, &op);
	log_event(
		w->plan->log, LOG_L_WARN, "dp.refused", "op=%s object=%s err=%s", dp_op_str(op.kind), dp_op_name(&op, name), err_name(err));
}

void dp_plan_settle(struct dp_want *w, enum err err)
{
	bool is_new = !w->told || w->result.err != err;

	w->result.err = err;
	if (err == ERR_OK)
		w->failures = 0;
	else if (is_new)
		log_refusal(w, err);
	if (w->owner != NULL && is_new)
		add_news(w);
}

void dp_plan_lose(struct dp_want *w)
{
	w->lost = true;
	w->present = false;
	memset(&w->result.state, 0, sizeof(w->result.state));
	w->result.placement = DP_PLACE_NONE;
	dp_object_wipe(&w->object);
	dp_plan_settle(w, ERR_NEEDS_REKEY);
}

static void tell(struct dp_want *w)
{
	struct dp_owner *owner = w->owner;
	struct dp_result result = w->result;
	struct dp_op put;

	if (owner == NULL)
		return;
	owner->waiting -= !w->told;
	w->told = true;
	if (owner->result == NULL)
		return;
	dp_object_load(&w->object, &put);
	owner->result(owner, &put, &result); /* 'w' may be gone after this */
}

void dp_plan_tell(struct dp_plan *plan)
{
	if (plan->telling)
		return; /* the caller below on the stack goes on */
	plan->telling = true;
	while (!list_empty(&plan->news)) {
		struct list *first = list_first(&plan->news);

		list_del(first);
		tell(list_of(first, struct dp_want, news));
	}
	plan->telling = false;
}
