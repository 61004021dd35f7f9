/*
 * Transactions on the tables.  Each operation leaves behind what undoes it: the object that was there before, as a put of its
 * own, or a del.  An SA is prepared and placed here, and published with its whole transaction (txn.h): what undoes it is to
 * forget it.  A deleted SA isn't undone: a key that was told to go goes.  Main lcore.
 */
#include "server/apply.h"

#include <string.h>

#include "db/local.h"
#include "server/place.h"

/* One transaction on its way in. */
struct apply {
	struct server_plant *p;
	struct server_txn *txn;
	uint16_t at;                   /* operation that is being done */
	struct dp_op undo[DP_OPS_MAX]; /* what brings each one's object back; kind NONE: nothing to do.  Those before 'at' are filled */
};

/* ---- SAs ---- */

static enum err put_sa(struct apply *a, struct dp_sa *conf)
{
	struct db_sa *sa;
	enum err err;

	if (server_txn_made(a->txn, conf->id) != NULL)
		return ERR_EXISTS; /* twice in one transaction */
	err = db_sa_prepare(a->p->db, conf, &sa);
	if (err != ERR_OK)
		return err;
	err = server_place(a->p, sa);
	if (err == ERR_OK) {
		a->txn->made[a->at] = sa;
		return ERR_OK;
	}
	if (err == ERR_DENIED)
		a->txn->result[a->at].reason = sa->reason;
	db_sa_abandon(a->p->db, sa);
	return err;
}

/* ---- the other objects ---- */

static bool has_local(const struct db *db, const struct dp_local *want, struct dp_local *out)
{
	const struct db_local *cursor = NULL;

	while (db_local_walk(db, &cursor, out))
		if (out->vrf == want->vrf && out->port == want->port && addr_prefix_eq(&out->prefix, &want->prefix))
			return true;
	return false;
}

/* Whether the object that 'op' names is there; if so 'out' is the put that would make it. */
static bool look_up(const struct server_plant *p, const struct dp_op *op, struct dp_op *out)
{
	memset(out, 0, sizeof(*out));
	switch (op->kind) {
	case DP_PUT_VRF:
	case DP_DEL_VRF:
		out->kind = DP_PUT_VRF;
		return db_vrf_get(p->db, op->u.vrf.id, &out->u.vrf);
	case DP_PUT_FILTER:
	case DP_DEL_FILTER:
		out->kind = DP_PUT_FILTER;
		return db_filter_get(p->db, op->u.filter.id, &out->u.filter);
	case DP_PUT_POLICY:
	case DP_DEL_POLICY:
		out->kind = DP_PUT_POLICY;
		return db_policy_get(p->db, op->u.policy.id, &out->u.policy);
	case DP_PUT_PORT:
	case DP_DEL_PORT:
		out->kind = DP_PUT_PORT;
		return p->box->get_port(p->box->ctx, op->u.port.id, &out->u.port);
	case DP_PUT_LOCAL:
	case DP_DEL_LOCAL:
		out->kind = DP_PUT_LOCAL;
		return has_local(p->db, &op->u.local, &out->u.local);
	case DP_PUT_ADJACENCY:
	case DP_DEL_ADJACENCY:
		out->kind = DP_PUT_ADJACENCY;
		return db_adj_get(p->db, op->u.adjacency.id, &out->u.adjacency);
	case DP_PUT_TUNNEL:
	case DP_DEL_TUNNEL:
		out->kind = DP_PUT_TUNNEL;
		return db_tunnel_get(p->db, op->u.tunnel.id, &out->u.tunnel);
	case DP_PUT_ROUTE:
	case DP_DEL_ROUTE:
		out->kind = DP_PUT_ROUTE;
		return db_route_get(p->db, op->u.route.vrf, &op->u.route.prefix, &out->u.route);
	default:
		return false;
	}
}

static enum err put_vrf(struct server_plant *p, const struct dp_vrf *vrf)
{
	struct dp_vrf old;
	bool was_there = db_vrf_get(p->db, vrf->id, &old);
	enum err err = db_vrf_put(p->db, vrf);

	if (err != ERR_OK)
		return err;
	err = p->box->put_vrf(p->box->ctx, vrf);
	if (err != ERR_OK) { /* as it was: nothing has named it yet */
		enum err back = was_there ? db_vrf_put(p->db, &old) : db_vrf_del(p->db, vrf->id);

		return back == ERR_OK ? err : back;
	}
	return ERR_OK;
}

/* Its TUN leads packets there, and goes first. */
static enum err del_vrf(struct server_plant *p, uint32_t id)
{
	if (db_vrf_is_named(p->db, id))
		return ERR_BUSY;
	p->box->del_vrf(p->box->ctx, id);
	return db_vrf_del(p->db, id);
}

static enum err put_port(struct server_plant *p, const struct dp_port *port)
{
	return db_vrf_find(p->db, port->vrf) == DB_VRF_NONE ? ERR_ABSENT : p->box->put_port(p->box->ctx, port);
}

static bool port_is_named(const struct server_plant *p, uint32_t id)
{
	const struct db_local *local = NULL;
	const struct db_rule *rule = NULL;
	struct dp_adjacency adj;
	struct dp_route r;
	struct dp_local l;
	const struct db_adj *a;
	uint32_t at = 0;

	while (db_local_walk(p->db, &local, &l))
		if (l.port == id)
			return true;
	while ((a = db_adj_walk(p->db, &at)) != NULL)
		if (a->id != 0 && db_adj_get(p->db, a->id, &adj) && adj.port == id)
			return true;
	while (db_route_walk(p->db, &rule, &r))
		if (r.action == DP_ROUTE_PORT && r.target == id)
			return true;
	return false;
}

static enum err del_port(struct server_plant *p, uint32_t id)
{
	return port_is_named(p, id) ? ERR_BUSY : p->box->del_port(p->box->ctx, id);
}

/* A tunnel goes on sending as it did until the new SA that it names is published. */
static enum err put_tunnel(struct apply *a, const struct dp_tunnel *conf, const struct dp_op *old)
{
	struct server_turn turn = { .tunnel = conf->id, .sa_out = conf->sa_out };
	struct dp_tunnel now = *conf;
	enum err err;

	if (conf->sa_out == 0 || server_txn_made(a->txn, conf->sa_out) == NULL)
		turn.sa_out = 0;
	else
		now.sa_out = old->kind == DP_PUT_TUNNEL ? old->u.tunnel.sa_out : 0;
	err = db_tunnel_put(a->p->db, &now);
	if (err == ERR_OK) {
		a->p->box->tunnel_changed(a->p->box->ctx, db_tunnel_index(a->p->db, db_tunnel_find(a->p->db, conf->id)), conf);
		server_txn_forget_turn(a->txn, conf->id);
		a->txn->turn[a->at] = turn;
	}
	return err;
}

static enum err del_tunnel(struct apply *a, uint32_t id)
{
	const struct db_tunnel *t = db_tunnel_find(a->p->db, id);
	enum err err;

	if (server_txn_uses(a->p, a->txn, id))
		return ERR_BUSY;
	server_txn_forget_turn(a->txn, id);
	err = db_tunnel_del(a->p->db, id);
	if (err == ERR_OK)
		a->p->box->tunnel_changed(a->p->box->ctx, db_tunnel_index(a->p->db, t), NULL);
	return err;
}

/* Everything but SAs; 'old' is what was found there, if anything. */
static enum err change(struct apply *a, const struct dp_op *op, const struct dp_op *old)
{
	struct server_plant *p = a->p;
	enum err err;

	switch (op->kind) {
	case DP_PUT_VRF:
		return put_vrf(p, &op->u.vrf);
	case DP_DEL_VRF:
		return del_vrf(p, op->u.vrf.id);
	case DP_PUT_FILTER:
		return db_filter_put(p->db, &op->u.filter);
	case DP_DEL_FILTER:
		return db_filter_del(p->db, op->u.filter.id);
	case DP_PUT_POLICY:
		return db_policy_put(p->db, &op->u.policy);
	case DP_DEL_POLICY:
		return db_policy_del(p->db, op->u.policy.id);
	case DP_PUT_PORT:
		return put_port(p, &op->u.port);
	case DP_DEL_PORT:
		return del_port(p, op->u.port.id);
	case DP_PUT_LOCAL:
	case DP_DEL_LOCAL:
		err = op->kind == DP_PUT_LOCAL ? db_local_put(p->db, &op->u.local) : db_local_del(p->db, &op->u.local);
		p->box->locals_changed(p->box->ctx);
		return err;
	case DP_PUT_ADJACENCY:
		return db_adj_put(p->db, &op->u.adjacency);
	case DP_DEL_ADJACENCY:
		return db_adj_del(p->db, op->u.adjacency.id);
	case DP_PUT_TUNNEL:
		return put_tunnel(a, &op->u.tunnel, old);
	case DP_DEL_TUNNEL:
		return del_tunnel(a, op->u.tunnel.id);
	case DP_PUT_ROUTE:
		return db_route_put(p->db, &op->u.route);
	case DP_DEL_ROUTE:
		return db_route_del(p->db, &op->u.route);
	default:
		return ERR_UNSUPPORTED;
	}
}

/* 'undo' becomes what brings back what was there. */
static enum err do_one(struct apply *a, struct dp_op *op, struct dp_op *undo)
{
	bool found;
	enum err err;

	undo->kind = DP_OP_NONE;
	if (op->kind == DP_PUT_SA)
		return put_sa(a, &op->u.sa);
	if (op->kind == DP_DEL_SA)
		return db_sa_del(a->p->db, op->u.sa.id);
	found = look_up(a->p, op, undo);
	if (!dp_op_is_put(op->kind) && !found)
		return ERR_ABSENT;
	err = change(a, op, undo);
	if (err != ERR_OK) {
		undo->kind = DP_OP_NONE;
	} else if (!found) {
		memcpy(undo, op, dp_op_size(op)); /* the key fields stand at the same place in both */
		undo->kind = dp_op_del_of(dp_op_class(op->kind));
	}
	return err;
}

/* The SAs first: nothing names them yet, and tunnels turn back to what they sent through. */
static void undo_all(struct apply *a, const struct dp_op *op)
{
	struct dp_result *result = a->txn->result;
	struct dp_op none;

	server_txn_abandon(a->p, a->txn);
	for (uint16_t i = a->txn->count; i > a->at + 1; i--)
		result[i - 1].err = ERR_STATE;
	for (uint16_t i = a->at; i > 0; i--) {
		if (op[i - 1].kind == DP_DEL_SA)
			continue;
		/* It was so a moment ago: only memory can be missing now, and then the next reconciliation mends it. */
		if (a->undo[i - 1].kind != DP_OP_NONE)
			(void)do_one(a, &a->undo[i - 1], &none);
		result[i - 1].err = ERR_STATE;
	}
}

void server_apply(struct server_plant *p, struct dp_op *op, uint16_t count, struct server_txn *t)
{
	struct apply a; /* 60 kB that nobody zeroes */

	a.p = p;
	a.txn = t;
	a.at = 0;
	t->count = count;
	for (; a.at < count; a.at++) {
		struct dp_result *r = &t->result[a.at];

		r->err = dp_op_check(&op[a.at]);
		if (r->err == ERR_OK)
			r->err = do_one(&a, &op[a.at], &a.undo[a.at]);
		if (r->err != ERR_OK) {
			undo_all(&a, op);
			return;
		}
	}
}
