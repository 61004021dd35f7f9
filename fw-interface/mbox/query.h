#ifndef MBOX_QUERY_H
#define MBOX_QUERY_H

#include "fwi/caps.h"
#include "fwi/flow.h"
#include "fwi/sa.h"
#include "mbox/mbox.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Questions with an answer in memory, asked synchronously at start, at adoption and by operators.  What comes back
 * has been bounded: texts end with NUL, counts and table sizes are at most what the ABI and the driver can hold.
 */
enum { MBOX_QUERY_SA_MAX = 1 << 20, MBOX_QUERY_FLOW_MAX = 1 << 21 }; /* slots that a driver accepts from a device */

enum fwi_status mbox_query_identity(struct mbox *m, struct fwi_identity *out);
enum fwi_status mbox_query_caps(struct mbox *m, struct fwi_caps *out);
enum fwi_status mbox_query_sa_state(struct mbox *m, const struct mbox_build_sa *sa, struct fwi_sa_state *out);

/* Calls 'each' for every live SA of 'direction' in order of its index; false from it ends the walk early. */
enum fwi_status mbox_query_sas(
	struct mbox *m, enum fwi_direction direction, bool (*each)(void *ctx, const struct fwi_sa_entry *e), void *ctx);
enum fwi_status mbox_query_flows(struct mbox *m, bool (*each)(void *ctx, const struct fwi_flow_entry *e), void *ctx);

/* Installs 'count' (at most 127) rules and turns the guard on. */
enum fwi_status mbox_query_guard_on(struct mbox *m, const struct fwi_guard_rule *rules, uint32_t count);

#ifdef __cplusplus
}
#endif
#endif
