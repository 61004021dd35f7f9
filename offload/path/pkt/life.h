#ifndef PATH_LIFE_H
#define PATH_LIFE_H

#include <stdbool.h>

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The last number that an SA may send (RFC4303-3.3.3: it never cycles). */
static inline uint64_t path_life_last(const struct db_sa *sa)
{
	return (sa->flags & DB_SA_ESN) != 0 ? UINT64_MAX - 1 : UINT32_MAX;
}

/* The number from which control is told that the end is near: seven eighths. */
static inline uint64_t path_life_near(const struct db_sa *sa)
{
	return path_life_last(sa) / 8 * 7;
}

/* A mark of the lifetime was passed: tells control; at the hard one the SA stops.  Slow path. */
void path_life_in(struct path_ctx *c, const struct db_sa *sa);
void path_life_out(struct path_ctx *c, const struct db_sa *sa);

/* The outbound numbers are near their end, or at it: then the SA stops. */
void path_life_numbers(struct path_ctx *c, const struct db_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
