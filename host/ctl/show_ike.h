#ifndef CTL_SHOW_IKE_H
#define CTL_SHOW_IKE_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show crypto ikev2 sa [detailed] and stats: 'next' of these commands. */
MUST_USE enum err ctl_show_ike_sas(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_ike_stats(struct ctl_call *call, json_t *doc, bool *more);

enum { CTL_OF_LOCAL = 1 }; /* variant of ctl_show_ike_sas: the argument is our address, not the peer's */

#ifdef __cplusplus
}
#endif
#endif
