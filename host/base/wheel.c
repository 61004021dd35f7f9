/*
 * Level L holds timers that are due within 64^(L+1) ms, in slots of 64^L ms.  When the time reaches a slot of a
 * higher level its timers fall to lower ones; those of level 0 fire.  Engines own their wheel: no lock, no clock.
 */
#include "base/wheel.h"

#include <string.h>

enum { WHEEL_BITS = 6 };

void wheel_init(struct wheel *w, uint64_t now_ms)
{
	for (int level = 0; level < WHEEL_LEVELS; level++)
		for (int i = 0; i < WHEEL_SLOTS; i++)
			list_init(&w->slot[level][i]);
	w->now_ms = now_ms;
	w->armed = 0;
}

/* Files 't' under its time, or under 'earliest_ms' when that is later. */
static void place(struct wheel *w, struct wheel_timer *t, uint64_t earliest_ms)
{
	uint64_t due = t->due_ms > earliest_ms ? t->due_ms : earliest_ms;
	unsigned level = 0;

	/* The highest digit in which 'due' differs from now: the slot then lies ahead of the level's hand. */
	while (level < WHEEL_LEVELS - 1 && (due >> (WHEEL_BITS * (level + 1))) != (w->now_ms >> (WHEEL_BITS * (level + 1))))
		level++;
	list_add(&w->slot[level][(due >> (WHEEL_BITS * level)) & (WHEEL_SLOTS - 1)], &t->link);
}

void wheel_arm(struct wheel *w, struct wheel_timer *t, uint64_t due_ms)
{
	wheel_disarm(w, t);
	t->due_ms = due_ms;
	place(w, t, w->now_ms + 1); /* this tick's slot may have been emptied already */
	w->armed++;
}

void wheel_disarm(struct wheel *w, struct wheel_timer *t)
{
	if (!wheel_armed(t))
		return;
	list_del(&t->link);
	w->armed--;
}

bool wheel_armed(const struct wheel_timer *t)
{
	return list_linked(&t->link);
}

static void cascade(struct wheel *w, unsigned level)
{
	struct list *slot = &w->slot[level][(w->now_ms >> (WHEEL_BITS * level)) & (WHEEL_SLOTS - 1)];
	struct list moved;

	list_init(&moved);
	while (!list_empty(slot)) {
		struct list *n = list_first(slot);

		list_del(n);
		list_add(&moved, n);
	}
	while (!list_empty(&moved)) {
		struct list *n = list_first(&moved);

		list_del(n);
		place(w, list_of(n, struct wheel_timer, link), w->now_ms); /* due now: this tick's slot, emptied next */
	}
}

static void tick(struct wheel *w, uint64_t now_ms)
{
	struct list *slot;

	for (unsigned level = WHEEL_LEVELS - 1; level > 0; level--)
		if ((w->now_ms & ((UINT64_C(1) << (WHEEL_BITS * level)) - 1)) == 0)
			cascade(w, level);
	slot = &w->slot[0][w->now_ms & (WHEEL_SLOTS - 1)];
	while (!list_empty(slot)) {
		struct wheel_timer *t = list_of(list_first(slot), struct wheel_timer, link);

		wheel_disarm(w, t);
		t->expired(t, now_ms);
	}
}

void wheel_advance(struct wheel *w, uint64_t now_ms)
{
	while (w->now_ms < now_ms) {
		uint64_t next = wheel_next(w);

		if (next > now_ms) {
			w->now_ms = now_ms;
			return;
		}
		w->now_ms = next;
		tick(w, now_ms);
	}
}

uint64_t wheel_next(const struct wheel *w)
{
	uint64_t best = UINT64_MAX;

	if (w->armed == 0)
		return best;
	for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
		unsigned shift = WHEEL_BITS * level;
		uint64_t hand = w->now_ms >> shift;

		for (uint64_t step = 1; step <= WHEEL_SLOTS; step++) {
			if (list_empty(&w->slot[level][(hand + step) & (WHEEL_SLOTS - 1)]))
				continue;
			if (((hand + step) << shift) < best)
				best = (hand + step) << shift;
			break;
		}
	}
	return best;
}
