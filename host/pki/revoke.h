#ifndef PKI_REVOKE_H
#define PKI_REVOKE_H

#include "crypto/rand.h"
#include "pki/trust.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * A question about revocation that only the network can answer: to an OCSP responder (RFC6960), or to a distribution point of
 * CRLs (RFC5280-4.2.1.13).  pki_chain_verify makes it, whoever has the network puts it by HTTP, and gives what comes to
 * pki_query_answer; then the chain is verified again.
 */
struct pki_query;

enum { PKI_URL_MAX = 256, PKI_OCSP_MAX = 16384, PKI_CRL_MAX = 1 << 20 }; /* bytes: with NUL; of a response; of a CRL in DER */

/* Where it goes: "http://…".  The body is what to POST as application/ocsp-request; empty: GET. */
const char *pki_query_url(const struct pki_query *q);
MUST_USE enum err pki_query_body(struct pki_query *q, const struct crypto_rand *rand, struct bytes *out);

/* Whether both ask the same: of one list of revoked certificates one copy is enough. */
bool pki_query_same(const struct pki_query *a, const struct pki_query *b);

/* How long the answer may be. */
size_t pki_query_limit(const struct pki_query *q);

/*
 * What was answered; empty: nothing, in time.  It is judged, and what it says is remembered by 't', the trust point that the question
 * came from: for as long as it says, a day at most; that there was no answer for a minute.  Returns NULL, or what was wrong with it.
 */
const char *pki_query_answer(const struct pki_query *q, struct pki_trust *t, struct bytes body, int64_t now_s);

/* Whether 't' knows by an answer that the certificate in question was revoked. */
bool pki_query_revoked(const struct pki_query *q, const struct pki_trust *t, int64_t now_s);
void pki_query_free(struct pki_query *q); /* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
