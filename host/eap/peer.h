#ifndef EAP_PEER_H
#define EAP_PEER_H

#include "eap/end.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The end that proves itself, RFC3748-2. */
struct eap_peer;

/* 'password' (copied) is for the methods that have one; without it NULL.  The methods of 'means' alone are used; another is answered with Nak. */
MUST_USE enum err eap_peer_new(struct eap_peer **out, const struct eap_means *means, struct bytes identity, const struct secret *password);
void eap_peer_free(struct eap_peer *p); /* NULL is fine */

/*
 * What a packet leads to: a response; EAP_ACCEPTED, nothing to send: Success came, and the method has seen all that it needs; or EAP_REFUSED,
 * nothing to send.
 */
void eap_peer_take(struct eap_peer *p, struct bytes packet, struct eap_reply *out);

/* The method under way, enum eap_type; 0: none yet. */
uint8_t eap_peer_method(const struct eap_peer *p);

/* As eap_server_msk. */
void eap_peer_msk(struct eap_peer *p, struct secret *out);

#ifdef __cplusplus
}
#endif
#endif
