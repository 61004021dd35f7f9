/* Filters by id.  Main lcore writes; workers load the published rules. */
#include "db/filter.h"

#include <string.h>

#include "db/db.h"

static uint64_t id_hash(const struct db *db, uint32_t id)
{
	return map_hash(&db->filter_ids, bytes_of(&id, sizeof(id)));
}

uint32_t db_filter_find(const struct db *db, uint32_t id)
{
	for (struct map_node *n = map_find(&db->filter_ids, id_hash(db, id)); n != NULL; n = map_find_next(n)) {
		const struct db_filter_cold *cold = list_of(n, const struct db_filter_cold, by_id);

		if (cold->conf.id == id)
			return (uint32_t)(cold - db->filter_cold);
	}
	return 0;
}

static uint32_t free_index(const struct db *db)
{
	for (uint32_t i = 1; i < DB_FILTER_MAX; i++)
		if (db->filter_cold[i].refs == 0 && !db->filter_cold[i].leaving)
			return i;
	return 0;
}

static enum err end_rules(void *ctx, void *object)
{
	(void)ctx;
	db_rules_end((struct db_rules *)object);
	return ERR_OK;
}

static enum err end_filter(void *ctx, void *object)
{
	struct db_filter_cold *cold = (struct db_filter_cold *)ctx;

	cold->leaving = false;
	return end_rules(NULL, object);
}

static void publish(struct db *db, uint32_t index, struct db_rules *rules)
{
	struct db_rules *old = db->filter[index];

	if (old != NULL)
		db_rules_follow(rules, old);
	__atomic_store_n(&db->filter[index], rules, __ATOMIC_RELEASE);
	if (old != NULL)
		db_rcu_defer(db->rcu, end_rules, NULL, old);
}

enum err db_filter_put(struct db *db, const struct dp_filter *conf)
{
	uint32_t index = db_filter_find(db, conf->id);
	bool is_new = index == 0;
	struct db_filter_cold *cold;
	struct db_rules_home home;
	struct db_rules *rules;
	enum err err;

	if (is_new)
		index = free_index(db);
	cold = &db->filter_cold[index];
	if (index == 0)
		return ERR_FULL;
	if (!is_new && cold->conf.v6 != conf->v6)
		return ERR_BUSY;
	home = (struct db_rules_home){ .workers = db->limits.workers, .recall = db->recall[conf->v6], .name = ++db->rules_made };
	err = db_rules_new(&rules, conf, &home);
	if (err != ERR_OK)
		return err;
	publish(db, index, rules);
	cold->conf = *conf;
	cold->conf.lines = bytes_of(rules->lines, rules->len);
	if (!is_new)
		return ERR_OK;
	cold->refs = 1;
	map_add(&db->filter_ids, &cold->by_id, id_hash(db, conf->id));
	return ERR_OK;
}

enum err db_filter_del(struct db *db, uint32_t id)
{
	uint32_t index = db_filter_find(db, id);
	struct db_filter_cold *cold;
	struct db_rules *rules;

	if (index == 0)
		return ERR_ABSENT;
	if (db->filter_cold[index].refs > 1)
		return ERR_BUSY;
	cold = &db->filter_cold[index];
	rules = db->filter[index];
	map_del(&db->filter_ids, &cold->by_id);
	memset(cold, 0, sizeof(*cold));
	cold->leaving = true;
	__atomic_store_n(&db->filter[index], NULL, __ATOMIC_RELEASE);
	db_rcu_defer(db->rcu, end_filter, cold, rules);
	return ERR_OK;
}

bool db_filter_get(const struct db *db, uint32_t id, struct dp_filter *out)
{
	uint32_t index = db_filter_find(db, id);

	if (index != 0)
		*out = db->filter_cold[index].conf;
	return index != 0;
}

void db_filter_hold(struct db *db, uint32_t index, bool hold)
{
	if (index != 0)
		db->filter_cold[index].refs += hold ? 1 : UINT32_MAX;
}

bool db_filter_walk(const struct db *db, uint32_t *cursor, struct dp_filter *out)
{
	while (*cursor < DB_FILTER_MAX) {
		const struct db_filter_cold *cold = &db->filter_cold[(*cursor)++];

		if (cold->refs == 0)
			continue;
		*out = cold->conf;
		return true;
	}
	return false;
}

uint64_t db_filter_hits(const struct db *db, uint32_t id, uint32_t line)
{
	return db_rules_hits(db->filter[db_filter_find(db, id)], line);
}

void db_filter_fini(struct db *db)
{
	for (uint32_t i = 1; i < DB_FILTER_MAX; i++)
		db_rules_free(db->filter[i]);
}
