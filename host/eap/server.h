#ifndef EAP_SERVER_H
#define EAP_SERVER_H

#include "eap/end.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The authenticating end, RFC3748-2.  A conversation is one object; every packet goes in and out by the two functions below. */
struct eap_server;

/*
 * 'identity' is what the peer is called unless it is asked by EAP ('query'), empty if that isn't known: a method that says a name by itself
 * (MSCHAPv2) then gives it.
 */
MUST_USE enum err eap_server_new(struct eap_server **out, const struct eap_means *means, struct bytes identity, bool query);
void eap_server_free(struct eap_server *s); /* NULL is fine */

/* The first request. */
void eap_server_begin(struct eap_server *s, struct eap_reply *out);

/* What a response leads to: the next request; Success with EAP_ACCEPTED; Failure with EAP_REFUSED. */
void eap_server_take(struct eap_server *s, struct bytes packet, struct eap_reply *out);

/* Who it is: proved once accepted.  A view into the conversation. */
struct bytes eap_server_identity(const struct eap_server *s);

/* The method under way, enum eap_type; 0: none yet. */
uint8_t eap_server_method(const struct eap_server *s);

/* The key of an accepted conversation, moved; empty where the method has none. */
void eap_server_msk(struct eap_server *s, struct secret *out);

#ifdef __cplusplus
}
#endif
#endif
