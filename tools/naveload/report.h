#ifndef NAVELOAD_REPORT_H
#define NAVELOAD_REPORT_H

#include <stdbool.h>

#include "ike/engine.h"
#include "naveload/plan.h"
#include "naveload/tally.h"
#include "naveload/watch.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a run found. */
struct naveload_result {
	const struct naveload_plan *plan;
	const struct naveload_round *round;
	uint32_t rounds;
	struct ike_stats stats; /* of the peers' engine */
	struct naveload_cost own, watched;
};

/* To stdout; ERR_NOMEM: no document could be made. */
MUST_USE enum err naveload_report_print(const struct naveload_result *r, bool json);

/* Whether all came up, stayed and left as they were told. */
bool naveload_report_clean(const struct naveload_result *r);

#ifdef __cplusplus
}
#endif
#endif
