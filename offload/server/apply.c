/*
 * Transactions on the tables.  Each operation leaves behind what undoes it: the object that was there before, as a
 * put of its own, or a del.  A put of an SA is prepared, placed by an engine and published; its flow rule comes
 * between the last two, so that a full flow table still leads to software.  A new SA is published when its whole
 * transaction is in: control may use the key of an undone one again, from number 1.  Main lcore.
 */
#include "server/apply.h"

#include <string.h>

#include "db/local.h"
#include "engine/select.h"
#include "flow/flow.h"

/* What brings the table back to what it was. */
struct undo {
	struct dp_op op;    /* kind NONE: nothing to do */
	struct db_sa *made; /* a new SA, placed and not yet published */
	bool held;          /* a tunnel that is to send through one of those: so far it sends as before */
};

struct txn {
	struct server_plant *p;
	struct undo undo[DP_OPS_MAX];
	uint16_t count; /* of operations */
};

/* ---- SAs ---- */

/* Id of the wire port that has the SA's local address; for one of a loopback, of the port that control names. */
static uint32_t find_port(const struct server_plant *p, const struct db_sa *sa)
{
	const struct db_local *cursor = NULL;
	struct dp_local local;

	while (db_local_walk(p->db, &cursor, &local))
		if (local.port != 0 && addr_eq(&local.prefix.addr, &sa->conf->local.addr))
			return local.port;
	return sa->conf->port;
}

static struct engine_wish wish_of(const struct server_plant *p, const struct db_sa *sa)
{
	uint32_t id = find_port(p, sa);
	struct engine_wish wish = { .port = id == 0 ? DB_PORT_NONE : db_port_find(p->db, id) };
	struct dp_port port;

	if (wish.port != DB_PORT_NONE)
		wish.outer_mtu = p->db->port[wish.port].mtu;
	if (id != 0 && p->box->get_port(p->box->ctx, id, &port))
		wish.offload = port.offload; /* also while the port has no device */
	return wish;
}

/* Gives the prepared 'sa' an engine and, inbound in a device, its rule; leaves it without a session on error. */
static enum err place(struct server_plant *p, struct db_sa *sa, enum dp_reason reason)
{
	struct engine_wish wish = wish_of(p, sa);
	enum err err = reason == DP_WHY_NONE ? engine_select(p->engine, sa, &wish) : engine_select_other(p->engine, sa, &wish, reason);

	if (err != ERR_OK || (sa->flags & DB_SA_INLINE) == 0)
		return err;
	err = flow_install(p->flows, p->engine, sa);
	if (err == ERR_OK)
		return ERR_OK;
	(void)engine_drop(p->engine, sa);
	return engine_select_other(p->engine, sa, &wish, err == ERR_FULL ? DP_WHY_FLOW_FULL : DP_WHY_DEVICE_REFUSED);
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

/* '*why': where policy refused it (ERR_DENIED), why it can't be inline. */
static enum err publish(struct server_plant *p, struct db_sa *sa, enum dp_reason reason, uint8_t *why)
{
	enum err err = place(p, sa, reason);

	if (err != ERR_OK) {
		*why = sa->reason;
		db_sa_abandon(p->db, sa);
		return err;
	}
	db_sa_publish(p->db, sa, drop, p);
	return ERR_OK;
}

/* A db_rcu_fn: what 'drop' does for a published SA, for one that never was. */
static enum err abandon(void *ctx, void *object)
{
	struct server_plant *p = (struct server_plant *)ctx;
	struct db_sa *sa = (struct db_sa *)object;

	if (drop(p, sa) == ERR_AGAIN)
		return ERR_AGAIN;
	db_sa_abandon(p->db, sa);
	return ERR_OK;
}

static const struct db_sa *find_made(const struct txn *t, uint32_t id)
{
	for (uint16_t i = 0; i < t->count; i++)
		if (t->undo[i].made != NULL && t->undo[i].made->id == id)
			return t->undo[i].made;
	return NULL;
}

static bool has_made(const struct txn *t, uint32_t tunnel)
{
	for (uint16_t i = 0; i < t->count; i++)
		if (t->undo[i].made != NULL && t->undo[i].made->conf->tunnel == tunnel)
			return true;
	return false;
}

/* The put that would bring 'old' back, with its keys. */
static enum err remember_sa(const struct server_plant *p, const struct db_sa *old, struct dp_op *out)
{
	enum err err;

	out->kind = DP_PUT_SA;
	out->u.sa = *old->conf;
	memset(&out->u.sa.key, 0, sizeof(struct secret));
	memset(&out->u.sa.integ_key, 0, sizeof(struct secret));
	out->u.sa.state = db_state_handle(&p->db->state, (enum dp_direction)old->direction, old->slot);
	err = secret_set(&out->u.sa.key, secret_view(&old->conf->key));
	return err == ERR_OK ? secret_set(&out->u.sa.integ_key, secret_view(&old->conf->integ_key)) : err;
}

static enum err replace_sa(struct server_plant *p, const struct db_sa *old, struct dp_sa *conf, struct undo *undo, uint8_t *why)
{
	struct db_sa *sa;
	enum err err = remember_sa(p, old, &undo->op);

	if (err == ERR_OK)
		err = db_sa_prepare(p->db, conf, &sa);
	return err == ERR_OK ? publish(p, sa, DP_WHY_NONE, why) : err;
}

static enum err make_sa(struct server_plant *p, struct dp_sa *conf, struct undo *undo, uint8_t *why)
{
	struct db_sa *sa;
	enum err err = db_sa_prepare(p->db, conf, &sa);

	if (err != ERR_OK)
		return err;
	err = place(p, sa, DP_WHY_NONE);
	if (err == ERR_OK) {
		undo->made = sa;
		return ERR_OK;
	}
	*why = sa->reason;
	db_sa_abandon(p->db, sa);
	return err;
}

static enum err put_sa(struct txn *t, struct dp_sa *conf, struct undo *undo, struct dp_result *r)
{
	uint32_t id = conf->id;
	const struct db_sa *old = db_sa_find(t->p->db, id);
	enum err err;

	if (find_made(t, id) != NULL)
		return ERR_EXISTS; /* twice in one transaction */
	err = old != NULL ? replace_sa(t->p, old, conf, undo, &r->reason) : make_sa(t->p, conf, undo, &r->reason);
	if (err == ERR_OK)
		tell_placement(t->p, undo->made != NULL ? undo->made : db_sa_find(t->p->db, id), r);
	return err;
}

enum err server_apply_move(struct server_plant *p, uint32_t id, enum dp_reason reason)
{
	struct db_sa *sa, *old;
	uint8_t why = DP_WHY_NONE;
	enum err err = db_sa_copy(p->db, id, &sa);

	if (err == ERR_OK)
		err = publish(p, sa, reason, &why);
	if (err != ERR_DENIED)
		return err;
	old = db_sa_find(p->db, id); /* its device is gone, or another one's packets it would be: 'tx' refuses them */
	old->placement = DP_PLACE_NONE;
	old->reason = why;
	return ERR_OK;
}

bool server_apply_may_soften(const struct server_plant *p, const struct db_sa *sa)
{
	return wish_of(p, sa).offload != DP_OFFLOAD_INLINE;
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
static enum err put_tunnel(struct txn *t, const struct dp_tunnel *conf, struct undo *undo)
{
	struct dp_tunnel now = *conf;

	undo->held = find_made(t, conf->sa_out) != NULL;
	if (undo->held)
		now.sa_out = undo->op.kind == DP_PUT_TUNNEL ? undo->op.u.tunnel.sa_out : 0;
	return db_tunnel_put(t->p->db, &now);
}

/* Everything but SAs; 'undo' is for what was found already. */
static enum err change(struct txn *t, const struct dp_op *op, struct undo *undo)
{
	struct server_plant *p = t->p;
	enum err err;

	switch (op->kind) {
	case DP_PUT_VRF:
		return put_vrf(p, &op->u.vrf);
	case DP_DEL_VRF:
		return del_vrf(p, op->u.vrf.id);
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
		return put_tunnel(t, &op->u.tunnel, undo);
	case DP_DEL_TUNNEL:
		return has_made(t, op->u.tunnel.id) ? ERR_BUSY : db_tunnel_del(p->db, op->u.tunnel.id);
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

static enum err do_one(struct txn *t, struct dp_op *op, struct undo *undo, struct dp_result *r)
{
	bool found;
	enum err err;

	if (op->kind == DP_PUT_SA)
		return put_sa(t, &op->u.sa, undo, r);
	if (op->kind == DP_DEL_SA)
		return db_sa_del(t->p->db, op->u.sa.id, drop, t->p); /* for good */
	found = look_up(t->p, op, &undo->op);
	if (!dp_op_is_put(op->kind) && !found)
		return ERR_ABSENT;
	if (!found) {
		undo->op = *op;
		undo->op.kind = opposite(op->kind);
	}
	err = change(t, op, undo);
	if (err != ERR_OK)
		undo->op.kind = DP_OP_NONE;
	return err;
}

static void undo_one(struct txn *t, struct undo *undo)
{
	struct undo none;
	struct dp_result r;

	memset(&none, 0, sizeof(none));
	memset(&r, 0, sizeof(r));
	if (undo->made != NULL)
		db_rcu_defer(t->p->db->rcu, abandon, t->p, undo->made);
	undo->made = NULL;
	/* It was so a moment ago: only memory can be missing now, and then the next reconciliation mends it. */
	if (undo->op.kind != DP_OP_NONE)
		(void)do_one(t, &undo->op, &none, &r);
	dp_op_fini(&none.op);
}

static void undo_all(struct txn *t, const struct dp_op *op, uint16_t done, struct dp_result *result)
{
	for (uint16_t i = done; i < t->count; i++)
		result[i].err = ERR_STATE;
	for (uint16_t i = done - 1; i > 0; i--) {
		if (op[i - 1].kind == DP_DEL_SA)
			continue;
		undo_one(t, &t->undo[i - 1]);
		memset(&result[i - 1], 0, sizeof(result[0]));
		result[i - 1].err = ERR_STATE;
	}
}

/* New SAs begin to live, then tunnels turn to them. */
static void commit(struct txn *t, const struct dp_op *op, struct dp_result *result)
{
	for (uint16_t i = 0; i < t->count; i++)
		if (t->undo[i].made != NULL)
			db_sa_publish(t->p->db, t->undo[i].made, drop, t->p);
	for (uint16_t i = 0; i < t->count; i++)
		if (t->undo[i].held && db_tunnel_find(t->p->db, op[i].u.tunnel.id) != NULL)
			result[i].err = db_tunnel_put(t->p->db, &op[i].u.tunnel);
}

void server_apply(struct server_plant *p, struct dp_op *op, uint16_t count, struct dp_result *result)
{
	struct txn t = { .p = p, .count = count };
	uint16_t done = 0;
	enum err err = ERR_OK;

	memset(result, 0, count * sizeof(result[0]));
	for (; done < count && err == ERR_OK; done++) {
		err = do_one(&t, &op[done], &t.undo[done], &result[done]);
		result[done].err = err;
	}
	if (err == ERR_OK)
		commit(&t, op, result);
	else
		undo_all(&t, op, done, result);
	for (uint16_t i = 0; i < count; i++)
		dp_op_fini(&t.undo[i].op);
}
