#ifndef DB_GATE_H
#define DB_GATE_H

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;
struct db_service;

/* What is done to packets of one family; each field one word for workers. */
struct db_gate_side {
	uint32_t filter[2]; /* indices, by enum dp_direction; 0: none */
	uint16_t mss;
	uint8_t urpf; /* enum dp_urpf */
	uint8_t spare;
};

/*
 * The features of one port or tunnel, which names it by index: 0 is none, and all that an interface without features costs is a look at
 * that.  In place until its interface goes, so that a change is a store a field.  The first one does nothing, for good.
 */
struct db_gate {
	struct db_gate_side side[DP_FAMILIES];
	uint64_t acl_drops[2]; /* workers, atomically added */
	uint64_t urpf_drops;
	struct db_service *service[2]; /* by enum dp_direction; NULL: no policy */
};
static_assert(sizeof(struct db_gate) == 64, "gate: one line");

/*
 * Makes the gate '*index' (0: none yet) be as 'feature' and 'policy' say.  ERR_ABSENT: a filter isn't there, or of the other family, or a
 * policy isn't, and nothing has changed; ERR_FULL, ERR_NOMEM.
 */
MUST_USE enum err db_gate_put(struct db *db, uint32_t *index, const struct dp_feature feature[DP_FAMILIES], const uint32_t policy[2]);

/* What workers are shown: 'index', or 0 when the gate does nothing. */
uint32_t db_gate_shown(const struct db *db, uint32_t index);

/* Lets go of the gate; nobody is shown it any more. */
void db_gate_del(struct db *db, uint32_t *index);

void db_gate_stats(const struct db *db, uint32_t index, struct dp_feature_stats *out);

#ifdef __cplusplus
}
#endif
#endif
