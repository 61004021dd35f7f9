/*
 * Verification of a peer's certificate.  OpenSSL builds and checks the chain; which anchors, which time, how strong and
 * what about revocation is said here.  Any thread.
 */
#include "pki/chain.h"

#include <stdlib.h>

#include "pki/anchor.h"

enum { AUTH_LEVEL = 2 }; /* no MD5 or SHA-1 in a chain, 112 bits of security at least */

struct pki_chain {
	unsigned count;
	struct pki_cert *cert[PKI_CHAIN_MAX];
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
	free(c);
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

static bool lacks_crl(X509_STORE_CTX *ctx)
{
	switch (X509_STORE_CTX_get_error(ctx)) {
	case X509_V_ERR_UNABLE_TO_GET_CRL:
	case X509_V_ERR_UNABLE_TO_GET_CRL_ISSUER:
	case X509_V_ERR_CRL_HAS_EXPIRED:
	case X509_V_ERR_CRL_NOT_YET_VALID:
		return true;
	default:
		return false;
	}
}

/* An anchor is believed because the operator says so: nobody need say that it isn't revoked. */
static int spare_anchor(int ok, X509_STORE_CTX *ctx)
{
	bool anchor = X509_STORE_CTX_get_error_depth(ctx) == sk_X509_num(X509_STORE_CTX_get0_chain(ctx)) - 1;

	return ok != 0 || (anchor && lacks_crl(ctx));
}

/* Where no usable CRL is no reason to refuse.  A certificate that stands in one is refused even so. */
static int spare_all(int ok, X509_STORE_CTX *ctx)
{
	return ok != 0 || lacks_crl(ctx);
}

static void set_terms(X509_STORE_CTX *ctx, const struct pki_trust *t, STACK_OF(X509_CRL) * crls, int64_t now_s)
{
	X509_VERIFY_PARAM *p = X509_STORE_CTX_get0_param(ctx);
	unsigned long flags = X509_V_FLAG_PARTIAL_CHAIN | X509_V_FLAG_TRUSTED_FIRST;

	if (t->revocation.crl)
		flags |= X509_V_FLAG_CRL_CHECK | X509_V_FLAG_CRL_CHECK_ALL;
	(void)X509_VERIFY_PARAM_set_flags(p, flags);
	X509_VERIFY_PARAM_set_time(p, (time_t)now_s);
	X509_VERIFY_PARAM_set_depth(p, PKI_CHAIN_MAX - 1); /* of CAs below the anchor */
	X509_VERIFY_PARAM_set_auth_level(p, AUTH_LEVEL);
	if (t->revocation.crl)
		X509_STORE_CTX_set_verify_cb(ctx, t->revocation.optional ? spare_all : spare_anchor);
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

enum err pki_chain_verify(const struct pki_chain *c, const struct pki_trust *t, int64_t now_s, const char **why)
{
	const struct pki_cert *leaf = c->cert[0];
	X509_STORE_CTX *ctx = X509_STORE_CTX_new();
	STACK_OF(X509) *extra = helpers(c, t);
	STACK_OF(X509_CRL) *crls = pki_trust_crls(t);
	bool good = false;

	*why = err_str(ERR_NOMEM);
	if (leaf->key == NULL) {
		*why = "bad-key";
	} else if (!pki_cert_may_sign(leaf)) {
		*why = "key-usage";
	} else if (ctx != NULL && extra != NULL && crls != NULL && X509_STORE_CTX_init(ctx, t->store, leaf->x509, extra) == 1) {
		set_terms(ctx, t, crls, now_s);
		good = X509_verify_cert(ctx) == 1;
		*why = good ? NULL : cause_of(X509_STORE_CTX_get_error(ctx));
	}
	X509_STORE_CTX_free(ctx);
	sk_X509_free(extra);
	sk_X509_CRL_pop_free(crls, X509_CRL_free);
	ERR_clear_error();
	return good ? ERR_OK : ERR_AUTH;
}
