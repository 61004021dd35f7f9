#include "server/wait.h"

#include <stdlib.h>

void server_wait_init(struct server_wait *w)
{
	list_init(&w->txns);
	w->asked = 0;
}

void server_wait_add(struct server_wait *w, struct server_txn *t)
{
	list_add(&w->txns, &t->link);
	w->asked += t->tag != 0;
}

static void take_off(struct server_wait *w, struct server_txn *t)
{
	list_del(&t->link);
	w->asked -= t->tag != 0;
	free(t);
}

void server_wait_fini(struct server_wait *w, struct server_plant *p)
{
	struct list *it;

	while ((it = list_first(&w->txns)) != NULL) {
		struct server_txn *t = list_of(it, struct server_txn, link);

		server_txn_abandon(p, t);
		take_off(w, t);
	}
}

static bool touches(const struct server_wait *w, const struct server_plant *p, const struct dp_txn *txn)
{
	list_each (it, &w->txns) {
		const struct server_txn *t = list_of(it, const struct server_txn, link);

		for (uint16_t i = 0; i < txn->count; i++)
			if (server_txn_touches(p, t, &txn->op[i]))
				return true;
	}
	return false;
}

bool server_wait_blocks(const struct server_wait *w, const struct server_plant *p, const struct dp_msg *m)
{
	switch (m->kind) {
	case DP_MSG_TXN:
		return w->asked >= SERVER_WAIT_MAX || touches(w, p, &m->u.txn);
	case DP_MSG_DUMP:
		return !list_empty(&w->txns);
	default:
		return false;
	}
}

void server_wait_end(struct server_wait *w, struct server_plant *p, struct server_txn *t, server_wait_done *done, void *ctx)
{
	if (!server_txn_settle(p, t))
		return;
	done(ctx, t);
	take_off(w, t);
}

void server_wait_poll(struct server_wait *w, struct server_plant *p, server_wait_done *done, void *ctx)
{
	struct list *next;

	for (struct list *it = list_first(&w->txns); it != NULL; it = next) {
		next = list_next(&w->txns, it);
		server_wait_end(w, p, list_of(it, struct server_txn, link), done, ctx);
	}
}

void server_wait_mute(struct server_wait *w)
{
	list_each (it, &w->txns)
		list_of(it, struct server_txn, link)->tag = 0;
	w->asked = 0;
}
