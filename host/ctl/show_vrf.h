#ifndef CTL_SHOW_VRF_H
#define CTL_SHOW_VRF_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show vrf; and what other documents say of VRFs. */
MUST_USE enum err ctl_show_vrf(struct ctl_call *call, json_t *doc, bool *more);

/* The id of the VRF that the argument 'at' names.  ERR_ABSENT: there is none, as the answer says. */
MUST_USE enum err ctl_show_vrf_of(struct ctl_call *call, unsigned at, uint32_t *out);

/* A VRF's name; "(none)" is the global one.  NULL: out of memory. */
json_t *ctl_show_vrf_text(const struct session_hub *hub, uint32_t vrf);

#ifdef __cplusplus
}
#endif
#endif
