/*
 * Transactions: what goes together, and what an answer means for each object.  An object that was refused before
 * goes alone, so that it can't undo others again.  Loop thread.
 */
#include "dp/batch.h"

#include <string.h>

enum { BATCH_HEAD = 16, BATCH_KEYS = 2 * (DP_KEY_MAX + 1) }; /* bytes of a message before its operations, of an SA's keys */
enum verdict { VERDICT_GO, VERDICT_WAIT, VERDICT_REFUSE };

static bool holds(const struct dp_batch *b, const struct dp_want *w)
{
	for (unsigned i = 0; i < b->count; i++)
		if (b->want[i] == w)
			return true;
	return false;
}

/* What a put names has to be there, or come before it in this very transaction. */
static enum verdict judge_put(struct dp_batch *b, const struct dp_plan *plan, const struct dp_op *put)
{
	struct dp_want **named = b->named[b->count];
	struct dp_key refs[DP_REFS_MAX];
	unsigned count = dp_object_refs(put, refs);

	memset(named, 0, sizeof(b->named[0]));
	for (unsigned i = 0; i < count; i++) {
		named[i] = dp_plan_find(plan, &refs[i]);
		if (named[i] != NULL && named[i]->inflight)
			return VERDICT_WAIT;
		if (named[i] == NULL || (!named[i]->present && !holds(b, named[i])))
			return VERDICT_REFUSE;
	}
	return VERDICT_GO;
}

/* Nothing goes that a put in flight names, and no SA while its tunnel turns to another (make before break). */
static enum verdict judge_del(const struct dp_plan *plan, const struct dp_want *w, const struct dp_op *put)
{
	struct dp_key key;
	const struct dp_want *tunnel;

	if (w->named != 0)
		return VERDICT_WAIT;
	if (put->kind != DP_PUT_SA)
		return VERDICT_GO;
	dp_object_id_key(DP_CLASS_TUNNEL, put->u.sa.tunnel, &key);
	tunnel = dp_plan_find(plan, &key);
	return tunnel != NULL && tunnel->inflight ? VERDICT_WAIT : VERDICT_GO;
}

/* A filter or a policy may be half a message. */
static bool has_room(const struct dp_batch *b, const struct dp_want *w)
{
	return b->count < DP_OPS_MAX && b->bytes + w->object.len + BATCH_KEYS <= DP_MSG_MAX;
}

static void add(struct dp_batch *b, struct dp_want *w)
{
	b->bytes += (uint32_t)w->object.len + BATCH_KEYS;
	list_del(&w->todo);
	w->plan->todos--;
	b->want[b->count++] = w;
}

static void make_op(const struct dp_batch *b, const struct dp_want *w, struct dp_op *op)
{
	if (!b->puts)
		op->kind = dp_op_del_of(dp_op_class(op->kind));
	else if (op->kind == DP_PUT_SA)
		op->u.sa.state = w->result.state;
}

/* Takes one object into the batch; false when nothing more can go into it. */
static bool take(struct dp_batch *b, struct dp_plan *plan, struct dp_want *w, struct dp_op *op)
{
	enum verdict verdict;

	if (!has_room(b, w) || (b->count != 0 && w->failures != 0))
		return false;
	dp_object_load(&w->object, op);
	verdict = b->puts ? judge_put(b, plan, op) : judge_del(plan, w, op);
	if (verdict == VERDICT_WAIT)
		return false;
	if (verdict == VERDICT_REFUSE) {
		list_del(&w->todo);
		plan->todos--;
		dp_plan_settle(w, ERR_ABSENT);
		dp_plan_retry_later(w); /* what it names may come */
		return true;
	}
	make_op(b, w, op);
	add(b, w);
	return w->failures == 0;
}

/* false: the batch is closed. */
static bool take_phases(struct dp_batch *b, struct dp_plan *plan, struct dp_op *op, enum dp_phase first, enum dp_phase end)
{
	for (unsigned phase = first; phase < (unsigned)end; phase++) {
		struct list *todo = &plan->todo[phase];

		while (!list_empty(todo))
			if (!take(b, plan, list_of(list_first(todo), struct dp_want, todo), &op[b->count < DP_OPS_MAX ? b->count : 0]))
				return false;
	}
	return true;
}

bool dp_batch_fill(struct dp_batch *b, struct dp_plan *plan, struct dp_op op[DP_OPS_MAX])
{
	b->count = 0;
	b->bytes = BATCH_HEAD;
	b->puts = true;
	(void)take_phases(b, plan, op, DP_PHASE_PUT_VRF, DP_PHASE_DEL_ROUTE);
	if (b->count != 0)
		return true;
	b->puts = false;
	(void)take_phases(b, plan, op, DP_PHASE_DEL_ROUTE, DP_PHASE_COUNT);
	return b->count != 0;
}

void dp_batch_sent(struct dp_batch *b)
{
	for (unsigned i = 0; i < b->count; i++) {
		struct dp_want *w = b->want[i];

		w->inflight = true;
		for (unsigned k = 0; b->puts && k < DP_REFS_MAX && b->named[i][k] != NULL; k++)
			b->named[i][k]->named++;
		w->again = false;
		w->tried = w->tried || (b->puts && dp_object_class(&w->object) == DP_CLASS_SA && w->result.state.store == 0);
	}
}

void dp_batch_refill(struct dp_batch *b)
{
	for (unsigned i = 0; i < b->count; i++)
		dp_plan_schedule(b->want[i]);
	b->count = 0;
}

/* The transaction is over: what it named may go. */
static void let_go(struct dp_batch *b)
{
	for (unsigned i = 0; b->puts && i < b->count; i++)
		for (unsigned k = 0; k < DP_REFS_MAX && b->named[i][k] != NULL; k++)
			b->named[i][k]->named--;
}

static void settle_put(struct dp_want *w, const struct dp_result *r)
{
	if (r->err == ERR_OK) {
		w->present = true;
		w->changed = w->again;
		w->result.placement = r->placement;
		w->result.reason = r->reason;
		w->result.state = r->state;
	} else if (w->result.state.store == 0) {
		w->tried = false; /* refused or undone: it was never active (docs/dataplane.md, Transactions) */
	}
	if (r->err == ERR_DENIED)
		w->result.reason = r->reason;
	if (r->err == ERR_STATE || !w->wanted)
		return;
	if (r->err == ERR_NEEDS_REKEY && dp_object_class(&w->object) == DP_CLASS_SA)
		dp_plan_lose(w);
	else if (!w->again)
		dp_plan_settle(w, r->err);
	if (r->err != ERR_OK && !w->lost && !w->again)
		dp_plan_retry_later(w);
}

static void settle_del(struct dp_want *w, const struct dp_result *r)
{
	if (r->err == ERR_OK || r->err == ERR_ABSENT)
		w->present = false;
	else if (r->err != ERR_STATE && !dp_plan_live(w))
		dp_plan_retry_later(w);
}

void dp_batch_settle(struct dp_batch *b, const struct dp_done *done)
{
	let_go(b);
	for (unsigned i = 0; i < b->count; i++) {
		struct dp_want *w = b->want[i];
		struct dp_result r = done->result[i];

		w->inflight = false;
		if (b->count == 1 && r.err == ERR_STATE)
			r.err = ERR_MALFORMED; /* undone because of nobody */
		if (b->puts)
			settle_put(w, &r);
		else
			settle_del(w, &r);
		dp_plan_schedule(w);
	}
	b->count = 0;
}

void dp_batch_abandon(struct dp_batch *b)
{
	let_go(b);
	for (unsigned i = 0; i < b->count; i++) {
		b->want[i]->inflight = false;
		b->want[i]->changed = true;
		dp_plan_schedule(b->want[i]);
	}
	b->count = 0;
}
