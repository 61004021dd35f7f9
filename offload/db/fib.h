#ifndef DB_FIB_H
#define DB_FIB_H

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

enum { DB_FIB_WAYS = 16 };

/* The prefix that leads to a node is 'key' to 'bit' bits; an entry decides the next four. */
struct db_fib_node {
	struct db_key key;
	struct db_key mask;
	uint16_t bit;
	uint16_t children; /* writer: entries with a child */
	uint16_t values;   /* writer: entries with a hop */
	uint16_t spare;
	uint64_t pad[3];
	uint64_t entry[DB_FIB_WAYS]; /* child node + 1 (27 bits), depth of the hop (5), hop (32) */
};

struct db_fib {
	struct db_pool *nodes; /* shared by all tables */
	struct db_rcu *rcu;
	struct db_fib_node *root;
	uint32_t fallback; /* hop of the prefix of length 0 */
};

static inline void db_fib_init(struct db_fib *f, struct db_pool *nodes, struct db_rcu *rcu)
{
	f->nodes = nodes;
	f->rcu = rcu;
	f->root = (struct db_fib_node *)0;
	f->fallback = 0;
}

/*
 * Sets the hop of the prefix; 'hop' 0 takes it out, after which 'cover' - the hop of the longest shorter prefix
 * within the same four bits, from db_fib_cover - shows again.  ERR_FULL: no node left; nothing has changed.
 */
MUST_USE enum err db_fib_set(struct db_fib *f, struct db_key key, uint8_t len, uint32_t hop);

/* Takes the prefix out. 'shorter' is the hop of prefix (key, 'shorter_len'), the longest one that covers it; 0, 0 none. */
void db_fib_clear(struct db_fib *f, struct db_key key, uint8_t len, uint8_t shorter_len, uint32_t shorter);

/* Takes out everything. */
void db_fib_fini(struct db_fib *f);

/* The hop of the longest prefix that covers 'key'; 0 none. */
static inline uint32_t db_fib_lookup(const struct db_fib *f, struct db_key key)
{
	const struct db_fib_node *n = __atomic_load_n(&f->root, __ATOMIC_ACQUIRE);
	uint32_t best = __atomic_load_n(&f->fallback, __ATOMIC_RELAXED);

	while (n != (const struct db_fib_node *)0) {
		uint64_t entry, word;
		uint32_t hop;

		if ((((key.hi ^ n->key.hi) & n->mask.hi) | ((key.lo ^ n->key.lo) & n->mask.lo)) != 0)
			break;
		word = n->bit < 64 ? key.hi >> (60 - n->bit) : key.lo >> (124 - n->bit);
		entry = __atomic_load_n(&n->entry[word & (DB_FIB_WAYS - 1)], __ATOMIC_ACQUIRE);
		hop = (uint32_t)entry;
		best = hop != 0 ? hop : best;
		if (entry >> 37 == 0)
			break;
		n = (const struct db_fib_node *)db_pool_at(f->nodes, (uint32_t)(entry >> 37) - 1);
	}
	return best;
}

#ifdef __cplusplus
}
#endif
#endif
