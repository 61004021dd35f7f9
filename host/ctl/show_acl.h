#ifndef CTL_SHOW_ACL_H
#define CTL_SHOW_ACL_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show access-lists [NAME]: 'begin' and 'next' of these commands. */
MUST_USE enum err ctl_show_acl_begin(struct ctl_call *call);
MUST_USE enum err ctl_show_acl(struct ctl_call *call, json_t *doc, bool *more);

/* clear access-list counters [NAME]; marks of lines that a new configuration hasn't any more go. */
MUST_USE enum err ctl_show_acl_begin_clear(struct ctl_call *call);
MUST_USE enum err ctl_show_acl_clear(struct ctl_call *call, json_t *doc, bool *more);
void ctl_show_acl_settle(const struct ctl_world *w);

/* show ip interface [NAME], 'next' of it; ctl_iface_begin begins. */
MUST_USE enum err ctl_show_acl_interfaces(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
