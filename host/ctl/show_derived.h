#ifndef CTL_SHOW_DERIVED_H
#define CTL_SHOW_DERIVED_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show derived-config interface: 'begin' finds it, 'next' tells its lines. */
MUST_USE enum err ctl_show_derived_begin(struct ctl_call *call);
MUST_USE enum err ctl_show_derived(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
