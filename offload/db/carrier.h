#ifndef DB_CARRIER_H
#define DB_CARRIER_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"
#include "db/gre.h"
#include "db/key.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * GRE that no SA protects (RFC2784, RFC2890): what a tunnel of mode GRE puts in front of its packets, and by which name what comes is known
 * to be the tunnel's.  Like an SA it isn't changed once it is published: another name is another carrier.
 */
struct db;
struct db_tunnel;

/* What tells one tunnel's packets from another's; 'local' and 'remote' as its own end sees them. */
struct db_carrier_name {
	struct db_key local, remote;
	uint32_t key; /* 0 without one */
	uint16_t front_vrf;
	uint8_t family;
	bool has_key;
};

struct db_carrier {
	struct db_carrier_name name;
	uint32_t next;   /* index of another in the same chain; 0: none */
	uint32_t tunnel; /* index */
	uint64_t spare0[2];

	/* line 1 */
	struct db_gre gre;
	uint64_t spare1;

	/* line 2 */
	uint64_t packets[2], bytes[2]; /* by enum dp_direction; of the packets carried (workers, atomically added) */

	/* main lcore */
	struct list of_tunnel; /* also in its grace period */
	struct db *db;
	uint64_t spare2;
};
static_assert(sizeof(struct db_carrier) == 192, "carrier: three lines");

enum { DB_CARRIER_HEADS = 256 };

/*
 * What the tunnel 'conf' of front VRF 'front' needs, into '*out': 0 unless its mode is GRE, the index of the one that 't' has (NULL: it is to be
 * made) if it is as good, else of a new one that nobody sees yet.  ERR_EXISTS: another tunnel has that name; ERR_FULL.
 */
MUST_USE enum err db_carrier_prepare(struct db *db, const struct db_tunnel *t, const struct dp_tunnel *conf, uint16_t front, uint32_t *out);

/* Gives up what was prepared for 't'. */
void db_carrier_abandon(struct db *db, const struct db_tunnel *t, uint32_t index);

/* What was prepared, or 0, is the tunnel's from now on; its former one goes after a grace period. */
void db_carrier_set(struct db *db, struct db_tunnel *t, uint32_t index);

/* The tunnel's carriers counted so much, in addition to what it keeps of past ones. */
void db_carrier_count(const struct list *carriers, struct dp_tunnel_stats *out);

/* ---- workers ---- */

/* The one of that name, or NULL. */
struct db_carrier *db_carrier_find(const struct db *db, const struct db_carrier_name *name);

static inline void db_carrier_add(struct db_carrier *k, enum dp_direction way, uint32_t bytes)
{
	__atomic_fetch_add(&k->packets[way], 1, __ATOMIC_RELAXED);
	__atomic_fetch_add(&k->bytes[way], bytes, __ATOMIC_RELAXED);
}

#ifdef __cplusplus
}
#endif
#endif
