#ifndef SESSION_LOOKUP_H
#define SESSION_LOOKUP_H

#include "ike/ports.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session_hub;

/*
 * Certificates that peers give by their URL, RFC7296-3.6: fetched by HTTP where `crypto ikev2 http-url` lets them be, one after the other and so many
 * in a second of all peers', compared with the hash that came along, and kept under it.  The question about the peer waits meanwhile, as long
 * as the engine lets it.
 */
enum { SESSION_LOOKUPS = 1024, SESSION_LOOKUP_RATE = 200 }; /* peers that wait; requests per second, and at once */

/* Whether 'who' has certificates by URL. */
bool session_lookup_needed(const struct ike_who *who);

/*
 * Asks session_auth_judge with the certificates themselves, at once when they are kept, else later; if they can't be had the peer is refused.
 */
void session_lookup_begin(struct session_hub *h, struct slab_handle sa, const struct ike_who *who);

/* The answer to question 'token'; false: it isn't of a lookup. */
bool session_lookup_fetched(struct session_hub *h, uint64_t token, struct bytes body);

/* The SA is gone. */
void session_lookup_drop(struct session_hub *h, struct slab_handle sa);

/* Life of the hub's part. */
MUST_USE enum err session_lookup_open(struct session_hub *h);
void session_lookup_close(struct session_hub *h);

#ifdef __cplusplus
}
#endif
#endif
