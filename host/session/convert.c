/*
 * Translation between the three vocabularies: the configuration's, IKEv2's and the datapath's.  No state, no side
 * effects; used by session/bind and session/terms.
 */
#include "session/convert.h"

#include <netinet/in.h>
#include <string.h>

#include "crypto/iana.h"
#include "ike/wire/iana.h"

static enum err name_id(enum cfg_id_type type, struct bytes value, char text[SESSION_ID_TEXT], struct cfg_identity *out)
{
	if (value.len >= SESSION_ID_TEXT)
		return ERR_RANGE;
	/* A key id may hold any octet; behind a NUL it could hide that it is another one. */
	if (value.len != 0 && memchr(value.data, '\0', value.len) != NULL)
		return ERR_MALFORMED;
	memcpy(text, value.data, value.len);
	text[value.len] = '\0';
	out->type = type;
	out->text = text;
	return ERR_OK;
}

enum err session_convert_id(const struct ike_id *id, char text[SESSION_ID_TEXT], struct cfg_identity *out)
{
	memset(out, 0, sizeof(*out));
	switch (id->type) {
	case IKE_ID_IPV4:
	case IKE_ID_IPV6:
		out->type = CFG_ID_ADDRESS;
		out->addr = addr_of(id->data);
		return ERR_OK;
	case IKE_ID_FQDN:
		return name_id(CFG_ID_FQDN, id->data, text, out);
	case IKE_ID_EMAIL:
		return name_id(CFG_ID_EMAIL, id->data, text, out);
	case IKE_ID_KEY_ID:
		return name_id(CFG_ID_KEY_ID, id->data, text, out);
	case IKE_ID_DN:
		out->type = CFG_ID_DN;
		return ERR_OK;
	default:
		return ERR_UNSUPPORTED;
	}
}

struct ike_id session_convert_own_id(const struct cfg_identity *id, const struct addr *self)
{
	struct ike_id out = { .type = 0 };

	switch (id->type) {
	case CFG_ID_NONE:
		return ike_id_of_addr(self);
	case CFG_ID_ADDRESS:
		return ike_id_of_addr(&id->addr);
	case CFG_ID_FQDN:
		out.type = IKE_ID_FQDN;
		break;
	case CFG_ID_EMAIL:
		out.type = IKE_ID_EMAIL;
		break;
	case CFG_ID_KEY_ID:
		out.type = IKE_ID_KEY_ID;
		break;
	case CFG_ID_DN:
		return out; /* is the certificate's subject */
	}
	out.data = bytes_str(id->text);
	return out;
}

static void add_alg(struct ike_offer *offer, const struct crypto_alg *alg)
{
	if (alg != NULL && offer->alg_count < IKE_OFFER_ALGS)
		offer->alg[offer->alg_count++] = alg;
}

static void add_hashes(struct ike_offer *offer, enum crypto_kind kind, const enum cfg_hash *hash, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		add_alg(offer, crypto_alg_named(kind, cfg_model_hash_name(hash[i])));
}

/* Group 0: it may be left out. */
static bool read_extra(uint8_t slot, uint16_t group, struct ike_extra *out)
{
	out->slot = slot;
	out->group = group == 0 ? NULL : crypto_alg_find(CRYPTO_GROUP, group, 0);
	return out->group != NULL || group == 0;
}

/* Those of all lines, in their order; at most 'max'. */
static uint8_t read_extras(const struct cfg_extra extra[CFG_EXTRA_MAX], struct ike_extra *out, unsigned max)
{
	uint8_t count = 0;

	for (unsigned n = 0; n < CFG_EXTRA_MAX; n++)
		for (unsigned i = 0; i < extra[n].group_count && count < max; i++)
			count += read_extra((uint8_t)(n + 1), extra[n].group[i], &out[count]);
	return count;
}

bool session_convert_groups(const struct cfg_ipsec_profile *profile, struct ike_groups *out)
{
	const struct crypto_alg *group = crypto_alg_find(CRYPTO_GROUP, profile->pfs_group, 0);

	out->count = 0;
	out->extra_count = 0;
	if (profile->pfs_group == 0)
		return true;
	out->alg[out->count++] = group;
	out->extra_count = read_extras(profile->extra, out->extra, IKE_PFS_EXTRAS);
	return group != NULL;
}

static void fill_ike_offer(const struct cfg_proposal *p, struct ike_offer *offer)
{
	memset(offer, 0, sizeof(*offer));
	for (unsigned i = 0; i < p->enc_count; i++)
		add_alg(offer, crypto_alg_named(CRYPTO_ENCR, cfg_model_enc_name(p->enc[i])));
	add_hashes(offer, CRYPTO_INTEG, p->integrity, p->integrity_count);
	add_hashes(offer, CRYPTO_PRF, p->prf, p->prf_count);
	for (unsigned i = 0; i < p->group_count; i++)
		add_alg(offer, crypto_alg_find(CRYPTO_GROUP, p->group[i], 0));
	offer->extra_count = read_extras(p->extra, offer->extra, IKE_OFFER_EXTRAS);
}

void session_convert_ike_offers(const struct cfg_policy *policy, struct ike_offers *out)
{
	out->count = 0;
	for (unsigned i = 0; i < policy->proposal_count && out->count < IKE_OFFERS; i++)
		if (policy->proposal[i]->object.complete)
			fill_ike_offer(policy->proposal[i], &out->offer[out->count++]);
}

static void add_esn(struct ike_offer *offer, enum cfg_esn esn)
{
	if (esn != CFG_ESN_OFF)
		add_alg(offer, crypto_alg_find(CRYPTO_ESN, CRYPTO_ESN_YES, 0));
	if (esn != CFG_ESN_REQUIRED)
		add_alg(offer, crypto_alg_find(CRYPTO_ESN, CRYPTO_ESN_NO, 0));
}

void session_convert_esp_offers(const struct cfg_ipsec_profile *profile, struct ike_offers *out)
{
	out->count = 0;
	for (unsigned i = 0; i < profile->transform_set_count && out->count < IKE_OFFERS; i++) {
		const struct cfg_transform_set *set = profile->transform_set[i];
		struct ike_offer *offer = &out->offer[out->count];

		if (!set->object.complete)
			continue;
		memset(offer, 0, sizeof(*offer));
		add_alg(offer, crypto_alg_named(CRYPTO_ENCR, cfg_model_enc_name(set->enc)));
		if (set->auth != CFG_HASH_NONE)
			add_hashes(offer, CRYPTO_INTEG, &set->auth, 1);
		add_esn(offer, set->esn);
		out->count++;
	}
}

struct ike_ts session_convert_gre(const struct addr *host)
{
	struct addr_prefix p = addr_prefix_host(host);
	struct ike_ts ts = ike_ts_of_prefix(&p);

	ts.protocol = IPPROTO_GRE;
	return ts;
}

unsigned session_convert_selectors(enum cfg_tunnel_mode mode, struct ike_ts out[2])
{
	unsigned count = 0;

	if (cfg_model_mode_carries(mode, AF_INET))
		out[count++] = ike_ts_any(AF_INET);
	if (cfg_model_mode_carries(mode, AF_INET6))
		out[count++] = ike_ts_any(AF_INET6);
	return count;
}

struct dp_ts session_convert_ts(const struct ike_ts *ts)
{
	return (struct dp_ts){
		.first = ts->start, .last = ts->end, .proto = ts->protocol, .port_first = ts->port_start, .port_last = ts->port_end
	};
}

enum err session_convert_algs(const struct crypto_alg *encr, const struct crypto_alg *integ, struct dp_sa *out)
{
	switch (encr->id) {
	case CRYPTO_ENCR_NULL:
		out->cipher = DP_CIPHER_NULL;
		break;
	case CRYPTO_ENCR_AES_CBC:
		out->cipher = DP_CIPHER_AES_CBC;
		break;
	case CRYPTO_ENCR_3DES:
		out->cipher = DP_CIPHER_3DES_CBC;
		break;
	case CRYPTO_ENCR_AES_GCM_16:
		out->cipher = DP_CIPHER_AES_GCM;
		break;
	case CRYPTO_ENCR_CHACHA20_POLY1305:
		out->cipher = DP_CIPHER_CHACHA20_POLY1305;
		break;
	default:
		return ERR_UNSUPPORTED;
	}
	out->integ = DP_INTEG_NONE;
	if (integ == NULL)
		return ERR_OK;
	switch (integ->id) {
	case CRYPTO_INTEG_HMAC_MD5_96:
		out->integ = DP_INTEG_MD5_96;
		return ERR_OK;
	case CRYPTO_INTEG_HMAC_SHA1_96:
		out->integ = DP_INTEG_SHA1_96;
		return ERR_OK;
	case CRYPTO_INTEG_HMAC_SHA2_256_128:
		out->integ = DP_INTEG_SHA256_128;
		return ERR_OK;
	case CRYPTO_INTEG_HMAC_SHA2_384_192:
		out->integ = DP_INTEG_SHA384_192;
		return ERR_OK;
	case CRYPTO_INTEG_HMAC_SHA2_512_256:
		out->integ = DP_INTEG_SHA512_256;
		return ERR_OK;
	default:
		return ERR_UNSUPPORTED;
	}
}
