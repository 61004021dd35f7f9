#ifndef SESSION_RATE_H
#define SESSION_RATE_H

#include "cfg/model.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session_hub;

/* How much may pass the tunnel 'i', by the policies that it names, as the hub's model has them. */
void session_rate_fill(const struct session_hub *h, const struct cfg_interface *i, struct dp_rate out[2]);

/* Sessions that are up go by the policies of the model that is in force from now on. */
void session_rate_reload(struct session_hub *h);

#ifdef __cplusplus
}
#endif
#endif
