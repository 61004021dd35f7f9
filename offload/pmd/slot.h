#ifndef PMD_SLOT_H
#define PMD_SLOT_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "fwi/abi.h"
#include "fwi/status.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The driver's side of a device's SA table, one for each direction: who holds which slot under which generation.
 * It changes on the control thread (the port's lock); workers ask pmd_slot_is_live and read 'sa.userdata' alone.
 */
enum pmd_slot_state {
	PMD_SLOT_FREE,
	PMD_SLOT_ADDING,   /* SA_ADD is in flight */
	PMD_SLOT_LIVE,     /* the device confirmed it */
	PMD_SLOT_FAILED,   /* the device refused it: 'status' */
	PMD_SLOT_DELETING, /* SA_DEL is in flight */
	PMD_SLOT_DRAINING, /* deleted; completions that name it may still wait in rx rings */
	PMD_SLOT_FOUND,    /* a former driver's, not adopted yet */
};

struct pmd_slots;
struct rte_flow;

/* What the driver remembers of an SA. */
struct pmd_slot_sa {
	uint64_t userdata; /* the application's; comes back with received packets */
	uint32_t spi;
	uint16_t udp_port; /* local, with udp_encap */
	uint8_t family;    /* of 'local': 4 or 6 */
	uint8_t udp_encap;
	uint8_t local[16];
};

struct pmd_slot {
	struct pmd_slots *table; /* from its first use on: memory of slots that never were used stays untouched */
	struct pmd_slot_sa sa;
	struct rte_flow *own_flow; /* the rule that the driver made for it by itself */
	uint32_t flows;            /* rules that name it */
	uint16_t live;             /* generation that workers accept, 0: none; atomic */
	uint16_t generation;       /* of the SA that has or had the slot */
	uint8_t state;             /* enum pmd_slot_state */
	uint8_t status;            /* enum fwi_status of a refused addition */
	uint8_t in_flight;         /* commands whose completions may come in any order */
	bool dequeued;             /* its index is not in the ring of free slots */
};
static_assert(sizeof(struct pmd_slot) == 64, "slot: there are as many as SAs");

/* What a deleted slot waits for. */
struct pmd_slot_wait {
	uint32_t index;
	uint32_t rx_position[FWI_QUEUES_MAX]; /* where each rx queue must get to */
};

struct pmd_slots {
	void *port; /* struct pmd_port, for completions */
	struct pmd_slot *slot;
	uint32_t *free; /* ring: a slot rests as long as possible */
	uint32_t free_head;
	uint32_t free_count;
	uint32_t count;
	uint32_t used;
	struct pmd_slot_wait *drain; /* ring [count], which begins anew when it is empty */
	uint32_t drain_head;
	uint32_t drain_count;
	uint8_t direction; /* enum fwi_direction */
	bool by_spi;       /* slot = SPI & (count - 1) */
};

/* 'count' free slots ('by_spi': a power of two).  False: no memory.  All-zero is safe to fini. */
bool pmd_slot_init(struct pmd_slots *s, uint32_t count, uint8_t direction, bool by_spi);
void pmd_slot_fini(struct pmd_slots *s);

/* Takes a slot with a new generation, state ADDING, live for workers at once.  NULL: the table, or the SPI's slot, is full. */
struct pmd_slot *pmd_slot_take(struct pmd_slots *s, const struct pmd_slot_sa *sa);

/* Takes the very slot 'index', which a dump showed, as FOUND; false when the index is out of range or not free. */
bool pmd_slot_find(struct pmd_slots *s, uint32_t index, uint16_t generation, const struct pmd_slot_sa *sa);

/* Workers accept (or no longer accept) the slot's SA. */
void pmd_slot_publish(struct pmd_slot *slot);
void pmd_slot_withdraw(struct pmd_slot *slot);

void pmd_slot_give(struct pmd_slot *slot);

/* The device has deleted the slot's SA: it is DRAINING until the rx queues are at 'rx_position'; in the order of deletion. */
void pmd_slot_drain(struct pmd_slot *slot, const uint32_t rx_position[FWI_QUEUES_MAX]);

/* Gives back what has drained and is in no command: 'passed' is asked for the oldest until it says no. */
void pmd_slot_reclaim(struct pmd_slots *s, bool (*passed)(void *ctx, const uint32_t *rx_position), void *ctx);

uint32_t pmd_slot_index(const struct pmd_slot *slot);

/* Worker: whether packets of this slot and generation are wanted; then 'sa.userdata' holds for them. */
static inline bool pmd_slot_is_live(const struct pmd_slots *s, uint32_t index, uint16_t generation)
{
	return index < s->count && generation != 0 && __atomic_load_n(&s->slot[index].live, __ATOMIC_ACQUIRE) == generation;
}

#ifdef __cplusplus
}
#endif
#endif
