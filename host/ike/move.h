#ifndef IKE_MOVE_H
#define IKE_MOVE_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Authentic packets show the peer, who is behind a NAT, at another place (RFC7296-2.23): the SA and its children follow, no more than once in
 * IKE_MOVE_MS; what is seen meanwhile waits, the latest alone.  'by' is for the log.
 */
void ike_move_follow(struct ike_sa *sa, const struct ike_path *path, const char *by);

/* The SA and its children live on 'path' from now on. */
void ike_move_to(struct ike_sa *sa, const struct ike_path *path, const char *by);

/* No more following: what waits is forgotten. */
void ike_move_stop(struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
