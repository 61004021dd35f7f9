#ifndef IKE_ADMIT_H
#define IKE_ADMIT_H

#include "ike/ports.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_engine;

/*
 * An IKE_SA_INIT or IKE_SESSION_RESUME request in e->msg, whose rules are kept: answered from the cache if it is known, refused without
 * state, or made an SA and stepped.
 */
void ike_admit_request(struct ike_engine *e, const struct ike_path *path);

/* Answers the request e->msg in clear with one notify, without state. */
void ike_admit_refuse(struct ike_engine *e, const struct ike_path *path, uint16_t notify, struct bytes data);

#ifdef __cplusplus
}
#endif
#endif
