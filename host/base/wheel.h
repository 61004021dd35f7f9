#ifndef BASE_WHEEL_H
#define BASE_WHEEL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Hierarchical timer wheel with 1 ms ticks (6 levels of 64 slots: about two years).  It reads no clock: an engine
 * owns its wheel and is told the time, so it runs as well in virtual time.
 */
struct wheel_timer {
	struct list link;
	uint64_t due_ms;
	void (*expired)(struct wheel_timer *t, uint64_t now_ms);
};

enum { WHEEL_LEVELS = 6, WHEEL_SLOTS = 64 };

struct wheel {
	struct list slot[WHEEL_LEVELS + 1][WHEEL_SLOTS]; /* the last row is for what is due already */
	uint64_t filled[WHEEL_LEVELS + 1];               /* a bit for each slot that has timers */
	uint64_t now_ms;
	uint32_t armed; /* timers in the wheel */
};

void wheel_init(struct wheel *w, uint64_t now_ms);

/* Arms (or moves) 't' to 'due_ms'; a time that has come or passed fires at the next advance, to the same time too. */
void wheel_arm(struct wheel *w, struct wheel_timer *t, uint64_t due_ms);

/* Disarms 't'; nothing when it isn't armed. */
void wheel_disarm(struct wheel *w, struct wheel_timer *t);

bool wheel_armed(const struct wheel_timer *t);

/* Fires all that is due by 'now_ms', in order of time.  A callback may arm and disarm any timer. */
void wheel_advance(struct wheel *w, uint64_t now_ms);

/* When wheel_advance should run again, never later than the next timer; UINT64_MAX when none is armed. */
uint64_t wheel_next(const struct wheel *w);

#ifdef __cplusplus
}
#endif
#endif
