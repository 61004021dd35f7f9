#ifndef DB_H
#define DB_H

#include <stdint.h>

#include "base/err.h"
#include "base/list.h"
#include "base/map.h"
#include "db/adj.h"
#include "db/carrier.h"
#include "db/fib.h"
#include "db/filter.h"
#include "db/gate.h"
#include "db/policy.h"
#include "db/pool.h"
#include "db/port.h"
#include "db/rate.h"
#include "db/rcu.h"
#include "db/route.h"
#include "db/sa.h"
#include "db/slot.h"
#include "db/state.h"
#include "db/tunnel.h"

#ifdef __cplusplus
extern "C" {
#endif

/* How much fits.  Memory is paid for as it is used. */
struct db_limits {
	uint32_t slots;     /* SAs of each direction; a power of two from 256 */
	uint32_t low_slots; /* of them can be in an SPI-table device; 0: no such device */
	uint32_t tunnels;
	uint32_t adjacencies;
	uint32_t fib_nodes; /* of all tables; two a route suffice, so there may be as many routes */
	uint32_t workers;
};

/*
 * The datapath's tables.  The main lcore writes through the functions of db/; workers read the first part directly,
 * under QSBR, and write nothing but the state of SAs they own, stamps and drop counts.
 */
struct db {
	/* workers */
	struct db_sa **sa_in; /* [slots]; published configurations */
	struct db_sa **sa_out;
	struct db_tunnel *tunnel; /* by index */
	struct db_adj *adj;
	struct db_vrf *vrf;
	struct db_port *port;       /* [DB_PORT_MAX] */
	struct db_gate *gate;       /* by index */
	struct db_rules **filter;   /* [DB_FILTER_MAX]; published rules */
	struct db_rate *rate;       /* by index */
	struct db_carrier *carrier; /* by index */
	uint32_t *carrier_head;     /* [DB_CARRIER_HEADS]; 0: none */
	uint32_t slot_mask;
	uint32_t epoch;        /* grows with every change that may alter an outer route */
	uint64_t routes_epoch; /* grows with every change of a VRF's routes; never 0 */
	uint8_t vif_port;      /* index of the one of kind VIF; DB_PORT_NONE */
	struct db_rcu *rcu;

	/* main lcore */
	struct db_limits limits;
	struct db_state state;
	struct db_slots slots[2]; /* by enum dp_direction */
	struct db_pool sas;       /* configurations: of struct db_sa */
	struct db_pool tunnels;
	struct db_pool adjs;
	struct db_pool fib_nodes;
	struct db_pool rules;
	struct db_pool gates;
	struct db_pool carriers;
	struct db_pool rates;
	struct db_adj_cold *adj_cold; /* by index, as the following */
	struct db_vrf_cold *vrf_cold;
	struct db_port_cold *port_cold;
	struct db_filter_cold *filter_cold;
	struct db_recall *recall[2]; /* [workers], by whether of IPv6 */
	uint64_t rules_made;
	db_sa_drop *sa_drop;
	void *sa_drop_ctx;
	struct map selectors; /* of SAs */
	struct map sa_ids;
	struct map tunnel_ids;
	struct map filter_ids;
	struct map policy_ids;
	uint32_t policy_serial;
	struct map adj_ids;
	struct map adj_hosts; /* port + next hop */
	struct map routes;    /* VRF + prefix */
	struct list locals;
};

/*
 * 'state' is moved in (fresh or adopted).  'seed' is 16 random bytes, for the hash tables.  VRF 0 exists.
 */
MUST_USE enum err db_new(struct db **out, const struct db_limits *limits, struct db_state *state, const uint8_t seed[16]);

/* Every worker is offline.  Runs what is deferred, so the engines still stand; the SAs' lives go on in the store. */
void db_free(struct db *db);

/* Says that outer routes may have changed: workers look theirs up again. */
static inline void db_touch(struct db *db)
{
	uint32_t next = db->epoch + 1;

	__atomic_store_n(&db->epoch, next == 0 ? 1 : next, __ATOMIC_RELEASE);
}

/* Says that routes have changed, and with them, it may be, outer ones.  After the change, before what it replaced is let go. */
static inline void db_touch_routes(struct db *db)
{
	__atomic_store_n(&db->routes_epoch, db->routes_epoch + 1, __ATOMIC_RELEASE);
	db_touch(db);
}

/* ---- workers ---- */

/* The SA that 'spi' names, or NULL. */
static inline const struct db_sa *db_sa_in(const struct db *db, uint32_t spi)
{
	const struct db_sa *sa = __atomic_load_n(&db->sa_in[spi & db->slot_mask], __ATOMIC_ACQUIRE);

	return sa != (const struct db_sa *)0 && sa->spi == spi ? sa : (const struct db_sa *)0;
}

/* The outbound SA in 'slot', or NULL. */
static inline const struct db_sa *db_sa_out(const struct db *db, uint32_t slot)
{
	return slot <= db->slot_mask ? __atomic_load_n(&db->sa_out[slot], __ATOMIC_ACQUIRE) : (const struct db_sa *)0;
}

#ifdef __cplusplus
}
#endif
#endif
