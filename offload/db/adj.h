#ifndef DB_ADJ_H
#define DB_ADJ_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

/*
 * Adjacencies: port + next hop -> MAC address.  The address is one atomic word, so that a neighbour's change is one
 * store; the source address is the port's, the type the packet's.  The kernel resolves: the server feeds what its
 * neighbour table says through db_adj_resolve.
 */
#define DB_ADJ_RESOLVED (UINT64_C(1) << 48)

struct db_adj {
	uint64_t mac;      /* DB_ADJ_RESOLVED | address, first byte lowest; 0: unresolved, packets raise a note */
	uint64_t asked_ms; /* last time a note was raised for it (workers; a race costs a second note) */
	uint32_t id;       /* control's; 0: made for a neighbour on a connected network */
	uint32_t refs;     /* routes that point here, and the owner */
	uint16_t port;     /* index */
	bool live;
	struct addr next_hop;
};
static_assert(sizeof(struct db_adj) <= 64, "adjacency: one line");

/* ERR_ABSENT: no such port; ERR_FULL.  An id that exists is changed in place (its routes go on). */
MUST_USE enum err db_adj_put(struct db *db, const struct dp_adjacency *conf);
MUST_USE enum err db_adj_del(struct db *db, uint32_t id);
bool db_adj_get(const struct db *db, uint32_t id, struct dp_adjacency *out);

/* Adjacencies in any order: '*cursor' begins at 0; NULL at the end.  Those with id 0 are the datapath's own. */
struct db_adj *db_adj_walk(const struct db *db, uint32_t *cursor);

/*
 * The neighbour 'next_hop' on the port with index 'port' has 'mac' (6 bytes), or is lost (NULL).  Resolves every
 * adjacency to it; on a connected network also makes, or takes away, its own host adjacency and /32 or /128 entry in
 * the port's VRF.  ERR_FULL.
 */
MUST_USE enum err db_adj_resolve(struct db *db, uint16_t port, const struct addr *next_hop, const uint8_t *mac);

#ifdef __cplusplus
}
#endif
#endif
