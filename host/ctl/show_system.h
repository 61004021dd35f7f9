#ifndef CTL_SHOW_SYSTEM_H
#define CTL_SHOW_SYSTEM_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show version, show running-config. */

/* The state of show running-config: the text, and how much of it was answered. */
struct ctl_show_config {
	char *text;
	size_t at;
};

MUST_USE enum err ctl_show_system_version(struct ctl_call *call, json_t *doc, bool *more);

MUST_USE enum err ctl_show_system_begin_config(struct ctl_call *call);
MUST_USE enum err ctl_show_system_config(struct ctl_call *call, json_t *doc, bool *more);
void ctl_show_system_end_config(struct ctl_call *call);

#ifdef __cplusplus
}
#endif
#endif
