#ifndef DB_RECALL_H
#define DB_RECALL_H

#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What rules said of the keys that a worker saw last: packets come in flows, and what follows from a packet's headers alone is worked out once
 * for each.  An entry names its rules, which never change and are never named again, so nothing has to be taken out.  Two places a set; a third
 * key takes that of the older.  A key that isn't there costs two comparisons.
 */
enum { DB_RECALL_SETS = 8192 };

/* One worker's, for all rules whose keys are equally long. */
struct db_recall {
	uint8_t *place;   /* [sets][2]: key, 32-bit value, 64-bit name, unused bytes */
	uint32_t key_len; /* bytes */
	uint32_t stride;
};

/* Keys of 'key_len' bytes, 4 more than a multiple of 8, 52 at most; [workers].  Memory is paid for as it is used.  ERR_NOMEM. */
MUST_USE enum err db_recall_new(struct db_recall **out, uint32_t workers, uint32_t key_len);
void db_recall_free(struct db_recall *all, uint32_t workers);

/* What the rules 'name' (not 0) said of 'key'; 0: forgotten. */
uint32_t db_recall_get(const struct db_recall *r, uint64_t name, const void *key);

/* 'value' isn't 0; the key was asked for, and wasn't there. */
void db_recall_put(struct db_recall *r, uint64_t name, const void *key, uint32_t value);

#ifdef __cplusplus
}
#endif
#endif
