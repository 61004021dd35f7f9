#ifndef PMD_FENCE_H
#define PMD_FENCE_H

#include <stdbool.h>
#include <stdint.h>

#include "fwi/abi.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Fences in flight, in the order of their tags.  Each has a command that the device completes in order of submission and
 * the position that every tx queue must get to.  Under the port's lock.  All-zero is empty.
 */
enum { PMD_FENCES = 64 };

struct pmd_fence {
	uint32_t posted; /* commands under way that stand for it */
	uint32_t run;    /* the port's start that the positions are of */
	uint32_t queues; /* with a position */
	uint32_t tx_prod[FWI_QUEUES_MAX];
};

struct pmd_fences {
	struct pmd_fence ring[PMD_FENCES];
	uint32_t first; /* oldest tag that hasn't passed */
	uint32_t next;
};

/* The next tag's fence; with all of them in flight the newest, whose positions are then renewed under the same tag. */
struct pmd_fence *pmd_fence_take(struct pmd_fences *f, uint32_t *tag);

/* Passes what 'done' says of, the oldest first. */
void pmd_fence_advance(struct pmd_fences *f, bool (*done)(void *ctx, const struct pmd_fence *fence), void *ctx);

bool pmd_fence_passed(const struct pmd_fences *f, uint32_t tag);

/* Everything has passed: the device is gone. */
void pmd_fence_end(struct pmd_fences *f);

#ifdef __cplusplus
}
#endif
#endif
