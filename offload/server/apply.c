/*
 * Transactions on the tables.  Each operation leaves behind what undoes it: the object that was there before, as a
 * put of its own, or a del.  A put of an SA is prepared, placed by an engine and published; its flow rule comes
 * between the last two, so that a full flow table still leads to software.  Main lcore.
 */
#include "server/apply.h"

#include <string.h>

#include "db/local.h"
#include "engine/select.h"
#include "flow/flow.h"

/* What brings the table back to what it was; kind NONE: nothing to do. */
struct undo {
	struct dp_op op;
};

/* ---- SAs ---- */

/* The wire port that has the SA's local address, or the one that control names. */
static uint8_t find_port(const struct server_plant *p, const struct db_sa *sa)
{
	const struct db_local *cursor = NULL;
	struct dp_local local;

	if (sa->conf->port != 0)
		return db_port_find(p->db, sa->conf->port);
	while (db_local_walk(p->db, &cursor, &local))
		if (local.port != 0 && addr_eq(&local.prefix.addr, &sa->conf->local.addr))
			return db_port_find(p->db, local.port);
	return DB_PORT_NONE;
}

static struct engine_wish wish_of(const struct server_plant *p, const struct db_sa *sa)
{
	struct engine_wish wish = { .port = find_port(p, sa) };
	struct dp_port port;

	if (wish.port == DB_PORT_NONE)
		return wish;
	wish.outer_mtu = p->db->port[wish.port].mtu;
	wish.offload = p->box->get_port(p->box->ctx, p->db->port[wish.port].id, &port) && port.offload;
	return wish;
}

/* Gives the prepared 'sa' an engine and, inbound in a device, its rule; leaves it without a session on error. */
static enum err place(struct server_plant *p, struct db_sa *sa, enum dp_reason reason)
{
	struct engine_wish wish = wish_of(p, sa);
	enum err err = reason == DP_WHY_NONE ? engine_select(p->engine, sa, &wish) : engine_select_soft(p->engine, sa, reason);

	if (err != ERR_OK || (sa->flags & DB_SA_INLINE) == 0)
		return err;
	err = flow_install(p->flows, p->engine, sa);
	if (err == ERR_OK)
		return ERR_OK;
	(void)engine_drop(p->engine, sa);
	return engine_select_soft(p->engine, sa, err == ERR_FULL ? DP_WHY_FLOW_FULL : DP_WHY_DEVICE_REFUSED);
}

/* A db_sa_drop: rule, then session. */
static enum err drop(void *ctx, struct db_sa *sa)
{
	struct server_plant *p = (struct server_plant *)ctx;

	flow_remove(p->flows, sa);
	return engine_drop(p->engine, sa);
}

static void tell_placement(const struct server_plant *p, const struct db_sa *sa, struct dp_result *r)
{
	r->placement = sa->placement;
	r->reason = sa->reason;
	r->state = db_state_handle(&p->db->state, (enum dp_direction)sa->direction, sa->slot);
}

static enum err publish(struct server_plant *p, struct db_sa *sa, enum dp_reason reason)
{
	enum err err = place(p, sa, reason);

	if (err != ERR_OK) {
		db_sa_abandon(p->db, sa);
		return err;
	}
	db_sa_publish(p->db, sa, drop, p);
	return ERR_OK;
}

static enum err put_sa(struct server_plant *p, struct dp_sa *conf, struct undo *undo, struct dp_result *r)
{
	const struct db_sa *old = db_sa_find(p->db, conf->id);
	struct db_sa *sa;
	enum err err;

	if (old != NULL) {
		undo->op.kind = DP_PUT_SA;
		undo->op.u.sa = *old->conf;
		memset(&undo->op.u.sa.key, 0, sizeof(struct secret));
		memset(&undo->op.u.sa.integ_key, 0, sizeof(struct secret));
		err = secret_set(&undo->op.u.sa.key, secret_view(&old->conf->key));
		if (err == ERR_OK)
			err = secret_set(&undo->op.u.sa.integ_key, secret_view(&old->conf->integ_key));
		if (err != ERR_OK)
			return err;
		undo->op.u.sa.state = db_state_handle(&p->db->state, (enum dp_direction)old->direction, old->slot);
	} else {
		undo->op.kind = DP_DEL_SA;
		undo->op.u.sa.id = conf->id;
	}
	err = db_sa_prepare(p->db, conf, &sa);
	if (err == ERR_OK)
		err = publish(p, sa, DP_WHY_NONE);
	if (err == ERR_OK)
		tell_placement(p, db_sa_find(p->db, undo->op.u.sa.id), r);
	return err;
}

enum err server_apply_move(struct server_plant *p, uint32_t id, enum dp_reason reason)
{
	struct db_sa *sa;
	enum err err = db_sa_copy(p->db, id, &sa);

	return err == ERR_OK ? publish(p, sa, reason) : err;
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
	enum err err = db_vrf_put(p->db, vrf);

	return err == ERR_OK ? p->box->put_vrf(p->box->ctx, vrf) : err;
}

static enum err del_vrf(struct server_plant *p, uint32_t id)
{
	enum err err = db_vrf_del(p->db, id);

	if (err == ERR_OK)
		p->box->del_vrf(p->box->ctx, id);
	return err;
}

/* Everything but SAs; without undo. */
static enum err change(struct server_plant *p, const struct dp_op *op)
{
	enum err err;

	switch (op->kind) {
	case DP_PUT_VRF:
		return put_vrf(p, &op->u.vrf);
	case DP_DEL_VRF:
		return del_vrf(p, op->u.vrf.id);
	case DP_PUT_PORT:
		return p->box->put_port(p->box->ctx, &op->u.port);
	case DP_DEL_PORT:
		return p->box->del_port(p->box->ctx, op->u.port.id);
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
		return db_tunnel_put(p->db, &op->u.tunnel);
	case DP_DEL_TUNNEL:
		return db_tunnel_del(p->db, op->u.tunnel.id);
	case DP_PUT_ROUTE:
		return db_route_put(p->db, &op->u.route);
	case DP_DEL_ROUTE:
		return db_route_del(p->db, &op->u.route);
	default:
		return ERR_UNSUPPORTED;
	}
}

/* The del that takes back a put of what wasn't there; the key fields stand at the same place in both. */
static enum dp_op_kind opposite(enum dp_op_kind put)
{
	return (enum dp_op_kind)(put - DP_PUT_VRF + DP_DEL_VRF);
}

static enum err do_one(struct server_plant *p, struct dp_op *op, struct undo *undo, struct dp_result *r)
{
	bool is_put = op->kind < DP_DEL_VRF;
	bool found;
	enum err err;

	if (op->kind == DP_PUT_SA)
		return put_sa(p, &op->u.sa, undo, r);
	if (op->kind == DP_DEL_SA)
		return db_sa_del(p->db, op->u.sa.id, drop, p); /* for good */
	found = look_up(p, op, &undo->op);
	if (!is_put && !found)
		return ERR_ABSENT;
	if (!found) {
		undo->op = *op;
		undo->op.kind = opposite(op->kind);
	}
	err = change(p, op);
	if (err != ERR_OK)
		undo->op.kind = DP_OP_NONE;
	return err;
}

static void undo_one(struct server_plant *p, struct undo *undo)
{
	struct undo none;
	struct dp_result r;

	memset(&none, 0, sizeof(none));
	memset(&r, 0, sizeof(r));
	/* It was so a moment ago: only memory can be missing now, and then the next reconciliation mends it. */
	if (undo->op.kind != DP_OP_NONE)
		(void)do_one(p, &undo->op, &none, &r);
	dp_op_fini(&none.op);
}

void server_apply(struct server_plant *p, struct dp_op *op, uint16_t count, struct dp_result *result)
{
	struct undo undo[DP_OPS_MAX];
	uint16_t done = 0;
	enum err err = ERR_OK;

	memset(undo, 0, count * sizeof(undo[0]));
	memset(result, 0, count * sizeof(result[0]));
	for (; done < count && err == ERR_OK; done++) {
		err = do_one(p, &op[done], &undo[done], &result[done]);
		result[done].err = err;
	}
	if (err != ERR_OK) {
		for (uint16_t i = done; i < count; i++)
			result[i].err = ERR_STATE;
		for (uint16_t i = done - 1; i > 0; i--) {
			if (op[i - 1].kind == DP_DEL_SA)
				continue;
			undo_one(p, &undo[i - 1]);
			memset(&result[i - 1], 0, sizeof(result[0]));
			result[i - 1].err = ERR_STATE;
		}
	}
	for (uint16_t i = 0; i < count; i++)
		dp_op_fini(&undo[i].op);
}
