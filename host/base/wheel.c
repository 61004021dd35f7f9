/*
 * Level L holds timers that are due within 64^(L+1) ms, in slots of 64^L ms.  When the time reaches a slot of a
 * higher level its timers fall to lower ones; those of level 0 fire.  One row more holds what is due already: a slot
 * to arm into and one to fire from, so that a callback that arms for now doesn't go round and round.  A bit for each
 * slot says whether it has timers: most haven't, and the loop asks for the next one at every turn.  Engines own their
 * wheel: no lock, no clock.
 */
#include "base/wheel.h"

#include <string.h>

enum { WHEEL_BITS = 6, WHEEL_DUE = WHEEL_LEVELS, DUE_ARMED = 0, DUE_FIRING = 1 };

void wheel_init(struct wheel *w, uint64_t now_ms)
{
	memset(w, 0, sizeof(*w));
	for (int level = 0; level <= WHEEL_LEVELS; level++)
		for (int i = 0; i < WHEEL_SLOTS; i++)
			list_init(&w->slot[level][i]);
	w->now_ms = now_ms;
}

static void put(struct wheel *w, struct wheel_timer *t, unsigned level, unsigned slot)
{
	list_add(&w->slot[level][slot], &t->link);
	w->filled[level] |= UINT64_C(1) << slot;
}

static void take(struct wheel *w, struct wheel_timer *t)
{
	struct list *head = t->link.next; /* the slot, if the timer is alone in it */

	list_del(&t->link);
	if (list_empty(head)) {
		size_t at = (size_t)(head - &w->slot[0][0]);

		w->filled[at / WHEEL_SLOTS] &= ~(UINT64_C(1) << at % WHEEL_SLOTS);
	}
}

/* Files 't', due at now or later, under its time. */
static void place(struct wheel *w, struct wheel_timer *t)
{
	unsigned level = 0;

	/* The highest digit in which the time differs from now: the slot then lies ahead of the level's hand. */
	while (level < WHEEL_LEVELS - 1 && (t->due_ms >> (WHEEL_BITS * (level + 1))) != (w->now_ms >> (WHEEL_BITS * (level + 1))))
		level++;
	put(w, t, level, (t->due_ms >> (WHEEL_BITS * level)) & (WHEEL_SLOTS - 1));
}

void wheel_arm(struct wheel *w, struct wheel_timer *t, uint64_t due_ms)
{
	wheel_disarm(w, t);
	t->due_ms = due_ms;
	if (due_ms <= w->now_ms)
		put(w, t, WHEEL_DUE, DUE_ARMED);
	else
		place(w, t);
	w->armed++;
}

void wheel_disarm(struct wheel *w, struct wheel_timer *t)
{
	if (!wheel_armed(t))
		return;
	take(w, t);
	w->armed--;
}

bool wheel_armed(const struct wheel_timer *t)
{
	return list_linked(&t->link);
}

static struct wheel_timer *first(const struct wheel *w, unsigned level, unsigned slot)
{
	const struct list *head = &w->slot[level][slot];

	return list_empty(head) ? NULL : list_of(list_first(head), struct wheel_timer, link);
}

/* Timers of the slot that the time has reached fall to lower levels. */
static void cascade(struct wheel *w, unsigned level)
{
	unsigned slot = (w->now_ms >> (WHEEL_BITS * level)) & (WHEEL_SLOTS - 1);
	struct wheel_timer *t;
	struct list moved;

	list_init(&moved);
	while ((t = first(w, level, slot)) != NULL) {
		take(w, t);
		list_add(&moved, &t->link);
	}
	while (!list_empty(&moved)) {
		t = list_of(list_first(&moved), struct wheel_timer, link);
		list_del(&t->link);
		place(w, t); /* due now: this tick's slot, emptied next */
	}
}

static void fire(struct wheel *w, unsigned level, unsigned slot, uint64_t now_ms)
{
	struct wheel_timer *t;

	while ((t = first(w, level, slot)) != NULL) {
		wheel_disarm(w, t);
		t->expired(t, now_ms);
	}
}

/* What was armed for a time that had come; what callbacks arm so waits for the next turn. */
static void fire_due(struct wheel *w, uint64_t now_ms)
{
	struct wheel_timer *t;

	while ((t = first(w, WHEEL_DUE, DUE_ARMED)) != NULL) {
		take(w, t);
		put(w, t, WHEEL_DUE, DUE_FIRING);
	}
	fire(w, WHEEL_DUE, DUE_FIRING, now_ms);
}

static void tick(struct wheel *w, uint64_t now_ms)
{
	for (unsigned level = WHEEL_LEVELS - 1; level > 0; level--)
		if ((w->now_ms & ((UINT64_C(1) << (WHEEL_BITS * level)) - 1)) == 0)
			cascade(w, level);
	fire(w, 0, w->now_ms & (WHEEL_SLOTS - 1), now_ms);
}

/* When the earliest slot that is filled begins, of those ahead. */
static uint64_t next_slot(const struct wheel *w)
{
	uint64_t best = UINT64_MAX;

	for (unsigned level = 0; level < WHEEL_LEVELS; level++) {
		unsigned shift = WHEEL_BITS * level;
		uint64_t ahead = (w->now_ms >> shift) + 1;
		unsigned turn = ahead & (WHEEL_SLOTS - 1);
		uint64_t filled = w->filled[level];
		uint64_t begins;

		if (filled == 0)
			continue;
		filled = filled >> turn | filled << (-turn & (WHEEL_SLOTS - 1)); /* bit 0: the slot next to the hand */
		begins = (ahead + (unsigned)__builtin_ctzll(filled)) << shift;
		best = begins < best ? begins : best;
	}
	return best;
}

void wheel_advance(struct wheel *w, uint64_t now_ms)
{
	fire_due(w, now_ms);
	while (w->now_ms < now_ms) {
		uint64_t next = w->filled[WHEEL_DUE] != 0 ? w->now_ms + 1 : next_slot(w);

		if (next > now_ms) {
			w->now_ms = now_ms;
			return;
		}
		w->now_ms = next;
		fire_due(w, now_ms);
		tick(w, now_ms);
	}
}

uint64_t wheel_next(const struct wheel *w)
{
	return w->filled[WHEEL_DUE] != 0 ? w->now_ms : next_slot(w);
}
