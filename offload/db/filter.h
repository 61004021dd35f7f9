#ifndef DB_FILTER_H
#define DB_FILTER_H

#include "base/err.h"
#include "base/map.h"
#include "db/rules.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

enum { DB_FILTER_MAX = 4096 }; /* the first index is nobody's: no filter */

struct db_filter_cold {
	struct map_node by_id;
	struct dp_filter conf; /* its lines stand in the rules */
	uint32_t refs;         /* gates that name it, and control */
	bool leaving;          /* deleted, and a worker may still look for it under this index */
};

/* A new list, or another in the place of one: whoever names it goes by the new one with the next packet.  ERR_FULL, ERR_NOMEM. */
MUST_USE enum err db_filter_put(struct db *db, const struct dp_filter *conf);
MUST_USE enum err db_filter_del(struct db *db, uint32_t id); /* ERR_ABSENT; ERR_BUSY while a gate names it */
bool db_filter_get(const struct db *db, uint32_t id, struct dp_filter *out);

/* The index of the filter 'id', 0 when there is none.  Holding it keeps it from being deleted. */
uint32_t db_filter_find(const struct db *db, uint32_t id);
void db_filter_hold(struct db *db, uint32_t index, bool hold);

/* In order of index: '*cursor' begins at 0; false at the end. */
bool db_filter_walk(const struct db *db, uint32_t *cursor, struct dp_filter *out);

/* What a line decided, from 0 to the filter's 'count'. */
uint64_t db_filter_hits(const struct db *db, uint32_t id, uint32_t line);

/* Every worker is offline. */
void db_filter_fini(struct db *db);

#ifdef __cplusplus
}
#endif
#endif
