/*
 * The model as a provider.  A request is written as a message and waits in a queue until the tick that answers it,
 * so that the link can die with requests on their way, carried out or not.  Loop thread, virtual time.
 */
#include "dp/fake.h"

#include <stdlib.h>
#include <string.h>

enum { FAKE_PENDING_MAX = 64 };

/* Once carried out, 'message' is the answer; empty when there is none. */
struct ask {
	struct list link;
	struct dp_call *call; /* NULL: cancelled, or nobody waits */
	uint32_t tag;
	uint64_t due_ms;
	bool carried_out;
	size_t len;
	uint8_t *message;
};

struct dp_fake {
	struct dp_provider base;
	struct dp_model *model;
	struct wheel *wheel;
	struct wheel_timer tick;
	struct list asks;
	struct dp_room *request_room;
	struct dp_room *answer_room;
	struct dp_hello control;
	uint32_t pending, delay_ms, next_tag;
	bool held, reverse, down;
	uint8_t buf[DP_MSG_MAX];
};

static struct dp_fake *fake_of(struct dp_provider *p)
{
	return list_of(p, struct dp_fake, base);
}

static void arm(struct dp_fake *f)
{
	struct ask *first;

	if (!f->base.up && !f->down) {
		wheel_arm(f->wheel, &f->tick, f->wheel->now_ms + 1);
		return;
	}
	wheel_disarm(f->wheel, &f->tick);
	if (f->held || list_empty(&f->asks))
		return;
	first = list_of(list_first(&f->asks), struct ask, link);
	wheel_arm(f->wheel, &f->tick, first->due_ms);
}

static void ask_free(struct dp_fake *f, struct ask *a)
{
	list_del(&a->link);
	bytes_wipe(a->message, a->len);
	free(a->message);
	free(a);
	f->pending--;
}

static void carry_out(struct dp_fake *f, struct ask *a)
{
	struct wr w = wr_of(f->buf, sizeof(f->buf));
	struct dp_msg request, answer;
	bool answered;

	if (dp_codec_read(bytes_of(a->message, a->len), f->request_room, &request) != ERR_OK)
		abort(); /* it was written by this file */
	answered = dp_model_answer(f->model, &request, f->answer_room, &answer);
	dp_codec_fini(&request);
	bytes_wipe(a->message, a->len);
	free(a->message);
	if (answered && dp_codec_write(&w, &answer) != ERR_OK)
		abort();
	a->carried_out = true;
	a->len = w.len;
	a->message = malloc(w.len + 1);
	if (a->message == NULL)
		abort(); /* out of memory in a test's datapath */
	memcpy(a->message, f->buf, w.len);
}

static void deliver(struct dp_fake *f, struct ask *a)
{
	struct dp_call *call = a->call;
	struct dp_msg answer;

	if (call != NULL &&
		(dp_codec_read(bytes_of(a->message, a->len), f->answer_room, &answer) != ERR_OK || !dp_provider_fits(call, &answer)))
		abort();
	ask_free(f, a);
	if (call == NULL)
		return;
	call->tag = 0;
	call->done(call, ERR_OK, &answer);
}

static void come_up(struct dp_fake *f)
{
	dp_model_hello(f->model, &f->control, &f->base.peer);
	f->control.store = f->base.peer.store;
	f->base.up = true;
	dp_provider_tell_changed(&f->base);
}

/* The first of the answers, or the last. */
static struct ask *pick_answer(struct dp_fake *f)
{
	struct ask *found = NULL;

	list_each (it, &f->asks) {
		struct ask *a = list_of(it, struct ask, link);

		if (!a->carried_out)
			break;
		found = a;
		if (!f->reverse)
			break;
	}
	return found;
}

/* Requests are carried out in order, whatever the order of their answers. */
static void on_tick(struct wheel_timer *t, uint64_t now_ms)
{
	struct dp_fake *f = list_of(t, struct dp_fake, tick);
	struct ask *a;

	(void)now_ms;
	if (!f->base.up && !f->down)
		come_up(f);
	list_each (it, &f->asks) {
		a = list_of(it, struct ask, link);
		if (!f->held && !a->carried_out && a->due_ms <= f->wheel->now_ms)
			carry_out(f, a);
	}
	while (f->base.up && !f->held && (a = pick_answer(f)) != NULL)
		deliver(f, a);
	arm(f);
}

static enum err fake_call(struct dp_provider *p, struct dp_msg *request, struct dp_call *call)
{
	struct dp_fake *f = fake_of(p);
	struct wr w = wr_of(f->buf, sizeof(f->buf));
	struct ask *a;
	enum err err;

	if (f->pending >= FAKE_PENDING_MAX)
		return ERR_AGAIN;
	if (call != NULL && ++f->next_tag == 0)
		f->next_tag = 1;
	request->tag = call != NULL ? f->next_tag : 0;
	err = dp_codec_write(&w, request);
	a = err == ERR_OK ? calloc(1, sizeof(*a)) : NULL;
	if (a != NULL)
		a->message = malloc(w.len);
	if (a == NULL || a->message == NULL) {
		free(a);
		return err != ERR_OK ? err : ERR_NOMEM;
	}
	memcpy(a->message, f->buf, w.len);
	bytes_wipe(f->buf, w.len);
	a->len = w.len;
	a->call = call;
	a->tag = request->tag;
	a->due_ms = f->wheel->now_ms + f->delay_ms;
	if (call != NULL)
		call->tag = a->tag;
	list_add(&f->asks, &a->link);
	f->pending++;
	arm(f);
	return ERR_OK;
}

static void fake_cancel(struct dp_provider *p, struct dp_call *call)
{
	list_each (it, &fake_of(p)->asks) {
		struct ask *a = list_of(it, struct ask, link);

		if (a->tag == call->tag)
			a->call = NULL;
	}
	call->tag = 0;
}

static void fail_all(struct dp_fake *f)
{
	while (!list_empty(&f->asks)) {
		struct ask *a = list_of(list_first(&f->asks), struct ask, link);
		struct dp_call *call = a->call;

		ask_free(f, a);
		if (call == NULL)
			continue;
		call->tag = 0;
		call->done(call, ERR_CLOSED, NULL);
	}
}

static void fake_close(struct dp_provider *p)
{
	struct dp_fake *f = fake_of(p);

	wheel_disarm(f->wheel, &f->tick);
	p->up = false;
	fail_all(f);
	while (!list_empty(&p->listeners))
		list_del(list_first(&p->listeners));
	dp_model_free(f->model);
	free(f->request_room);
	free(f->answer_room);
	free(f);
}

enum err dp_fake_new(struct dp_fake **out, struct wheel *wheel, const uint8_t key[16], uint64_t seed)
{
	static const struct dp_provider_ops ops = { fake_call, fake_cancel, fake_close };
	struct dp_fake *f = calloc(1, sizeof(*f));

	if (f == NULL)
		return ERR_NOMEM;
	f->base.ops = &ops;
	f->wheel = wheel;
	f->tick.expired = on_tick;
	f->delay_ms = 1;
	f->control.instance = seed;
	list_init(&f->asks);
	list_init(&f->base.listeners);
	f->request_room = calloc(1, sizeof(*f->request_room));
	f->answer_room = calloc(1, sizeof(*f->answer_room));
	if (f->request_room == NULL || f->answer_room == NULL || dp_model_new(&f->model, key, seed) != ERR_OK) {
		fake_close(&f->base);
		return ERR_NOMEM;
	}
	arm(f);
	*out = f;
	return ERR_OK;
}

struct dp_provider *dp_fake_provider(struct dp_fake *f)
{
	return &f->base;
}

struct dp_model *dp_fake_model(struct dp_fake *f)
{
	return f->model;
}

void dp_fake_delay(struct dp_fake *f, uint32_t ms)
{
	f->delay_ms = ms;
}

void dp_fake_hold(struct dp_fake *f, bool held)
{
	f->held = held;
	arm(f);
}

void dp_fake_reverse(struct dp_fake *f, bool reverse)
{
	f->reverse = reverse;
}

void dp_fake_drop(struct dp_fake *f, uint32_t applied)
{
	list_each (it, &f->asks) {
		if (applied-- == 0)
			break;
		if (!list_of(it, struct ask, link)->carried_out)
			carry_out(f, list_of(it, struct ask, link));
	}
	f->down = true;
	wheel_disarm(f->wheel, &f->tick);
	if (!f->base.up)
		return;
	f->base.up = false;
	fail_all(f);
	dp_provider_tell_changed(&f->base);
}

void dp_fake_raise(struct dp_fake *f)
{
	f->down = false;
	arm(f);
}

uint32_t dp_fake_pending(const struct dp_fake *f)
{
	return f->pending;
}

void dp_fake_event(struct dp_fake *f, const struct dp_event *e)
{
	dp_provider_tell_event(&f->base, e);
}
