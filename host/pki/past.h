#ifndef PKI_PAST_H
#define PKI_PAST_H

/* The inside of a chain's memory, for chain.c. */

#include "pki/anchor.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The last path of a chain that led to an anchor and lacked nothing.  It counts again with that trust point as long as all its
 * certificates are valid and, where CRLs were asked, as long as they are the same and none of them is out of date.  All-zero is
 * none.
 */
struct pki_past {
	const struct pki_trust *trust; /* compared, never followed: it may be gone */
	uint64_t crls;                 /* pki_trust_crls_count when it was walked */
	bool crl;                      /* CRLs were asked */
	int64_t since_s, until_s;      /* it counts from the first and before the second */
	STACK_OF(X509) * certs;
};

void pki_past_fini(struct pki_past *p);

/* Whether there is a path that counts for 't' at 'now_s', with CRLs asked if 'crl'; '*certs' (the caller's) are its certificates. */
bool pki_past_get(const struct pki_past *p, const struct pki_trust *t, int64_t now_s, bool crl, STACK_OF(X509) * *certs);

/* Keeps a path (its certificates are counted) that was walked when 't' had changed its CRLs 'crls' times. */
void pki_past_put(struct pki_past *p, const struct pki_trust *t, uint64_t crls, bool crl, STACK_OF(X509) * certs);

#ifdef __cplusplus
}
#endif
#endif
