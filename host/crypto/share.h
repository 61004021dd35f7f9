#ifndef CRYPTO_SHARE_H
#define CRYPTO_SHARE_H

#include "crypto/job.h"
#include "crypto/kex.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Key shares made ahead by idle workers, for the groups that are in use: a set-up then computes the shared secret alone.  Each is
 * given out once.  The collector's thread owns the stock; a batch on its way is the workers'.
 */
enum { CRYPTO_SHARES = 32 }; /* of a group */

struct crypto_shares;

MUST_USE enum err crypto_share_stock_new(struct crypto_shares **out, struct crypto_jobs *jobs);

/* After the pool of jobs is gone. */
void crypto_share_stock_free(struct crypto_shares *s); /* NULL is fine */

/*
 * Takes a share of 'group' out of the stock: a key, and its public value in 'pub' (CRYPTO_PUB_MAX bytes).  False: there is none, now.
 * A group that is asked for is in use from then on, and a stock that is half empty is filled.
 */
bool crypto_share_take(struct crypto_shares *s, const struct crypto_alg *group, struct crypto_kex *out, uint8_t *pub);

struct crypto_share_count {
	uint64_t ready; /* how often there was one */
	uint64_t none;
	unsigned stock; /* of all groups */
};
void crypto_share_counts(const struct crypto_shares *s, struct crypto_share_count *out);

#ifdef __cplusplus
}
#endif
#endif
