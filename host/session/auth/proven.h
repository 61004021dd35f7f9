#ifndef SESSION_PROVEN_H
#define SESSION_PROVEN_H

#include "pki/mark.h"

#ifdef __cplusplus
extern "C" {
#endif

struct session;
struct session_hub;

/*
 * What the proof of a peer by certificate stands on, for as long as its session lives: it ends when a certificate of the path does, and
 * whether one was revoked meanwhile is asked again - every hour, and at once when a CRL that came lists one of them or a responder says so.
 * What can't be told leaves the session as it is.
 */
enum { SESSION_PROVEN_AGAIN_S = 3600, SESSION_PROVEN_WATCH_S = 60 };

/* The peer of 's' is proved by 'chain', verified against 'asked'.  Without memory nothing is kept, and the next authentication judges. */
void session_proven_begin(struct session *s, const struct pki_chain *chain, const struct pki_trust *asked);
void session_proven_end(struct session *s);

/* AUTH_LIFETIME: 'lifetime_s' (0: none), or less where a certificate ends within a week. */
uint32_t session_proven_lifetime(const struct session *s, uint32_t lifetime_s);

/* For how many seconds it is good as it was judged last: till a certificate ends or is asked about again.  0: there is no such proof. */
uint32_t session_proven_good(const struct session *s);

/* An answer to 'query' came in: peers that it is about are judged again if it says so. */
void session_proven_told(struct session_hub *h, const struct pki_query *query, const struct pki_trust *t);

/* Life of the hub's part. */
MUST_USE enum err session_proven_open(struct session_hub *h);
void session_proven_close(struct session_hub *h);

#ifdef __cplusplus
}
#endif
#endif
