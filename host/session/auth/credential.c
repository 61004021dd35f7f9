/*
 * Certificates of a profile: which of ours proves us, and whether the peer's proves the peer.  Called by session/bind and
 * session/dial on the loop thread.
 */
#include "session/auth/credential.h"

#include <string.h>

#include "ike/keying/signature.h"
#include "ike/wire/id.h"
#include "pki/map.h"
#include "session/convert.h"

/* ---- ours ---- */

static unsigned auth_of(const struct crypto_key *key)
{
	switch (crypto_key_kind(key)) {
	case CRYPTO_KEY_RSA:
		return CFG_AUTH_RSA;
	case CRYPTO_KEY_ECDSA:
		return CFG_AUTH_ECDSA;
	case CRYPTO_KEY_ED25519:
		return CFG_AUTH_EDDSA;
	}
	return CFG_AUTH_NONE;
}

const struct pki_trust *session_credential_own(const struct session_trust *t, const struct cfg_profile *p, struct bytes authorities)
{
	const struct pki_trust *first = NULL;

	for (const struct cfg_pki_use *use = p->trustpoints; use != NULL; use = use->next) {
		const struct pki_trust *own = use->sign ? session_trust_find(t, use->trustpoint) : NULL;

		if (own == NULL || pki_trust_key(own) == NULL || (auth_of(pki_trust_key(own)) & (unsigned)p->auth_local) == 0)
			continue;
		if (pki_trust_answers(own, authorities))
			return own;
		first = first == NULL ? own : first;
	}
	return first;
}

const struct pki_trust *session_credential_eap(const struct session_trust *t, const struct cfg_profile *p)
{
	if ((p->auth_local & CFG_AUTH_CERTIFICATE) != 0)
		return session_credential_own(t, p, bytes_of(NULL, 0));
	for (const struct cfg_pki_use *use = p->trustpoints; use != NULL; use = use->next) {
		const struct pki_trust *own = use->sign ? session_trust_find(t, use->trustpoint) : NULL;

		if (own != NULL && pki_trust_key(own) != NULL)
			return own;
	}
	return NULL;
}

struct ike_id session_credential_id(const struct cfg_profile *p, const struct pki_trust *own, const struct addr *self)
{
	if (p->identity.type == CFG_ID_NONE || p->identity.type == CFG_ID_DN)
		return (struct ike_id){ .type = IKE_ID_DN, .data = pki_cert_subject(pki_trust_cert(own)) };
	return session_convert_own_id(&p->identity, self);
}

void session_credential_sign(
	struct crypto *c, const struct pki_trust *own, const struct ike_text *text, uint8_t *buf, struct ike_signature *out)
{
	struct bytes chain[PKI_CHAIN_MAX];
	struct wr w = wr_of(buf, IKE_SIGNATURE_MAX);

	memset(out, 0, sizeof(*out));
	out->err = ike_signature_make(c, pki_trust_key(own), text->hashes, text->octets, &out->method, &w);
	if (out->err != ERR_OK) {
		out->why = out->err == ERR_UNSUPPORTED ? "no-common-signature" : "internal";
		return;
	}
	out->data = wr_view(&w);
	out->cert_count = (uint8_t)pki_trust_chain(own, chain);
	memcpy(out->cert, chain, out->cert_count * sizeof(chain[0]));
}

/* ---- the peer's ---- */

/* The first CA of the profile's that knows the chain decides; else why the last one didn't. */
const char *session_credential_chain(struct session_credential_case *k)
{
	const char *why = "unknown-ca", *last = why;
	enum err err;

	for (const struct cfg_pki_use *use = k->profile->trustpoints; use != NULL; use = use->next) {
		struct pki_trust *trust = use->verify ? session_trust_find(k->trust, use->trustpoint) : NULL;

		if (trust == NULL)
			continue;
		err = pki_chain_verify(k->chain, trust, k->now_s, k->network ? &k->query : NULL, &last);
		k->asked = trust;
		if (err == ERR_OK || err == ERR_AGAIN)
			return NULL;
		if (strcmp(last, "unknown-ca") != 0)
			why = last;
	}
	return why;
}

static bool proves(const struct pki_cert *leaf, const struct ike_id *id)
{
	struct pki_id claim = { .value = id->data };

	switch (id->type) {
	case IKE_ID_IPV4:
	case IKE_ID_IPV6:
		claim.type = PKI_ID_ADDRESS;
		break;
	case IKE_ID_FQDN:
		claim.type = PKI_ID_FQDN;
		break;
	case IKE_ID_EMAIL:
		claim.type = PKI_ID_EMAIL;
		break;
	case IKE_ID_DN:
		claim.type = PKI_ID_DN;
		break;
	default:
		return false;
	}
	return pki_cert_proves(leaf, &claim);
}

const char *session_credential_believe(struct session_credential_case *k, const struct ike_id *id)
{
	const char *why = session_credential_chain(k);

	if (why != NULL)
		return why;
	return k->profile->any_name || proves(pki_chain_leaf(k->chain), id) ? NULL : "identity-not-in-certificate";
}

const char *session_credential_judge(struct crypto *c, struct session_credential_case *k, const struct ike_who *who)
{
	const struct pki_cert *leaf = pki_chain_leaf(k->chain);
	const struct crypto_key *key = pki_cert_key(leaf);
	const char *why;

	if (key == NULL)
		return "bad-key";
	if ((auth_of(key) & k->profile->auth_remote) == 0)
		return "method";
	why = session_credential_believe(k, who->peer_id);
	if (why == NULL && ike_signature_check(c, key, who->method, who->auth, who->octets) != ERR_OK)
		why = "bad-signature";
	if (why != NULL) {
		pki_query_free(k->query);
		k->query = NULL;
	}
	return why;
}

/* ---- maps ---- */

static bool line_holds(const struct cfg_cert_line *line, const struct pki_cert *c)
{
	static const enum pki_map_field field[] = { [CFG_CERT_SUBJECT] = PKI_MAP_SUBJECT,
		[CFG_CERT_ISSUER] = PKI_MAP_ISSUER,
		[CFG_CERT_ALT_SUBJECT] = PKI_MAP_ALT_SUBJECT,
		[CFG_CERT_SERIAL] = PKI_MAP_SERIAL,
		[CFG_CERT_NAME] = PKI_MAP_NAME,
		[CFG_CERT_UNSTRUCTURED] = PKI_MAP_UNSTRUCTURED,
		[CFG_CERT_VALID_START] = PKI_MAP_VALID_START,
		[CFG_CERT_EXPIRES_ON] = PKI_MAP_EXPIRES_ON };
	static const enum pki_map_how how[] = { [CFG_CERT_CO] = PKI_MAP_CO,
		[CFG_CERT_EQ] = PKI_MAP_EQ,
		[CFG_CERT_NC] = PKI_MAP_NC,
		[CFG_CERT_NE] = PKI_MAP_NE,
		[CFG_CERT_LT] = PKI_MAP_LT,
		[CFG_CERT_GE] = PKI_MAP_GE,
		[CFG_CERT_GT] = PKI_MAP_GT };
	struct pki_map_line wish = { .field = field[line->field], .how = how[line->how], .text = line->text, .date_s = line->date_s };

	return pki_map_line_holds(c, &wish);
}

static unsigned match_sequence(const struct cfg_cert_map *map, uint32_t seq, const struct pki_cert *c)
{
	unsigned count = 0;

	for (const struct cfg_cert_line *line = map->lines; line != NULL; line = line->next) {
		if (line->seq != seq)
			continue;
		if (!line_holds(line, c))
			return 0;
		count++;
	}
	return count;
}

unsigned session_credential_map(const struct cfg_cert_map *map, const struct pki_cert *c)
{
	unsigned best = 0;

	for (const struct cfg_cert_line *line = map->lines; line != NULL; line = line->next) {
		unsigned count = match_sequence(map, line->seq, c);

		best = count > best ? count : best;
	}
	return best;
}
