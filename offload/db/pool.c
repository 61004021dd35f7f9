/*
 * Mappings that are reserved at their full size and cost what is touched of them: tables can be dimensioned for the
 * largest hub without an idle one paying.  Transparent huge pages keep lookups off the TLB; MADV_DONTDUMP because
 * key schedules live here too.
 */
#include "db/pool.h"

#include <assert.h>
#include <string.h>
#include <sys/mman.h>

#include "base/bytes.h"

enum { POOL_LINE = 64, POOL_SMALL = 16 };

void *db_pool_map(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (p == MAP_FAILED)
		return NULL;
	(void)madvise(p, size, MADV_HUGEPAGE);
	(void)madvise(p, size, MADV_DONTDUMP);
	return p;
}

void db_pool_unmap(void *at, size_t size)
{
	if (at != NULL)
		(void)munmap(at, size);
}

enum err db_pool_init(struct db_pool *p, size_t object_size, uint32_t limit)
{
	size_t step = object_size < POOL_LINE ? POOL_SMALL : POOL_LINE;

	memset(p, 0, sizeof(*p));
	p->stride = (object_size + step - 1) / step * step;
	p->limit = limit;
	p->base = (uint8_t *)db_pool_map(p->stride * limit);
	p->free = (uint32_t *)db_pool_map(sizeof(*p->free) * limit);
	if (p->base != NULL && p->free != NULL)
		return ERR_OK;
	db_pool_fini(p);
	return ERR_NOMEM;
}

void db_pool_fini(struct db_pool *p)
{
	if (p->base != NULL)
		bytes_wipe(p->base, p->stride * p->fresh);
	db_pool_unmap(p->base, p->stride * p->limit);
	db_pool_unmap(p->free, sizeof(*p->free) * p->limit);
	memset(p, 0, sizeof(*p));
}

void *db_pool_take(struct db_pool *p)
{
	if (p->free_count != 0)
		return db_pool_at(p, p->free[--p->free_count]);
	if (p->fresh == p->limit)
		return NULL;
	return db_pool_at(p, p->fresh++);
}

void db_pool_give(struct db_pool *p, void *object)
{
	uint32_t index = db_pool_index(p, object);

	assert(index < p->fresh && p->free_count < p->fresh);
	bytes_wipe(object, p->stride);
	p->free[p->free_count++] = index;
}
