#ifndef CTL_SHOW_ACL_H
#define CTL_SHOW_ACL_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show access-lists [NAME]: 'begin' and 'next' of these commands. */
MUST_USE enum err ctl_show_acl_begin(struct ctl_call *call);
MUST_USE enum err ctl_show_acl(struct ctl_call *call, json_t *doc, bool *more);

/* show ip interface [NAME], whose features count in the datapath. */
MUST_USE enum err ctl_show_acl_begin_interfaces(struct ctl_call *call);
MUST_USE enum err ctl_show_acl_interfaces(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
