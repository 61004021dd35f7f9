#ifndef DB_SELECTORS_H
#define DB_SELECTORS_H

#include <stdint.h>

#include "base/err.h"
#include "base/map.h"
#include "db/ts.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Negotiated selectors, kept once for all SAs that have the same ones: both of a session do, and those of all sessions without a policy.
 * Main lcore; workers read what an SA holds.
 */

/* Compiles 'count' pairs (1..DP_TS_MAX) or finds them in 'all'; '*out' is held.  As db_ts_of; ERR_NOMEM. */
MUST_USE enum err db_selectors_hold(struct map *all, const struct dp_ts_pair *pair, uint8_t count, const struct db_ts **out);

/* Lets go; no reader has them any more.  NULL is fine. */
void db_selectors_release(struct map *all, const struct db_ts *ts);

#ifdef __cplusplus
}
#endif
#endif
