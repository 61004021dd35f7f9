/* Carriers, in chains by their names.  Main lcore writes; workers walk the chains under QSBR, and count. */
#include "db/carrier.h"

#include "db/db.h"

static bool is_same(const struct db_carrier_name *a, const struct db_carrier_name *b)
{
	return db_key_eq(a->local, b->local) && db_key_eq(a->remote, b->remote) && a->key == b->key && a->front_vrf == b->front_vrf &&
	       a->family == b->family && a->has_key == b->has_key;
}

/* Names are the configuration's, nobody else's: any hash does. */
static uint32_t *head_of(const struct db *db, const struct db_carrier_name *n)
{
	uint64_t h = n->local.hi ^ n->local.lo ^ (n->remote.hi ^ n->remote.lo) * UINT64_C(0x9e3779b97f4a7c15) ^ n->key ^ n->front_vrf;

	h *= UINT64_C(0xff51afd7ed558ccd);
	return &db->carrier_head[h >> 56];
}
static_assert(DB_CARRIER_HEADS == 1 << 8, "the hash's top byte");

struct db_carrier *db_carrier_find(const struct db *db, const struct db_carrier_name *name)
{
	uint32_t i = __atomic_load_n(head_of(db, name), __ATOMIC_ACQUIRE);

	while (i != 0 && !is_same(&db->carrier[i].name, name))
		i = __atomic_load_n(&db->carrier[i].next, __ATOMIC_ACQUIRE);
	return i == 0 ? NULL : &db->carrier[i];
}

static struct db_carrier_name name_of(const struct dp_tunnel *conf, uint16_t front)
{
	struct db_carrier_name n = {
		.local = db_key_of(&conf->local),
		.remote = db_key_of(&conf->remote),
		.key = conf->has_key ? conf->key : 0,
		.front_vrf = front,
		.family = conf->local.family,
		.has_key = conf->has_key,
	};

	return n;
}

enum err db_carrier_prepare(struct db *db, const struct db_tunnel *t, const struct dp_tunnel *conf, uint16_t front, uint32_t *out)
{
	struct db_carrier_name name = name_of(conf, front);
	struct db_carrier *k;

	*out = 0;
	if (conf->mode != DP_TUNNEL_GRE)
		return ERR_OK;
	k = db_carrier_find(db, &name);
	if (k != NULL && (t == NULL || k->tunnel != db_tunnel_index(db, t)))
		return ERR_EXISTS;
	if (k == NULL) {
		k = (struct db_carrier *)db_pool_take(&db->carriers);
		if (k == NULL)
			return ERR_FULL;
		k->name = name;
		k->db = db;
		db_gre_build(&k->gre, conf, false);
	}
	*out = db_pool_index(&db->carriers, k);
	return ERR_OK;
}

void db_carrier_abandon(struct db *db, const struct db_tunnel *t, uint32_t index)
{
	if (index != 0 && (t == NULL || index != t->carrier))
		db_pool_give(&db->carriers, &db->carrier[index]);
}

static void unlink_one(struct db *db, uint32_t index)
{
	struct db_carrier *k = &db->carrier[index];
	uint32_t *at = head_of(db, &k->name);

	while (*at != index)
		at = &db->carrier[*at].next;
	__atomic_store_n(at, k->next, __ATOMIC_RELEASE);
}

/* Nobody counts any more: the tunnel keeps what was counted. */
static enum err end(void *ctx, void *object)
{
	struct db_carrier *k = (struct db_carrier *)object;
	struct db *db = k->db;
	uint32_t tunnel = k->tunnel;

	(void)ctx;
	for (int way = DP_IN; way <= DP_OUT; way++) {
		db->tunnel[tunnel].past_packets[way] += k->packets[way];
		db->tunnel[tunnel].past_bytes[way] += k->bytes[way];
	}
	list_del(&k->of_tunnel);
	db_pool_give(&db->carriers, k);
	db_tunnel_unref(db, tunnel);
	return ERR_OK;
}

static void publish(struct db *db, struct db_tunnel *t, uint32_t index)
{
	struct db_carrier *k = &db->carrier[index];
	uint32_t *head = head_of(db, &k->name);

	k->tunnel = db_tunnel_index(db, t);
	db_tunnel_ref(db, k->tunnel);
	list_add(&db->tunnel[k->tunnel].carriers, &k->of_tunnel);
	k->next = *head;
	__atomic_store_n(head, index, __ATOMIC_RELEASE);
}

void db_carrier_set(struct db *db, struct db_tunnel *t, uint32_t index)
{
	uint32_t former = t->carrier;

	if (former == index)
		return;
	if (index != 0)
		publish(db, t, index);
	__atomic_store_n(&t->carrier, index, __ATOMIC_RELEASE);
	if (former == 0)
		return;
	unlink_one(db, former);
	db_rcu_defer(db->rcu, end, NULL, &db->carrier[former]);
}

void db_carrier_count(const struct list *carriers, struct dp_tunnel_stats *out)
{
	list_each (it, carriers) {
		const struct db_carrier *k = list_of(it, const struct db_carrier, of_tunnel);

		out->in_packets += __atomic_load_n(&k->packets[DP_IN], __ATOMIC_RELAXED);
		out->in_bytes += __atomic_load_n(&k->bytes[DP_IN], __ATOMIC_RELAXED);
		out->out_packets += __atomic_load_n(&k->packets[DP_OUT], __ATOMIC_RELAXED);
		out->out_bytes += __atomic_load_n(&k->bytes[DP_OUT], __ATOMIC_RELAXED);
	}
}
