#ifndef IKE_ACCORD_H
#define IKE_ACCORD_H

#include "ike/rekey/attempt.h"
#include "ike/wire/ke.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What a CREATE_CHILD_SA that rekeys the IKE SA agrees on, RFC7296-1.3.2; its views are the message's and the attempt's. */
struct ike_accord {
	enum ike_role role;
	struct ike_choice choice;
	struct ike_suite suite;
	struct ike_keys_seed seed; /* nonces and SPIs */
	struct ike_ke ke;          /* the peer's */
};

/* Policy's proposals with the SPI of the SA to come, for an initiator. */
MUST_USE enum err ike_accord_offer(const struct ike_attempt *a, struct ike_proposals *out);

/* An initiator's: what 'msg', the response to sa->attempt, states, held against what was asked for.  ERR_MALFORMED, ERR_NO_PROPOSAL. */
MUST_USE enum err ike_accord_read(const struct ike_sa *sa, const struct ike_msg *msg, struct ike_accord *out);

/* A responder's: policy's answer to the request 'msg', without nonce and SPI of ours.  It changes nothing.  ERR_MALFORMED, ERR_NO_PROPOSAL. */
MUST_USE enum err ike_accord_choose(const struct ike_sa *sa, const struct ike_msg *msg, struct ike_accord *out);

/* A responder's nonce, kept in 'nonce', and SPI. */
MUST_USE enum err ike_accord_join(struct ike_engine *e, uint8_t nonce[IKE_ATTEMPT_NONCE], struct ike_accord *a);

/* A responder's answer, with 'pub'; 'link' empty: there are no further key exchanges. */
MUST_USE enum err ike_accord_respond(const struct ike_step *s, const struct ike_accord *a, struct bytes pub, struct bytes link);

/*
 * The new SA, beside the old one 'sa': with 'shared', or with what further key exchanges brought in 'series'; one of the two is NULL.
 * ERR_MALFORMED: further ones were agreed on and not made; ERR_FULL.
 */
MUST_USE enum err ike_accord_make(const struct ike_sa *sa, const struct ike_accord *a, const struct secret *shared,
	const struct ike_series *series, struct ike_sa **twin);

/* Whether further key exchanges are part of it. */
bool ike_accord_is_series(const struct ike_accord *a);

/* The same of a peer's request for a new IKE SA, as policy would answer it. */
bool ike_accord_wants_series(const struct ike_sa *sa, const struct ike_msg *msg);

#ifdef __cplusplus
}
#endif
#endif
