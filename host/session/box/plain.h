#ifndef SESSION_PLAIN_H
#define SESSION_PLAIN_H

#include "session/hub.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Static tunnels without protection: GRE in clear, between hubs.  There is no session: such a tunnel is up while its source has an address
 * and its destination a way that leads neither through the tunnel itself nor out of a protected port.
 */
struct session_plains;

MUST_USE enum err session_plain_new(struct session_plains **out, struct session_hub *h);
void session_plain_free(struct session_plains *t);

/* As for ports: configure begins those that the model has and marks them, sweep ends those without a mark. */
MUST_USE enum err session_plain_configure(struct session_plains *t);
void session_plain_unmark(struct session_plains *t);
void session_plain_sweep(struct session_plains *t);

/* The datapath's id of the tunnel 'name'; 0: there is none. */
uint32_t session_plain_id(const struct session_plains *t, const char *name);

/* The segments that TCP may agree on through such a tunnel (session/clamp.h). */
uint16_t session_plain_mss(const struct cfg_interface *i, enum dp_family inner);

/* Why it is down; NULL when it is up, or there is none. */
const char *session_plain_reason(const struct session_plains *t, const char *name);

#ifdef __cplusplus
}
#endif
#endif
