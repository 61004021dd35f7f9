/*
 * What a chain remembers of its verification.  Signatures don't change, so that only time and CRLs are looked at again.  A
 * chain is one thread's at a time, and so is this.
 */
#include "pki/past.h"

#include <string.h>

static int64_t seconds_of(const ASN1_TIME *t)
{
	struct tm tm;

	return t != NULL && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

/* Lets 'p' count no longer than from 'from' to before 'to'. */
static void narrow(struct pki_past *p, const ASN1_TIME *from, const ASN1_TIME *to)
{
	int64_t since_s = seconds_of(from), until_s = seconds_of(to);

	p->since_s = since_s > p->since_s ? since_s : p->since_s;
	p->until_s = until_s < p->until_s ? until_s : p->until_s;
}

/* Any CRL of the trust point may be one that was asked; one that never ends can't be told from one that can't be read. */
static void narrow_to_crls(struct pki_past *p, const struct pki_trust *t)
{
	STACK_OF(X509_CRL) *crls = pki_trust_crls(t);

	if (crls == NULL)
		p->until_s = 0;
	for (int i = 0; i < sk_X509_CRL_num(crls); i++) {
		const X509_CRL *crl = sk_X509_CRL_value(crls, i);

		narrow(p, X509_CRL_get0_lastUpdate(crl), X509_CRL_get0_nextUpdate(crl));
	}
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
}

void pki_past_fini(struct pki_past *p)
{
	sk_X509_pop_free(p->certs, X509_free);
	memset(p, 0, sizeof(*p));
}

bool pki_past_get(const struct pki_past *p, const struct pki_trust *t, int64_t now_s, bool crl, STACK_OF(X509) * *certs)
{
	if (p->certs == NULL || p->trust != t || now_s < p->since_s || now_s >= p->until_s)
		return false;
	if (crl && (!p->crl || p->crls != pki_trust_crls_count(t)))
		return false;
	*certs = X509_chain_up_ref(p->certs);
	return *certs != NULL;
}

void pki_past_put(struct pki_past *p, const struct pki_trust *t, uint64_t crls, bool crl, STACK_OF(X509) * certs)
{
	pki_past_fini(p);
	p->certs = X509_chain_up_ref(certs);
	p->trust = t;
	p->crls = crls;
	p->crl = crl;
	p->until_s = INT64_MAX;
	for (int i = 0; i < sk_X509_num(certs); i++)
		narrow(p, X509_get0_notBefore(sk_X509_value(certs, i)), X509_get0_notAfter(sk_X509_value(certs, i)));
	if (crl)
		narrow_to_crls(p, t);
}
