#ifndef CTL_SHOW_POLICY_H
#define CTL_SHOW_POLICY_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show policy-map interface [NAME]: 'next', after ctl_iface_begin. */
MUST_USE enum err ctl_show_policy(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
