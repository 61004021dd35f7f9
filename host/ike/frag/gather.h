#ifndef IKE_GATHER_H
#define IKE_GATHER_H

#include "ike/sa.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_gather; /* the fragments of one message that are there */

/*
 * Whether the received message in e->msg, not yet decrypted, is worth it: always if it isn't a fragment; else only if fragments were agreed on,
 * and this one isn't there yet nor of a cut that was given up.  'repeat': of a request that has been answered, where fragment 1 alone
 * counts (RFC7383-2.6.1).
 */
bool ike_gather_wants(const struct ike_sa *sa, const struct ike_msg *msg, bool repeat);

/*
 * Takes the authentic e->msg with its content 'plain'.  True when e->msg is a whole message, then in e->rx, and 'plain' its content; false
 * while fragments are missing, or when there is no room for this one.
 */
bool ike_gather_take(struct ike_engine *e, struct ike_sa *sa, struct bytes *plain);

/* Forgets what is there of the peer's requests and responses. */
void ike_gather_drop(struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
