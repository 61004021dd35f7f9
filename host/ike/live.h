#ifndef IKE_LIVE_H
#define IKE_LIVE_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The SA is up: its liveness checks, keepalives and lifetime begin. */
void ike_live_start(struct ike_sa *sa);

/* It has fresh keys: they begin anew, and the world is told. */
void ike_live_restart(struct ike_sa *sa);

/* It is found whether we are behind a NAT: keepalives begin or end. */
void ike_live_keepalive(struct ike_sa *sa);

/* A rekey of it that failed is tried again later, if it lives so long. */
void ike_live_rekey_later(struct ike_sa *sa);

/* When an SA of 'lifetime_s' is rekeyed, from its beginning; who made it goes first, so that two seldom cross. */
uint64_t ike_live_soft_ms(struct ike_engine *e, enum ike_role role, uint32_t lifetime_s);

/* How long after a failure a rekey is tried again, RFC7296-2.25. */
uint64_t ike_live_retry_ms(struct ike_engine *e);

/* The world saw packets of the SA's children. */
void ike_live_activity(struct ike_sa *sa, const struct ike_activity *activity);

/* Checks now, unless a request is under way that tells as much. */
void ike_live_probe(struct ike_sa *sa);

/* Something unproven says that the peer lost its state: check at once, and with little patience. */
void ike_live_hint(struct ike_sa *sa);

/* How long the liveness check that is to be sent now may go unanswered. */
struct ike_pace ike_live_pace(const struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
