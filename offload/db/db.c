/* The tables as one thing: made at start, torn down when every worker is gone.  Main lcore. */
#include "db/db.h"

#include <stdlib.h>
#include <string.h>

#include "db/local.h"
#include "db/recall.h"
#include "db/rules.h"

enum { RATES_PER_TUNNEL = 8, RATES = 4096 }; /* classes of policies at interfaces: reserved, paid for as they are used */

static bool limits_valid(const struct db_limits *l, const struct db_state *state)
{
	bool power = l->slots >= 256 && l->slots <= UINT32_C(1) << DB_STATE_GENERATION_BITS && (l->slots & (l->slots - 1)) == 0;

	return power && l->slots == state->slots && l->low_slots <= l->slots && l->workers > 0 && l->workers <= UINT8_MAX;
}

static bool make_tables(struct db *db)
{
	const struct db_limits *l = &db->limits;
	size_t pointers = l->slots * sizeof(struct db_sa *);

	db->sa_in = (struct db_sa **)db_pool_map(pointers);
	db->sa_out = (struct db_sa **)db_pool_map(pointers);
	db->vrf = (struct db_vrf *)db_pool_map(DB_VRF_MAX * sizeof(*db->vrf));
	db->port = (struct db_port *)db_pool_map(DB_PORT_MAX * sizeof(*db->port));
	db->adj_cold = (struct db_adj_cold *)db_pool_map(l->adjacencies * sizeof(*db->adj_cold));
	db->vrf_cold = (struct db_vrf_cold *)calloc(DB_VRF_MAX, sizeof(*db->vrf_cold));
	db->port_cold = (struct db_port_cold *)calloc(DB_PORT_MAX, sizeof(*db->port_cold));
	db->filter = (struct db_rules **)calloc(DB_FILTER_MAX, sizeof(*db->filter));
	db->carrier_head = (uint32_t *)calloc(DB_CARRIER_HEADS, sizeof(*db->carrier_head));
	db->filter_cold = (struct db_filter_cold *)db_pool_map(DB_FILTER_MAX * sizeof(*db->filter_cold));
	return db->carrier_head != NULL && db->filter != NULL && db->filter_cold != NULL && db->sa_in != NULL && db->sa_out != NULL &&
	       db->vrf != NULL && db->port != NULL && db->adj_cold != NULL && db->vrf_cold != NULL && db->port_cold != NULL;
}

/* A slot's configuration may be replaced before the old one's grace period is over: twice the slots suffice. */
static enum err make_pools(struct db *db)
{
	const struct db_limits *l = &db->limits;
	enum err err = db_pool_init(&db->sas, sizeof(struct db_sa), 4 * l->slots);

	if (err == ERR_OK)
		err = db_pool_init(&db->tunnels, sizeof(struct db_tunnel), l->tunnels);
	if (err == ERR_OK)
		err = db_pool_init(&db->adjs, sizeof(struct db_adj), l->adjacencies);
	if (err == ERR_OK)
		err = db_pool_init(&db->fib_nodes, sizeof(struct db_fib_node), l->fib_nodes);
	if (err == ERR_OK)
		err = db_pool_init(&db->rules, sizeof(struct db_rule), l->fib_nodes);
	if (err == ERR_OK)
		err = db_pool_init(&db->gates, sizeof(struct db_gate), l->tunnels + DB_PORT_MAX + 1);
	if (err == ERR_OK)
		err = db_pool_init(&db->carriers, sizeof(struct db_carrier), 2 * l->tunnels + 1);
	if (err == ERR_OK)
		err = db_pool_init(&db->rates, sizeof(struct db_rate), RATES_PER_TUNNEL * l->tunnels + RATES);
	if (err == ERR_OK)
		db->rate = (struct db_rate *)db_pool_take(&db->rates); /* the one that is no class's */
	if (err == ERR_OK)
		db->carrier = (struct db_carrier *)db_pool_take(&db->carriers); /* the one that nobody has */
	if (err == ERR_OK)
		db->gate = (struct db_gate *)db_pool_take(&db->gates); /* the one that does nothing */
	db->tunnel = (struct db_tunnel *)(void *)db->tunnels.base;
	db->adj = (struct db_adj *)(void *)db->adjs.base;
	return err;
}

static enum err make_maps(struct db *db, const uint8_t seed[16])
{
	struct map *maps[] = { &db->selectors, &db->sa_ids, &db->tunnel_ids, &db->filter_ids, &db->policy_ids, &db->adj_ids, &db->adj_hosts,
		&db->routes };
	enum err err = ERR_OK;

	for (size_t i = 0; i < sizeof(maps) / sizeof(maps[0]) && err == ERR_OK; i++)
		err = map_init(maps[i], seed);
	return err;
}

enum err db_new(struct db **out, const struct db_limits *limits, struct db_state *state, const uint8_t seed[16])
{
	const struct dp_vrf global = { .id = 0, .name = "global" };
	struct db *db;
	enum err err;

	if (!limits_valid(limits, state))
		return ERR_RANGE;
	db = (struct db *)calloc(1, sizeof(*db));
	if (db == NULL)
		return ERR_NOMEM;
	db->limits = *limits;
	db->state = *state;
	db->slot_mask = limits->slots - 1;
	db->epoch = 1;
	db->routes_epoch = 1;
	db->vif_port = DB_PORT_NONE;
	list_init(&db->locals);
	err = make_tables(db) ? make_pools(db) : ERR_NOMEM;
	if (err == ERR_OK)
		err = make_maps(db, seed);
	if (err == ERR_OK)
		err = db_rcu_new(&db->rcu, limits->workers);
	for (int v6 = 0; v6 < 2 && err == ERR_OK; v6++)
		err = db_recall_new(&db->recall[v6], limits->workers, db_rules_key_len(v6));
	for (int d = 0; d < 2 && err == ERR_OK; d++)
		err = db_slots_init(&db->slots[d], &db->state, (enum dp_direction)d, limits->low_slots);
	if (err == ERR_OK)
		err = db_vrf_put(db, &global);
	if (err != ERR_OK) {
		db->state.header = NULL; /* still the caller's */
		db->state.fd = -1;
		db_free(db);
		return err;
	}
	memset(state, 0, sizeof(*state));
	state->fd = -1;
	*out = db;
	return ERR_OK;
}

void db_free(struct db *db)
{
	if (db == NULL)
		return;
	db_local_fini(db);
	db_rcu_free(db->rcu);
	if (db->sa_in != NULL && db->sa_out != NULL)
		db_sa_forget(db);
	if (db->tunnel != NULL)
		db_tunnel_fini(db);
	db_policy_fini(db);
	if (db->filter != NULL)
		db_filter_fini(db);
	db_slots_fini(&db->slots[DP_IN]);
	db_slots_fini(&db->slots[DP_OUT]);
	map_fini(&db->selectors);
	map_fini(&db->sa_ids);
	map_fini(&db->tunnel_ids);
	map_fini(&db->filter_ids);
	map_fini(&db->policy_ids);
	map_fini(&db->adj_ids);
	map_fini(&db->adj_hosts);
	map_fini(&db->routes);
	db_pool_fini(&db->sas);
	db_pool_fini(&db->tunnels);
	db_pool_fini(&db->adjs);
	db_pool_fini(&db->fib_nodes);
	db_pool_fini(&db->rules);
	db_pool_fini(&db->gates);
	db_pool_fini(&db->carriers);
	db_pool_fini(&db->rates);
	db_pool_unmap(db->sa_in, db->limits.slots * sizeof(struct db_sa *));
	db_pool_unmap(db->sa_out, db->limits.slots * sizeof(struct db_sa *));
	db_pool_unmap(db->vrf, DB_VRF_MAX * sizeof(*db->vrf));
	db_pool_unmap(db->port, DB_PORT_MAX * sizeof(*db->port));
	db_pool_unmap(db->adj_cold, db->limits.adjacencies * sizeof(*db->adj_cold));
	db_pool_unmap(db->filter_cold, DB_FILTER_MAX * sizeof(*db->filter_cold));
	db_recall_free(db->recall[false], db->limits.workers);
	db_recall_free(db->recall[true], db->limits.workers);
	free(db->carrier_head);
	free(db->filter);
	free(db->vrf_cold);
	free(db->port_cold);
	db_state_fini(&db->state);
	free(db);
}
