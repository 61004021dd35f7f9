/* Features of interfaces.  Main lcore writes; workers read, and count drops. */
#include "db/gate.h"

#include <string.h>

#include "db/db.h"

enum { FILTERS = 2 * DP_FAMILIES };

static bool is_idle(const struct db_gate *g)
{
	static const struct db_gate_side nothing[DP_FAMILIES];

	return memcmp(g->side, nothing, sizeof(nothing)) == 0 && g->service[DP_IN] == NULL && g->service[DP_OUT] == NULL;
}

static bool wants_any(const struct dp_feature feature[DP_FAMILIES])
{
	for (unsigned f = 0; f < DP_FAMILIES; f++)
		if (feature[f].filter[DP_IN] != 0 || feature[f].filter[DP_OUT] != 0 || feature[f].mss != 0 || feature[f].urpf != 0)
			return true;
	return false;
}

/* Indices of the filters that 'feature' names, a family after the other. */
static enum err find_filters(const struct db *db, const struct dp_feature feature[DP_FAMILIES], uint32_t out[FILTERS])
{
	for (unsigned i = 0; i < FILTERS; i++) {
		uint32_t id = feature[i / 2].filter[i % 2];

		out[i] = id == 0 ? 0 : db_filter_find(db, id);
		if (id != 0 && (out[i] == 0 || db->filter_cold[out[i]].conf.v6 != (i / 2 == DP_V6)))
			return ERR_ABSENT;
	}
	return ERR_OK;
}

static void set_filters(struct db *db, struct db_gate *g, const uint32_t filter[FILTERS], const struct dp_feature feature[DP_FAMILIES])
{
	for (unsigned i = 0; i < FILTERS; i++) {
		struct db_gate_side *s = &g->side[i / 2];

		db_filter_hold(db, filter[i], true);
		db_filter_hold(db, s->filter[i % 2], false);
		__atomic_store_n(&s->filter[i % 2], filter[i], __ATOMIC_RELEASE);
		__atomic_store_n(&s->mss, feature[i / 2].mss, __ATOMIC_RELAXED);
		__atomic_store_n(&s->urpf, feature[i / 2].urpf, __ATOMIC_RELAXED);
	}
}

static enum err find_policies(const struct db *db, const uint32_t policy[2], struct db_policy_cold *out[2])
{
	for (int way = DP_IN; way <= DP_OUT; way++) {
		out[way] = policy[way] == 0 ? NULL : db_policy_find(db, policy[way]);
		if (policy[way] != 0 && out[way] == NULL)
			return ERR_ABSENT;
	}
	return ERR_OK;
}

static enum err set_policies(struct db *db, struct db_gate *g, struct db_policy_cold *const policy[2])
{
	struct db_service *in, *out;
	enum err err = db_policy_prepare(db, &g->service[DP_IN], policy[DP_IN], &in);

	if (err != ERR_OK)
		return err;
	err = db_policy_prepare(db, &g->service[DP_OUT], policy[DP_OUT], &out);
	if (err != ERR_OK) {
		db_policy_abandon(db, &g->service[DP_IN], in);
		return err;
	}
	db_policy_turn(db, &g->service[DP_IN], in);
	db_policy_turn(db, &g->service[DP_OUT], out);
	return ERR_OK;
}

enum err db_gate_put(struct db *db, uint32_t *index, const struct dp_feature feature[DP_FAMILIES], const uint32_t policy[2])
{
	struct db_policy_cold *service[2];
	uint32_t filter[FILTERS];
	enum err err = find_filters(db, feature, filter);
	struct db_gate *g;

	if (err == ERR_OK)
		err = find_policies(db, policy, service);
	if (err != ERR_OK || (*index == 0 && policy[DP_IN] == 0 && policy[DP_OUT] == 0 && !wants_any(feature)))
		return err;
	g = *index != 0 ? &db->gate[*index] : (struct db_gate *)db_pool_take(&db->gates);
	if (g == NULL)
		return ERR_FULL;
	err = set_policies(db, g, service);
	if (err != ERR_OK) {
		if (*index == 0)
			db_pool_give(&db->gates, g);
		return err;
	}
	*index = db_pool_index(&db->gates, g);
	set_filters(db, g, filter, feature);
	return ERR_OK;
}

uint32_t db_gate_shown(const struct db *db, uint32_t index)
{
	return is_idle(&db->gate[index]) ? 0 : index;
}

static enum err gate_drop(void *ctx, void *object)
{
	db_pool_give((struct db_pool *)ctx, object);
	return ERR_OK;
}

/* Its filters may go at once: what workers load of them then is NULL, and denies. */
void db_gate_del(struct db *db, uint32_t *index)
{
	struct db_gate *g = &db->gate[*index];

	if (*index == 0)
		return;
	for (unsigned i = 0; i < FILTERS; i++)
		db_filter_hold(db, g->side[i / 2].filter[i % 2], false);
	db_policy_turn(db, &g->service[DP_IN], NULL);
	db_policy_turn(db, &g->service[DP_OUT], NULL);
	db_rcu_defer(db->rcu, gate_drop, &db->gates, g);
	*index = 0;
}

void db_gate_stats(const struct db *db, uint32_t index, struct dp_feature_stats *out)
{
	const struct db_gate *g = &db->gate[index];

	out->acl_drops[DP_IN] = __atomic_load_n(&g->acl_drops[DP_IN], __ATOMIC_RELAXED);
	out->acl_drops[DP_OUT] = __atomic_load_n(&g->acl_drops[DP_OUT], __ATOMIC_RELAXED);
	out->urpf_drops = __atomic_load_n(&g->urpf_drops, __ATOMIC_RELAXED);
}
