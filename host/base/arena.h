#ifndef BASE_ARENA_H
#define BASE_ARENA_H

#include <stddef.h>

#include "base/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Memory that is given back all at once: a parsed message, a configuration.  All-zero is empty and ready. */
struct arena {
	struct arena_block *block;
	size_t limit; /* bytes in all; 0: none */
	size_t used;
};

/* 'size' zeroed bytes, 16-byte aligned; NULL when out of memory or over the limit. */
void *arena_alloc(struct arena *a, size_t size);

/* A NUL-terminated copy of 's', or of the 'b' bytes. */
char *arena_str(struct arena *a, const char *s);
char *arena_str_of(struct arena *a, struct bytes b);

/* Wipes and frees everything. */
void arena_fini(struct arena *a);

#ifdef __cplusplus
}
#endif
#endif
