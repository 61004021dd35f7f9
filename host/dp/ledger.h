#ifndef DP_LEDGER_H
#define DP_LEDGER_H

#include "base/map.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What outlives a datapath, as the model keeps it: run-time states, which keys were ever active, and SPIs.  Nobody
 * but dp/model.c includes it.
 */
enum { DP_LEDGER_SLOT_BITS = 16, DP_LEDGER_SLOTS = 1 << DP_LEDGER_SLOT_BITS };

struct dp_ledger {
	struct map active_keys;
	struct dp_run_state *states;
	uint32_t state_count, state_cap, state_free;
	uint64_t hash_key[2];
	uint64_t store; /* 0: none yet */
	uint64_t key_reuses;
	uint32_t next_slot;
	uint16_t generation[DP_LEDGER_SLOTS];
	uint8_t use[DP_LEDGER_SLOTS];
};

MUST_USE enum err dp_ledger_init(struct dp_ledger *l, const uint8_t key[16]);
void dp_ledger_fini(struct dp_ledger *l);

/* Tells one key from another; never 0.  No key is kept. */
uint64_t dp_ledger_hash(const struct dp_ledger *l, const struct dp_sa *sa);

/* Whether 'sa', which isn't there, may be put (sa-state.md 4): ERR_NEEDS_REKEY when not.  Counts a key's reuse. */
MUST_USE enum err dp_ledger_check(struct dp_ledger *l, const struct dp_sa *sa);

/* The key becomes active: a state of its own. */
MUST_USE enum err dp_ledger_activate(struct dp_ledger *l, uint64_t key_hash, struct dp_state *out);
void dp_ledger_drop(struct dp_ledger *l, const struct dp_state *name);

/* The store is gone, or (keep) waits to be handed back. */
void dp_ledger_close(struct dp_ledger *l, bool keep);

/* An SPI that nobody has; ERR_FULL. */
MUST_USE enum err dp_ledger_lease(struct dp_ledger *l, uint32_t *out);
void dp_ledger_release(struct dp_ledger *l, uint32_t spi);
void dp_ledger_release_all(struct dp_ledger *l);
uint32_t dp_ledger_leased(const struct dp_ledger *l);

/* An inbound SA takes its SPI's slot, or gives it back. */
bool dp_ledger_spi_used(const struct dp_ledger *l, uint32_t spi);
void dp_ledger_use_spi(struct dp_ledger *l, uint32_t spi);
void dp_ledger_free_spi(struct dp_ledger *l, uint32_t spi);

#ifdef __cplusplus
}
#endif
#endif
