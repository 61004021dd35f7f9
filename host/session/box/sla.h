#ifndef SESSION_SLA_H
#define SESSION_SLA_H

#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The probes of the configuration (`ip sla`): each asks its destination again and again, by the world's 'echo', and remembers what came of the
 * last time.  When that is another thing than before the tracks are looked at.
 */
struct session_slas;

MUST_USE enum err session_sla_new(struct session_slas **out, struct session_hub *h);
void session_sla_free(struct session_slas *t); /* NULL is fine */

/* As for tracks: configure makes and marks what the model has, sweep forgets the rest.  A probe whose lines are others begins anew. */
MUST_USE enum err session_sla_configure(struct session_slas *t);
void session_sla_unmark(struct session_slas *t);
void session_sla_sweep(struct session_slas *t);

/* In order of the configuration. */
void session_sla_walk(const struct session_slas *t, session_sla_fn *fn, void *ctx);

/* What came of the last time that probe 'number' ran; UNKNOWN too for one that isn't there. */
enum session_sla_code session_sla_last(const struct session_slas *t, uint32_t number);

#ifdef __cplusplus
}
#endif
#endif
