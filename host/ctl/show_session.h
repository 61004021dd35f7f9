#ifndef CTL_SHOW_SESSION_H
#define CTL_SHOW_SESSION_H

#include "ctl/show.h"

#ifdef __cplusplus
extern "C" {
#endif

/* show crypto session, show crypto ipsec sa, clear crypto session, clear crypto sa, rekey crypto: 'next' of these commands. */

/* Variants: the argument is the peer's address; the ESP SAs; with the ESP SAs of each. */
enum { CTL_OF_REMOTE = 1, CTL_REKEY_ESP = 2, CTL_SESSION_FLOWS = 4, CTL_OF_IVRF = 8, CTL_OF_FVRF = 16 };

/* show crypto ipsec sa interface I: 'begin'. */
MUST_USE enum err ctl_show_session_begin_interface(struct ctl_call *call);

MUST_USE enum err ctl_show_session_list(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_session_ipsec(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_session_clear(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_session_clear_esp(struct ctl_call *call, json_t *doc, bool *more);
MUST_USE enum err ctl_show_session_rekey(struct ctl_call *call, json_t *doc, bool *more);

#ifdef __cplusplus
}
#endif
#endif
