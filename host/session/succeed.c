/*
 * Succession: a peer that authenticates anew makes a session beside the one it has (RFC7296-2.8.3), asks for the same address or comes
 * to the same static tunnel, and then deletes the old one.  Until it does, packets to it go by the old one, for it may not have the
 * new one yet; then lease and routes move at once.  A peer that forgets to delete loses the old one after a while: the newest
 * authenticated session wins (cli.md 1.4).  Loop thread only.
 */
#include <assert.h>
#include <string.h>

#include "session/inner.h"

enum { SUCCEED_GRACE_MS = 10 * 1000 };

struct session *session_succeed_find(const struct session *s, const struct cfg_pool *pool, const struct addr *want)
{
	for (struct session *old = session_twin(s, NULL); old != NULL; old = session_twin(s, old)) {
		bool lease = want != NULL && pool != NULL && addr_eq(&old->lease, want) && session_lease_of(old, pool);

		if (old->state == SESSION_S_UP && old->role == IKE_RESPONDER && (lease || (s->tunnel != NULL && old->tunnel == s->tunnel)))
			return old;
	}
	return NULL;
}

static void part(struct session *s)
{
	wheel_disarm(s->hub->env.wheel, &s->grace);
	s->former->successor = NULL;
	s->former = NULL;
}

/* What was to succeed comes to nothing. */
static void give_up(struct session *s)
{
	part(s);
	if (s->pool == NULL)
		memset(&s->lease, 0, sizeof(s->lease));
}

static void grace_over(struct wheel_timer *t, uint64_t now_ms)
{
	struct session *s = list_of(t, struct session, grace);

	if (s->former != NULL)
		ike_engine_delete(s->hub->engine, now_ms, s->former->ike);
}

void session_succeed_begin(struct session *s, struct session *old)
{
	assert(s->former == NULL);
	if (old->successor != NULL) { /* the peer tried before */
		struct session *tried = old->successor;

		give_up(tried);
		ike_engine_delete(s->hub->engine, session_now(s->hub), tried->ike);
	}
	s->former = old;
	old->successor = s;
	s->grace.expired = grace_over;
	if (s->pool == NULL)
		s->lease = old->lease;
}

void session_succeed_up(struct session *s)
{
	struct session_hub *h = s->hub;

	if (s->former == NULL)
		return;
	log_event(h->env.log, LOG_L_INFO, "session.succeeds", "interface=%s former=%s peer=%s", s->access.name, s->former->access.name,
		s->peer);
	ike_engine_replace(h->engine, session_now(h), s->former->ike);
	wheel_arm(h->env.wheel, &s->grace, session_now(h) + SUCCEED_GRACE_MS);
}

void session_succeed_pass(struct session *old)
{
	struct session *s = old->successor;

	if (s == NULL)
		return;
	session_routes_drop(old);
	if (old->pool != NULL && s->pool == NULL)
		session_lease_pass(old, s);
	part(s);
	if (s->tunnel != NULL && !list_empty(&s->children))
		(void)session_child_take_access(s);
	session_routes_put(s);
	route_rib_commit(s->hub->env.rib);
}

static void switched(struct dp_wait *w)
{
	struct session *s = list_of(w, struct session, switching);

	ike_engine_switched(s->hub->engine, session_now(s->hub), s->ike);
}

void session_succeed_deleted(struct session *s)
{
	s->switching.done = switched;
	dp_sync_wait(s->hub->env.sync, &s->switching);
}

void session_succeed_retired(struct session *old)
{
	session_succeed_pass(old);
	session_succeed_deleted(old);
}

void session_succeed_end(struct session *s)
{
	session_succeed_pass(s);
	if (s->former != NULL)
		give_up(s);
}
