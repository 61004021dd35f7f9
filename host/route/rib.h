#ifndef ROUTE_RIB_H
#define ROUTE_RIB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"
#include "base/list.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The routing table: candidates from every source, the best of each prefix, resolved to where packets go.  It knows
 * no socket and no datapath: what changes in the resolved table is told to one listener, which carries it to the
 * datapath's FIB (session/fib.h) and to the kernel (route/kernel.h).
 *
 * Interfaces are known by {kind, id}, the ids of contract 1 (dp/api.h).  A route through an interface counts only
 * while that is up.  Loop thread only.
 */
struct route_rib;

enum route_if_kind { ROUTE_IF_NONE, ROUTE_IF_PORT, ROUTE_IF_TUNNEL, ROUTE_IF_LOOPBACK, ROUTE_IF_NULL };

struct route_if {
	uint8_t kind; /* enum route_if_kind */
	uint32_t id;  /* 0 for NULL */
};

/* Code letters of `show ip route`: C connected, L local, S static (also what IKEv2 installs), B, H, O later. */
#define ROUTE_SOURCE_LIST(X)                                                         \
	X(CONNECTED, 'C', "connected")                                               \
	X(LOCAL, 'L', "local")                                                       \
	X(STATIC, 'S', "static")                                                     \
	X(IKEV2, 'S', "ikev2")   /* by the configuration exchange */                 \
	X(RRI, 'S', "rri")       /* `reverse-route`: what an SA's selectors cover */ \
	X(KERNEL, 'K', "kernel") /* another daemon's */

enum route_source {
#define ROUTE_SOURCE_ENUM(name, letter, word) ROUTE_##name,
	ROUTE_SOURCE_LIST(ROUTE_SOURCE_ENUM)
#undef ROUTE_SOURCE_ENUM
		ROUTE_SOURCE_COUNT
};

/*
 * A candidate.  Two of the same vrf, prefix, source, out and gateway are one.  Of equal distance the older one wins, but another daemon's
 * gives way to all others.
 */
struct route_candidate {
	uint32_t vrf;
	struct addr_prefix prefix; /* host bits are cleared on entry */
	uint8_t source;            /* enum route_source */
	uint8_t distance;          /* 1..255, lower wins; CONNECTED and LOCAL have 0 */
	uint32_t tag;
	struct route_if out; /* kind NONE: by the gateway alone (recursive) */
	struct addr gateway; /* family 0: none, the prefix is on the link */
	uint16_t track;      /* of a static that hangs on one: told, and no more */
};

/* Where packets of a prefix go, recursion resolved: an interface, and the next hop on it (family 0: on the link). */
struct route_hop {
	struct route_if out; /* LOOPBACK: for the box itself; NULL: dropped */
	struct addr next_hop;
	uint8_t source; /* enum route_source: whose route it is */
};

/* Told for every prefix whose resolved hop appears, changes ('hop' is the new one) or goes ('hop' NULL). */
typedef void route_changed_fn(void *ctx, uint32_t vrf, const struct addr_prefix *prefix, const struct route_hop *hop);

MUST_USE enum err route_rib_new(struct route_rib **out, const uint8_t map_key[16], route_changed_fn *changed, void *ctx);
void route_rib_free(struct route_rib *r);

/* Adds or, with other distance or tag, changes a candidate. */
MUST_USE enum err route_rib_add(struct route_rib *r, const struct route_candidate *c);

/* Removes the candidate of the same vrf, prefix, source, out and gateway; ERR_ABSENT when there is none. */
enum err route_rib_del(struct route_rib *r, const struct route_candidate *c);

/* Removes every candidate through 'out': the interface is gone. */
void route_rib_del_if(struct route_rib *r, struct route_if out);

/* An interface's state; unknown ones are down. */
MUST_USE enum err route_rib_set_if(struct route_rib *r, struct route_if out, bool up, const char *name);
/* What the listener made of 'out' is something else now: the next commit tells every prefix that leads there again, changed or not. */
void route_rib_retell(struct route_rib *r, struct route_if out);

bool route_rib_if_up(const struct route_rib *r, struct route_if out);

/*
 * Settles what the calls since the last time changed: selects, resolves (at most 10 recursions; never through a
 * route to itself) and tells the listener, each changed prefix once.  The owner calls it at the end of a batch.
 */
void route_rib_commit(struct route_rib *r);

/* Who wants to hear that the table isn't what it was: embedded, linked until route_rib_unlisten. */
struct route_listener {
	struct list link;
	/* A commit changed a hop or an interface.  Mustn't commit. */
	void (*settled)(struct route_listener *l);
};

void route_rib_listen(struct route_rib *r, struct route_listener *l);
void route_rib_unlisten(struct route_listener *l);

/* Whether the settled table has a route to exactly 'prefix'. */
bool route_rib_has(const struct route_rib *r, uint32_t vrf, const struct addr_prefix *prefix);

/* The hop for 'to' by longest match in the settled table; false: no route. */
bool route_rib_lookup(const struct route_rib *r, uint32_t vrf, const struct addr *to, struct route_hop *out);

/*
 * The same for the underlay of tunnel 'self': routes that end in that tunnel are passed over for the next best
 * (cli.md 4: never through that tunnel); false: nothing else remains (recursive-routing).
 */
bool route_rib_underlay(struct route_rib *r, uint32_t vrf, const struct addr *to, uint32_t self, struct route_hop *out);

/* One line of show ip route. */
struct route_info {
	struct route_candidate c;
	bool best;     /* in the table, else a candidate that waits */
	bool resolved; /* false: its interface is down, or its gateway has no route */
	struct route_hop hop;
	const char *out_name; /* of hop.out; borrowed until the next call */
};

/* Every candidate, in order of VRF, family, prefix and preference; 'fn' must not change the table. */
typedef void route_rib_fn(void *ctx, const struct route_info *info);
void route_rib_walk(const struct route_rib *r, route_rib_fn *fn, void *ctx);

/*
 * The candidates of the first prefix of a VRF and family behind '*after', which it becomes (its address' family 0: of the first of
 * all); false: there is none.  So a long table is told in pieces, whatever becomes of it between them.
 */
bool route_rib_next(const struct route_rib *r, uint32_t vrf, uint8_t family, struct addr_prefix *after, route_rib_fn *fn, void *ctx);

/* The candidates of 'prefix', or if it isn't in the settled table of the longest one there that covers it; false: there is none. */
bool route_rib_entry(const struct route_rib *r, uint32_t vrf, const struct addr_prefix *prefix, route_rib_fn *fn, void *ctx);

/* How many candidates of a source a VRF has in one family, and how many of them are best. */
struct route_count {
	uint32_t candidates, best;
};
void route_rib_count(const struct route_rib *r, uint32_t vrf, uint8_t family, struct route_count out[ROUTE_SOURCE_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
