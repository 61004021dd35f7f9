#ifndef IKE_ADDRESSES_H
#define IKE_ADDRESSES_H

#include "ike/paths.h"
#include "ike/wire/build.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ADDITIONAL_IP4_ADDRESS, ADDITIONAL_IP6_ADDRESS and NO_ADDITIONAL_ADDRESSES: where else the ends of an SA could be reached (RFC4555-3.4, -3.6). */

/* Appends our addresses but the one in use; if there are none and 'empty', says so. */
void ike_addresses_build(const struct ike_sa *sa, struct ike_build *b, bool empty);

/*
 * The addresses of a peer whose 'msg' came from 'source': that one and those it names, which take the place of all it named before.  What no
 * host can have, doubles and what is too much are ignored and counted.  False: it says nothing about them.
 */
bool ike_addresses_take(struct ike_sa *sa, const struct ike_msg *msg, const struct addr *source);

/* Our addresses are others: the peer is to know.  A responder that has lost the one in use speaks from another (RFC4555-3.6). */
void ike_addresses_changed(struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
