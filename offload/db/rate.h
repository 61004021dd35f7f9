#ifndef DB_RATE_H
#define DB_RATE_H

#include <assert.h>
#include <stdint.h>

#include "base/err.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct db;

/*
 * What may pass an interface in one direction.  A bucket is one word, the time at which it will be empty: several workers take from it by
 * compare and swap, and the rate is exact.  Times are nanoseconds of the workers' clock.
 */
struct db_rate_way {
	/* main lcore */
	uint64_t police_bps, shape_bps; /* 0: none */
	uint64_t burst_ns;              /* of policing */

	/* workers, atomically */
	uint64_t police_at, shape_at;
	uint64_t passed, passed_bytes;
	uint64_t exceeded, exceeded_bytes;
	uint64_t delayed; /* of those that passed */
	uint64_t lost;    /* too many were waiting */
	uint64_t spare[5];
};
static_assert(sizeof(struct db_rate_way) == 128, "rate: two lines a direction");

/* Both directions, by enum dp_direction. */
struct db_rate {
	struct db_rate_way way[2];
};

/*
 * Makes the rate '*index' (0: none yet) be as 'conf' says, in place, so that what was counted and what is owed stay; 0 when it limits nothing.
 * ERR_FULL.
 */
MUST_USE enum err db_rate_put(struct db *db, uint32_t *index, const struct dp_rate conf[2]);

/* Lets go of it; nobody is shown it any more. */
void db_rate_del(struct db *db, uint32_t *index);

void db_rate_stats(const struct db *db, uint32_t index, uint64_t now_ms, struct dp_rate_stats out[2]);

/* How long 'bytes' take at 'bps'. */
static inline uint64_t db_rate_cost(uint64_t bytes, uint64_t bps)
{
	return bytes * UINT64_C(8000000000) / bps;
}

#ifdef __cplusplus
}
#endif
#endif
