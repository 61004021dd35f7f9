#ifndef DB_FIB_H
#define DB_FIB_H

#include <assert.h>
#include <stdint.h>

#include "base/err.h"
#include "db/key.h"
#include "db/pool.h"
#include "db/rcu.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Longest-prefix match for one family of one VRF: a path-compressed trie, four bits a level.  Readers go without
 * locks; every change is published by single stores of one 64-bit entry, so a lookup sees a prefix's old or its new
 * value, never anything between.  A node is let go after a grace period.  An empty table is one pointer.
 */

/* Where a packet goes: an action and an index.  0 is 'no route', which drops. */
enum db_hop_action {
	DB_HOP_NONE,
	DB_HOP_DROP,  /* a route that says so */
	DB_HOP_LOCAL, /* for the box itself */
	DB_HOP_PORT,  /* connected network: the destination is the neighbour */
	DB_HOP_ADJ,
	DB_HOP_TUNNEL
};

enum { DB_HOP_SHIFT = 28 };

static inline uint32_t db_hop(enum db_hop_action action, uint32_t index)
{
	return (uint32_t)action << DB_HOP_SHIFT | index;
}

static inline enum db_hop_action db_hop_action(uint32_t hop)
{
	return (enum db_hop_action)(hop >> DB_HOP_SHIFT);
}

static inline uint32_t db_hop_index(uint32_t hop)
{
	return hop & ((UINT32_C(1) << DB_HOP_SHIFT) - 1);
}

enum { DB_FIB_WAYS = 16, DB_FIB_STEP = 4, DB_FIB_INNER = 14 };

/* An entry: child node + 1 (29 bits), depth of the prefix that its hop is of (3 bits, 0..4), hop (32 bits). */
enum { DB_FIB_DEPTH_SHIFT = 32, DB_FIB_CHILD_SHIFT = 35 };

/* Decides the four bits after the first 'bit' ones, which are those of 'key'. */
struct db_fib_node {
	struct db_key key;
	struct db_key mask;
	uint32_t bit;
	uint16_t children; /* writer: entries with a child */
	uint16_t prefixes; /* writer: prefixes that end in this node */
	uint64_t pad[3];
	uint64_t entry[DB_FIB_WAYS];
	uint32_t inner[DB_FIB_INNER]; /* writer: hops of the prefixes of depth 1 to 3, as a heap; those of 4 are entries */
	uint64_t pad_end;
};
static_assert(sizeof(struct db_fib_node) == 256, "FIB node: four lines, two of them read");

struct db_fib {
	struct db_pool *nodes; /* of struct db_fib_node, shared by all tables */
	const struct db_fib_node *base;
	struct db_rcu *rcu;
	uint64_t root; /* an entry: hop of the prefix of length 0, and the first node */
};

static inline void db_fib_init(struct db_fib *f, struct db_pool *nodes, struct db_rcu *rcu)
{
	f->nodes = nodes;
	f->base = (const struct db_fib_node *)(const void *)nodes->base;
	f->rcu = rcu;
	f->root = 0;
}

/*
 * Sets the hop of a prefix, 'key' being zero beyond its 'len' bits; hop 0 takes it out (nothing when it isn't in).
 * ERR_FULL: no node left, and nothing has changed.
 */
MUST_USE enum err db_fib_set(struct db_fib *f, struct db_key key, uint32_t len, uint32_t hop);

/* Takes everything out. */
void db_fib_fini(struct db_fib *f);

static inline uint32_t db_fib_nibble(struct db_key key, uint32_t bit)
{
	return (uint32_t)((bit < 64 ? key.hi >> (60 - bit) : key.lo >> (124 - bit)) & (DB_FIB_WAYS - 1));
}

/* The hop of the longest prefix that covers 'key'; 0 none.  Any thread under QSBR. */
static inline uint32_t db_fib_lookup(const struct db_fib *f, struct db_key key)
{
	uint64_t entry = __atomic_load_n(&f->root, __ATOMIC_ACQUIRE);
	uint32_t best = (uint32_t)entry;

	while (entry >> DB_FIB_CHILD_SHIFT != 0) {
		const struct db_fib_node *n = &f->base[(entry >> DB_FIB_CHILD_SHIFT) - 1];

		if ((((key.hi ^ n->key.hi) & n->mask.hi) | ((key.lo ^ n->key.lo) & n->mask.lo)) != 0)
			break;
		entry = __atomic_load_n(&n->entry[db_fib_nibble(key, n->bit)], __ATOMIC_ACQUIRE);
		if ((uint32_t)entry != 0)
			best = (uint32_t)entry;
	}
	return best;
}

/* The same for a table of IPv4, whose keys have no lower word: 'hi' is the upper one. */
static inline uint32_t db_fib_lookup4(const struct db_fib *f, uint64_t hi)
{
	uint64_t entry = __atomic_load_n(&f->root, __ATOMIC_ACQUIRE);
	uint32_t best = (uint32_t)entry;

	while (entry >> DB_FIB_CHILD_SHIFT != 0) {
		const struct db_fib_node *n = &f->base[(entry >> DB_FIB_CHILD_SHIFT) - 1];

		if (((hi ^ n->key.hi) & n->mask.hi) != 0)
			break;
		entry = __atomic_load_n(&n->entry[hi >> (64 - DB_FIB_STEP - n->bit) & (DB_FIB_WAYS - 1)], __ATOMIC_ACQUIRE);
		if ((uint32_t)entry != 0)
			best = (uint32_t)entry;
	}
	return best;
}

#ifdef __cplusplus
}
#endif
#endif
