/* Questions about revocation: where they go, and what becomes of the answers.  Answers are taken on the loop thread. */
#include "pki/revoke.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pki/anchor.h"
#include "pki/query.h"

enum { FAILED_S = 60, LONGEST_S = 86400 };

/* ---- where ---- */

static const char http[] = "http://";

static bool take_url(struct bytes text, char out[PKI_URL_MAX])
{
	if (text.len <= sizeof(http) - 1 || text.len >= PKI_URL_MAX || memchr(text.data, '\0', text.len) != NULL ||
		strncasecmp((const char *)text.data, http, sizeof(http) - 1) != 0)
		return false;
	memcpy(out, text.data, text.len);
	out[text.len] = '\0';
	return true;
}

bool pki_query_ocsp_url(X509 *subject, const char *configured, char out[PKI_URL_MAX])
{
	STACK_OF(OPENSSL_STRING) * urls;
	bool found = false;

	if (configured != NULL)
		return take_url(bytes_str(configured), out);
	urls = X509_get1_ocsp(subject);
	for (int i = 0; !found && i < sk_OPENSSL_STRING_num(urls); i++)
		found = take_url(bytes_str(sk_OPENSSL_STRING_value(urls, i)), out);
	X509_email_free(urls);
	return found;
}

static bool point_url(const DIST_POINT *point, char out[PKI_URL_MAX])
{
	const GENERAL_NAMES *names = point->distpoint != NULL && point->distpoint->type == 0 ? point->distpoint->name.fullname : NULL;
	bool found = false;

	for (int i = 0; !found && i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		const ASN1_STRING *uri = name->type == GEN_URI ? name->d.uniformResourceIdentifier : NULL;

		found = uri != NULL && take_url(bytes_of(ASN1_STRING_get0_data(uri), (size_t)ASN1_STRING_length(uri)), out);
	}
	return found;
}

bool pki_query_crl_url(const X509 *subject, char out[PKI_URL_MAX])
{
	CRL_DIST_POINTS *points = (CRL_DIST_POINTS *)X509_get_ext_d2i(subject, NID_crl_distribution_points, NULL, NULL);
	bool found = false;

	for (int i = 0; !found && i < sk_DIST_POINT_num(points); i++)
		found = point_url(sk_DIST_POINT_value(points, i), out);
	CRL_DIST_POINTS_free(points);
	return found;
}

/* ---- the question ---- */

bool pki_query_key(const X509 *subject, uint8_t out[PKI_CACHE_KEY])
{
	return X509_digest(subject, EVP_sha256(), out, NULL) == 1;
}

bool pki_query_crl_key(const char *url, uint8_t out[PKI_CACHE_KEY])
{
	return EVP_Digest(url, strlen(url), out, NULL, EVP_sha256(), NULL) == 1;
}

struct pki_query *pki_query_new(X509 *subject, X509 *issuer, const char *url, bool crl)
{
	struct pki_query *q = (struct pki_query *)calloc(1, sizeof(*q));

	if (q == NULL || X509_up_ref(subject) != 1) {
		free(q);
		return NULL;
	}
	q->subject = subject;
	q->crl = crl;
	(void)snprintf(q->url, sizeof(q->url), "%s", url);
	if (X509_up_ref(issuer) == 1)
		q->issuer = issuer;
	if (q->issuer == NULL || !(crl ? pki_query_crl_key(url, q->key) : pki_query_key(subject, q->key))) {
		pki_query_free(q);
		return NULL;
	}
	return q;
}

void pki_query_free(struct pki_query *q)
{
	if (q == NULL)
		return;
	X509_free(q->subject);
	X509_free(q->issuer);
	OCSP_REQUEST_free(q->request);
	OPENSSL_free(q->body);
	free(q);
}

const char *pki_query_url(const struct pki_query *q)
{
	return q->url;
}

enum err pki_query_body(struct pki_query *q, const struct crypto_rand *rand, struct bytes *out)
{
	enum err err = q->crl || q->body != NULL ? ERR_OK : pki_ocsp_request(q, rand);

	if (err == ERR_OK)
		*out = bytes_of(q->body, (size_t)q->body_len);
	return err;
}

bool pki_query_same(const struct pki_query *a, const struct pki_query *b)
{
	return a != NULL && b != NULL && memcmp(a->key, b->key, sizeof(a->key)) == 0;
}

size_t pki_query_limit(const struct pki_query *q)
{
	return q->crl ? (size_t)PKI_CRL_MAX : (size_t)PKI_OCSP_MAX;
}

/* ---- the answer ---- */

/* A CRL counts when the certificate's issuer made it; one of another key would only take room. */
static const char *take_crl(const struct pki_query *q, struct pki_trust *t, struct bytes body)
{
	const unsigned char *at = body.data;
	X509_CRL *crl = body.len > PKI_CRL_MAX ? NULL : d2i_X509_CRL(NULL, &at, (long)body.len);
	const char *why = NULL;

	if (crl == NULL || at != body.data + body.len)
		why = "crl-malformed";
	else if (X509_CRL_verify(crl, X509_get0_pubkey(q->issuer)) != 1)
		why = "crl-signature";
	else if (pki_trust_put_crl(t, crl) != ERR_OK)
		why = "crl-no-room";
	X509_CRL_free(crl);
	ERR_clear_error();
	return why;
}

static int64_t end_of(int64_t until_s, int64_t now_s)
{
	if (until_s == 0)
		return now_s + FAILED_S; /* it may know more in a minute */
	return until_s < now_s + LONGEST_S ? until_s : now_s + LONGEST_S;
}

const char *pki_query_answer(const struct pki_query *q, struct pki_trust *t, struct bytes body, int64_t now_s)
{
	struct pki_said said = { .known = PKI_KNOWN_FAILED };
	const char *why = q->crl ? "crl-no-answer" : "ocsp-no-answer";

	if (body.len != 0)
		why = q->crl ? take_crl(q, t, body) : pki_ocsp_judge(q, body, now_s, &said);
	if (why != NULL || q->crl) /* and a CRL that is there needn't be asked for again at once either */
		pki_trust_note(t, q->key, PKI_KNOWN_FAILED, now_s + FAILED_S);
	else
		pki_trust_note(t, q->key, said.known, end_of(said.until_s, now_s));
	return why;
}

bool pki_query_revoked(const struct pki_query *q, const struct pki_trust *t, int64_t now_s)
{
	return pki_trust_known(t, q->key, now_s) == PKI_KNOWN_REVOKED;
}
