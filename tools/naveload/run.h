#ifndef NAVELOAD_RUN_H
#define NAVELOAD_RUN_H

#include "naveload/report.h"

#ifdef __cplusplus
extern "C" {
#endif

struct naveload_run;

enum { NAVELOAD_RUN_WHY = 256 };

/* Opens what a run needs.  After an error 'why' (NAVELOAD_RUN_WHY bytes) says what to tell the user. */
MUST_USE enum err naveload_run_new(struct naveload_run **out, struct naveload_plan *plan, char *why);
void naveload_run_free(struct naveload_run *r);

/* Until the last round has ended, or the user interrupts twice; the result lives as long as the run. */
MUST_USE enum err naveload_run_go(struct naveload_run *r, struct naveload_result *out);

#ifdef __cplusplus
}
#endif
#endif
