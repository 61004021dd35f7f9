#ifndef IKE_CUT_H
#define IKE_CUT_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Whether a protected message of ours of 'len' bytes goes over 'path' in fragments. */
bool ike_cut_due(const struct ike_sa *sa, const struct ike_path *path, size_t len);

/*
 * Cuts a message of ours, whole and not encrypted yet, into fragments for 'path', and seals them: a train in the engine's second
 * buffer.  ERR_LIMIT: it would take more than IKE_FRAGS_MAX.
 */
MUST_USE enum err ike_cut_message(
	struct ike_engine *e, struct ike_sa *sa, const struct ike_path *path, struct bytes opened, struct bytes *out);

/*
 * A message that seems not to get through is cut smaller, RFC7383-2.5.2, if a smaller size is left and would change anything; 'train', as
 * sent before, is replaced.  Its fragments become more, so that the peer tells the new ones from the old.
 */
void ike_cut_smaller(struct ike_sa *sa, const struct ike_path *path, struct ike_blob *train);

#ifdef __cplusplus
}
#endif
#endif
