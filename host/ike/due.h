#ifndef IKE_DUE_H
#define IKE_DUE_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The most urgent request that may go out now; IKE_TX_NONE: none, or the window isn't free. */
enum ike_tx ike_due_next(const struct ike_sa *sa);

/* Whether a child is being made, rekeyed or deleted by us, so that the IKE SA can't be rekeyed by the peer now (RFC7296-2.25.1). */
bool ike_due_moving(const struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
