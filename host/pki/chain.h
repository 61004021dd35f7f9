#ifndef PKI_CHAIN_H
#define PKI_CHAIN_H

#include "pki/revoke.h"
#include "pki/trust.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The certificates that a peer sent: its own first, the others in any order (RFC7296-3.6). */
struct pki_chain;

/* ERR_ABSENT: none; ERR_LIMIT: more than PKI_CHAIN_MAX; else as pki_cert_parse. */
MUST_USE enum err pki_chain_parse(const struct bytes *der, unsigned count, struct pki_chain **out);
void pki_chain_free(struct pki_chain *c); /* NULL is fine */

const struct pki_cert *pki_chain_leaf(const struct pki_chain *c);

/* Its certificates as they came; how many.  And whether they are these. */
unsigned pki_chain_der(const struct pki_chain *c, struct bytes out[PKI_CHAIN_MAX]);
bool pki_chain_is(const struct pki_chain *c, const struct bytes *der, unsigned count);

/*
 * Verifies the chain up to an anchor of 't' at the time 'now_s' (seconds since 1970): signatures, validity dates, CA and
 * path length constraints, key usage, revocation as the trust point says.  ERR_AGAIN: that the
 * network has to tell, and '*query' asks (moved out); with 'query' NULL it isn't asked.  ERR_AUTH, and '*why' names the cause for log and
 * counter: "expired", "not-yet-valid", "unknown-ca", "not-a-ca", "path-length", "name-constraints", "critical-extension", "revoked", "no-crl", "no-ocsp", "ocsp-unknown",
 * "crl-expired", "weak", "key-usage", "bad-key", "bad-chain".
 *
 * A path that was good is remembered: the same chain asked again of the same trust point costs no signature while dates and CRLs
 * stay as they are.  What isn't good is looked at anew.
 */
MUST_USE enum err pki_chain_verify(
	struct pki_chain *c, const struct pki_trust *t, int64_t now_s, struct pki_query **query, const char **why);

#ifdef __cplusplus
}
#endif
#endif
