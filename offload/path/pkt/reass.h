#ifndef PATH_REASS_H
#define PATH_REASS_H

#include "path/ctx.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Reassembly of what is for the box itself: ESP and UDP from the wire, GRE out of ESP.  At most PATH_REASS_MAX packets of each at a time,
 * for at most two seconds.
 */
enum { PATH_REASS_MAX = 256, PATH_REASS_MS = 2000 };

MUST_USE enum err path_reass_new(struct path_reass **out, uint64_t cycles_per_s);
void path_reass_free(struct path_reass *r);

/*
 * Takes the fragment.  True: 'p->m' is now the whole packet, in one buffer.  False: it waits for others, or was
 * dropped and counted.
 */
bool path_reass_take(struct path_ctx *c, struct path_pkt *p);

/* The same for one that came out of an SA: 'p->tunnel', whose source 'p' names, is the source, so that no peer's pieces meet another's. */
bool path_reass_take_inner(struct path_ctx *c, struct path_pkt *p);

/* Frees what timed out; once a round. */
void path_reass_expire(struct path_ctx *c);

#ifdef __cplusplus
}
#endif
#endif
