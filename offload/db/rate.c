/* Rates of interfaces.  Main lcore writes what is configured; workers take and count. */
#include "db/rate.h"

#include "db/db.h"

enum { NS_PER_MS = 1000000 };

static bool limits_any(const struct dp_rate conf[2])
{
	return conf[DP_IN].police_bps != 0 || conf[DP_OUT].police_bps != 0 || conf[DP_OUT].shape_bps != 0;
}

/* A burst is written before the rate that makes it count. */
static void set(struct db_rate_way *w, const struct dp_rate *conf)
{
	uint64_t burst = conf->police_bps == 0 ? 0 : db_rate_cost(conf->burst, conf->police_bps);

	__atomic_store_n(&w->burst_ns, burst, __ATOMIC_RELAXED);
	__atomic_store_n(&w->police_bps, conf->police_bps, __ATOMIC_RELEASE);
	__atomic_store_n(&w->shape_bps, conf->shape_bps, __ATOMIC_RELAXED);
}

enum err db_rate_put(struct db *db, uint32_t *index, const struct dp_rate conf[2])
{
	struct db_rate *r;

	if (!limits_any(conf)) {
		db_rate_del(db, index);
		return ERR_OK;
	}
	r = *index != 0 ? &db->rate[*index] : (struct db_rate *)db_pool_take(&db->rates);
	if (r == NULL)
		return ERR_FULL;
	for (int way = DP_IN; way <= DP_OUT; way++)
		set(&r->way[way], &conf[way]);
	*index = db_pool_index(&db->rates, r);
	return ERR_OK;
}

static enum err drop(void *ctx, void *object)
{
	db_pool_give((struct db_pool *)ctx, object);
	return ERR_OK;
}

void db_rate_del(struct db *db, uint32_t *index)
{
	if (*index != 0)
		db_rcu_defer(db->rcu, drop, &db->rates, &db->rate[*index]);
	*index = 0;
}

void db_rate_stats(const struct db *db, uint32_t index, uint64_t now_ms, struct dp_rate_stats out[2])
{
	for (int way = DP_IN; way <= DP_OUT; way++) {
		const struct db_rate_way *w = &db->rate[index].way[way];
		uint64_t owed = __atomic_load_n(&w->shape_at, __ATOMIC_RELAXED) / NS_PER_MS;

		out[way].passed = __atomic_load_n(&w->passed, __ATOMIC_RELAXED);
		out[way].passed_bytes = __atomic_load_n(&w->passed_bytes, __ATOMIC_RELAXED);
		out[way].exceeded = __atomic_load_n(&w->exceeded, __ATOMIC_RELAXED);
		out[way].exceeded_bytes = __atomic_load_n(&w->exceeded_bytes, __ATOMIC_RELAXED);
		out[way].delayed = __atomic_load_n(&w->delayed, __ATOMIC_RELAXED);
		out[way].lost = __atomic_load_n(&w->lost, __ATOMIC_RELAXED);
		out[way].waiting_ms = owed > now_ms ? (uint32_t)(owed - now_ms) : 0;
	}
}
