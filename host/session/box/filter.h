#ifndef SESSION_FILTER_H
#define SESSION_FILTER_H

#include "cfg/model.h"
#include "dp/api.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session_hub;

/*
 * Access lists that interfaces name, as filters of the datapath: one for each name, which a changed list keeps, so that whoever names it
 * goes by the new one at once.
 */

/* Puts those that the interfaces of the model and of its sessions name, and marks them. */
MUST_USE enum err session_filter_configure(struct session_hub *h);
void session_filter_unmark(struct session_hub *h);

/* The same for those that the interface of one session names beyond the model's. */
MUST_USE enum err session_filter_need(struct session_hub *h, const struct cfg_interface *i);

/* Takes back those without a mark that no session's interface names any more. */
void session_filter_sweep(struct session_hub *h);

/* What the datapath is to do at the interface 'i', whose lists were put. */
void session_filter_features(const struct session_hub *h, const struct cfg_interface *i, struct dp_feature out[DP_FAMILIES]);

/* The datapath's id of the list 'name'; 0: no interface names it. */
uint32_t session_filter_id(const struct session_hub *h, const char *name);

void session_filter_free_all(struct session_hub *h);

#ifdef __cplusplus
}
#endif
#endif
