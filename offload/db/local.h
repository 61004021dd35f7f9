#ifndef DB_LOCAL_H
#define DB_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"
#include "db/key.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

/* An address of the box.  Its /32 or /128 is local; on a port the rest of its network is connected. */
struct db_local {
	struct list link;
	struct dp_local conf;
};

/* ERR_ABSENT: VRF or port unknown; ERR_FULL, ERR_NOMEM. */
MUST_USE enum err db_local_put(struct db *db, const struct dp_local *conf);
MUST_USE enum err db_local_del(struct db *db, const struct dp_local *conf);

/* '*cursor' is NULL at first; false at the end. */
bool db_local_walk(const struct db *db, const struct db_local **cursor, struct dp_local *out);

/* Whether the address is in the network of an address of the port with index 'port'. */
bool db_local_connected(const struct db *db, uint8_t port, const struct addr *a);

/* Takes back every address of the port with index 'port', which is about to go. */
void db_local_forget(struct db *db, uint8_t port);

/* Takes back all. */
void db_local_fini(struct db *db);

#ifdef __cplusplus
}
#endif
#endif
