#ifndef SESSION_CREDENTIAL_H
#define SESSION_CREDENTIAL_H

#include "crypto/crypto.h"
#include "ike/ports.h"
#include "session/auth/trust.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Certificates of a profile: ours and the peer's.  All that is slow here is self-contained, so that it can become a job. */

/*
 * The trust point whose certificate we prove ourselves by: the first that may sign, of the kind that 'authentication
 * local' names, and asked for by the peer's CERTREQ; if none is asked for, the first of the kind.  NULL: none.
 */
const struct pki_trust *session_credential_own(const struct session_trust *t, const struct cfg_profile *p, struct bytes authorities);

/* Our identity by it: what the profile says, else the certificate's subject.  Borrows from both and from 'self'. */
struct ike_id session_credential_id(const struct cfg_profile *p, const struct pki_trust *own, const struct addr *self);

/*
 * Whether the peer of 'who', which sent 'chain', is who it says by the rules of 'p': the kind of key, the chain up to
 * one of its CAs at 'now_s', the identity in the certificate, the signature.  NULL: it is, if 'query' is NULL too; else that is the
 * one thing left to ask, of the CA 'asked', and session_credential_chain says what came of it.  Not NULL: the word for log and counter.
 */
struct session_credential_case {
	const struct session_trust *trust;
	const struct cfg_profile *profile;
	struct pki_chain *chain;
	int64_t now_s;
	bool network; /* it may be asked */
	struct pki_trust *asked;
	struct pki_query *query; /* the caller's */
};
const char *session_credential_judge(struct crypto *c, struct session_credential_case *k, const struct ike_who *who);
const char *session_credential_chain(struct session_credential_case *k);

/* The one for EAP-TLS: as above, or with `authentication local eap` the first that may sign, whatever its kind. */
const struct pki_trust *session_credential_eap(const struct session_trust *t, const struct cfg_profile *p);

/* Whether the chain of 'k' leads to one of the profile's CAs and its certificate proves 'id'; as session_credential_judge says it. */
const char *session_credential_believe(struct session_credential_case *k, const struct ike_id *id);

/* Signs what 'text' asks for.  'buf' (IKE_SIGNATURE_MAX bytes) holds the answer's data; its certificates borrow from 'own'. */
void session_credential_sign(
	struct crypto *c, const struct pki_trust *own, const struct ike_text *text, uint8_t *buf, struct ike_signature *out);

/* Whether certificate 'c' matches the map: all lines of one of its sequences; how many they are, 0: none matches. */
unsigned session_credential_map(const struct cfg_cert_map *map, const struct pki_cert *c);

#ifdef __cplusplus
}
#endif
#endif
