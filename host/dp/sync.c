/*
 * Desired state against a provider: owners' puts and dels go into the plan, ticks and answers take transactions out of
 * it, and whenever the link comes up a dump tells what is there.  Loop thread.
 */
#include "dp/sync.h"

#include <stdlib.h>
#include <string.h>

#include "dp/batch.h"
#include "dp/pull.h"

enum { SYNC_WINDOW = 16, DUMP_RETRY_MS = 100 };

struct dp_sync {
	struct dp_provider *provider;
	struct wheel *wheel;
	const struct log *log;
	struct dp_plan plan;
	struct dp_listener listener;
	struct dp_pull pull;
	struct wheel_timer tick;
	struct wheel_timer nudge; /* first part of the grace */
	struct wheel_timer grace;
	struct list waits;
	enum dp_sync_state state;
	bool grace_begun;
	uint32_t dump; /* number of the last one */
	uint32_t next_id;
	uint32_t inflight;
	uint64_t transactions, operations, lost;
	struct dp_batch batch[SYNC_WINDOW];
	struct dp_op op[DP_OPS_MAX]; /* the transaction in the making; its secrets are views */
};

const char *dp_sync_state_str(enum dp_sync_state state)
{
	static const char *const words[] = { "down", "draining", "dumping", "running" };

	return (unsigned)state <= DP_SYNC_RUN ? words[state] : "?";
}

/* ---- sending ---- */

static struct dp_batch *free_batch(struct dp_sync *s)
{
	for (unsigned i = 0; i < SYNC_WINDOW; i++)
		if (s->batch[i].count == 0)
			return &s->batch[i];
	return NULL;
}

static void send_work(struct dp_sync *s)
{
	struct dp_batch *b;

	while (s->state == DP_SYNC_RUN && (b = free_batch(s)) != NULL && dp_batch_fill(b, &s->plan, s->op)) {
		if (dp_provider_submit(s->provider, s->op, b->count, &b->call) != ERR_OK) {
			dp_batch_refill(b);
			wheel_arm(s->wheel, &s->tick, s->wheel->now_ms + 1); /* tried again then: not at once, the link is full */
			return;
		}
		dp_batch_sent(b);
		s->inflight++;
		b->number = ++s->transactions;
		s->operations += b->count;
	}
}

/* ---- waiting ---- */

/* Whether all that was to be done when 'w' began to wait was answered. */
static bool is_over(const struct dp_sync *s, const struct dp_wait *w)
{
	if (s->state == DP_SYNC_DOWN)
		return true;
	if (s->transactions < w->until && s->plan.todos != 0)
		return false;
	for (unsigned i = 0; i < SYNC_WINDOW; i++)
		if (s->batch[i].count != 0 && s->batch[i].number <= w->until)
			return false;
	return true;
}

static struct dp_wait *first_over(const struct dp_sync *s)
{
	list_each (it, &s->waits) {
		struct dp_wait *w = list_of(it, struct dp_wait, link);

		if (is_over(s, w))
			return w;
	}
	return NULL;
}

static void end_waits(struct dp_sync *s)
{
	struct dp_wait *w;

	while ((w = first_over(s)) != NULL) {
		dp_sync_unwait(w);
		w->done(w);
	}
}

/* What can't be sent yet goes into so many transactions at most. */
void dp_sync_wait(struct dp_sync *s, struct dp_wait *w)
{
	dp_sync_unwait(w);
	send_work(s);
	w->until = s->transactions + s->plan.todos;
	list_add(&s->waits, &w->link);
	if (!wheel_armed(&s->tick))
		wheel_arm(s->wheel, &s->tick, s->wheel->now_ms);
}

void dp_sync_flush(struct dp_sync *s)
{
	if (s->state == DP_SYNC_RUN)
		wheel_disarm(s->wheel, &s->tick); /* this is what it is for */
	send_work(s);
	dp_plan_tell(&s->plan);
}

/* At the next turn: what is put until then goes out together. */
static void on_work(struct dp_plan *plan)
{
	struct dp_sync *s = list_of(plan, struct dp_sync, plan);

	if (!wheel_armed(&s->tick))
		wheel_arm(s->wheel, &s->tick, s->wheel->now_ms);
}

static void begin_dump(struct dp_sync *s);

static void on_done(struct dp_call *call, enum err err, const struct dp_msg *reply)
{
	struct dp_batch *b = list_of(call, struct dp_batch, call);
	struct dp_sync *s = b->sync;

	s->inflight--;
	if (err == ERR_OK)
		dp_batch_settle(b, &reply->u.done);
	else
		dp_batch_abandon(b);
	if (s->state == DP_SYNC_DRAIN && s->inflight == 0)
		begin_dump(s);
	dp_sync_flush(s);
	end_waits(s);
}

/* ---- comparing ---- */

/* Whether an orphan may stay for now.  Outbound SAs have the shorter grace. */
static bool is_spared(const struct dp_sync *s, const struct dp_op *op)
{
	bool sends = op->kind == DP_PUT_SA && op->u.sa.direction == DP_OUT;

	return !s->grace_begun || wheel_armed(sends ? &s->nudge : &s->grace);
}

static void meet_unknown(struct dp_sync *s, struct dp_item *item)
{
	struct dp_want *w;
	enum err err = dp_plan_add(&s->plan, &item->op, &w);

	if (err != ERR_OK) {
		log_event(s->log, LOG_L_ERROR, "dp.dump", "err=%s", err_name(err));
		return;
	}
	w->present = true;
	w->orphan = is_spared(s, &item->op);
	w->seen = s->dump;
	w->result = item->result;
	s->plan.orphans += w->orphan;
}

static void meet_known(struct dp_sync *s, struct dp_want *w, const struct dp_item *item)
{
	w->present = true;
	w->seen = s->dump;
	w->changed = !dp_object_same(&w->object, &item->op);
	w->result.placement = item->result.placement;
	w->result.reason = item->result.reason;
	if (item->result.state.store != 0)
		w->result.state = item->result.state;
}

static void on_page(struct dp_pull *pull, const struct dp_msg *reply)
{
	struct dp_sync *s = list_of(pull, struct dp_sync, pull);

	for (unsigned i = 0; i < reply->u.items.count; i++) {
		struct dp_item *item = &reply->u.items.item[i];
		struct dp_want *w;
		struct dp_key key;

		dp_object_key(&item->op, &key);
		w = dp_plan_find(&s->plan, &key);
		if (w == NULL)
			meet_unknown(s, item);
		else
			meet_known(s, w, item);
	}
}

/* The dump didn't show it. */
static void miss(struct dp_sync *s, struct dp_want *w)
{
	w->present = false;
	s->plan.orphans -= w->orphan;
	w->orphan = false;
	if (dp_plan_live(w) && w->tried && w->result.state.store == 0) {
		s->lost++;
		dp_plan_lose(w);
	}
}

static void compare(struct dp_sync *s)
{
	struct map_node *next;

	for (struct map_node *n = map_walk(&s->plan.wants, NULL); n != NULL; n = next) {
		struct dp_want *w = list_of(n, struct dp_want, object.node);

		next = map_walk(&s->plan.wants, n); /* scheduling may free this one */
		if (w->seen != s->dump)
			miss(s, w);
		dp_plan_retry_now(w);
		dp_plan_schedule(w);
	}
}

static void on_end(struct dp_pull *pull, enum err err)
{
	struct dp_sync *s = list_of(pull, struct dp_sync, pull);

	if (err == ERR_CLOSED)
		return; /* the link is about to be reported down */
	if (err != ERR_OK) {
		wheel_arm(s->wheel, &s->tick, s->wheel->now_ms + DUMP_RETRY_MS);
		return;
	}
	s->state = DP_SYNC_RUN;
	compare(s);
	if (!s->grace_begun) {
		s->grace_begun = true;
		wheel_arm(s->wheel, &s->nudge, s->wheel->now_ms + DP_NUDGE_MS);
		wheel_arm(s->wheel, &s->grace, s->wheel->now_ms + DP_GRACE_MS);
	}
	log_event(s->log, LOG_L_NOTICE, "dp.reconciled", "objects=%zu todo=%u orphans=%u", s->plan.wants.count, s->plan.todos,
		s->plan.orphans);
	dp_sync_flush(s);
}

static void begin_dump(struct dp_sync *s)
{
	s->state = DP_SYNC_DUMP;
	s->dump++;
	if (dp_pull_dump(&s->pull, s->provider) != ERR_OK)
		wheel_arm(s->wheel, &s->tick, s->wheel->now_ms + DUMP_RETRY_MS);
}

void dp_sync_reconcile(struct dp_sync *s)
{
	if (s->state != DP_SYNC_RUN)
		return; /* no link, or under way */
	s->state = DP_SYNC_DRAIN;
	if (s->inflight == 0)
		begin_dump(s);
}

static void on_tick(struct wheel_timer *t, uint64_t now_ms)
{
	struct dp_sync *s = list_of(t, struct dp_sync, tick);

	(void)now_ms;
	if (s->state == DP_SYNC_DUMP && !dp_call_pending(&s->pull.call))
		begin_dump(s);
	dp_sync_flush(s);
	end_waits(s);
}

/* Nobody came back for these orphans: they go. */
static void end_grace(struct dp_sync *s)
{
	struct map_node *next;

	log_event(s->log, LOG_L_NOTICE, "dp.grace", "orphans=%u", s->plan.orphans);
	for (struct map_node *n = map_walk(&s->plan.wants, NULL); n != NULL; n = next) {
		struct dp_want *w = list_of(n, struct dp_want, object.node);
		struct dp_op put;

		next = map_walk(&s->plan.wants, n);
		if (!w->orphan)
			continue;
		dp_object_load(&w->object, &put);
		if (is_spared(s, &put))
			continue;
		s->plan.orphans--;
		w->orphan = false;
		dp_plan_schedule(w);
	}
}

static void on_nudge(struct wheel_timer *t, uint64_t now_ms)
{
	(void)now_ms;
	end_grace(list_of(t, struct dp_sync, nudge));
}

static void on_grace(struct wheel_timer *t, uint64_t now_ms)
{
	(void)now_ms;
	end_grace(list_of(t, struct dp_sync, grace));
}

/* ---- the link ---- */

static void on_changed(struct dp_listener *l, struct dp_provider *p)
{
	struct dp_sync *s = list_of(l, struct dp_sync, listener);

	log_event(s->log, LOG_L_NOTICE, p->up ? "dp.up" : "dp.down", "instance=%016llx", (unsigned long long)p->peer.instance);
	dp_pull_cancel(&s->pull);
	s->state = DP_SYNC_DOWN;
	end_waits(s);
	if (p->up)
		begin_dump(s);
}

static void on_placement(struct dp_sync *s, const struct dp_event *e)
{
	struct dp_want *w;
	struct dp_key key;

	dp_object_id_key(DP_CLASS_SA, e->id, &key);
	w = dp_plan_find(&s->plan, &key);
	if (w == NULL)
		return;
	w->result.placement = e->placement;
	w->result.reason = e->reason;
}

static void on_event(struct dp_listener *l, const struct dp_event *e)
{
	struct dp_sync *s = list_of(l, struct dp_sync, listener);

	if (e->kind == DP_EV_PLACEMENT)
		on_placement(s, e);
	else if (e->kind == DP_EV_DEVICE && e->up)
		dp_sync_reconcile(s);
}

/* ---- life ---- */

enum err dp_sync_new(struct dp_sync **out, const struct dp_sync_config *config)
{
	struct dp_sync *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return ERR_NOMEM;
	s->provider = config->provider;
	s->wheel = config->wheel;
	s->log = config->log;
	s->next_id = config->first_id;
	s->tick.expired = on_tick;
	s->nudge.expired = on_nudge;
	s->grace.expired = on_grace;
	s->pull.page = on_page;
	s->pull.end = on_end;
	s->plan.wheel = config->wheel;
	s->plan.log = config->log;
	s->plan.work = on_work;
	for (unsigned i = 0; i < SYNC_WINDOW; i++) {
		s->batch[i].sync = s;
		s->batch[i].call.done = on_done;
	}
	if (dp_plan_init(&s->plan, config->key) != ERR_OK) {
		free(s);
		return ERR_NOMEM;
	}
	s->listener.changed = on_changed;
	s->listener.event = on_event;
	dp_provider_listen(s->provider, &s->listener);
	if (s->provider->up)
		begin_dump(s);
	*out = s;
	return ERR_OK;
}

void dp_sync_free(struct dp_sync *s)
{
	if (s == NULL)
		return;
	dp_provider_unlisten(&s->listener);
	dp_pull_cancel(&s->pull);
	for (unsigned i = 0; i < SYNC_WINDOW; i++)
		dp_provider_cancel(s->provider, &s->batch[i].call);
	wheel_disarm(s->wheel, &s->tick);
	wheel_disarm(s->wheel, &s->nudge);
	wheel_disarm(s->wheel, &s->grace);
	while (!list_empty(&s->waits))
		list_del(list_first(&s->waits));
	dp_plan_fini(&s->plan);
	free(s);
}

/* ---- owners ---- */

/* An SA keeps its key for life, and its SPI and direction. */
static enum err fit_sa(const struct dp_want *w, struct dp_sa *sa)
{
	struct dp_op kept;
	enum err err = ERR_OK;

	dp_object_load(&w->object, &kept);
	if (sa->key.len == 0 && sa->integ_key.len == 0) {
		err = secret_set(&sa->key, secret_view(&kept.u.sa.key));
		if (err == ERR_OK)
			err = secret_set(&sa->integ_key, secret_view(&kept.u.sa.integ_key));
	}
	if (err != ERR_OK)
		return err;
	if (sa->spi != kept.u.sa.spi || sa->direction != kept.u.sa.direction)
		return ERR_EXISTS;
	if (!secret_eq(secret_view(&sa->key), secret_view(&kept.u.sa.key)) ||
		!secret_eq(secret_view(&sa->integ_key), secret_view(&kept.u.sa.integ_key)))
		return ERR_EXISTS;
	return ERR_OK;
}

static enum err may_put(const struct dp_want *w, struct dp_op *put, const struct dp_owner *owner)
{
	if (w->lost)
		return ERR_NEEDS_REKEY;
	if (w->wanted && w->owner != owner)
		return ERR_BUSY;
	if (put->kind != DP_PUT_SA || w->orphan)
		return ERR_OK;
	return w->wanted ? fit_sa(w, &put->u.sa) : ERR_EXISTS;
}

static enum err put_known(struct dp_sync *s, struct dp_want *w, struct dp_op *put)
{
	bool same = dp_object_same(&w->object, put);
	enum err err = dp_object_take(&w->object, put);

	if (err != ERR_OK)
		return err;
	s->plan.orphans -= w->orphan;
	w->orphan = false;
	w->changed = w->changed || !same;
	w->again = w->inflight && (w->again || !same);
	return ERR_OK;
}

static void await(struct dp_want *w)
{
	if (w->owner == NULL || !w->told || (w->present && !w->changed && !w->inflight && w->result.err == ERR_OK))
		return;
	w->told = false;
	w->owner->waiting++;
}

enum err dp_sync_put(struct dp_sync *s, struct dp_op *put, struct dp_owner *owner)
{
	struct dp_want *w;
	struct dp_key key;
	enum err err = ERR_OK;

	dp_object_key(put, &key);
	w = dp_plan_find(&s->plan, &key);
	if (w != NULL)
		err = may_put(w, put, owner);
	if (err == ERR_OK)
		err = dp_op_check(put);
	if (err == ERR_OK)
		err = w != NULL ? put_known(s, w, put) : dp_plan_add(&s->plan, put, &w);
	dp_op_fini(put);
	if (err != ERR_OK)
		return err;
	w->wanted = true;
	w->failures = 0;
	if (w->owner != owner)
		dp_plan_own(w, owner);
	await(w);
	dp_plan_retry_now(w);
	dp_plan_schedule(w);
	return ERR_OK;
}

static void drop(struct dp_want *w)
{
	dp_plan_disown(w);
	dp_object_wipe(&w->object);
	w->wanted = false;
	w->failures = 0;
	dp_plan_retry_now(w);
	dp_plan_schedule(w);
}

enum err dp_sync_del(struct dp_sync *s, const struct dp_op *op)
{
	struct dp_want *w;
	struct dp_key key;

	dp_object_key(op, &key);
	w = dp_plan_find(&s->plan, &key);
	if (w == NULL || !w->wanted)
		return ERR_ABSENT;
	drop(w);
	return ERR_OK;
}

void dp_sync_release(struct dp_sync *s, struct dp_owner *owner)
{
	(void)s;
	while (!list_empty(&owner->objects))
		drop(list_of(list_first(&owner->objects), struct dp_want, owned));
}

/* ---- questions ---- */

uint32_t dp_sync_new_id(struct dp_sync *s, enum dp_class class_of)
{
	struct dp_key key;

	do {
		if (++s->next_id == 0)
			s->next_id = 1;
		dp_object_id_key(class_of, s->next_id, &key);
	} while (dp_plan_find(&s->plan, &key) != NULL); /* ends: DP_SYNC_MAX objects, 2^32 ids */
	return s->next_id;
}

bool dp_sync_result(const struct dp_sync *s, const struct dp_op *op, struct dp_result *out)
{
	const struct dp_want *w;
	struct dp_key key;

	dp_object_key(op, &key);
	w = dp_plan_find(&s->plan, &key);
	if (w == NULL || !w->wanted)
		return false;
	*out = w->result;
	if (!w->present && out->err == ERR_OK)
		out->err = ERR_AGAIN;
	return true;
}

struct dp_owner *dp_sync_owner(const struct dp_sync *s, const struct dp_op *op)
{
	const struct dp_want *w;
	struct dp_key key;

	dp_object_key(op, &key);
	w = dp_plan_find(&s->plan, &key);
	return w == NULL ? NULL : w->owner;
}

void dp_sync_count(const struct dp_sync *s, struct dp_sync_counts *out)
{
	out->state = s->state;
	out->objects = (uint32_t)s->plan.wants.count;
	out->orphans = s->plan.orphans;
	out->todo = s->plan.todos;
	out->inflight = s->inflight;
	out->failing = s->plan.failing;
	out->dumps = s->dump;
	out->transactions = s->transactions;
	out->operations = s->operations;
	out->lost = s->lost;
}

bool dp_sync_settled(const struct dp_sync *s)
{
	return s->state == DP_SYNC_RUN && s->plan.todos == 0 && s->inflight == 0;
}
