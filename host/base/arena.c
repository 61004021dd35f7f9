#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ARENA_BLOCK = 4096 }; /* smallest block, bytes */

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	size_t pad;
};

static struct arena_block *add_block(struct arena *a, size_t need)
{
	size_t size = need > ARENA_BLOCK ? need : ARENA_BLOCK;
	struct arena_block *b = (struct arena_block *)calloc(1, sizeof(*b) + size);

	if (b == NULL)
		return NULL;
	b->size = size;
	b->next = a->block;
	a->block = b;
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	size_t need = (size + 15) & ~(size_t)15;
	struct arena_block *b = a->block;
	void *at;

	if (size > PTRDIFF_MAX - ARENA_BLOCK || (a->limit != 0 && (need > a->limit || a->used > a->limit - need)))
		return NULL;
	if (b == NULL || b->size - b->used < need)
		b = add_block(a, need);
	if (b == NULL)
		return NULL;
	at = (uint8_t *)(b + 1) + b->used;
	b->used += need;
	a->used += need;
	return at;
}

char *arena_str(struct arena *a, const char *s)
{
	return arena_str_of(a, bytes_str(s));
}

char *arena_str_of(struct arena *a, struct bytes b)
{
	char *s = (char *)arena_alloc(a, b.len + 1);

	if (s != NULL && b.len != 0)
		memcpy(s, b.data, b.len);
	return s;
}

void arena_fini(struct arena *a)
{
	for (struct arena_block *b = a->block, *next; b != NULL; b = next) {
		next = b->next;
		bytes_wipe(b + 1, b->used);
		free(b);
	}
	a->block = NULL;
	a->used = 0;
}
