/*
 * OCSP: the request, and whether a response is to be believed.  A responder is the CA itself or has a certificate of the
 * CA's for just that (RFC6960-4.2.2.2); it answers about the very certificate, with our nonce if it repeats nonces at all, and
 * its answer is in its time.  No network here.
 */
#include <time.h>

#include "pki/query.h"

enum { NONCE_LEN = 16, SKEW_S = 300 };

enum err pki_ocsp_request(struct pki_query *q, const struct crypto_rand *rand)
{
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), q->subject, q->issuer);
	uint8_t nonce[NONCE_LEN];
	enum err err = crypto_rand_fill(rand, nonce, sizeof(nonce));

	q->request = OCSP_REQUEST_new();
	if (id == NULL || q->request == NULL || OCSP_request_add0_id(q->request, id) == NULL) {
		OCSP_CERTID_free(id);
		return ERR_NOMEM;
	}
	if (err == ERR_OK && OCSP_request_add1_nonce(q->request, nonce, sizeof(nonce)) != 1)
		err = ERR_NOMEM;
	if (err == ERR_OK)
		q->body_len = i2d_OCSP_REQUEST(q->request, &q->body);
	return err == ERR_OK && q->body_len <= 0 ? ERR_NOMEM : err;
}

/* Signed with more than SHA-1. */
static bool is_strong(const OCSP_BASICRESP *basic)
{
	const X509_ALGOR *alg = OCSP_resp_get0_tbs_sigalg(basic);
	int digest = NID_undef;

	if (OBJ_find_sigid_algs(OBJ_obj2nid(alg->algorithm), &digest, NULL) != 1)
		return false;
	return digest != NID_sha1 && digest != NID_md5;
}

/* Signed by the CA or by whom it appointed: the CA is the only one that is trusted here. */
static bool is_signed(const struct pki_query *q, OCSP_BASICRESP *basic, int64_t now_s)
{
	X509_STORE *store = X509_STORE_new();
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509_VERIFY_PARAM *param = store == NULL ? NULL : X509_STORE_get0_param(store);
	bool good = false;

	if (param != NULL && certs != NULL && sk_X509_push(certs, q->issuer) > 0 && X509_STORE_add_cert(store, q->issuer) == 1) {
		(void)X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		X509_VERIFY_PARAM_set_time(param, (time_t)now_s);
		good = OCSP_basic_verify(basic, certs, store, 0) == 1;
	}
	sk_X509_free(certs);
	X509_STORE_free(store);
	return good;
}

static int64_t seconds_of(const ASN1_GENERALIZEDTIME *t)
{
	struct tm tm;

	return t != NULL && ASN1_TIME_to_tm(t, &tm) == 1 ? (int64_t)timegm(&tm) : 0;
}

static const char *judge_times(int64_t from_s, int64_t until_s, int64_t now_s)
{
	if (from_s == 0 || from_s > now_s + SKEW_S)
		return "ocsp-not-yet-valid";
	return until_s != 0 && until_s < now_s - SKEW_S ? "ocsp-expired" : NULL;
}

static const char *find_status(const struct pki_query *q, OCSP_BASICRESP *basic, int64_t now_s, struct pki_said *out)
{
	static const enum pki_known known[] = {
		[V_OCSP_CERTSTATUS_GOOD] = PKI_KNOWN_GOOD,
		[V_OCSP_CERTSTATUS_REVOKED] = PKI_KNOWN_REVOKED,
		[V_OCSP_CERTSTATUS_UNKNOWN] = PKI_KNOWN_UNKNOWN,
	};
	OCSP_CERTID *id = OCSP_cert_to_id(EVP_sha1(), q->subject, q->issuer);
	ASN1_GENERALIZEDTIME *from, *until;
	int status = V_OCSP_CERTSTATUS_UNKNOWN, reason;
	bool found = id != NULL && OCSP_resp_find_status(basic, id, &status, &reason, NULL, &from, &until) == 1;

	OCSP_CERTID_free(id);
	if (!found)
		return "ocsp-other-certificate";
	if (status < 0 || status > V_OCSP_CERTSTATUS_UNKNOWN)
		return "ocsp-malformed";
	out->known = known[status];
	out->until_s = seconds_of(until);
	return judge_times(seconds_of(from), out->until_s, now_s);
}

static const char *judge_basic(const struct pki_query *q, OCSP_BASICRESP *basic, int64_t now_s, struct pki_said *out)
{
	int nonce = q->request == NULL ? 0 : OCSP_check_nonce(q->request, basic);

	if (nonce == 0)
		return "ocsp-nonce";
	if (!is_strong(basic))
		return "ocsp-weak";
	if (!is_signed(q, basic, now_s))
		return "ocsp-signature";
	return find_status(q, basic, now_s, out);
}

const char *pki_ocsp_judge(const struct pki_query *q, struct bytes body, int64_t now_s, struct pki_said *out)
{
	const unsigned char *at = body.data;
	OCSP_RESPONSE *response = body.len > PKI_OCSP_MAX ? NULL : d2i_OCSP_RESPONSE(NULL, &at, (long)body.len);
	OCSP_BASICRESP *basic = NULL;
	const char *why = "ocsp-malformed";

	if (response != NULL && at == body.data + body.len) {
		why = OCSP_response_status(response) == OCSP_RESPONSE_STATUS_SUCCESSFUL ? why : "ocsp-refused";
		basic = OCSP_response_get1_basic(response); /* NULL without one */
	}
	if (basic != NULL)
		why = judge_basic(q, basic, now_s, out);
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(response);
	ERR_clear_error();
	return why;
}
