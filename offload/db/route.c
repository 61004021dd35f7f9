/* VRFs, and the rules behind each entry of their FIBs.  Main lcore. */
#include "db/route.h"

#include <assert.h>

#include "base/wr.h"
#include "db/db.h"

/* ---- VRFs ---- */

enum err db_vrf_put(struct db *db, const struct dp_vrf *conf)
{
	uint16_t i = db_vrf_find(db, conf->id);
	struct db_vrf *v;

	if (i == DB_VRF_NONE)
		for (i = 0; i < DB_VRF_MAX && (db->vrf[i].live || db->vrf_cold[i].refs != 0); i++)
			;
	if (i == DB_VRF_MAX)
		return ERR_FULL;
	v = &db->vrf[i];
	db->vrf_cold[i].conf = *conf;
	if (v->live)
		return ERR_OK;
	db_fib_init(&v->fib4, &db->fib_nodes, db->rcu);
	db_fib_init(&v->fib6, &db->fib_nodes, db->rcu);
	v->id = conf->id;
	v->tun = DB_PORT_NONE;
	v->live = true;
	return ERR_OK;
}

enum err db_vrf_del(struct db *db, uint32_t id)
{
	uint16_t i = db_vrf_find(db, id);

	if (i == DB_VRF_NONE)
		return ERR_ABSENT;
	if (db->vrf_cold[i].refs != 0)
		return ERR_BUSY;
	db_fib_fini(&db->vrf[i].fib4);
	db_fib_fini(&db->vrf[i].fib6);
	db->vrf[i].live = false;
	return ERR_OK;
}

bool db_vrf_is_named(const struct db *db, uint32_t id)
{
	uint16_t i = db_vrf_find(db, id);

	return i != DB_VRF_NONE && db->vrf_cold[i].refs > (db->vrf[i].tun != DB_PORT_NONE ? 1U : 0U);
}

bool db_vrf_get(const struct db *db, uint32_t id, struct dp_vrf *out)
{
	uint16_t i = db_vrf_find(db, id);

	if (i != DB_VRF_NONE)
		*out = db->vrf_cold[i].conf;
	return i != DB_VRF_NONE;
}

uint16_t db_vrf_find(const struct db *db, uint32_t id)
{
	for (uint16_t i = 0; i < DB_VRF_MAX; i++)
		if (db->vrf[i].live && db->vrf[i].id == id)
			return i;
	return DB_VRF_NONE;
}

void db_vrf_set_tun(struct db *db, uint16_t vrf, uint8_t port)
{
	__atomic_store_n(&db->vrf[vrf].tun, port, __ATOMIC_RELEASE);
}

/* ---- rules ---- */

enum { RULE_KEY = 20 };

static uint64_t rule_hash(const struct db *db, uint16_t vrf, const struct addr_prefix *p)
{
	uint8_t raw[RULE_KEY];
	struct wr w = wr_of(raw, sizeof(raw));

	wr_u16(&w, vrf);
	wr_u8(&w, p->len);
	wr_u8(&w, p->addr.family);
	wr_bytes(&w, bytes_of(p->addr.b, sizeof(p->addr.b)));
	return map_hash(&db->routes, wr_view(&w));
}

static struct db_rule *rule_find(const struct db *db, uint16_t vrf, const struct addr_prefix *p)
{
	struct db_key key = db_key_of(&p->addr);

	for (struct map_node *n = map_find(&db->routes, rule_hash(db, vrf, p)); n != NULL; n = map_find_next(n)) {
		struct db_rule *r = list_of(n, struct db_rule, node);

		if (r->vrf == vrf && r->len == p->len && r->family == p->addr.family && db_key_eq(r->key, key))
			return r;
	}
	return NULL;
}

static struct db_rule *rule_new(struct db *db, uint16_t vrf, const struct addr_prefix *p)
{
	struct db_rule *r = (struct db_rule *)db_pool_take(&db->rules);

	if (r == NULL)
		return NULL;
	r->vrf = vrf;
	r->key = db_key_of(&p->addr);
	r->len = p->len;
	r->family = p->addr.family;
	map_add(&db->routes, &r->node, rule_hash(db, vrf, p));
	db->vrf_cold[vrf].refs++;
	return r;
}

static void rule_free(struct db *db, struct db_rule *r)
{
	map_del(&db->routes, &r->node);
	db->vrf_cold[r->vrf].refs--;
	db_pool_give(&db->rules, r);
}

/* The first origin that wants the prefix has it. */
static uint32_t rule_hop(const struct db_rule *r)
{
	for (int i = 0; i < DB_FROM_COUNT; i++)
		if (r->hop[i] != 0)
			return r->hop[i];
	return 0;
}

static void hop_ref(struct db *db, uint32_t hop)
{
	if (db_hop_action(hop) == DB_HOP_ADJ) {
		db_adj_ref(db, db_hop_index(hop));
	} else if (db_hop_action(hop) == DB_HOP_TUNNEL) {
		db_tunnel_ref(db, db_hop_index(hop));
		db->tunnel[db_hop_index(hop)].rule_count++;
	}
}

static void hop_unref(struct db *db, uint32_t hop)
{
	if (db_hop_action(hop) == DB_HOP_ADJ) {
		db_adj_unref(db, db_hop_index(hop));
	} else if (db_hop_action(hop) == DB_HOP_TUNNEL) {
		db->tunnel[db_hop_index(hop)].rule_count--;
		db_tunnel_unref(db, db_hop_index(hop));
	}
}

static enum err show(struct db *db, const struct db_rule *r)
{
	struct db_vrf *v = &db->vrf[r->vrf];

	return db_fib_set(r->family == AF_INET6 ? &v->fib6 : &v->fib4, r->key, r->len, rule_hop(r));
}

static struct addr_prefix network_of(const struct addr_prefix *p)
{
	return (struct addr_prefix){ .addr = addr_network(p), .len = p->len };
}

/* The old hop is let go only after the FIB no longer leads to it. */
enum err db_rule_set(struct db *db, uint16_t vrf, const struct addr_prefix *prefix, enum db_origin origin, uint32_t hop)
{
	struct addr_prefix p = network_of(prefix);
	struct db_rule *r = rule_find(db, vrf, &p);
	uint32_t was;
	enum err err;

	if (r == NULL)
		r = rule_new(db, vrf, &p);
	if (r == NULL)
		return ERR_FULL;
	was = r->hop[origin];
	r->hop[origin] = hop;
	err = show(db, r);
	if (err != ERR_OK) {
		r->hop[origin] = was;
		if (rule_hop(r) == 0)
			rule_free(db, r);
		return err;
	}
	hop_ref(db, hop);
	db_touch_routes(db); /* before the grace period: workers keep routes by epoch */
	hop_unref(db, was);
	return ERR_OK;
}

/* An entry that is there is changed in place, so this can't fail. */
bool db_rule_clear(struct db *db, uint16_t vrf, const struct addr_prefix *prefix, enum db_origin origin)
{
	struct addr_prefix p = network_of(prefix);
	struct db_rule *r = rule_find(db, vrf, &p);
	uint32_t was = r == NULL ? 0 : r->hop[origin];
	enum err err;

	if (was == 0)
		return false;
	r->hop[origin] = 0;
	err = show(db, r);
	assert(err == ERR_OK);
	db_touch_routes(db);
	hop_unref(db, was);
	if (rule_hop(r) == 0)
		rule_free(db, r);
	return true;
}

/* ---- control's routes ---- */

static enum err target_hop(const struct db *db, const struct dp_route *conf, uint32_t *hop)
{
	struct db_tunnel *t;
	struct db_adj *a;
	uint8_t port;

	switch (conf->action) {
	case DP_ROUTE_DROP:
		*hop = db_hop(DB_HOP_DROP, 0);
		return ERR_OK;
	case DP_ROUTE_LOCAL:
		*hop = db_hop(DB_HOP_LOCAL, 0);
		return ERR_OK;
	case DP_ROUTE_PORT:
		port = db_port_find(db, conf->target);
		*hop = db_hop(DB_HOP_PORT, port);
		return port != DB_PORT_NONE ? ERR_OK : ERR_ABSENT;
	case DP_ROUTE_ADJACENCY:
		a = db_adj_find(db, conf->target);
		*hop = a != NULL ? db_hop(DB_HOP_ADJ, db_adj_index(db, a)) : 0;
		return a != NULL ? ERR_OK : ERR_ABSENT;
	case DP_ROUTE_TUNNEL:
		t = db_tunnel_find(db, conf->target);
		*hop = t != NULL ? db_hop(DB_HOP_TUNNEL, db_tunnel_index(db, t)) : 0;
		return t != NULL ? ERR_OK : ERR_ABSENT;
	default:
		return ERR_UNSUPPORTED;
	}
}

static bool prefix_valid(const struct addr_prefix *p)
{
	return (p->addr.family == AF_INET || p->addr.family == AF_INET6) && p->len <= addr_bits(&p->addr);
}

enum err db_route_put(struct db *db, const struct dp_route *conf)
{
	uint16_t vrf = db_vrf_find(db, conf->vrf);
	struct addr_prefix p = network_of(&conf->prefix);
	uint32_t hop;
	enum err err;

	if (!prefix_valid(&conf->prefix))
		return ERR_MALFORMED;
	if (vrf == DB_VRF_NONE)
		return ERR_ABSENT;
	err = target_hop(db, conf, &hop);
	return err == ERR_OK ? db_rule_set(db, vrf, &p, DB_FROM_ROUTE, hop) : err;
}

enum err db_route_del(struct db *db, const struct dp_route *conf)
{
	uint16_t vrf = db_vrf_find(db, conf->vrf);

	if (vrf == DB_VRF_NONE || !prefix_valid(&conf->prefix))
		return ERR_ABSENT;
	return db_rule_clear(db, vrf, &conf->prefix, DB_FROM_ROUTE) ? ERR_OK : ERR_ABSENT;
}

/* The put that made it: what a route leads to is there as long as the route. */
static struct dp_route route_of(const struct db *db, const struct db_rule *r)
{
	uint32_t hop = r->hop[DB_FROM_ROUTE];
	uint32_t index = db_hop_index(hop);
	struct dp_route route = { .vrf = db->vrf[r->vrf].id, .prefix = { .addr = db_key_addr(r->key, r->family), .len = r->len } };

	switch (db_hop_action(hop)) {
	case DB_HOP_LOCAL:
		route.action = DP_ROUTE_LOCAL;
		break;
	case DB_HOP_PORT:
		route.action = DP_ROUTE_PORT;
		route.target = db->port[index].id;
		break;
	case DB_HOP_ADJ:
		route.action = DP_ROUTE_ADJACENCY;
		route.target = db->adj[index].id;
		break;
	case DB_HOP_TUNNEL:
		route.action = DP_ROUTE_TUNNEL;
		route.target = db->tunnel[index].id;
		break;
	default:
		route.action = DP_ROUTE_DROP;
		break;
	}
	return route;
}

bool db_route_get(const struct db *db, uint32_t vrf, const struct addr_prefix *prefix, struct dp_route *out)
{
	uint16_t v = db_vrf_find(db, vrf);
	struct addr_prefix p = network_of(prefix);
	struct db_rule *r = v == DB_VRF_NONE || !prefix_valid(prefix) ? NULL : rule_find(db, v, &p);

	if (r == NULL || r->hop[DB_FROM_ROUTE] == 0)
		return false;
	*out = route_of(db, r);
	return true;
}

bool db_route_walk(const struct db *db, const struct db_rule **cursor, struct dp_route *out)
{
	const struct map_node *n = *cursor == NULL ? NULL : &(*cursor)->node;

	while ((n = map_walk(&db->routes, n)) != NULL) {
		const struct db_rule *r = list_of(n, const struct db_rule, node);

		if (r->hop[DB_FROM_ROUTE] == 0)
			continue;
		*cursor = r;
		*out = route_of(db, r);
		return true;
	}
	return false;
}
