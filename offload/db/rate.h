#ifndef DB_RATE_H
#define DB_RATE_H

#include <assert.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What one class of a policy did and owes at one interface in one direction; how much it may is the policy's.  A bucket is one word, so
 * several workers take from it by compare and swap, and the rate is exact.  Times are nanoseconds of the workers' clock.
 */
struct db_rate {
	uint64_t conform_at; /* when the bucket of the committed rate will be empty */
	uint64_t excess;     /* of two rates: the same of the peak's; of one: nanoseconds at that rate owed to the excess burst */
	uint64_t shape_at;
	uint64_t packets, bytes;
	uint64_t exceeded, exceeded_bytes;
	uint64_t violated, violated_bytes;
	uint64_t policed, marked, delayed, lost;
	uint64_t spare[3];
};
static_assert(sizeof(struct db_rate) == 128, "rate: two lines");

/* How long 'bytes' take at 'bps'. */
static inline uint64_t db_rate_cost(uint64_t bytes, uint64_t bps)
{
	return bytes * UINT64_C(8000000000) / bps;
}

#ifdef __cplusplus
}
#endif
#endif
