#ifndef SESSION_TUNNEL_H
#define SESSION_TUNNEL_H

#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Why the static tunnel 'name' has no session; NULL when it has one, or there is no such tunnel. */
const char *session_tunnel_reason(const struct session_hub *h, const char *name);

#ifdef __cplusplus
}
#endif
#endif
