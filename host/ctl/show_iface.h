#ifndef CTL_SHOW_IFACE_H
#define CTL_SHOW_IFACE_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show interfaces [INTERFACE], 'next' of it; ctl_iface_begin begins. */
MUST_USE enum err ctl_show_iface(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
