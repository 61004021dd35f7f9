#ifndef DB_RCU_H
#define DB_RCU_H

#include <stdint.h>

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reclaim: what was unpublished is let go when no worker can see it any more (QSBR).  The main lcore defers; each
 * worker says after every round that it holds nothing, and goes offline before it sleeps.
 */
struct db_rcu;

/* Lets go of 'object'.  ERR_AGAIN: not yet (a device's fence is on its way) - asked again at the next reclaim. */
typedef enum err db_rcu_drop(void *ctx, void *object);

/* For workers 0 .. worker_count - 1, all offline. */
MUST_USE enum err db_rcu_new(struct db_rcu **out, uint32_t worker_count);

/* Runs all that is deferred (every worker is offline by now) and frees. */
void db_rcu_free(struct db_rcu *r);

/* ---- worker: 'worker' is the caller's own number ---- */

void db_rcu_online(struct db_rcu *r, uint32_t worker);
void db_rcu_offline(struct db_rcu *r, uint32_t worker);
void db_rcu_quiescent(struct db_rcu *r, uint32_t worker);

/* ---- main lcore ---- */

/*
 * Calls drop(ctx, object) from a later db_rcu_reclaim, once every worker that is online now has passed a quiescent
 * state.  Call after the unpublishing store.  Never fails: without memory for the record it waits instead.
 */
void db_rcu_defer(struct db_rcu *r, db_rcu_drop *drop, void *ctx, void *object);

/* Drops what may be dropped, in the order of deferral per grace period; returns how many still wait. */
uint32_t db_rcu_reclaim(struct db_rcu *r);

/* Waits for a grace period and reclaims; returns how many still wait (for a fence). */
uint32_t db_rcu_wait(struct db_rcu *r);

#ifdef __cplusplus
}
#endif
#endif
