/*
 * Where a peer is to be reached from now on.  It may seem to move with every packet (two NATs in front of it, an attacker who races copies from
 * elsewhere), and each move is a transaction of the datapath: so only so often.  Called by input.c, engine.c and mobike.c.
 */
#include "ike/move.h"

#include "ike/core.h"

enum { IKE_MOVE_MS = 1000 };

static bool same_ends(const struct ike_path *a, const struct ike_path *b)
{
	return addr_port_eq(&a->remote, &b->remote) && addr_port_eq(&a->local, &b->local);
}

void ike_move_to(struct ike_sa *sa, const struct ike_path *path, const char *by)
{
	const struct ike_ports *ports = sa->engine->cfg.ports;

	ike_move_stop(sa);
	sa->path = *path;
	sa->moved_ms = sa->engine->now_ms;
	sa->frag_mtu = 0; /* another path */
	ike_core_count(sa->engine, IKE_STAT_MOVED);
	ike_core_log_sa(sa, LOG_L_INFO, "ike.moved", "by=%s", by);
	if (sa->known)
		ports->moved(ports->ctx, sa->handle, path, ike_sa_udp_encap(sa));
}

static void expired(struct wheel_timer *t, uint64_t now_ms)
{
	struct ike_sa *sa = list_of(t, struct ike_sa, move_timer);
	struct ike_path path = sa->path;

	(void)now_ms;
	path.local = sa->move_local;
	path.remote = sa->move_remote;
	if (!same_ends(&path, &sa->path))
		ike_move_to(sa, &path, "late");
}

void ike_move_follow(struct ike_sa *sa, const struct ike_path *path, const char *by)
{
	struct ike_engine *e = sa->engine;

	if (sa->moved_ms == 0 || e->now_ms - sa->moved_ms >= IKE_MOVE_MS) {
		if (!same_ends(path, &sa->path))
			ike_move_to(sa, path, by);
		return;
	}
	sa->move_local = path->local;
	sa->move_remote = path->remote;
	sa->move_timer.expired = expired;
	if (!wheel_armed(&sa->move_timer) && !same_ends(path, &sa->path)) {
		ike_core_count(e, IKE_STAT_MOVED_LATE);
		wheel_arm(&e->wheel, &sa->move_timer, sa->moved_ms + IKE_MOVE_MS);
	}
}

void ike_move_stop(struct ike_sa *sa)
{
	wheel_disarm(&sa->engine->wheel, &sa->move_timer);
}
