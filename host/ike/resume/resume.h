#ifndef IKE_RESUME_H
#define IKE_RESUME_H

#include "ike/blob.h"
#include "ike/resume/past.h"
#include "ike/resume/vault.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ike_sa;

/* The resumption that a set-up is, RFC5723.  The exchanges are exchange/act_resume_i and _r; struct ike_setup has it. */
struct ike_resume {
	struct secret text; /* that 'past' views */
	struct ike_past past;
	struct ike_blob ticket;     /* initiator's */
	struct ike_vault_stub stub; /* responder: which ticket it is */
	uint16_t willing;           /* initiator: what it was before, should it come to a full exchange */
	bool keyed;                 /* the peer took the ticket: there is no way back */
};

/* A resumption by what 'text' holds, which is moved.  Errors as of ike_past_parse. */
MUST_USE enum err ike_resume_new(struct secret *text, struct ike_resume **out);
void ike_resume_free(struct ike_resume *r); /* NULL is fine */

/* The one that the set-up of 'sa' is, once its keys come of it; NULL: it is a full exchange. */
const struct ike_resume *ike_resume_of(const struct ike_sa *sa);

/* Whether policy offers what 'suite' is made of: with less a session isn't resumed. */
bool ike_resume_offered(const struct ike_offers *offers, const struct ike_suite *suite);

/* A client's bundle: the ticket and beside it what it stands for, as one secret; and the way back, whose ticket borrows. */
MUST_USE enum err ike_resume_pack(const struct ike_past *past, struct bytes ticket, struct secret *out);
MUST_USE enum err ike_resume_unpack(struct bytes pass, struct ike_resume **out);

#ifdef __cplusplus
}
#endif
#endif
