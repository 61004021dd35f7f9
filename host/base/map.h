#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Intrusive hash table: buckets of nodes that the caller embeds, doubled as it fills.  The hash is SipHash-2-4
 * under the map's own key, so that a peer can't choose collisions.
 */
struct map_node {
	struct map_node *next;
	uint64_t hash;
};

struct map {
	struct map_node **bucket;
	size_t bucket_count;
	size_t count;
	uint64_t key[2];
};

/* 'key' is 16 random bytes.  An all-zero map is empty and safe to search, walk and fini. */
MUST_USE enum err map_init(struct map *m, const uint8_t key[16]);

/* Frees the buckets; the nodes are their owners'. */
void map_fini(struct map *m);

uint64_t map_hash(const struct map *m, struct bytes key);

/* Adds 'node' under 'hash'; several nodes may share one.  The node isn't in any map before. */
void map_add(struct map *m, struct map_node *node, uint64_t hash);

/* Removes 'node', which is in the map. */
void map_del(struct map *m, struct map_node *node);

/* The first node under 'hash', then the next one; NULL at the end.  The caller compares the real key. */
struct map_node *map_find(const struct map *m, uint64_t hash);
struct map_node *map_find_next(const struct map_node *node);

/* Any order; 'node' NULL starts.  The current node must not be removed before the next is taken. */
struct map_node *map_walk(const struct map *m, const struct map_node *node);

/* SipHash-2-4 of 'data' under a 128-bit key. */
uint64_t map_siphash(const uint64_t key[2], struct bytes data);

#ifdef __cplusplus
}
#endif
#endif
