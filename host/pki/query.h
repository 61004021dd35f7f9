#ifndef PKI_QUERY_H
#define PKI_QUERY_H

/* The inside of a question about revocation, for chain.c, revoke.c and ocsp.c. */

#include "pki/cache.h"
#include "pki/revoke.h"
#include "pki/x509.h"

struct pki_query {
	uint8_t key[PKI_CACHE_KEY];
	char url[PKI_URL_MAX];
	X509 *subject, *issuer;
	bool crl;
	OCSP_REQUEST *request; /* once its body was asked for */
	uint8_t *body;
	int body_len;
};

/* What asking about 'subject' by OCSP is remembered under; and for a CRL from 'url'. */
bool pki_query_key(const X509 *subject, uint8_t out[PKI_CACHE_KEY]);
bool pki_query_crl_key(const char *url, uint8_t out[PKI_CACHE_KEY]);

/* The responder for 'subject': 'configured' if there is one, else what the certificate says; false: nobody says one. */
bool pki_query_ocsp_url(X509 *subject, const char *configured, char out[PKI_URL_MAX]);

/* The first distribution point of 'subject' that is reached by HTTP. */
bool pki_query_crl_url(const X509 *subject, char out[PKI_URL_MAX]);

/* A question about 'subject', which 'issuer' issued; NULL: out of memory. */
struct pki_query *pki_query_new(X509 *subject, X509 *issuer, const char *url, bool crl);

/* What a responder says, RFC6960-3.2.  NULL: it counts; else why it doesn't. */
struct pki_said {
	enum pki_known known;
	int64_t until_s; /* nextUpdate; 0: it says none */
};
const char *pki_ocsp_judge(const struct pki_query *q, struct bytes body, int64_t now_s, struct pki_said *out);

/* Builds the request with a nonce of 'rand', RFC6960-4.1 and RFC8954. */
MUST_USE enum err pki_ocsp_request(struct pki_query *q, const struct crypto_rand *rand);

#endif
