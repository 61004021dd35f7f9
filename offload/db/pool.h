#ifndef DB_POOL_H
#define DB_POOL_H

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Equal objects in one mapping, those of a cache line or more on line boundaries: reserved at once, paid for as it is touched, in huge pages
 * where the kernel has them, never in a core dump.  Objects keep their address, so readers may hold pointers under
 * QSBR.  Taken and given on the main lcore alone.
 */
struct db_pool {
	uint8_t *base;
	uint32_t *free; /* stack of given objects' indices */
	size_t stride;  /* bytes from one object to the next */
	uint32_t limit;
	uint32_t fresh; /* objects never taken begin here */
	uint32_t free_count;
};

/* At most 'limit' objects of 'object_size' bytes. */
MUST_USE enum err db_pool_init(struct db_pool *p, size_t object_size, uint32_t limit);

/* Wipes what was used and unmaps; safe on all-zero. */
void db_pool_fini(struct db_pool *p);

/* A zeroed object; NULL at the limit. */
void *db_pool_take(struct db_pool *p);

/* Wipes the object and lets it go.  No reader holds it any more. */
void db_pool_give(struct db_pool *p, void *object);

static inline uint32_t db_pool_used(const struct db_pool *p)
{
	return p->fresh - p->free_count;
}

static inline uint32_t db_pool_index(const struct db_pool *p, const void *object)
{
	return (uint32_t)((size_t)((const uint8_t *)object - p->base) / p->stride);
}

static inline void *db_pool_at(const struct db_pool *p, uint32_t index)
{
	return p->base + index * p->stride;
}

/* A mapping as the pool's own: 'size' zero bytes, or NULL.  For flat arrays that readers index. */
void *db_pool_map(size_t size);
void db_pool_unmap(void *at, size_t size);

#ifdef __cplusplus
}
#endif
#endif
