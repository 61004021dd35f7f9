/* Which slots are free, reserved by control, waiting for adoption, or used.  Main lcore. */
#include "db/slot.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { QUEUE_LOW, QUEUE_REST };

static uint32_t queue_of(const struct db_slots *s, uint32_t slot)
{
	return slot < s->low ? QUEUE_LOW : QUEUE_REST;
}

static void queue_put(struct db_slots *s, uint32_t slot)
{
	uint32_t q = queue_of(s, slot);

	s->queue[q][(s->head[q] + s->count[q]) & (s->slots - 1)] = slot;
	s->count[q]++;
	s->status[slot] = DB_SLOT_FREE;
}

static uint32_t queue_take(struct db_slots *s, uint32_t q)
{
	uint32_t slot = s->queue[q][s->head[q]];

	s->head[q] = (s->head[q] + 1) & (s->slots - 1);
	s->count[q]--;
	return slot;
}

/* Whether the slot that was returned first has rested enough, or there is no other. */
static bool is_rested(const struct db_slots *s, uint32_t q)
{
	return s->fresh[q] == s->end[q] || s->count[q] > DB_SLOT_REST;
}

static bool is_full(const struct db_slots *s, uint32_t q)
{
	return s->count[q] == 0 && s->fresh[q] == s->end[q];
}

static uint32_t take(struct db_slots *s, uint32_t q)
{
	return is_rested(s, q) ? queue_take(s, q) : s->fresh[q]++;
}

static void set_range(struct db_slots *s, uint32_t q, uint32_t begin, uint32_t end)
{
	uint32_t claimed = db_state_claimed(s->state, s->direction);

	s->fresh[q] = claimed < begin ? begin : claimed < end ? claimed : end;
	s->end[q] = end;
}

enum err db_slots_init(struct db_slots *s, struct db_state *state, enum dp_direction direction, uint32_t low)
{
	memset(s, 0, sizeof(*s));
	s->state = state;
	s->slots = state->slots;
	s->low = low;
	s->bits = (uint8_t)__builtin_ctz(s->slots);
	s->direction = direction;
	s->status = (uint8_t *)calloc(s->slots, sizeof(*s->status));
	s->queue[QUEUE_LOW] = (uint32_t *)calloc(s->slots, sizeof(uint32_t));
	s->queue[QUEUE_REST] = (uint32_t *)calloc(s->slots, sizeof(uint32_t));
	if (s->status == NULL || s->queue[QUEUE_LOW] == NULL || s->queue[QUEUE_REST] == NULL) {
		db_slots_fini(s);
		return ERR_NOMEM;
	}
	set_range(s, QUEUE_LOW, 0, low);
	set_range(s, QUEUE_REST, low, s->slots);
	for (uint32_t i = 0; i < db_state_claimed(state, direction); i++) {
		if (db_state_lives(state, direction, i))
			s->status[i] = DB_SLOT_ADOPTABLE;
		else
			queue_put(s, i);
	}
	return ERR_OK;
}

void db_slots_fini(struct db_slots *s)
{
	free(s->status);
	free(s->queue[QUEUE_LOW]);
	free(s->queue[QUEUE_REST]);
	memset(s, 0, sizeof(*s));
}

/* Generations go from 1 to the largest that fits above the slot's bits, and round again. */
static uint32_t next_generation(const struct db_slots *s, uint32_t slot)
{
	uint32_t next = db_state_generation(s->state, s->direction, slot) + 1;

	return next >= UINT32_C(1) << (32 - s->bits) ? 1 : next;
}

enum err db_slots_reserve(struct db_slots *s, bool low, uint32_t *spi)
{
	uint32_t q = low ? QUEUE_LOW : QUEUE_REST;
	uint32_t slot, generation;

	if (is_full(s, q))
		q = 1 - q;
	if (is_full(s, q))
		return ERR_FULL;
	slot = take(s, q);
	generation = next_generation(s, slot);
	db_state_claim(s->state, s->direction, slot, generation);
	s->status[slot] = DB_SLOT_RESERVED;
	*spi = generation << s->bits | slot;
	return ERR_OK;
}

enum err db_slots_use(struct db_slots *s, uint32_t spi)
{
	uint32_t slot = db_slots_of(s, spi);

	if (db_state_generation(s->state, s->direction, slot) != spi >> s->bits)
		return ERR_STALE;
	if (s->status[slot] != DB_SLOT_RESERVED && s->status[slot] != DB_SLOT_ADOPTABLE)
		return ERR_STATE;
	s->status[slot] = DB_SLOT_USED;
	return ERR_OK;
}

void db_slots_release(struct db_slots *s, uint32_t slot)
{
	assert(slot < s->slots && s->status[slot] != DB_SLOT_FREE);
	db_state_end(s->state, s->direction, slot);
	queue_put(s, slot);
}

void db_slots_forget(struct db_slots *s, enum db_slot_status status)
{
	for (uint32_t i = 0; i < s->slots; i++)
		if (s->status[i] == status)
			db_slots_release(s, i);
}
