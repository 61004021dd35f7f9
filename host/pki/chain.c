/*
 * Verification of a peer's certificate.  OpenSSL builds and checks the path, with the CRLs that are here; which anchors, which
 * time, how strong, and what else tells of revocation is said here.  Any thread.
 */
#include "pki/chain.h"

#include <stdlib.h>

#include "pki/anchor.h"
#include "pki/past.h"
#include "pki/path.h"
#include "pki/query.h"

enum { AUTH_LEVEL = 2 }; /* no MD5 or SHA-1 in a chain, 112 bits of security at least */

struct pki_chain {
	unsigned count;
	struct pki_cert *cert[PKI_CHAIN_MAX];
	struct pki_past past;
};

enum err pki_chain_parse(const struct bytes *der, unsigned count, struct pki_chain **out)
{
	struct pki_chain *c;
	enum err err = ERR_OK;

	if (count == 0)
		return ERR_ABSENT;
	if (count > PKI_CHAIN_MAX)
		return ERR_LIMIT;
	c = (struct pki_chain *)calloc(1, sizeof(*c));
	if (c == NULL)
		return ERR_NOMEM;
	while (err == ERR_OK && c->count < count) {
		err = pki_cert_parse(der[c->count], &c->cert[c->count]);
		c->count += err == ERR_OK;
	}
	if (err != ERR_OK) {
		pki_chain_free(c);
		return err;
	}
	*out = c;
	return ERR_OK;
}

void pki_chain_free(struct pki_chain *c)
{
	if (c == NULL)
		return;
	for (unsigned i = 0; i < c->count; i++)
		pki_cert_free(c->cert[i]);
	pki_past_fini(&c->past);
	free(c);
}

unsigned pki_chain_der(const struct pki_chain *c, struct bytes out[PKI_CHAIN_MAX])
{
	for (unsigned i = 0; i < c->count; i++)
		out[i] = pki_cert_der(c->cert[i]);
	return c->count;
}

bool pki_chain_is(const struct pki_chain *c, const struct bytes *der, unsigned count)
{
	for (unsigned i = 0; i < c->count && i < count; i++)
		if (!bytes_eq(pki_cert_der(c->cert[i]), der[i]))
			return false;
	return c->count == count;
}

const struct pki_cert *pki_chain_leaf(const struct pki_chain *c)
{
	return c->cert[0];
}

/* ---- verifying ---- */

static const char *cause_of(int error)
{
	static const struct {
		int error;
		const char *why;
	} causes[] = {
		{ X509_V_ERR_CERT_HAS_EXPIRED, "expired" },
		{ X509_V_ERR_CERT_NOT_YET_VALID, "not-yet-valid" },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT, "unknown-ca" },
		{ X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY, "unknown-ca" },
		{ X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE, "unknown-ca" },
		{ X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN, "unknown-ca" },
		{ X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT, "unknown-ca" },
		{ X509_V_ERR_CERT_REVOKED, "revoked" },
		{ X509_V_ERR_UNABLE_TO_GET_CRL, "no-crl" },
		{ X509_V_ERR_CRL_HAS_EXPIRED, "crl-expired" },
		{ X509_V_ERR_CA_MD_TOO_WEAK, "weak" },
		{ X509_V_ERR_CA_KEY_TOO_SMALL, "weak" },
		{ X509_V_ERR_EE_KEY_TOO_SMALL, "weak" },
		{ X509_V_ERR_INVALID_CA, "not-a-ca" },
		{ X509_V_ERR_KEYUSAGE_NO_CERTSIGN, "not-a-ca" },
		{ X509_V_ERR_PATH_LENGTH_EXCEEDED, "path-length" },
		{ X509_V_ERR_CERT_CHAIN_TOO_LONG, "path-length" },
		{ X509_V_ERR_PERMITTED_VIOLATION, "name-constraints" },
		{ X509_V_ERR_EXCLUDED_VIOLATION, "name-constraints" },
		{ X509_V_ERR_UNHANDLED_CRITICAL_EXTENSION, "critical-extension" },
	};

	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++)
		if (causes[i].error == error)
			return causes[i].why;
	return "bad-chain";
}

/* ---- the path ---- */

/* One walk up to an anchor. */
struct path {
	int error;              /* X509_V_OK, or the first that counts */
	int lack;               /* why a CRL couldn't tell, X509_V_OK: all could, or none was asked */
	X509 *unsure;           /* of which certificate; borrowed from 'certs' */
	STACK_OF(X509) * certs; /* the leaf first; NULL: none was found */
};

static void path_fini(struct path *p)
{
	sk_X509_pop_free(p->certs, X509_free);
}

static bool lacks_crl(int error)
{
	switch (error) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return true;
	default:
		return false;
	}
}

/*
 * A missing CRL is noted and passed over: another method may tell.  That of an anchor isn't missed: it is believed because the
 * operator says so.
 */
static int note_lack(int ok, X509_STORE_CTX *ctx)
{
	struct path *p = (struct path *)X509_STORE_CTX_get_app_data(ctx);
	int error = X509_STORE_CTX_get_error(ctx);

	if (ok != 0 || !lacks_crl(error))
		return ok;
	if (X509_STORE_CTX_get_error_depth(ctx) == sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1)
		return 1;
	if (p->lack == X509_V_OK) {
		p->lack = error;
		p->unsure = X509_STORE_CTX_get_current_cert(ctx);
	}
	return 1;
}

static void set_terms(X509_STORE_CTX *ctx, STACK_OF(X509_CRL) * crls, int64_t now_s, bool crl)
{
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;

	if (crl)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	(void)X509_VERIFY_PARAM_set_flags(p, flags);
	X509_VERIFY_PARAM_set_time(p, (time_t)now_s);
	X509_VERIFY_PARAM_set_depth(p, PKI_CHAIN_MAX - 1); /* of CAs below the anchor */
	X509_VERIFY_PARAM_set_auth_level(p, AUTH_LEVEL);
	X509_STORE_CTX_set_verify_cb(ctx, note_lack);
	X509_STORE_CTX_set0_crls(ctx, crls);
}

/* What a chain may be built from besides anchors; borrowed. */
static STACK_OF(X509) * helpers(const struct pki_chain *c, const struct pki_trust *t)
{
	STACK_OF(X509) *all = sk_X509_dup(t->intermediates);

	for (unsigned i = 1; all != NULL && i < c->count; i++) {
		if (sk_X509_push(all, c->cert[i]->x509) > 0)
			continue;
		sk_X509_free(all);
		return NULL;
	}
	return all;
}

/* 'crl': those that are here are asked. */
static struct path walk(const struct pki_chain *c, const struct pki_trust *t, int64_t now_s, bool crl)
{
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *extra = helpers(c, t);
	STACK_OF(X509_CRL) *crls = pki_trust_crls(t);
	struct path p = { .error = X509_V_ERR_OUT_OF_MEM };

	if (ctx != NULL && extra != NULL && crls != NULL && X509_STORE_CTX_init(ctx, t->store, c->cert[0]->x509, extra) == 1 &&
		X509_STORE_CTX_set_app_data(ctx, &p) == 1) {
		set_terms(ctx, crls, now_s, crl);
		p.error = X509_verify_cert(ctx) == 1 ? X509_V_OK : X509_STORE_CTX_get_error(ctx);
		p.certs = X509_STORE_CTX_get1_chain(ctx);
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_free(extra);
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	ERR_clear_error();
	return p;
}

/* ---- revocation ---- */

/* A verification under way. */
struct inquiry {
	struct pki_chain *chain;
	const struct pki_trust *trust;
	int64_t now_s;
	struct path path;
	bool crl;                 /* the path was held against CRLs */
	struct pki_query **query; /* NULL: the network isn't asked */
	const char *why;
};

/* The path as it was the last time, if that counts still; else a walk, kept if it lacked nothing. */
static void find_path(struct inquiry *q)
{
	struct pki_past *past = &q->chain->past;
	uint64_t crls = pki_trust_crls_count(q->trust); /* before they are read: others may come meanwhile */

	path_fini(&q->path);
	q->path = (struct path){ .error = X509_V_OK };
	if (pki_past_get(past, q->trust, q->now_s, q->crl, &q->path.certs))
		return;
	q->path = walk(q->chain, q->trust, q->now_s, q->crl);
	if (q->path.error == X509_V_OK && q->path.lack == X509_V_OK && q->path.certs != NULL)
		pki_past_put(past, q->trust, crls, q->crl, q->path.certs);
}

/* ERR_AGAIN with a question to put, else ERR_ABSENT. */
static enum err question(struct inquiry *q, X509 *subject, X509 *issuer, const char *url, bool crl)
{
	if (q->query == NULL)
		return ERR_ABSENT;
	*q->query = pki_query_new(subject, issuer, url, crl);
	return *q->query == NULL ? ERR_ABSENT : ERR_AGAIN;
}

/* The certificate that has no CRL may say where there is one. */
static enum err fetch_crl(struct inquiry *q)
{
	int at = sk_X509_find(q->path.certs, q->path.unsure);
	uint8_t key[PKI_CACHE_KEY];
	char url[PKI_URL_MAX];

	if (at < 0 || at + 1 >= sk_X509_num(q->path.certs) || !pki_query_crl_url(q->path.unsure, url) || !pki_query_crl_key(url, key) ||
		pki_trust_known(q->trust, key, q->now_s) != PKI_KNOWN_NOT)
		return ERR_ABSENT;
	return question(q, q->path.unsure, sk_X509_value(q->path.certs, at + 1), url, true);
}

/* ERR_OK: good; ERR_AUTH: revoked; ERR_ABSENT: this method can't tell; ERR_AGAIN: there is something to ask. */
static enum err ask_crl(struct inquiry *q)
{
	if (!q->crl) {
		q->crl = true;
		find_path(q);
	}
	if (q->path.error != X509_V_OK) {
		q->why = cause_of(q->path.error);
		return ERR_AUTH;
	}
	if (q->path.lack == X509_V_OK)
		return ERR_OK;
	q->why = cause_of(q->path.lack);
	return fetch_crl(q);
}

/* The same of one certificate by OCSP. */
static enum err ask_responder(struct inquiry *q, X509 *subject, X509 *issuer)
{
	uint8_t key[PKI_CACHE_KEY];
	char url[PKI_URL_MAX];

	if (!pki_query_key(subject, key))
		return ERR_ABSENT;
	switch (pki_trust_known(q->trust, key, q->now_s)) {
	case PKI_KNOWN_GOOD:
		return ERR_OK;
	case PKI_KNOWN_REVOKED:
		q->why = "revoked";
		return ERR_AUTH;
	case PKI_KNOWN_UNKNOWN:
		q->why = "ocsp-unknown";
		return ERR_ABSENT;
	case PKI_KNOWN_FAILED:
		q->why = "no-ocsp";
		return ERR_ABSENT;
	case PKI_KNOWN_NOT:
		break;
	}
	q->why = "no-ocsp";
	return pki_query_ocsp_url(subject, q->trust->revocation.ocsp_url, url) ? question(q, subject, issuer, url, false) : ERR_ABSENT;
}

static enum err ask_ocsp(struct inquiry *q)
{
	enum err err = ERR_OK;

	for (int i = 0; err == ERR_OK && i + 1 < sk_X509_num(q->path.certs); i++)
		err = ask_responder(q, sk_X509_value(q->path.certs, i), sk_X509_value(q->path.certs, i + 1));
	return err;
}

/* One method after the other, until one can tell. */
static enum err ask_methods(struct inquiry *q)
{
	const struct pki_revocation *r = &q->trust->revocation;
	enum err err = ERR_ABSENT;

	for (unsigned i = 0; err == ERR_ABSENT && i < r->count; i++)
		err = r->method[i] == PKI_BY_CRL ? ask_crl(q) : r->method[i] == PKI_BY_OCSP ? ask_ocsp(q) : ERR_OK;
	return err == ERR_ABSENT ? ERR_AUTH : err;
}

enum err pki_chain_verify(struct pki_chain *c, const struct pki_trust *t, int64_t now_s, struct pki_query **query, const char **why)
{
	struct inquiry q = { .chain = c, .trust = t, .now_s = now_s, .query = query };
	enum err err = ERR_AUTH;

	q.crl = t->revocation.count != 0 && t->revocation.method[0] == PKI_BY_CRL;
	if (c->cert[0]->key == NULL) {
		q.why = "bad-key";
	} else if (!pki_cert_may_sign(c->cert[0])) {
		q.why = "key-usage";
	} else {
		find_path(&q);
		q.why = q.path.error == X509_V_OK ? NULL : cause_of(q.path.error);
		err = q.path.error == X509_V_OK ? ask_methods(&q) : ERR_AUTH;
	}
	path_fini(&q.path);
	*why = err == ERR_OK ? NULL : q.why;
	return err;
}

unsigned pki_path_certs(const struct pki_chain *c, X509 *out[PKI_CHAIN_MAX + 1])
{
	unsigned count = 0;

	for (int i = 0; i < sk_X509_num(c->past.certs) && count <= PKI_CHAIN_MAX; i++)
		out[count++] = sk_X509_value(c->past.certs, i);
	for (; c->past.certs == NULL && count < c->count; count++)
		out[count] = c->cert[count]->x509;
	return count;
}
