#ifndef IKE_PROMISE_H
#define IKE_PROMISE_H

#include "base/wheel.h"
#include "ike/rekey/accord.h"
#include "ike/rekey/offspring.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_PROMISE_LINK = 9 }; /* octets of ours */

/*
 * A responder's part of a series: the new IKE SA, or the pair of ESP SAs, that the peer was promised and that is made when all its key
 * exchanges are through.  Until then it changes nothing.  An SA has at most one; it is forgotten when the peer doesn't go on.
 */
struct ike_promise {
	struct ike_sa *sa;
	struct ike_accord accord; /* the IKE SA: its nonces are those below */
	struct ike_offspring
		*child; /* or the pair, and so its peer's; its spi_in is to be given back while not 0.  NULL: it is an IKE SA */
	struct ike_series series;
	struct ike_blob ni;
	uint8_t nr[IKE_ATTEMPT_NONCE];
	uint8_t link[IKE_PROMISE_LINK]; /* that the next request is to name */
	struct wheel_timer timer;
};

/* Makes one in the place of another: of 'accord', whose nr is the promise's from now on, and SK(0), which is moved. */
MUST_USE enum err ike_promise_make(struct ike_sa *sa, struct ike_accord *accord, struct secret *first);

/* The same of a pair, which is copied; its spi_in is the promise's then, even after an error. */
MUST_USE enum err ike_promise_pair(struct ike_sa *sa, const struct ike_offspring *o, struct secret *first);

/* Forgets it, if there is one. */
void ike_promise_drop(struct ike_sa *sa);

/* Whether it is of a successor of the pair 'spi_in'. */
bool ike_promise_follows(const struct ike_promise *p, uint32_t spi_in);

/* What the next request has to name. */
struct bytes ike_promise_link(const struct ike_promise *p);

/* A key exchange of it is through, and 'shared' moved: there is more time, and another link. */
void ike_promise_advance(struct ike_promise *p, struct secret *shared);

/* The one that the IKE_FOLLOWUP_KE request 'msg' goes on with; NULL: none of ours. */
struct ike_promise *ike_promise_of(const struct ike_sa *sa, const struct ike_msg *msg);

#ifdef __cplusplus
}
#endif
#endif
