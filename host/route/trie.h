#ifndef ROUTE_TRIE_H
#define ROUTE_TRIE_H

#include "base/addr.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Path-compressed binary trie over the prefixes of one address family, with one caller's value a prefix: find,
 * longest match and ordered walk in time of the prefix length.  All-zero is empty.
 */
struct route_trie {
	struct route_trie_node *root;
	size_t count; /* prefixes with a value */
};

enum { ROUTE_TRIE_DEPTH = 129 }; /* prefixes that can cover one address */

/* The value of exactly 'p', NULL when there is none.  Host bits of 'p' are clear, here and below. */
void *route_trie_find(const struct route_trie *t, const struct addr_prefix *p);

/* Gives 'p' the value 'value', which isn't NULL and replaces an older one. */
MUST_USE enum err route_trie_set(struct route_trie *t, const struct addr_prefix *p, void *value);

/* Takes 'p' out and returns its value; NULL when it isn't there. */
void *route_trie_remove(struct route_trie *t, const struct addr_prefix *p);

/* The values of all prefixes that cover 'a', shortest first; returns how many. */
unsigned route_trie_match(const struct route_trie *t, const struct addr *a, void *out[ROUTE_TRIE_DEPTH]);

/* Every value in order of address, a shorter prefix before what it covers. */
void route_trie_walk(const struct route_trie *t, void (*fn)(void *ctx, void *value), void *ctx);

/* The same for those that 'within' covers, itself included. */
void route_trie_walk_within(const struct route_trie *t, const struct addr_prefix *within, void (*fn)(void *ctx, void *value), void *ctx);

/* The first value in that order behind 'after', which needn't be there; of all when its family is 0; NULL at the end. */
void *route_trie_next(const struct route_trie *t, const struct addr_prefix *after);

/* Frees the nodes; the values are their owner's. */
void route_trie_fini(struct route_trie *t);

#ifdef __cplusplus
}
#endif
#endif
