#ifndef DB_ROUTE_H
#define DB_ROUTE_H

#include <assert.h>
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

struct db_vrf_cold {
	struct dp_vrf conf;
	uint32_t refs; /* rules, ports, tunnels */
};

/* A prefix of a VRF and who wants it to lead where. */
struct db_rule {
	struct map_node node;
	struct db_key key;
	uint16_t vrf; /* index */
	uint8_t len;
	uint8_t family;
	uint32_t hop[DB_FROM_COUNT]; /* 0: not wanted by that origin */
};
static_assert(sizeof(struct db_rule) == 48, "rule: there are as many as routes");

MUST_USE enum err db_vrf_put(struct db *db, const struct dp_vrf *conf);
MUST_USE enum err db_vrf_del(struct db *db, uint32_t id); /* ERR_BUSY while routes, locals, ports or tunnels use it */
bool db_vrf_is_named(const struct db *db, uint32_t id);   /* whether any of them but its own TUN does */
bool db_vrf_get(const struct db *db, uint32_t id, struct dp_vrf *out);
uint16_t db_vrf_find(const struct db *db, uint32_t id); /* index, or DB_VRF_NONE */
void db_vrf_set_tun(struct db *db, uint16_t vrf, uint8_t port);

/* The hop of 'key'; any thread under QSBR. */
static inline uint32_t db_vrf_lookup(const struct db_vrf *v, bool v6, struct db_key key)
{
	return v6 ? db_fib_lookup(&v->fib6, key) : db_fib_lookup4(&v->fib4, key.hi);
}

/* ERR_ABSENT: VRF or target unknown; ERR_FULL. */
MUST_USE enum err db_route_put(struct db *db, const struct dp_route *conf);
MUST_USE enum err db_route_del(struct db *db, const struct dp_route *conf);
bool db_route_get(const struct db *db, uint32_t vrf, const struct addr_prefix *prefix, struct dp_route *out);

/* Control's routes in any order: '*cursor' is NULL at first; false at the end.  No change between two calls. */
bool db_route_walk(const struct db *db, const struct db_rule **cursor, struct dp_route *out);

/* Sets what 'origin' wants of a prefix, whose host bits are cleared. */
MUST_USE enum err db_rule_set(struct db *db, uint16_t vrf, const struct addr_prefix *prefix, enum db_origin origin, uint32_t hop);

/* Takes it back; false: it wanted nothing. */
bool db_rule_clear(struct db *db, uint16_t vrf, const struct addr_prefix *prefix, enum db_origin origin);

#ifdef __cplusplus
}
#endif
#endif
