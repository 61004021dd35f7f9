#ifndef CTL_SHOW_PLATFORM_H
#define CTL_SHOW_PLATFORM_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show platform offload, counters, drops.  Without a datapath these are refused. */

enum { CTL_COUNTERS_DROPS = 1 }; /* variant: only what was dropped */

MUST_USE enum err ctl_show_platform_begin_offload(struct ctl_call *call);
MUST_USE enum err ctl_show_platform_offload(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_platform_begin_counters(struct ctl_call *call);
MUST_USE enum err ctl_show_platform_counters(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
