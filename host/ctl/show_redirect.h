#ifndef CTL_SHOW_REDIRECT_H
#define CTL_SHOW_REDIRECT_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show crypto ikev2 redirect: 'next' of the command. */
MUST_USE enum err ctl_show_redirect(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
