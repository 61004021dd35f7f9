#ifndef PKI_MARK_H
#define PKI_MARK_H

#include "pki/chain.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What CRLs and responders know a certificate by, its issuer's name and its number, hashed: to find those that have to be judged again.
 * A hint and no verdict: names in another encoding aren't found.
 */
enum { PKI_MARK_LEN = 20 };

struct pki_mark {
	uint8_t octets[PKI_MARK_LEN];
};

/*
 * Marks of the path that 'c' was last verified by, but for its anchor; returns how many.  '*until_s': when the first of its certificates
 * ends, seconds since 1970.
 */
unsigned pki_mark_chain(const struct pki_chain *c, struct pki_mark out[PKI_CHAIN_MAX], int64_t *until_s);

/* That of the certificate that a question is about. */
struct pki_mark pki_mark_query(const struct pki_query *q);

/* Calls 'fn' for each certificate that a CRL of 't' lists, if the CRLs have changed since '*seen'.  Any thread. */
typedef void pki_mark_fn(void *ctx, const struct pki_mark *mark);
void pki_mark_listed(const struct pki_trust *t, uint64_t *seen, pki_mark_fn *fn, void *ctx);

#ifdef __cplusplus
}
#endif
#endif
