#ifndef CTL_SHOW_IP_H
#define CTL_SHOW_IP_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show ip interface brief, show ip local pool: 'next' of these commands. */
MUST_USE enum err ctl_show_ip_interfaces(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_ip_pools(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
