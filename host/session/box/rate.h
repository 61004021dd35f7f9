#ifndef SESSION_RATE_H
#define SESSION_RATE_H

#include "cfg/model.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session_hub;

/*
 * Policies that interfaces name, with all that is in them, as policies of the datapath: one for each name, which a changed one keeps, so that
 * sessions that are up go by it at once.  The access lists that its classes name were put (session/box/filter.h).
 */

/* Puts those that the interfaces of the model and of its sessions name, and marks them. */
MUST_USE enum err session_rate_configure(struct session_hub *h);
void session_rate_unmark(struct session_hub *h);

/* The same for those that the interface of one session names beyond the model's. */
MUST_USE enum err session_rate_need(struct session_hub *h, const struct cfg_interface *i);

/* Takes back those without a mark that no session's interface names any more. */
void session_rate_sweep(struct session_hub *h);

/* Ids of those that 'i' names, by enum dp_direction. */
void session_rate_ids(const struct session_hub *h, const struct cfg_interface *i, uint32_t out[2]);

/* The policy of that name in the configuration in force, as far as it is complete; else 'named'. */
const struct cfg_policy_map *session_rate_current(const struct session_hub *h, const struct cfg_policy_map *named);

void session_rate_free_all(struct session_hub *h);

#ifdef __cplusplus
}
#endif
#endif
