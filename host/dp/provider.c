/*
 * What all providers share: which answer belongs to which request, and who is told what.  Loop thread.
 */
#include "dp/provider.h"

enum dp_msg_kind dp_provider_answer(enum dp_msg_kind kind)
{
	switch (kind) {
	case DP_MSG_TXN:
		return DP_MSG_DONE;
	case DP_MSG_DUMP:
		return DP_MSG_ITEMS;
	case DP_MSG_STATS:
		return DP_MSG_SAMPLES;
	case DP_MSG_SPI_RESERVE:
		return DP_MSG_SPI_LEASE;
	case DP_MSG_FAULT:
		return DP_MSG_FAULTED;
	default:
		return DP_MSG_NONE;
	}
}

bool dp_provider_fits(const struct dp_call *call, const struct dp_msg *reply)
{
	if (reply->kind != call->answer)
		return false;
	return reply->kind != DP_MSG_DONE || reply->u.done.count == call->count;
}

enum err dp_provider_call(struct dp_provider *p, struct dp_msg *request, struct dp_call *call)
{
	if (!p->up)
		return ERR_CLOSED;
	if (call == NULL)
		return request->kind == DP_MSG_SPI_RELEASE ? p->ops->call(p, request, NULL) : ERR_STATE;
	call->answer = (uint8_t)dp_provider_answer(request->kind);
	if (call->answer == DP_MSG_NONE || dp_call_pending(call))
		return ERR_STATE;
	call->count = request->kind == DP_MSG_TXN ? request->u.txn.count : 0;
	return p->ops->call(p, request, call);
}

void dp_provider_cancel(struct dp_provider *p, struct dp_call *call)
{
	if (dp_call_pending(call))
		p->ops->cancel(p, call);
}

bool dp_call_pending(const struct dp_call *call)
{
	return call->tag != 0;
}

enum err dp_provider_submit(struct dp_provider *p, struct dp_op *op, uint16_t count, struct dp_call *call)
{
	struct dp_msg m = { .kind = DP_MSG_TXN };

	m.u.txn.op = op;
	m.u.txn.count = count;
	return dp_provider_call(p, &m, call);
}

enum err dp_provider_dump(struct dp_provider *p, uint64_t cursor, struct dp_call *call)
{
	struct dp_msg m = { .kind = DP_MSG_DUMP };

	m.u.dump.cursor = cursor;
	return dp_provider_call(p, &m, call);
}

enum err dp_provider_stats(struct dp_provider *p, const struct dp_stats *which, struct dp_call *call)
{
	struct dp_msg m = { .kind = DP_MSG_STATS };

	m.u.stats = *which;
	return dp_provider_call(p, &m, call);
}

enum err dp_provider_reserve(struct dp_provider *p, uint32_t port, uint16_t count, struct dp_call *call)
{
	struct dp_msg m = { .kind = DP_MSG_SPI_RESERVE };

	m.u.reserve.port = port;
	m.u.reserve.count = count;
	return dp_provider_call(p, &m, call);
}

enum err dp_provider_release(struct dp_provider *p, uint32_t *spi, uint16_t count)
{
	struct dp_msg m = { .kind = DP_MSG_SPI_RELEASE };

	m.u.release.spi = spi;
	m.u.release.count = count;
	return dp_provider_call(p, &m, NULL);
}

enum err dp_provider_fault(struct dp_provider *p, const struct dp_fault *fault, struct dp_call *call)
{
	struct dp_msg m = { .kind = DP_MSG_FAULT };

	m.u.fault = *fault;
	return dp_provider_call(p, &m, call);
}

void dp_provider_listen(struct dp_provider *p, struct dp_listener *l)
{
	list_add(&p->listeners, &l->link);
}

void dp_provider_unlisten(struct dp_listener *l)
{
	list_del(&l->link);
}

void dp_provider_close(struct dp_provider *p)
{
	if (p != NULL)
		p->ops->close(p);
}

void dp_provider_tell_changed(struct dp_provider *p)
{
	struct list *next;

	for (struct list *it = list_first(&p->listeners); it != NULL; it = next) {
		struct dp_listener *l = list_of(it, struct dp_listener, link);

		next = list_next(&p->listeners, it);
		if (l->changed != NULL)
			l->changed(l, p);
	}
}

void dp_provider_tell_event(struct dp_provider *p, const struct dp_event *e)
{
	struct list *next;

	for (struct list *it = list_first(&p->listeners); it != NULL; it = next) {
		struct dp_listener *l = list_of(it, struct dp_listener, link);

		next = list_next(&p->listeners, it);
		if (l->event != NULL)
			l->event(l, e);
	}
}
