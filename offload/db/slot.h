#ifndef DB_SLOT_H
#define DB_SLOT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "db/state.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Slots of one direction.  Inbound, SPI = generation above, slot in the low bits: the lookup is an array access and
 * a stale SPI fails by its generation.  Generations start at 1, so with at least 256 slots the SPIs 0-255 never
 * occur.  A freed slot rests behind all that were freed before it, until DB_SLOT_REST others rest; then it goes before one that never was
 * used, whose memory nobody has paid for yet.  Main lcore alone.
 */
enum { DB_SLOT_REST = 1024 };

enum db_slot_status { DB_SLOT_FREE, DB_SLOT_RESERVED, DB_SLOT_ADOPTABLE, DB_SLOT_USED };

struct db_slots {
	struct db_state *state; /* borrowed: keeps the generations */
	uint8_t *status;        /* enum db_slot_status of each */
	uint32_t *queue[2];     /* returned slots, in that order: below 'low', and the rest */
	uint32_t head[2];
	uint32_t count[2];
	uint32_t fresh[2]; /* those never used begin here ... */
	uint32_t end[2];   /* ... and end here */
	uint32_t slots;
	uint32_t low; /* slots below this can be in an SPI-table device; 0: no matter */
	uint8_t bits; /* of a slot number */
	enum dp_direction direction;
};

/*
 * Over 'state', whose live slots (an adopted store's) become ADOPTABLE: a put with the right handle takes them,
 * db_slots_forget frees them.
 */
MUST_USE enum err db_slots_init(struct db_slots *s, struct db_state *state, enum dp_direction direction, uint32_t low);
void db_slots_fini(struct db_slots *s);

/*
 * Reserves a slot and gives its SPI (generation | slot).  'low' asks for one in the device's range, and falls
 * back to any.  ERR_FULL.
 */
MUST_USE enum err db_slots_reserve(struct db_slots *s, bool low, uint32_t *spi);

/* Reserved or adoptable -> used.  ERR_STALE when the generation isn't the slot's, ERR_STATE when it is free or used. */
MUST_USE enum err db_slots_use(struct db_slots *s, uint32_t spi);

/* Not free -> free, at the end of the queue; the slot's state ends. */
void db_slots_release(struct db_slots *s, uint32_t slot);

/* Frees all that is RESERVED (control is gone) or ADOPTABLE (nobody asked for it in time). */
void db_slots_forget(struct db_slots *s, enum db_slot_status status);

static inline uint32_t db_slots_of(const struct db_slots *s, uint32_t spi)
{
	return spi & (s->slots - 1);
}

#ifdef __cplusplus
}
#endif
#endif
