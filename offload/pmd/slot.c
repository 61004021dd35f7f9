/* SA slots of one direction.  Control thread under the port's lock; workers read 'live' and 'sa.userdata'. */
#include "pmd/slot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void free_put(struct pmd_slots *s, uint32_t index)
{
	s->free[(s->free_head + s->free_count) % s->count] = index;
	s->free_count++;
	s->slot[index].dequeued = false;
}

bool pmd_slot_init(struct pmd_slots *s, uint32_t count, uint8_t direction, bool by_spi)
{
	memset(s, 0, sizeof(*s));
	if (by_spi && (count & (count - 1)) != 0)
		return false;
	s->slot = (struct pmd_slot *)calloc(count + 1, sizeof(*s->slot));
	s->free = (uint32_t *)calloc(count + 1, sizeof(*s->free));
	s->drain = (struct pmd_slot_wait *)calloc(count + 1, sizeof(*s->drain));
	if (s->slot == NULL || s->free == NULL || s->drain == NULL) {
		pmd_slot_fini(s);
		return false;
	}
	s->count = count;
	s->direction = direction;
	s->by_spi = by_spi;
	for (uint32_t i = 0; i < count; i++)
		s->free[i] = i;
	s->free_count = count;
	return true;
}

void pmd_slot_fini(struct pmd_slots *s)
{
	free(s->slot);
	free(s->free);
	free(s->drain);
	memset(s, 0, sizeof(*s));
}

uint32_t pmd_slot_index(const struct pmd_slot *slot)
{
	return (uint32_t)(slot - slot->table->slot);
}

/* The next slot in the order of their return that is really free: by_spi and 'find' take out of turn. */
static struct pmd_slot *next_free(struct pmd_slots *s)
{
	while (s->free_count > 0) {
		struct pmd_slot *slot = &s->slot[s->free[s->free_head]];

		s->free_head = (s->free_head + 1) % s->count;
		s->free_count--;
		slot->dequeued = true;
		if (slot->state == PMD_SLOT_FREE)
			return slot;
	}
	return NULL;
}

struct pmd_slot *pmd_slot_take(struct pmd_slots *s, const struct pmd_slot_sa *sa)
{
	struct pmd_slot *slot;

	if (s->count == 0)
		return NULL;
	slot = s->by_spi ? &s->slot[sa->spi & (s->count - 1)] : next_free(s);
	if (slot == NULL || slot->state != PMD_SLOT_FREE)
		return NULL;
	slot->table = s;
	slot->generation = slot->generation == UINT16_MAX ? 1 : (uint16_t)(slot->generation + 1);
	slot->state = PMD_SLOT_ADDING;
	slot->status = FWI_ST_OK;
	slot->sa = *sa;
	slot->own_flow = NULL;
	slot->flows = 0;
	s->used++;
	pmd_slot_publish(slot);
	return slot;
}

bool pmd_slot_find(struct pmd_slots *s, uint32_t index, uint16_t generation, const struct pmd_slot_sa *sa)
{
	struct pmd_slot *slot = &s->slot[index];

	if (index >= s->count || slot->state != PMD_SLOT_FREE || generation == 0)
		return false;
	slot->table = s;
	slot->generation = generation;
	slot->state = PMD_SLOT_FOUND;
	slot->sa = *sa;
	slot->own_flow = NULL;
	slot->flows = 0;
	s->used++;
	return true;
}

void pmd_slot_publish(struct pmd_slot *slot)
{
	__atomic_store_n(&slot->live, slot->generation, __ATOMIC_RELEASE);
}

void pmd_slot_withdraw(struct pmd_slot *slot)
{
	__atomic_store_n(&slot->live, 0, __ATOMIC_RELEASE);
}

void pmd_slot_give(struct pmd_slot *slot)
{
	struct pmd_slots *s = slot->table;

	assert(slot->state != PMD_SLOT_FREE);
	pmd_slot_withdraw(slot);
	slot->state = PMD_SLOT_FREE;
	s->used--;
	if (slot->dequeued) /* one that was taken out of turn is still in the ring */
		free_put(s, pmd_slot_index(slot));
}

void pmd_slot_drain(struct pmd_slot *slot, const uint32_t rx_position[FWI_QUEUES_MAX])
{
	struct pmd_slots *s = slot->table;
	struct pmd_slot_wait *d;

	if (s->drain_count == 0)
		s->drain_head = 0;
	d = &s->drain[(s->drain_head + s->drain_count++) % s->count];
	d->index = pmd_slot_index(slot);
	memcpy(d->rx_position, rx_position, sizeof(d->rx_position));
	slot->state = PMD_SLOT_DRAINING;
}

void pmd_slot_reclaim(struct pmd_slots *s, bool (*passed)(void *ctx, const uint32_t *rx_position), void *ctx)
{
	while (s->drain_count != 0) {
		const struct pmd_slot_wait *d = &s->drain[s->drain_head];
		struct pmd_slot *slot = &s->slot[d->index];

		if (slot->in_flight != 0 || !passed(ctx, d->rx_position))
			return;
		s->drain_head = (s->drain_head + 1) % s->count;
		s->drain_count--;
		pmd_slot_give(slot);
	}
}
