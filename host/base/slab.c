#include "base/slab.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/bytes.h"

enum { SLAB_CHUNK = 64 }; /* objects */

/* Stands before each object.  An odd generation is live, an even one free. */
struct slab_slot {
	uint32_t generation;
	uint32_t next_free;
	uint64_t pad; /* keeps objects 16-byte aligned */
};

static size_t stride(const struct slab *s)
{
	return sizeof(struct slab_slot) + ((s->object_size + 15) & ~(size_t)15);
}

static struct slab_slot *slot_at(const struct slab *s, uint32_t index)
{
	return (struct slab_slot *)(void *)(s->chunk[index / SLAB_CHUNK] + (index % SLAB_CHUNK) * stride(s));
}

void slab_init(struct slab *s, size_t object_size, uint32_t limit)
{
	memset(s, 0, sizeof(*s));
	s->object_size = object_size;
	s->limit = limit;
}

void slab_fini(struct slab *s)
{
	for (size_t i = 0; i < s->chunk_count; i++) {
		bytes_wipe(s->chunk[i], SLAB_CHUNK * stride(s));
		free(s->chunk[i]);
	}
	free(s->chunk);
	memset(s, 0, sizeof(*s));
}

static bool add_chunk(struct slab *s)
{
	uint8_t **wide = (uint8_t **)realloc(s->chunk, (s->chunk_count + 1) * sizeof(*wide));

	if (wide == NULL)
		return false;
	s->chunk = wide;
	wide[s->chunk_count] = (uint8_t *)calloc(SLAB_CHUNK, stride(s));
	if (wide[s->chunk_count] == NULL)
		return false;
	s->chunk_count++;
	return true;
}

void *slab_new(struct slab *s, struct slab_handle *out)
{
	struct slab_slot *slot;
	uint32_t index;

	if (s->used == s->limit)
		return NULL;
	if (s->free_head != 0) {
		index = s->free_head - 1;
		slot = slot_at(s, index);
		s->free_head = slot->next_free;
	} else {
		if (s->fresh == s->chunk_count * SLAB_CHUNK && !add_chunk(s))
			return NULL;
		index = s->fresh++;
		slot = slot_at(s, index);
	}
	slot->generation++;
	s->used++;
	*out = (struct slab_handle){ .index = index, .generation = slot->generation };
	return slot + 1;
}

void *slab_get(const struct slab *s, struct slab_handle h)
{
	struct slab_slot *slot;

	if ((h.generation & 1) == 0 || h.index >= s->fresh)
		return NULL;
	slot = slot_at(s, h.index);
	return slot->generation == h.generation ? slot + 1 : NULL;
}

void slab_free(struct slab *s, struct slab_handle h)
{
	struct slab_slot *slot;

	assert(slab_get(s, h) != NULL);
	slot = slot_at(s, h.index);
	bytes_wipe(slot + 1, s->object_size);
	slot->generation++;
	slot->next_free = s->free_head;
	s->free_head = h.index + 1;
	s->used--;
}

void *slab_walk(const struct slab *s, uint32_t *index, struct slab_handle *out)
{
	while (*index < s->fresh) {
		struct slab_slot *slot = slot_at(s, *index);

		*out = (struct slab_handle){ .index = *index, .generation = slot->generation };
		(*index)++;
		if ((slot->generation & 1) != 0)
			return slot + 1;
	}
	return NULL;
}
