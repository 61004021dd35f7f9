#ifndef NAVEDP_PLAN_H
#define NAVEDP_PLAN_H

#include "navedp/inner.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Tells every worker which queues it polls and what wakes it, as the box's ports are now.  Descriptors are asked for each time:
 * a device that was attached again has others.  ERR_FULL: more queues than a worker can have; ERR_NOMEM.
 */
MUST_USE enum err navedp_plan_assign(struct navedp_box *b);

/* The same when there are fewer than before, which fits; then waits until no worker touches what is gone. */
void navedp_plan_leave(struct navedp_box *b);

#ifdef __cplusplus
}
#endif
#endif
