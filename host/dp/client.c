/*
 * naved's end of contract 1's socket.  States: idle (waiting to connect again), greeting (connected, HELLO sent), up.
 * Whatever breaks a rule of the contract, and whatever isn't answered in time, ends the link; everything in flight fails
 * with it and the next connection begins with a dump.  Loop thread.
 */
#include "dp/client.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dp/link.h"

enum {
	CLIENT_PENDING_MAX = 64,
	CLIENT_BURST = 64, /* messages read at one go, so that a talker can't hold the loop */
	CLIENT_ANSWER_MS = 30000,
	CLIENT_GREETING_MS = 5000,
	CLIENT_BACKOFF_FIRST_MS = 50,
	CLIENT_BACKOFF_MAX_MS = 1000
};

struct dp_client {
	struct dp_provider base;
	struct dp_client_config config;
	char *path;
	struct dp_link link;
	struct list calls;        /* oldest first */
	struct wheel_timer timer; /* idle: connect; greeting: HELLO is late; up: the oldest answer is late */
	uint32_t pending, next_tag, backoff_ms;
	int store_fd; /* navedp's state memory, -1: none */
	uint64_t store;
	enum err last; /* why the last attempt failed: logged once, not each time */
};

static struct dp_client *client_of(struct dp_provider *p)
{
	return list_of(p, struct dp_client, base);
}

static uint64_t now_of(const struct dp_client *c)
{
	return c->config.wheel->now_ms;
}

static void arm(struct dp_client *c, uint64_t after_ms)
{
	wheel_arm(c->config.wheel, &c->timer, now_of(c) + after_ms);
}

/* ---- calls ---- */

static void arm_answer(struct dp_client *c)
{
	if (list_empty(&c->calls))
		wheel_disarm(c->config.wheel, &c->timer);
	else
		wheel_arm(c->config.wheel, &c->timer, list_of(list_first(&c->calls), struct dp_call, link)->due_ms);
}

static void take_off(struct dp_client *c, struct dp_call *call)
{
	list_del(&call->link);
	call->tag = 0;
	c->pending--;
}

static void fail_all(struct dp_client *c)
{
	while (!list_empty(&c->calls)) {
		struct dp_call *call = list_of(list_first(&c->calls), struct dp_call, link);

		take_off(c, call);
		call->done(call, ERR_CLOSED, NULL);
	}
}

static struct dp_call *find_call(const struct dp_client *c, uint32_t tag)
{
	list_each (it, &c->calls) {
		struct dp_call *call = list_of(it, struct dp_call, link);

		if (call->tag == tag)
			return call;
	}
	return NULL;
}

static enum err client_call(struct dp_provider *p, struct dp_msg *request, struct dp_call *call)
{
	struct dp_client *c = client_of(p);
	enum err err;

	if (c->pending >= CLIENT_PENDING_MAX)
		return ERR_AGAIN;
	if (call != NULL && ++c->next_tag == 0)
		c->next_tag = 1;
	request->tag = call != NULL ? c->next_tag : 0;
	err = dp_link_send(&c->link, request, -1);
	if (err == ERR_IO)
		err = ERR_CLOSED; /* the loop hears of it when it reads */
	if (err != ERR_OK || call == NULL)
		return err;
	call->tag = request->tag;
	call->due_ms = now_of(c) + CLIENT_ANSWER_MS;
	list_add(&c->calls, &call->link);
	c->pending++;
	arm_answer(c);
	return ERR_OK;
}

static void client_cancel(struct dp_provider *p, struct dp_call *call)
{
	struct dp_client *c = client_of(p);

	take_off(c, call);
	arm_answer(c);
}

/* ---- link ---- */

static void close_link(struct dp_client *c)
{
	if (c->link.fd < 0)
		return;
	c->config.watch(c->config.ctx, -1);
	dp_link_fini(&c->link);
}

/* The one way out of greeting and up. */
static void lose(struct dp_client *c, enum err why)
{
	bool was_up = c->base.up;

	if (was_up || why != c->last)
		log_event(c->config.log, LOG_L_WARN, "dp.link", "path=%s err=%s", c->path, err_name(why));
	c->last = why;
	close_link(c);
	c->base.up = false;
	fail_all(c);
	arm(c, c->backoff_ms);
	c->backoff_ms = 2 * c->backoff_ms < CLIENT_BACKOFF_MAX_MS ? 2 * c->backoff_ms : CLIENT_BACKOFF_MAX_MS;
	if (was_up)
		dp_provider_tell_changed(&c->base);
}

static enum err greet(struct dp_client *c)
{
	struct dp_msg m = { .kind = DP_MSG_HELLO };

	m.u.hello.major = DP_VERSION_MAJOR;
	m.u.hello.minor = DP_VERSION_MINOR;
	m.u.hello.role = DP_PEER_CONTROL;
	m.u.hello.instance = c->config.instance;
	m.u.hello.store = c->store_fd >= 0 ? c->store : 0;
	return dp_link_send(&c->link, &m, c->store_fd);
}

static void try_connect(struct dp_client *c)
{
	int fd;
	enum err err = dp_link_connect(c->path, &fd);

	if (err == ERR_OK)
		err = dp_link_init(&c->link, fd);
	if (err == ERR_OK) {
		c->config.watch(c->config.ctx, fd);
		err = greet(c);
	}
	if (err == ERR_OK)
		arm(c, CLIENT_GREETING_MS);
	else
		lose(c, err);
}

static void on_timer(struct wheel_timer *t, uint64_t now_ms)
{
	struct dp_client *c = list_of(t, struct dp_client, timer);

	(void)now_ms;
	if (c->link.fd < 0)
		try_connect(c);
	else
		lose(c, ERR_TIMEOUT);
}

/* ---- messages ---- */

static void keep_store(struct dp_client *c, int fd, uint64_t store)
{
	if (fd < 0)
		return;
	if (c->store_fd >= 0)
		(void)close(c->store_fd);
	c->store_fd = fd;
	c->store = store;
}

static enum err on_hello(struct dp_client *c, const struct dp_hello *h, int passed)
{
	if (c->base.up || h->role != DP_PEER_DATAPATH) {
		if (passed >= 0)
			(void)close(passed);
		return ERR_STATE;
	}
	keep_store(c, passed, h->store);
	c->base.peer = *h;
	c->base.up = true;
	c->last = ERR_OK;
	c->backoff_ms = CLIENT_BACKOFF_FIRST_MS;
	wheel_disarm(c->config.wheel, &c->timer);
	dp_provider_tell_changed(&c->base);
	return ERR_OK;
}

static enum err on_answer(struct dp_client *c, const struct dp_msg *m)
{
	struct dp_call *call = find_call(c, m->tag);

	if (call == NULL)
		return ERR_OK; /* cancelled */
	if (!dp_provider_fits(call, m))
		return ERR_MALFORMED;
	take_off(c, call);
	arm_answer(c);
	call->done(call, ERR_OK, m);
	return ERR_OK;
}

static enum err on_events(struct dp_client *c, const struct dp_events *events)
{
	for (unsigned i = 0; i < events->count; i++)
		dp_provider_tell_event(&c->base, &events->event[i]);
	return ERR_OK;
}

/* Takes the descriptor 'passed'. */
static enum err on_message(struct dp_client *c, const struct dp_msg *m, int passed)
{
	if (m->kind == DP_MSG_HELLO)
		return on_hello(c, &m->u.hello, passed);
	if (passed >= 0)
		(void)close(passed);
	if (!c->base.up)
		return ERR_STATE;
	switch (m->kind) {
	case DP_MSG_DONE:
	case DP_MSG_ITEMS:
	case DP_MSG_SAMPLES:
	case DP_MSG_SPI_LEASE:
	case DP_MSG_FAULTED:
		return on_answer(c, m);
	case DP_MSG_EVENTS:
		return on_events(c, &m->u.events);
	default:
		return ERR_STATE;
	}
}

void dp_client_readable(struct dp_client *c)
{
	for (unsigned i = 0; i < CLIENT_BURST && c->link.fd >= 0; i++) {
		struct dp_msg m = { 0 };
		int passed;
		enum err err = dp_link_recv(&c->link, &m, &passed);

		if (err == ERR_AGAIN)
			return;
		if (err == ERR_UNSUPPORTED)
			continue;
		if (err == ERR_OK) {
			err = on_message(c, &m, passed);
			dp_codec_fini(&m);
		}
		if (err != ERR_OK)
			lose(c, err);
	}
}

/* ---- life ---- */

static void client_close(struct dp_provider *p)
{
	struct dp_client *c = client_of(p);

	close_link(c);
	p->up = false;
	fail_all(c);
	wheel_disarm(c->config.wheel, &c->timer);
	while (!list_empty(&p->listeners))
		list_del(list_first(&p->listeners));
	if (c->store_fd >= 0)
		(void)close(c->store_fd);
	free(c->path);
	free(c);
}

enum err dp_client_new(struct dp_client **out, const struct dp_client_config *config)
{
	static const struct dp_provider_ops ops = { client_call, client_cancel, client_close };
	struct dp_client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return ERR_NOMEM;
	c->config = *config;
	c->base.ops = &ops;
	c->link.fd = -1;
	c->store_fd = -1;
	c->backoff_ms = CLIENT_BACKOFF_FIRST_MS;
	c->timer.expired = on_timer;
	list_init(&c->calls);
	list_init(&c->base.listeners);
	c->path = strdup(config->path);
	if (c->path == NULL) {
		client_close(&c->base);
		return ERR_NOMEM;
	}
	arm(c, 1);
	*out = c;
	return ERR_OK;
}

struct dp_provider *dp_client_provider(struct dp_client *c)
{
	return &c->base;
}
