#ifndef SESSION_POOL_H
#define SESSION_POOL_H

#include <stdint.h>

#include "base/addr.h"
#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A local address pool ('ip local pool'): the addresses first..last, each leased at most once.  Released addresses
 * are given out again last, so that a peer that returns soon can have its own back.
 */
struct session_pool;

enum { SESSION_POOL_MAX = 1 << 20 }; /* addresses of one pool */

/* ERR_RANGE when first > last, the families differ, or there are more than SESSION_POOL_MAX addresses. */
MUST_USE enum err session_pool_new(struct session_pool **out, const struct addr *first, const struct addr *last);
void session_pool_free(struct session_pool *p);

/*
 * Leases an address: 'want' when it is in the pool and free ('want' may be NULL or any), else the one that has
 * been free for longest.  ERR_FULL when none is left.
 */
MUST_USE enum err session_pool_lease(struct session_pool *p, const struct addr *want, struct addr *out);

/* Leases exactly 'a'; ERR_BUSY when it is leased, ERR_ABSENT when it isn't of the pool. */
MUST_USE enum err session_pool_claim(struct session_pool *p, const struct addr *a);

/* Gives 'a' back; nothing when it isn't leased from this pool. */
void session_pool_release(struct session_pool *p, const struct addr *a);

uint32_t session_pool_size(const struct session_pool *p);
uint32_t session_pool_used(const struct session_pool *p);

#ifdef __cplusplus
}
#endif
#endif
