#include "server/txn.h"

#include "server/place.h"

const struct db_sa *server_txn_made(const struct server_txn *t, uint32_t id)
{
	for (uint16_t i = 0; i < t->count; i++)
		if (t->made[i] != NULL && t->made[i]->id == id)
			return t->made[i];
	return NULL;
}

/* The id of the tunnel that it belongs to. */
static uint32_t tunnel_of(const struct server_plant *p, const struct db_sa *sa)
{
	return p->db->tunnel[sa->tunnel].id;
}

bool server_txn_uses(const struct server_plant *p, const struct server_txn *t, uint32_t tunnel)
{
	for (uint16_t i = 0; i < t->count; i++)
		if (t->made[i] != NULL && tunnel_of(p, t->made[i]) == tunnel)
			return true;
	return false;
}

void server_txn_forget_turn(struct server_txn *t, uint32_t tunnel)
{
	for (uint16_t i = 0; i < t->count; i++)
		if (t->turn[i].tunnel == tunnel)
			t->turn[i].sa_out = 0;
}

/* ---- what must come after it ---- */

/* The tunnel of an SA that is made, that of the one which it replaces, or one that turns. */
static bool has_tunnel(const struct server_plant *p, const struct server_txn *t, uint32_t tunnel)
{
	for (uint16_t i = 0; i < t->count; i++) {
		const struct db_sa *old = t->made[i] == NULL ? NULL : db_sa_find(p->db, t->made[i]->id);

		if ((t->turn[i].sa_out != 0 && t->turn[i].tunnel == tunnel) || (old != NULL && tunnel_of(p, old) == tunnel))
			return true;
	}
	return server_txn_uses(p, t, tunnel);
}

static bool has_sa(const struct server_plant *p, const struct server_txn *t, uint32_t id)
{
	const struct db_sa *sa = db_sa_find(p->db, id);

	return server_txn_made(t, id) != NULL || (sa != NULL && has_tunnel(p, t, tunnel_of(p, sa)));
}

bool server_txn_touches(const struct server_plant *p, const struct server_txn *t, const struct dp_op *op)
{
	switch (op->kind) {
	case DP_PUT_PORT:
	case DP_DEL_PORT:
		return true; /* its device may be the one that is waited for */
	case DP_PUT_TUNNEL:
		return has_tunnel(p, t, op->u.tunnel.id) || server_txn_made(t, op->u.tunnel.sa_out) != NULL;
	case DP_DEL_TUNNEL:
		return has_tunnel(p, t, op->u.tunnel.id);
	case DP_PUT_SA:
		return has_sa(p, t, op->u.sa.id) || has_tunnel(p, t, op->u.sa.tunnel);
	case DP_DEL_SA:
		return has_sa(p, t, op->u.sa.id);
	default:
		return false;
	}
}

/* ---- moves ---- */

/* Its device is gone, or its packets leave by another port: 'tx' refuses them. */
static void deny(struct server_plant *p, uint32_t id, uint8_t reason)
{
	struct db_sa *old = db_sa_find(p->db, id);

	if ((old->flags & DB_SA_INLINE) == 0)
		return;
	old->placement = DP_PLACE_NONE;
	old->reason = reason;
}

enum err server_txn_move(struct server_plant *p, struct server_txn *t, uint32_t id)
{
	struct db_sa *sa;
	enum err err = db_sa_copy(p->db, id, &sa);

	if (err != ERR_OK)
		return err;
	err = server_place(p, sa);
	if (err != ERR_OK) {
		if (err == ERR_DENIED)
			deny(p, id, sa->reason);
		db_sa_abandon(p->db, sa);
		return err;
	}
	t->is_move = true;
	t->made[t->count++] = sa;
	return ERR_OK;
}

/* ---- the end ---- */

static void tell(const struct server_plant *p, const struct db_sa *sa, struct dp_result *r)
{
	r->placement = sa->placement;
	r->reason = sa->reason;
	r->state = db_state_handle(&p->db->state, (enum dp_direction)sa->direction, sa->slot);
}

static enum err turn(struct server_plant *p, const struct server_turn *turn)
{
	struct dp_tunnel conf;

	if (!db_tunnel_get(p->db, turn->tunnel, &conf))
		return ERR_ABSENT;
	conf.sa_out = turn->sa_out;
	return db_tunnel_put(p->db, &conf);
}

static void commit(struct server_plant *p, struct server_txn *t)
{
	for (uint16_t i = 0; i < t->count; i++) {
		if (t->made[i] == NULL)
			continue;
		db_sa_publish(p->db, t->made[i]);
		tell(p, t->made[i], &t->result[i]);
	}
	for (uint16_t i = 0; i < t->count; i++)
		if (t->turn[i].sa_out != 0)
			t->result[i].err = turn(p, &t->turn[i]);
}

bool server_txn_settle(struct server_plant *p, struct server_txn *t)
{
	for (uint16_t i = 0; i < t->count; i++)
		if (t->made[i] != NULL && server_place_settle(p, t->made[i]) == ERR_AGAIN)
			return false;
	commit(p, t);
	return true;
}

void server_txn_abandon(struct server_plant *p, struct server_txn *t)
{
	for (uint16_t i = 0; i < t->count; i++) {
		if (t->made[i] != NULL)
			server_place_abandon(p, t->made[i]);
		t->made[i] = NULL;
		t->turn[i].sa_out = 0;
	}
}
