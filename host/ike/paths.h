#ifndef IKE_PATHS_H
#define IKE_PATHS_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_ADDRESSES = 8 }; /* of one end, the one in use included */

/* Where the peer of an SA can be reached, and how far the search for a path that works has come. */
struct ike_paths {
	uint8_t count;
	uint8_t next;         /* pair to be tried; 0: nothing is looked for */
	struct ike_path home; /* where the search began */
	struct addr theirs[IKE_ADDRESSES];
};

/* Our addresses that the SA could live on, at most IKE_ADDRESSES; how many. */
unsigned ike_paths_own(const struct ike_sa *sa, struct addr *out);

/* False: it is there already, or there is no room. */
bool ike_paths_add(struct ike_paths *paths, const struct addr *a);

/* The peer's addresses are those of 'fresh' from now on.  For want of memory there are none. */
void ike_paths_set(struct ike_sa *sa, const struct ike_paths *fresh);

/* Whether the peer says that it can be reached at 'a'; true as long as it has said nothing. */
bool ike_paths_has(const struct ike_sa *sa, const struct addr *a);

/*
 * The request under way went unanswered: the SA goes to the next pair of addresses, where the request is to be sent again, and then the peer
 * told of it (RFC4555-3.5).  False: there is none left, or it isn't ours to choose.
 */
bool ike_paths_try(struct ike_sa *sa);

/* The peer has agreed to a path. */
void ike_paths_found(struct ike_sa *sa);

void ike_paths_drop(struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
