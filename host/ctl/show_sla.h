#ifndef CTL_SHOW_SLA_H
#define CTL_SHOW_SLA_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show ip sla statistics: {"operations": [...]}. */
MUST_USE enum err ctl_show_sla(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
