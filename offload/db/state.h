#ifndef DB_STATE_H
#define DB_STATE_H

#include <assert.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The state store: run-time state of every SA, one slot each, in a sealed memfd of its own whose descriptor a keeper
 * also holds, so that kill -9 loses nothing (sa-state 5).  The owning worker writes a slot before the packet is
 * passed on or the doorbell rung; nothing else in navedp numbers packets or opens a window.
 */
enum {
	DB_STATE_WORDS = 32,          /* of the largest window's ring: twice DP_WINDOW_MAX bits, a power of two */
	DB_STATE_OWN_WORDS = 2,       /* of the ring of DP_WINDOW_MIN */
	DB_STATE_GENERATION_BITS = 24 /* at most: an SPI has 32 bits, a slot at least 8 of them */
};

enum {
	DB_STATE_STOPPED = 1u << 0,   /* numbers used up or hard lifetime passed: nothing passes */
	DB_STATE_SOFT_TOLD = 1u << 1, /* lifetime and sequence events are sent once */
	DB_STATE_SEQ_TOLD = 1u << 2
};

/* 'generation' carries this beside the number while the slot holds an SA. */
#define DB_STATE_LIVE (UINT32_C(1) << 31)

/*
 * Inbound.  The window is a ring of 64-bit words: number n is bit n % 64 of word n / 64 % words (RFC6479).  That of DP_WINDOW_MIN is in the
 * slot; larger ones are apart, so that they are paid for where they are asked for.
 */
struct db_state_in {
	uint64_t top; /* highest number accepted; 0: none */
	uint64_t packets;
	uint64_t bytes;         /* of inner IP */
	uint64_t limit_bytes;   /* next mark at which the slow path looks at the lifetime */
	uint64_t limit_packets; /* likewise */
	uint32_t generation;
	uint32_t flags; /* DB_STATE_… */
	uint64_t own[DB_STATE_OWN_WORDS];

	/* line 1: what goes wrong */
	uint64_t replay_drops;
	uint64_t auth_drops;
	uint64_t other_drops;
	uint64_t moved_to; /* hash of the end point last told in PEER_MOVED */
	uint64_t spare[4];
};
static_assert(sizeof(struct db_state_in) == 128 && offsetof(struct db_state_in, replay_drops) == 64, "inbound state: two lines");

/* Outbound: one line. */
struct db_state_out {
	uint64_t next; /* next number to be given; the first is 1 */
	uint64_t packets;
	uint64_t bytes;
	uint64_t limit_bytes;
	uint64_t limit_packets;
	uint32_t generation;
	uint32_t flags;
	uint32_t hop;   /* the outer route, as of ... */
	uint32_t epoch; /* ... this db epoch; 0: none */
	uint64_t drops;
};
static_assert(sizeof(struct db_state_out) == 64, "outbound state: one line");

struct db_state_header;

struct db_state {
	struct db_state_header *header;
	struct db_state_in *in;   /* [slots] */
	struct db_state_out *out; /* [slots] */
	uint64_t *rings;          /* [slots][DB_STATE_WORDS]: of windows above DP_WINDOW_MIN */
	uint64_t store;           /* identity; never 0 */
	uint32_t slots;           /* of each direction */
	int fd;
	size_t size;
};

/* A fresh store of 'slots' slots a direction.  'store' is random and not 0. */
MUST_USE enum err db_state_new(struct db_state *s, uint32_t slots, uint64_t store);

/*
 * The store that an earlier navedp left, by its descriptor, which is taken over on success.  Checks seals, size and
 * header: ERR_VERSION, ERR_RANGE (another number of slots), ERR_MALFORMED, ERR_DENIED (not sealed).
 */
MUST_USE enum err db_state_adopt(struct db_state *s, int fd, uint32_t slots);

/* Unmaps and closes; what a keeper holds lives on.  Safe on all-zero with fd -1. */
void db_state_fini(struct db_state *s);

/* Gives a slot a new generation before anybody hears of it, so that no SPI is ever told twice. */
void db_state_claim(struct db_state *s, enum dp_direction direction, uint32_t slot, uint32_t generation);

/* Slots from here on were never claimed, in this process or one before; their memory isn't touched to know that nothing lives there. */
uint32_t db_state_claimed(const struct db_state *s, enum dp_direction direction);

/* Begins the life of an SA in a claimed slot: everything zero, the ring of 'words' words (0: none) too; next 1. */
void db_state_begin(struct db_state *s, enum dp_direction direction, uint32_t slot, uint32_t words);

/*
 * Goes on with a life that an earlier process began: forgets caches; with a window of 'words' words (0: none) every
 * bit at or below 'top' is set, so that nothing is seen twice and at most a window's worth is lost.
 */
void db_state_resume(struct db_state *s, enum dp_direction direction, uint32_t slot, uint32_t words);

/* Ends it: the generation stays, so that the next life gets another one. */
void db_state_end(struct db_state *s, enum dp_direction direction, uint32_t slot);

/* The generation of a slot's present or last life, 0 before the first; whether it lives. */
uint32_t db_state_generation(const struct db_state *s, enum dp_direction direction, uint32_t slot);
bool db_state_lives(const struct db_state *s, enum dp_direction direction, uint32_t slot);

/* The handle that contract 1 carries. */
struct dp_state db_state_handle(const struct db_state *s, enum dp_direction direction, uint32_t slot);

/* ---- the window (RFC4303-3.4.3, RFC6479): inline because it runs per packet ---- */

/* Words of the ring for a window of 'window' packets: a power of two, one word more than the window at least. */
static inline uint32_t db_state_words(uint32_t window)
{
	uint32_t words = DB_STATE_OWN_WORDS;

	while (words * 64 < window + 64)
		words *= 2;
	return words;
}

/* The ring of 'words' words, as above, that belongs to an inbound slot. */
static inline uint64_t *db_state_ring(const struct db_state *s, uint32_t slot, uint32_t words)
{
	return words <= DB_STATE_OWN_WORDS ? s->in[slot].own : s->rings + (size_t)slot * DB_STATE_WORDS;
}

/* A slot's window as workers see it. */
struct db_state_window {
	struct db_state_in *in;
	uint64_t *ring;
	uint32_t size;  /* packets, not 0 */
	uint32_t words; /* of the ring */
};

/* Whether 'seq' may still be accepted: above zero, not too old, not seen. */
static inline bool db_state_fresh(const struct db_state_window *w, uint64_t seq)
{
	uint64_t top = w->in->top;

	if (seq > top)
		return true;
	if (seq == 0 || top - seq >= w->size)
		return false;
	return (w->ring[(seq >> 6) & (w->words - 1)] >> (seq & 63) & 1) == 0;
}

/* Marks 'seq' as seen; false when it is no longer fresh.  Only after the packet's authentication. */
static inline bool db_state_mark(const struct db_state_window *w, uint64_t seq)
{
	uint64_t bit = UINT64_C(1) << (seq & 63);
	uint64_t *word = &w->ring[(seq >> 6) & (w->words - 1)];

	if (!db_state_fresh(w, seq))
		return false;
	if (seq > w->in->top) {
		uint64_t passed = (seq >> 6) - (w->in->top >> 6);

		if (passed > w->words)
			passed = w->words;
		for (uint64_t i = 0; i < passed; i++)
			w->ring[((seq >> 6) - i) & (w->words - 1)] = 0;
		w->in->top = seq;
	}
	*word |= bit;
	return true;
}

/*
 * The 64-bit number of a packet that carries 'low' (RFC4303 appendix A2): the one nearest to the window.  'top' is
 * the highest number accepted.
 */
static inline uint64_t db_state_esn(uint64_t top, uint32_t low, uint32_t window)
{
	uint32_t top_low = (uint32_t)top;
	uint64_t high = top >> 32;

	if (top_low >= window - 1) {
		if (low < top_low - (window - 1))
			high++;
	} else if (low >= top_low - (window - 1)) { /* the window reaches into the previous subspace */
		high--;
	}
	return high << 32 | low;
}

#ifdef __cplusplus
}
#endif
#endif
