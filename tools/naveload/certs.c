/* Certificates for the swarm, read once.  Where all peers share one there is one trust point, else one for each peer. */
#include "naveload/certs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/tls.h"
#include "ike/keying/signature.h"
#include "ike/wire/id.h"
#include "pki/chain.h"

struct naveload_certs {
	uint32_t count;
	struct pki_trust **trust;
	bool sign;
};

static enum err import(struct pki_trust *t, const char *path, char *why)
{
	struct pki_import file = { .path = path };
	const char *words;
	enum err err = pki_trust_import(t, &file, &words);

	if (err != ERR_OK)
		(void)snprintf(why, NAVELOAD_CERTS_WHY, "%s: %s", path, words);
	return err;
}

static enum err read_one(const struct naveload_plan *plan, uint32_t index, struct pki_trust **out, char *why)
{
	static const struct pki_revocation none = { .count = 0 };
	const char *file[] = { plan->ca, plan->cert, plan->key };
	char path[NAVELOAD_ID_MAX + 1];
	const char *words;
	enum err err = pki_trust_new("naveload", none, out);

	for (unsigned i = 0; err == ERR_OK && i < sizeof(file) / sizeof(file[0]); i++)
		if (file[i] != NULL)
			err = import(*out, naveload_plan_name(plan, file[i], index, path), why);
	if (err != ERR_OK)
		return err;
	err = pki_trust_settle(*out, &words);
	if (err != ERR_OK)
		(void)snprintf(why, NAVELOAD_CERTS_WHY, "%s: %s",
			plan->cert != NULL ? naveload_plan_name(plan, plan->cert, index, path) : plan->ca, words);
	return err;
}

enum err naveload_certs_new(struct naveload_certs **out, const struct naveload_plan *plan, char *why)
{
	struct naveload_certs *c = (struct naveload_certs *)calloc(1, sizeof(*c));
	bool each = plan->cert != NULL && strchr(plan->cert, '%') != NULL;
	enum err err = c == NULL ? ERR_NOMEM : ERR_OK;

	(void)snprintf(why, NAVELOAD_CERTS_WHY, "%s", err_str(ERR_NOMEM));
	if (err == ERR_OK) {
		c->count = each ? plan->peers : 1;
		c->sign = plan->cert != NULL;
		c->trust = (struct pki_trust **)calloc(c->count, sizeof(struct pki_trust *));
		err = c->trust == NULL ? ERR_NOMEM : ERR_OK;
	}
	for (uint32_t i = 0; err == ERR_OK && i < c->count; i++)
		err = read_one(plan, i, &c->trust[i], why);
	if (err != ERR_OK) {
		naveload_certs_free(c);
		return err;
	}
	*out = c;
	return ERR_OK;
}

void naveload_certs_free(struct naveload_certs *c)
{
	if (c == NULL)
		return;
	for (uint32_t i = 0; c->trust != NULL && i < c->count; i++)
		pki_trust_free(c->trust[i]);
	free(c->trust);
	free(c);
}

bool naveload_certs_sign_all(const struct naveload_certs *c)
{
	return c != NULL && c->sign;
}

void naveload_certs_request(const struct naveload_certs *c, struct wr *w)
{
	pki_trust_authorities(c->trust[0], w);
}

void naveload_certs_sign(const struct naveload_certs *c, struct crypto *crypto, uint32_t index, const struct ike_text *text, uint8_t *buf,
	struct ike_signature *out)
{
	const struct pki_trust *own = c->trust[index % c->count];
	struct bytes chain[PKI_CHAIN_MAX];
	struct wr w = wr_of(buf, IKE_SIGNATURE_MAX);

	memset(out, 0, sizeof(*out));
	out->err = ike_signature_make(crypto, pki_trust_key(own), text->hashes, text->octets, &out->method, &w);
	out->why = "no-common-signature";
	out->data = wr_view(&w);
	out->cert_count = (uint8_t)pki_trust_chain(own, chain);
	memcpy(out->cert, chain, out->cert_count * sizeof(chain[0]));
}

void naveload_certs_tls(const struct naveload_certs *c, uint32_t index, struct bytes *cert, struct crypto_tls_config *out)
{
	const struct pki_trust *own = c->trust[index % c->count];

	memset(out, 0, sizeof(*out));
	out->key = pki_trust_key(own);
	out->cert = cert;
	out->cert_count = pki_trust_chain(own, cert);
}

/* A hub's name is in its certificate, of the kinds that a hub has. */
static bool proves(const struct pki_cert *leaf, const struct ike_id *id)
{
	struct pki_id claim = { .type = PKI_ID_ADDRESS, .value = id->data };

	if (id->type == IKE_ID_FQDN)
		claim.type = PKI_ID_FQDN;
	else if (id->type == IKE_ID_DN)
		claim.type = PKI_ID_DN;
	else if (id->type != IKE_ID_IPV4 && id->type != IKE_ID_IPV6)
		return false;
	return pki_cert_proves(leaf, &claim);
}

static const char *believe(const struct naveload_certs *c, struct pki_chain *chain, const struct ike_id *id, int64_t now_s)
{
	const struct pki_cert *leaf = pki_chain_leaf(chain);
	const char *why = NULL;

	if (pki_cert_key(leaf) == NULL)
		return "bad-key";
	if (pki_chain_verify(chain, c->trust[0], now_s, NULL, &why) != ERR_OK)
		return why;
	return proves(leaf, id) ? NULL : "identity-not-in-certificate";
}

const char *naveload_certs_believe(
	const struct naveload_certs *c, const struct bytes *cert, unsigned count, const struct ike_id *id, int64_t now_s)
{
	struct pki_chain *chain;
	const char *why = "bad-certificate";

	if (pki_chain_parse(cert, count, &chain) == ERR_OK) {
		why = believe(c, chain, id, now_s);
		pki_chain_free(chain);
	}
	return why;
}

static const char *judge(
	const struct naveload_certs *c, struct crypto *crypto, const struct ike_who *who, struct pki_chain *chain, int64_t now_s)
{
	const struct pki_cert *leaf = pki_chain_leaf(chain);
	const char *why = believe(c, chain, who->peer_id, now_s);

	if (why != NULL)
		return why;
	return ike_signature_check(crypto, pki_cert_key(leaf), who->method, who->auth, who->octets) == ERR_OK ? NULL : "bad-signature";
}

const char *naveload_certs_judge(const struct naveload_certs *c, struct crypto *crypto, const struct ike_who *who, int64_t now_s)
{
	struct pki_chain *chain;
	const char *why = "bad-certificate";

	if (pki_chain_parse(who->cert, who->cert_count, &chain) == ERR_OK) {
		why = judge(c, crypto, who, chain, now_s);
		pki_chain_free(chain);
	}
	return why;
}
