/* Adjacencies.  Main lcore; workers load 'mac', 'port' and 'live'. */
#include "db/adj.h"

#include <string.h>

#include "base/wr.h"
#include "db/db.h"
#include "db/local.h"

enum { HOST_KEY = 18, MAC_LEN = 6 };

static uint64_t host_hash(const struct db *db, uint16_t port, const struct addr *next_hop)
{
	uint8_t raw[HOST_KEY + 1];
	struct wr w = wr_of(raw, sizeof(raw));

	wr_u16(&w, port);
	wr_u8(&w, next_hop->family);
	wr_bytes(&w, bytes_of(next_hop->b, sizeof(next_hop->b)));
	return map_hash(&db->adj_hosts, wr_view(&w));
}

static uint64_t id_hash(const struct db *db, uint32_t id)
{
	return map_hash(&db->adj_ids, bytes_of(&id, sizeof(id)));
}

static struct db_adj_cold *cold_of(const struct db *db, const struct db_adj *a)
{
	return &db->adj_cold[db_adj_index(db, a)];
}

uint32_t db_adj_index(const struct db *db, const struct db_adj *a)
{
	return (uint32_t)(a - db->adj);
}

struct db_adj *db_adj_find(const struct db *db, uint32_t id)
{
	for (struct map_node *n = map_find(&db->adj_ids, id_hash(db, id)); n != NULL; n = map_find_next(n)) {
		struct db_adj *a = &db->adj[list_of(n, struct db_adj_cold, by_id) - db->adj_cold];

		if (a->id == id)
			return a;
	}
	return NULL;
}

/* The next adjacency to the host after 'from' (NULL: the first one). */
static struct db_adj *host_next(const struct db *db, const struct db_adj *from, uint16_t port, const struct addr *next_hop)
{
	struct map_node *n =
		from == NULL ? map_find(&db->adj_hosts, host_hash(db, port, next_hop)) : map_find_next(&cold_of(db, from)->by_host);

	for (; n != NULL; n = map_find_next(n)) {
		struct db_adj *a = &db->adj[list_of(n, struct db_adj_cold, by_host) - db->adj_cold];

		if (a->port == port && addr_eq(&a->next_hop, next_hop))
			return a;
	}
	return NULL;
}

static uint64_t host_mac(const struct db *db, uint16_t port, const struct addr *next_hop)
{
	const struct db_adj *a = host_next(db, NULL, port, next_hop);

	return a == NULL ? 0 : a->mac;
}

static struct db_adj *adj_new(struct db *db, uint32_t id, uint16_t port, const struct addr *next_hop)
{
	uint64_t mac = host_mac(db, port, next_hop);
	struct db_adj *a = (struct db_adj *)db_pool_take(&db->adjs);

	if (a == NULL)
		return NULL;
	a->id = id;
	a->port = port;
	a->next_hop = *next_hop;
	a->mac = mac;
	a->refs = 1;
	memset(cold_of(db, a), 0, sizeof(struct db_adj_cold));
	if (id != 0)
		map_add(&db->adj_ids, &cold_of(db, a)->by_id, id_hash(db, id));
	map_add(&db->adj_hosts, &cold_of(db, a)->by_host, host_hash(db, port, next_hop));
	__atomic_store_n(&a->live, true, __ATOMIC_RELEASE);
	return a;
}

static enum err adj_drop(void *ctx, void *object)
{
	db_pool_give((struct db_pool *)ctx, object);
	return ERR_OK;
}

void db_adj_ref(struct db *db, uint32_t index)
{
	db->adj[index].refs++;
}

void db_adj_unref(struct db *db, uint32_t index)
{
	struct db_adj *a = &db->adj[index];

	if (--a->refs == 0)
		db_rcu_defer(db->rcu, adj_drop, &db->adjs, a);
}

static void adj_end(struct db *db, struct db_adj *a)
{
	__atomic_store_n(&a->live, false, __ATOMIC_RELEASE);
	if (a->id != 0)
		map_del(&db->adj_ids, &cold_of(db, a)->by_id);
	map_del(&db->adj_hosts, &cold_of(db, a)->by_host);
	db_touch(db);
	db_adj_unref(db, db_adj_index(db, a));
}

enum err db_adj_put(struct db *db, const struct dp_adjacency *conf)
{
	struct db_adj *a = db_adj_find(db, conf->id);
	uint8_t port = db_port_find(db, conf->port);

	if (conf->id == 0 || addr_bits(&conf->next_hop) == 0)
		return ERR_MALFORMED;
	if (port == DB_PORT_NONE)
		return ERR_ABSENT;
	if (a == NULL)
		return adj_new(db, conf->id, port, &conf->next_hop) == NULL ? ERR_FULL : ERR_OK;
	if (a->port == port && addr_eq(&a->next_hop, &conf->next_hop))
		return ERR_OK;
	map_del(&db->adj_hosts, &cold_of(db, a)->by_host);
	a->next_hop = conf->next_hop;
	__atomic_store_n(&a->port, port, __ATOMIC_RELEASE);
	__atomic_store_n(&a->mac, host_mac(db, port, &conf->next_hop), __ATOMIC_RELEASE);
	map_add(&db->adj_hosts, &cold_of(db, a)->by_host, host_hash(db, port, &conf->next_hop));
	db_touch(db);
	return ERR_OK;
}

enum err db_adj_del(struct db *db, uint32_t id)
{
	struct db_adj *a = db_adj_find(db, id);

	if (a == NULL)
		return ERR_ABSENT;
	if (a->refs > 1)
		return ERR_BUSY;
	adj_end(db, a);
	return ERR_OK;
}

bool db_adj_get(const struct db *db, uint32_t id, struct dp_adjacency *out)
{
	const struct db_adj *a = db_adj_find(db, id);

	if (a == NULL)
		return false;
	out->id = id;
	out->port = db->port[a->port].id;
	out->next_hop = a->next_hop;
	return true;
}

struct db_adj *db_adj_walk(const struct db *db, uint32_t *cursor)
{
	while (*cursor < db->adjs.fresh) {
		struct db_adj *a = &db->adj[(*cursor)++];

		if (a->live)
			return a;
	}
	return NULL;
}

static struct db_adj *host_own(const struct db *db, uint16_t port, const struct addr *next_hop)
{
	struct db_adj *a = host_next(db, NULL, port, next_hop);

	while (a != NULL && a->id != 0)
		a = host_next(db, a, port, next_hop);
	return a;
}

/* A neighbour on a connected network gets an entry of its own, so that workers need no table of neighbours. */
static enum err connect_host(struct db *db, uint16_t port, const struct addr *host)
{
	struct addr_prefix p = addr_prefix_host(host);
	struct db_adj *a = host_own(db, port, host);
	enum err err;

	if (a != NULL || !db_local_connected(db, (uint8_t)port, host))
		return ERR_OK;
	a = adj_new(db, 0, port, host);
	if (a == NULL)
		return ERR_FULL;
	err = db_rule_set(db, db->port[port].vrf, &p, DB_FROM_NEIGHBOUR, db_hop(DB_HOP_ADJ, db_adj_index(db, a)));
	if (err != ERR_OK)
		adj_end(db, a);
	return err;
}

static void disconnect_host(struct db *db, struct db_adj *a)
{
	struct addr_prefix p = addr_prefix_host(&a->next_hop);

	(void)db_rule_clear(db, db->port[a->port].vrf, &p, DB_FROM_NEIGHBOUR);
	adj_end(db, a);
}

enum err db_adj_resolve(struct db *db, uint8_t port, const struct addr *next_hop, const uint8_t *mac)
{
	struct db_adj *own = host_own(db, port, next_hop);
	uint64_t value = 0;
	enum err err = ERR_OK;

	if (mac != NULL) {
		memcpy(&value, mac, MAC_LEN);
		value |= DB_ADJ_RESOLVED | (uint64_t)port << DB_ADJ_PORT_SHIFT;
		err = connect_host(db, port, next_hop);
	} else if (own != NULL) {
		disconnect_host(db, own);
	}
	for (struct db_adj *a = host_next(db, NULL, port, next_hop); a != NULL; a = host_next(db, a, port, next_hop))
		__atomic_store_n(&a->mac, value, __ATOMIC_RELEASE);
	return err;
}

void db_adj_lose(struct db *db, uint8_t port)
{
	uint32_t cursor = 0;
	struct db_adj *a;

	while ((a = db_adj_walk(db, &cursor)) != NULL) {
		if (a->port != port)
			continue;
		__atomic_store_n(&a->mac, 0, __ATOMIC_RELEASE);
		if (a->id == 0)
			disconnect_host(db, a);
	}
}

void db_adj_disconnect(struct db *db, uint8_t port)
{
	uint32_t cursor = 0;
	struct db_adj *a;

	while ((a = db_adj_walk(db, &cursor)) != NULL)
		if (a->id == 0 && a->port == port && !db_local_connected(db, port, &a->next_hop))
			disconnect_host(db, a);
}
