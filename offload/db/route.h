#ifndef DB_ROUTE_H
#define DB_ROUTE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/map.h"
#include "db/fib.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

/*
 * VRFs and what is routed in them.  A prefix may be wanted by several: the box's own addresses come first, then
 * control's routes, then neighbours on connected networks; the first one there is in the FIB.  Main lcore, but for
 * db_vrf_lookup.
 */
enum db_origin { DB_FROM_LOCAL, DB_FROM_ROUTE, DB_FROM_NEIGHBOUR, DB_FROM_COUNT };

enum { DB_VRF_MAX = 256, DB_VRF_NONE = 0xffff };

struct db_vrf {
	struct db_fib fib4;
	struct db_fib fib6;
	struct db_key source4; /* an address of the box, for ICMP; zero: none */
	struct db_key source6;
	uint32_t id;
	uint8_t tun; /* index of the TUN port; DB_PORT_NONE */
	bool live;
};

MUST_USE enum err db_vrf_put(struct db *db, const struct dp_vrf *conf);
MUST_USE enum err db_vrf_del(struct db *db, uint32_t id); /* ERR_BUSY while routes, locals, ports or tunnels use it */
bool db_vrf_get(const struct db *db, uint32_t id, struct dp_vrf *out);
uint16_t db_vrf_find(const struct db *db, uint32_t id); /* index, or DB_VRF_NONE */
void db_vrf_set_tun(struct db *db, uint16_t vrf, uint8_t port);

/* The hop of 'key'; any thread under QSBR. */
static inline uint32_t db_vrf_lookup(const struct db_vrf *v, bool v6, struct db_key key)
{
	return db_fib_lookup(v6 ? &v->fib6 : &v->fib4, key);
}

/* ERR_ABSENT: VRF or target unknown; ERR_FULL. */
MUST_USE enum err db_route_put(struct db *db, const struct dp_route *conf);
MUST_USE enum err db_route_del(struct db *db, const struct dp_route *conf);
bool db_route_get(const struct db *db, uint32_t vrf, const struct addr_prefix *prefix, struct dp_route *out);

/* Control's routes in any order: '*cursor' is NULL at first and becomes NULL at the end. */
bool db_route_walk(const struct db *db, const void **cursor, struct dp_route *out);

/* An address of the box: /32 or /128 becomes local; on a port also its network becomes connected. */
MUST_USE enum err db_local_put(struct db *db, const struct dp_local *conf);
MUST_USE enum err db_local_del(struct db *db, const struct dp_local *conf);
bool db_local_walk(const struct db *db, uint32_t *cursor, struct dp_local *out);

#ifdef __cplusplus
}
#endif
#endif
