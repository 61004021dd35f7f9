#ifndef IKE_ATTEMPT_H
#define IKE_ATTEMPT_H

#include "crypto/kex.h"
#include "ike/rekey/series.h"
#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_ATTEMPT_NONCE = 32 }; /* bytes of ours: half the key of any PRF, RFC7296-2.10 */

/* A CREATE_CHILD_SA of ours, from its request until it is settled what becomes of what it made. */
struct ike_attempt {
	uint32_t old;             /* spi_in of the child to be replaced, or of a further one itself; 0: it is the IKE SA */
	uint32_t spi_in;          /* of a successor, while it is the engine's to give back */
	uint32_t made;            /* spi_in of the successor, once it is being installed */
	uint64_t spi;             /* ours of the IKE SA to come */
	struct ike_offers offers; /* for the IKE SA to come */
	struct ike_groups groups; /* that the request for a child offers */
	struct crypto_kex kex;    /* group NULL: none */
	uint8_t nonce[IKE_ATTEMPT_NONCE];
	struct ike_series series;    /* further key exchanges that were agreed on */
	struct secret share;         /* the private half of the one that is under way */
	struct ike_blob link;        /* that names its place, for the peer */
	struct ike_blob held;        /* the response to CREATE_CHILD_SA, decrypted, while they go on */
	bool regrouped;              /* asked again with the group that the peer demanded */
	bool lost;                   /* the peer's crossing one stays, ours is redundant */
	uint32_t rival;              /* spi_in of the peer's crossing successor of the same child, 0: none */
	struct ike_blob rival_nonce; /* the lower one of the peer's crossing exchange; empty: none */
};

/* Begins one, with a nonce; sa->attempt must be NULL.  sa->attempt is it then.  ERR_FULL: there is no slot for the IKE SA to come. */
MUST_USE enum err ike_attempt_begin(struct ike_sa *sa, uint32_t old);

/* It is asked again in other words: a new nonce, no key exchange yet; what crosses it still does. */
MUST_USE enum err ike_attempt_again(struct ike_sa *sa);

/* Ends it, if there is one. */
void ike_attempt_end(struct ike_sa *sa);

/* The peer's crossing exchange over the same SA; 'rival' as above. */
MUST_USE enum err ike_attempt_cross(struct ike_attempt *a, uint32_t rival, struct bytes ni, struct bytes nr);

/* The peer's crossing exchange came to nothing. */
void ike_attempt_uncross(struct ike_attempt *a);

/*
 * Whether what ours made is the redundant one, 'nr' being the peer's nonce in it: the lowest of the four nonces is in our exchange
 * (RFC7296-2.8.1).  Never without a crossing one.
 */
bool ike_attempt_redundant(const struct ike_attempt *a, struct bytes nr);

/* Octet by octet, and what ends first is the lower, RFC7296-2.8.1. */
struct bytes ike_attempt_lower(struct bytes a, struct bytes b);

#ifdef __cplusplus
}
#endif
#endif
