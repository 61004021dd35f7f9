#ifndef PATH_METER_H
#define PATH_METER_H

#include "db/policy.h"
#include "db/rate.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Buckets that several workers share without a lock, which rte_meter's aren't made for: each is a word, the time at which it will be empty
 * (GCRA), taken from by compare and swap.
 */

/* The color of a packet of 'len' bytes by the policing of 't', which is policed; what it takes is taken. */
enum dp_color path_meter_color(struct db_rate *r, const struct db_traffic *t, uint32_t len, uint64_t now_ns);

/* When the turn of a packet of 'len' bytes comes at 'bps'; false, and nothing taken: not within 'limit_ns'. */
bool path_meter_turn(struct db_rate *r, uint64_t bps, uint32_t len, uint64_t now_ns, uint64_t limit_ns, uint64_t *start_ns);

#ifdef __cplusplus
}
#endif
#endif
