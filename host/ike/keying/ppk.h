#ifndef IKE_PPK_H
#define IKE_PPK_H

#include "ike/sa.h"
#include "ike/wire/build.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Post-quantum preshared keys, RFC8784: SK_d, SK_pi and SK_pr of the first IKE SA are run through prf+ with a key that both ends
 * know, so that who records the exchange and breaks it later has nothing.  That both can is the ability USE_PPK.  With EAP the first
 * AUTH of the responder is made without; all below is of the last request and its response.
 */

/* An initiator's, until its SA is up. */
struct ike_ppk {
	struct ike_blob id; /* PPK_ID, its type first */
	struct secret key;
	bool required;             /* without it there is no SA */
	struct secret bare;        /* the SA's keys without it, once it is in them */
	struct ike_blob bare_auth; /* AUTH's data without it: NO_PPK_AUTH */
};

/* SK_d, SK_pi and SK_pr of 'keys' with 'ppk' in them, to 'out'; the others as they are. */
MUST_USE enum err ike_ppk_mix(
	struct crypto *c, const struct ike_suite *suite, const struct secret *keys, struct bytes ppk, struct secret *out);

/* ---- initiator ---- */

/* Takes the key of 'request', which may have none. */
MUST_USE enum err ike_ppk_keep(struct ike_sa *sa, struct ike_request *request);
void ike_ppk_free(struct ike_ppk *p); /* NULL is fine */

/* Whether the IKE_SA_INIT response 'msg' will do: ERR_AUTH when the key is required and the peer doesn't know of it. */
MUST_USE enum err ike_ppk_accept(struct ike_sa *sa, const struct ike_msg *msg);

/* With EAP: makes the last AUTH, twice if the key isn't required. */
MUST_USE enum err ike_ppk_sign_last(struct ike_sa *sa);

/*
 * Before our AUTH is made.  One that isn't required is first left out, and put in when that AUTH is there: both are sent.
 * ike_ppk_signed is the event to post when an AUTH was made: it, or the other comes next.
 */
MUST_USE enum err ike_ppk_begin(struct ike_sa *sa);
enum ike_event ike_ppk_signed(const struct ike_sa *sa);

/* PPK_IDENTITY and NO_PPK_AUTH of the request, if the key is in use. */
void ike_ppk_build(const struct ike_sa *sa, struct ike_build *b);

/* What the response says: with the key, or without.  ERR_AUTH when it was required. */
MUST_USE enum err ike_ppk_settle(struct ike_sa *sa, const struct ike_msg *msg);

/* ---- responder ---- */

/* Before IKE_SA_INIT is answered: whether the world has any such key. */
void ike_ppk_offer(struct ike_sa *sa);

/*
 * What the request 'msg' of 'who' says: the key is put into ours, or its AUTH is that of NO_PPK_AUTH.  ERR_AUTH when the world
 * doesn't know the key and there is no such AUTH.
 */
MUST_USE enum err ike_ppk_receive(struct ike_sa *sa, const struct ike_msg *msg, const struct ike_who *who);

/* The AUTH that counts: 'auth' of 'msg', or what NO_PPK_AUTH holds. */
void ike_ppk_choose(const struct ike_sa *sa, const struct ike_msg *msg, struct ike_authdata *auth);

/* With EAP: what stands in the request 'msg', whose AUTH is 'auth', in place of ike_proof_ask.  ERR_AUTH as above, or the key was required. */
MUST_USE enum err ike_ppk_receive_last(struct ike_sa *sa, const struct ike_msg *msg, struct ike_authdata *auth);

/* Whether the world requires one that isn't in use. */
bool ike_ppk_lacks(const struct ike_sa *sa);

/* PPK_IDENTITY of the response: the key is in use. */
void ike_ppk_confirm(const struct ike_sa *sa, struct ike_build *b);

#ifdef __cplusplus
}
#endif
#endif
