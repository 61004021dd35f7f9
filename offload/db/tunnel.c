/* Tunnels.  Main lcore writes, one field a store; workers load, stamp and count drops. */
#include "db/tunnel.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "db/db.h"
#include "dp/form.h"

static uint64_t id_hash(const struct db *db, uint32_t id)
{
	return map_hash(&db->tunnel_ids, bytes_of(&id, sizeof(id)));
}

uint32_t db_tunnel_index(const struct db *db, const struct db_tunnel *t)
{
	return (uint32_t)(t - db->tunnel);
}

struct db_tunnel *db_tunnel_find(const struct db *db, uint32_t id)
{
	for (struct map_node *n = map_find(&db->tunnel_ids, id_hash(db, id)); n != NULL; n = map_find_next(n)) {
		struct db_tunnel *t = list_of(n, struct db_tunnel, by_id);

		if (t->id == id)
			return t;
	}
	return NULL;
}

static enum err tunnel_drop(void *ctx, void *object)
{
	db_pool_give((struct db_pool *)ctx, object);
	return ERR_OK;
}

void db_tunnel_ref(struct db *db, uint32_t index)
{
	db->tunnel[index].refs++;
}

void db_tunnel_unref(struct db *db, uint32_t index)
{
	struct db_tunnel *t = &db->tunnel[index];

	if (--t->refs == 0)
		db_rcu_defer(db->rcu, tunnel_drop, &db->tunnels, t);
}

static struct db_tunnel *tunnel_new(struct db *db, uint32_t id)
{
	struct db_tunnel *t = (struct db_tunnel *)db_pool_take(&db->tunnels);

	if (t == NULL)
		return NULL;
	t->id = id;
	t->sa_out = DB_SLOT_NONE;
	t->refs = 1;
	list_init(&t->carriers);
	map_add(&db->tunnel_ids, &t->by_id, id_hash(db, id));
	return t;
}

/* The slot of the SA 'id' that the tunnel sends through; none while that isn't there, or is another tunnel's. */
static uint32_t sender(const struct db *db, uint32_t id, const struct db_tunnel *t)
{
	const struct db_sa *sa = id == 0 ? NULL : db_sa_find(db, id);

	if (t == NULL || sa == NULL || sa->direction != DP_OUT || sa->tunnel != db_tunnel_index(db, t))
		return DB_SLOT_NONE;
	return sa->slot;
}

static void hold_vrfs(struct db *db, uint16_t inner, uint16_t front, bool hold)
{
	uint32_t by = hold ? 1 : UINT32_MAX;

	db->vrf_cold[inner].refs += by;
	db->vrf_cold[front].refs += by;
}

static enum err drop_memory(void *ctx, void *object)
{
	(void)ctx;
	free(object);
	return ERR_OK;
}

/* ---- what control put ---- */

enum { FORM_MAX = 1024 };

static bool keep(const struct dp_tunnel *conf, uint8_t **form, uint16_t *len)
{
	uint8_t buf[FORM_MAX];
	struct wr w = wr_of(buf, sizeof(buf));
	struct dp_op op;

	op.kind = DP_PUT_TUNNEL;
	memcpy(&op.u.tunnel, conf, dp_tunnel_size(conf));
	dp_form_write_op(&w, &op, false);
	assert(wr_done(&w) == ERR_OK);
	*form = (uint8_t *)malloc(w.len);
	if (*form == NULL)
		return false;
	memcpy(*form, buf, w.len);
	*len = (uint16_t)w.len;
	return true;
}

static void load(const struct db_tunnel *t, struct dp_op *out)
{
	struct rd r = rd_of(bytes_of(t->form, t->form_len));

	dp_form_read_op(&r, out);
	assert(rd_done(&r) == ERR_OK); /* dp_op_check found it right */
}

bool db_tunnel_get(const struct db *db, uint32_t id, struct dp_tunnel *out)
{
	const struct db_tunnel *t = db_tunnel_find(db, id);
	struct dp_op op;

	if (t == NULL)
		return false;
	load(t, &op);
	memcpy(out, &op.u.tunnel, dp_tunnel_size(&op.u.tunnel));
	return true;
}

/* ---- puts ---- */

/* What a put needs before anything changes. */
struct tunnel_parts {
	const struct dp_tunnel *conf;
	uint16_t inner, front;
	uint16_t form_len;
	uint32_t gate, carrier;
	uint8_t *form;
	struct db_senders *more; /* when there are more or fewer of them than now */
};

static void free_parts(struct tunnel_parts *n)
{
	free(n->form);
	free(n->more);
}

static enum err make_room(const struct db_tunnel *t, struct tunnel_parts *n)
{
	const struct dp_tunnel *conf = n->conf;
	uint32_t now = t == NULL || t->more == NULL ? 0 : t->more->count;
	bool other = conf->more_count != 0 && conf->more_count != now;

	n->more = other ? (struct db_senders *)calloc(1, sizeof(*n->more) + conf->more_count * sizeof(uint32_t)) : NULL;
	if (!keep(conf, &n->form, &n->form_len) || (other && n->more == NULL)) {
		free_parts(n);
		return ERR_NOMEM;
	}
	if (!other)
		return ERR_OK;
	n->more->count = conf->more_count;
	n->more->slot = (uint32_t *)(void *)(n->more + 1);
	return ERR_OK;
}

static enum err prepare(struct db *db, struct db_tunnel *t, const struct dp_tunnel *conf, struct tunnel_parts *n)
{
	enum err err;

	n->conf = conf;
	n->inner = db_vrf_find(db, conf->inner_vrf);
	n->front = db_vrf_find(db, conf->front_vrf);
	if (n->inner == DB_VRF_NONE || n->front == DB_VRF_NONE)
		return ERR_ABSENT;
	n->gate = t == NULL ? 0 : t->own_gate;
	err = make_room(t, n);
	if (err != ERR_OK)
		return err;
	err = db_carrier_prepare(db, t, conf, n->front, &n->carrier);
	if (err == ERR_OK) {
		err = db_gate_put(db, &n->gate, conf->feature, conf->policy);
		if (err != ERR_OK)
			db_carrier_abandon(db, t, n->carrier);
	}
	if (err != ERR_OK)
		free_parts(n);
	return err;
}

/* Senders whose number stays are stored where they are; else the others take their place. */
static void put_more(struct db *db, struct db_tunnel *t, const struct tunnel_parts *n)
{
	const struct dp_tunnel *conf = n->conf;
	struct db_senders *was = t->more;
	struct db_senders *m = conf->more_count == 0 ? NULL : n->more != NULL ? n->more : was;

	for (uint32_t i = 0; i < conf->more_count; i++)
		__atomic_store_n(&m->slot[i], sender(db, conf->more[i], t), __ATOMIC_RELEASE);
	if (m == was)
		return;
	__atomic_store_n(&t->more, m, __ATOMIC_RELEASE);
	if (was != NULL)
		db_rcu_defer(db->rcu, drop_memory, NULL, was);
}

static void turn_form(struct db_tunnel *t, const struct tunnel_parts *n)
{
	struct dp_op was;

	if (t->form != NULL)
		load(t, &was);
	if (t->form == NULL || !addr_eq(&was.u.tunnel.remote, &n->conf->remote))
		db_tunnel_set_link(t, 0, 0);
	free(t->form);
	t->form = n->form;
	t->form_len = n->form_len;
}

/* What is there becomes what the parts say. */
static void turn(struct db *db, struct db_tunnel *t, const struct tunnel_parts *n)
{
	const struct dp_tunnel *conf = n->conf;

	turn_form(t, n);
	t->own_gate = n->gate;
	__atomic_store_n(&t->gate, db_gate_shown(db, n->gate), __ATOMIC_RELEASE); /* before anything may pass */
	__atomic_store_n(&t->inner_vrf, n->inner, __ATOMIC_RELAXED);
	__atomic_store_n(&t->front_vrf, n->front, __ATOMIC_RELAXED);
	__atomic_store_n(&t->mtu, conf->mtu, __ATOMIC_RELAXED);
	__atomic_store_n(&t->mode, conf->mode, __ATOMIC_RELAXED);
	__atomic_store_n(&t->df, conf->df, __ATOMIC_RELAXED);
	if (conf->sa_out == 0)
		__atomic_store_n(&t->path_mtu, 0, __ATOMIC_RELAXED); /* who sends by it next is told */
	__atomic_store_n(&t->sa_out, sender(db, conf->sa_out, t), __ATOMIC_RELEASE);
	put_more(db, t, n);
	db_carrier_set(db, t, n->carrier);
	__atomic_store_n(&t->live, true, __ATOMIC_RELEASE);
	db_touch(db);
}

static bool keeps_sas(const struct db_tunnel *t, const struct dp_tunnel *conf)
{
	struct dp_op was;

	load(t, &was);
	return dp_tunnel_keeps_sas(&was.u.tunnel, conf);
}

enum err db_tunnel_put(struct db *db, const struct dp_tunnel *conf)
{
	struct db_tunnel *t = db_tunnel_find(db, conf->id);
	struct tunnel_parts n;
	enum err err;

	if (t != NULL && t->sa_count != 0 && !keeps_sas(t, conf))
		return ERR_BUSY;
	err = prepare(db, t, conf, &n);
	if (err != ERR_OK)
		return err;
	if (t != NULL)
		hold_vrfs(db, t->inner_vrf, t->front_vrf, false);
	else
		t = tunnel_new(db, conf->id);
	if (t == NULL) {
		db_gate_del(db, &n.gate);
		db_carrier_abandon(db, NULL, n.carrier);
		free_parts(&n);
		return ERR_FULL;
	}
	hold_vrfs(db, n.inner, n.front, true);
	turn(db, t, &n);
	return ERR_OK;
}

void db_tunnel_found_sender(struct db *db, const struct db_sa *sa)
{
	struct db_tunnel *t = &db->tunnel[sa->tunnel];
	const struct dp_tunnel *conf;
	struct dp_op op;

	if (!t->live)
		return;
	load(t, &op);
	conf = &op.u.tunnel;
	if (conf->sa_out == sa->id)
		__atomic_store_n(&t->sa_out, sa->slot, __ATOMIC_RELEASE);
	for (uint32_t i = 0; i < conf->more_count; i++)
		if (conf->more[i] == sa->id)
			__atomic_store_n(&t->more->slot[i], sa->slot, __ATOMIC_RELEASE);
}

void db_tunnel_lost_sender(struct db *db, const struct db_sa *sa)
{
	struct db_tunnel *t = &db->tunnel[sa->tunnel];

	if (t->sa_out == sa->slot)
		__atomic_store_n(&t->sa_out, DB_SLOT_NONE, __ATOMIC_RELEASE);
	for (uint32_t i = 0; t->more != NULL && i < t->more->count; i++)
		if (t->more->slot[i] == sa->slot)
			__atomic_store_n(&t->more->slot[i], DB_SLOT_NONE, __ATOMIC_RELEASE);
}

static void drop_conf(struct db *db, struct db_tunnel *t)
{
	struct db_senders *more = t->more;

	free(t->form);
	t->form = NULL;
	__atomic_store_n(&t->more, NULL, __ATOMIC_RELEASE);
	if (more != NULL)
		db_rcu_defer(db->rcu, drop_memory, NULL, more);
}

void db_tunnel_fini(struct db *db)
{
	uint32_t cursor = 0;
	struct db_tunnel *t;

	while ((t = db_tunnel_walk(db, &cursor)) != NULL) {
		free(t->form);
		free(t->more);
	}
}

enum err db_tunnel_del(struct db *db, uint32_t id)
{
	struct db_tunnel *t = db_tunnel_find(db, id);

	if (t == NULL)
		return ERR_ABSENT;
	if (t->sa_count != 0 || t->rule_count != 0)
		return ERR_BUSY;
	__atomic_store_n(&t->live, false, __ATOMIC_RELEASE);
	__atomic_store_n(&t->sa_out, DB_SLOT_NONE, __ATOMIC_RELEASE);
	drop_conf(db, t);
	__atomic_store_n(&t->gate, 0, __ATOMIC_RELEASE);
	db_gate_del(db, &t->own_gate);
	db_carrier_set(db, t, 0);
	map_del(&db->tunnel_ids, &t->by_id);
	hold_vrfs(db, t->inner_vrf, t->front_vrf, false);
	db_touch(db);
	db_tunnel_unref(db, db_tunnel_index(db, t));
	return ERR_OK;
}

void db_tunnel_set_link(struct db_tunnel *t, uint16_t link, uint64_t until_ms)
{
	t->link_until_ms = until_ms;
	__atomic_store_n(&t->link, link, __ATOMIC_RELAXED);
}

struct db_tunnel *db_tunnel_walk(const struct db *db, uint32_t *cursor)
{
	while (*cursor < db->tunnels.fresh) {
		struct db_tunnel *t = &db->tunnel[(*cursor)++];

		if (t->live)
			return t;
	}
	return NULL;
}

static uint32_t idle_ms(uint64_t last_ms, uint64_t now_ms)
{
	uint64_t idle = now_ms > last_ms ? now_ms - last_ms : 0;

	return last_ms == 0 || idle > UINT32_MAX ? UINT32_MAX : (uint32_t)idle;
}

void db_tunnel_stats(const struct db *db, const struct db_tunnel *t, uint64_t now_ms, struct dp_tunnel_stats *out)
{
	memset(out, 0, sizeof(*out));
	out->id = t->id;
	out->mtu = t->mtu != 0 ? t->mtu : __atomic_load_n(&t->path_mtu, __ATOMIC_RELAXED);
	out->in_packets = t->past_packets[DP_IN];
	out->in_bytes = t->past_bytes[DP_IN];
	out->out_packets = t->past_packets[DP_OUT];
	out->out_bytes = t->past_bytes[DP_OUT];
	for (const struct db_sa *sa = t->sas; sa != NULL; sa = sa->of_tunnel) {
		struct dp_sa_stats s;

		db_sa_stats(sa, &s);
		*(sa->direction == DP_IN ? &out->in_packets : &out->out_packets) += s.packets;
		*(sa->direction == DP_IN ? &out->in_bytes : &out->out_bytes) += s.bytes;
	}
	db_carrier_count(&t->carriers, out);
	out->in_drops = __atomic_load_n(&t->in_drops, __ATOMIC_RELAXED);
	out->out_drops = __atomic_load_n(&t->out_drops, __ATOMIC_RELAXED);
	db_gate_stats(db, t->own_gate, &out->feature);
	out->idle_in_ms = idle_ms(__atomic_load_n(&t->last_in_ms, __ATOMIC_RELAXED), now_ms);
	out->idle_out_ms = idle_ms(__atomic_load_n(&t->last_out_ms, __ATOMIC_RELAXED), now_ms);
}
