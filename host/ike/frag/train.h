#ifndef IKE_TRAIN_H
#define IKE_TRAIN_H

#include "base/bytes.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A message as it is sent: its datagrams one behind the other, one for each fragment (RFC7383), as a rule just one.  Each
 * tells its length in its header (RFC7296-3.1).  Trains are our own, so they are well-formed.
 */

/* Takes the first datagram off 'train'; false at the end. */
bool ike_train_next(struct bytes *train, struct bytes *out);

unsigned ike_train_count(struct bytes train);

#ifdef __cplusplus
}
#endif
#endif
