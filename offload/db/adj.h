#ifndef DB_ADJ_H
#define DB_ADJ_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/map.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

/*
 * Adjacencies: port + next hop -> MAC address.  The address is one atomic word, so that a change of neighbour or port is
 * one store; the source address is the port's, the type the packet's.  The kernel resolves: the server feeds what its
 * neighbour table says through db_adj_resolve.
 */
#define DB_ADJ_RESOLVED (UINT64_C(1) << 48)
enum { DB_ADJ_PORT_SHIFT = 56 };

struct db_adj {
	uint64_t mac;      /* port << DB_ADJ_PORT_SHIFT | DB_ADJ_RESOLVED | address, first byte lowest; 0: unresolved */
	uint64_t asked_ms; /* since when notes are counted in 'asked' (workers; a race costs a note) */
	uint32_t id;       /* control's; 0: made for a neighbour on a connected network */
	uint32_t refs;     /* rules that lead here, and its owner */
	uint32_t asked;    /* notes raised for it since then */
	uint16_t port;     /* index */
	bool live;
	struct addr next_hop;
	uint8_t pad[16];
};
static_assert(sizeof(struct db_adj) == 64, "adjacency: one line");

struct db_adj_cold {
	struct map_node by_id;
	struct map_node by_host;
};

/* ERR_ABSENT: no such port; ERR_FULL.  An id that exists is changed in place (its routes go on). */
MUST_USE enum err db_adj_put(struct db *db, const struct dp_adjacency *conf);
MUST_USE enum err db_adj_del(struct db *db, uint32_t id); /* ERR_ABSENT; ERR_BUSY while routes lead to it */
bool db_adj_get(const struct db *db, uint32_t id, struct dp_adjacency *out);

/* The live adjacency of 'id' or NULL; its index. */
struct db_adj *db_adj_find(const struct db *db, uint32_t id);
uint32_t db_adj_index(const struct db *db, const struct db_adj *a);

/* Rules that lead to an adjacency hold it: a deleted one keeps its index, and drops, until the last is gone. */
void db_adj_ref(struct db *db, uint32_t index);
void db_adj_unref(struct db *db, uint32_t index);

/* Adjacencies in any order: '*cursor' begins at 0; NULL at the end.  Those with id 0 are the datapath's own. */
struct db_adj *db_adj_walk(const struct db *db, uint32_t *cursor);

/*
 * The neighbour 'next_hop' on the port with index 'port' has 'mac' (6 bytes), or is lost (NULL).  Resolves every
 * adjacency to it; on a connected network also makes, or takes away, its own host adjacency and /32 or /128 entry in
 * the port's VRF.  ERR_FULL.
 */
MUST_USE enum err db_adj_resolve(struct db *db, uint8_t port, const struct addr *next_hop, const uint8_t *mac);

/* Every neighbour on the port with index 'port' is lost. */
void db_adj_lose(struct db *db, uint8_t port);

/* Takes away host adjacencies of that port whose address isn't on a connected network any more. */
void db_adj_disconnect(struct db *db, uint8_t port);

#ifdef __cplusplus
}
#endif
#endif
