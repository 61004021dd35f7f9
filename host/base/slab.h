#ifndef BASE_SLAB_H
#define BASE_SLAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Names an object for those who must not hold a pointer: a reply to a handle whose generation passed is stale. */
struct slab_handle {
	uint32_t index;
	uint32_t generation; /* 0: no object */
};

/* A growing table of equal objects that keep their address for life. */
struct slab {
	uint8_t **chunk;
	size_t chunk_count;
	size_t object_size;
	uint32_t limit;
	uint32_t used;
	uint32_t fresh;     /* slots never used begin here */
	uint32_t free_head; /* index + 1 of the first freed slot, 0: none */
};

/* At most 'limit' objects of 'object_size' bytes. */
void slab_init(struct slab *s, size_t object_size, uint32_t limit);
void slab_fini(struct slab *s);

/* A zeroed object, its handle in 'out'; NULL when the limit or memory is reached. */
void *slab_new(struct slab *s, struct slab_handle *out);

/* The live object behind 'h', or NULL. */
void *slab_get(const struct slab *s, struct slab_handle h);

/* Wipes the object and lets the slot go; 'h' must be live. */
void slab_free(struct slab *s, struct slab_handle h);

/* The live object at or after slot '*index', which moves past it; NULL at the end. */
void *slab_walk(const struct slab *s, uint32_t *index, struct slab_handle *out);

#ifdef __cplusplus
}
#endif
#endif
