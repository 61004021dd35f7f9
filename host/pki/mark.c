/* Which certificates a CRL or an answer is about, as an index needs it.  Any thread. */
#include "pki/mark.h"

#include <string.h>
#include <time.h>

#include "pki/anchor.h"
#include "pki/path.h"
#include "pki/query.h"

static struct pki_mark mark_of(const X509_NAME *issuer, const ASN1_INTEGER *serial)
{
	uint8_t digest[EVP_MAX_MD_SIZE] = { 0 };
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	const uint8_t *der = NULL;
	size_t der_len = 0;
	struct pki_mark mark;

	if (md != NULL && X509_NAME_get0_der(issuer, &der, &der_len) == 1 && EVP_DigestInit_ex(md, EVP_sha256(), NULL) == 1 &&
		EVP_DigestUpdate(md, der, der_len) == 1 &&
		EVP_DigestUpdate(md, ASN1_STRING_get0_data(serial), (size_t)ASN1_STRING_length(serial)) == 1)
		(void)EVP_DigestFinal_ex(md, digest, NULL);
	EVP_MD_CTX_free(md);
	memcpy(mark.octets, digest, sizeof(mark.octets));
	return mark;
}

static struct pki_mark mark_of_cert(const X509 *cert)
{
	return mark_of(X509_get_issuer_name(cert), X509_get0_serialNumber(cert));
}

static void narrow(const X509 *cert, int64_t *until_s)
{
	struct tm tm;
	int64_t end_s = ASN1_TIME_to_tm(X509_get0_notAfter(cert), &tm) == 1 ? (int64_t)timegm(&tm) : 0;

	*until_s = end_s < *until_s ? end_s : *until_s;
}

unsigned pki_mark_chain(const struct pki_chain *c, struct pki_mark out[PKI_CHAIN_MAX], int64_t *until_s)
{
	X509 *cert[PKI_CHAIN_MAX + 1];
	unsigned certs = pki_path_certs(c, cert), count = 0;

	*until_s = INT64_MAX;
	for (unsigned i = 0; i < certs; i++) {
		narrow(cert[i], until_s);
		if (count < PKI_CHAIN_MAX && (i == 0 || i + 1 < certs))
			out[count++] = mark_of_cert(cert[i]);
	}
	return count;
}

struct pki_mark pki_mark_query(const struct pki_query *q)
{
	return mark_of_cert(q->subject);
}

static void list_crl(X509_CRL *crl, pki_mark_fn *fn, void *ctx)
{
	STACK_OF(X509_REVOKED) *rows = X509_CRL_get_REVOKED(crl);

	for (int i = 0; i < sk_X509_REVOKED_num(rows); i++) {
		struct pki_mark mark = mark_of(X509_CRL_get_issuer(crl), X509_REVOKED_get0_serialNumber(sk_X509_REVOKED_value(rows, i)));

		fn(ctx, &mark);
	}
}

void pki_mark_listed(const struct pki_trust *t, uint64_t *seen, pki_mark_fn *fn, void *ctx)
{
	uint64_t count = pki_trust_crls_count(t);
	STACK_OF(X509_CRL) *crls = count == *seen ? NULL : pki_trust_crls(t);

	if (crls == NULL) /* unchanged; or without memory: the next time */
		return;
	*seen = count;
	for (int i = 0; i < sk_X509_CRL_num(crls); i++)
		list_crl(sk_X509_CRL_value(crls, i), fn, ctx);
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
}
