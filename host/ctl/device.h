#ifndef CTL_DEVICE_H
#define CTL_DEVICE_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* device fault <interface> …: what a test does to a port's device.  The command's variant is an enum dp_fault_kind. */
struct ctl_device_state {
	struct dp_call call;
	struct ctl_call *owner;
};

MUST_USE enum err ctl_device_begin_fault(struct ctl_call *call);
MUST_USE enum err ctl_device_fault(struct ctl_call *call, json_t *doc, bool *more);
void ctl_device_end_fault(struct ctl_call *call);

#ifdef __cplusplus
}
#endif
#endif
