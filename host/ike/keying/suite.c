/* Between rows of the algorithm table, in which policies and keys are stated, and the transforms of SA payloads. */
#include "ike/keying/suite.h"

#include "crypto/iana.h"

static bool offers_kind(const struct ike_offer *offer, enum crypto_kind kind)
{
	for (unsigned i = 0; i < offer->alg_count; i++)
		if (offer->alg[i]->kind == kind)
			return true;
	return false;
}

static bool offers_plain_cipher(const struct ike_offer *offer)
{
	for (unsigned i = 0; i < offer->alg_count; i++)
		if (offer->alg[i]->kind == CRYPTO_ENCR && !offer->alg[i]->aead)
			return true;
	return false;
}

static bool fit_for_esp(const struct ike_offer *offer)
{
	return offers_kind(offer, CRYPTO_ENCR) && (!offers_plain_cipher(offer) || offers_kind(offer, CRYPTO_INTEG));
}

static bool fit_for_ike(const struct ike_offer *offer)
{
	return fit_for_esp(offer) && offers_kind(offer, CRYPTO_PRF) && offers_kind(offer, CRYPTO_GROUP);
}

/* Appends the rows of 'kind' in their order. */
static enum err add_kind(struct ike_proposals *out, const struct ike_offer *offer, enum crypto_kind kind)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < offer->alg_count && err == ERR_OK; i++)
		if (offer->alg[i]->kind == kind)
			err = ike_proposal_add(out, (uint8_t)kind, offer->alg[i]->id, offer->alg[i]->key_bits);
	return err;
}

static enum err add_extras(struct ike_proposals *out, const struct ike_extra *extra, unsigned count)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < count && err == ERR_OK; i++) {
		const struct ike_extra *x = &extra[i];

		err = ike_proposal_add(
			out, (uint8_t)(IKE_TRANSFORM_ADDKE1 + x->slot - 1), x->group == NULL ? CRYPTO_GROUP_NONE : x->group->id, 0);
	}
	return err;
}

enum err ike_suite_offer_ike(const struct ike_offers *offers, struct ike_proposals *out)
{
	static const enum crypto_kind kinds[] = { CRYPTO_ENCR, CRYPTO_PRF, CRYPTO_INTEG, CRYPTO_GROUP };
	enum err err = ERR_OK;

	ike_proposal_init(out);
	for (unsigned i = 0; i < offers->count && err == ERR_OK; i++) {
		if (!fit_for_ike(&offers->offer[i]))
			continue;
		err = ike_proposal_begin(out, IKE_PROTO_IKE, 0, 0);
		for (unsigned k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && err == ERR_OK; k++)
			err = add_kind(out, &offers->offer[i], kinds[k]);
		if (err == ERR_OK)
			err = add_extras(out, offers->offer[i].extra, offers->offer[i].extra_count);
	}
	return err == ERR_OK && out->count == 0 ? ERR_INCOMPLETE : err;
}

enum err ike_suite_offer_groups(const struct ike_groups *groups, struct ike_proposals *out)
{
	enum err err = ERR_OK;

	for (unsigned i = 0; i < groups->count && err == ERR_OK; i++)
		err = ike_proposal_add(out, CRYPTO_GROUP, groups->alg[i]->id, 0);
	return err == ERR_OK && groups->count != 0 ? add_extras(out, groups->extra, groups->extra_count) : err;
}

enum err ike_suite_offer_child(const struct ike_offers *offers, const struct ike_groups *groups, uint32_t spi, struct ike_proposals *out)
{
	uint16_t before = out->count;
	enum err err = ERR_OK;

	for (unsigned i = 0; i < offers->count && err == ERR_OK; i++) {
		const struct ike_offer *offer = &offers->offer[i];

		if (!fit_for_esp(offer))
			continue;
		err = ike_proposal_begin(out, IKE_PROTO_ESP, sizeof(spi), spi);
		if (err == ERR_OK)
			err = add_kind(out, offer, CRYPTO_ENCR);
		if (err == ERR_OK)
			err = add_kind(out, offer, CRYPTO_INTEG);
		if (err == ERR_OK)
			err = ike_suite_offer_groups(groups, out);
		if (err != ERR_OK)
			return err;
		err = offers_kind(offer, CRYPTO_ESN) ? add_kind(out, offer, CRYPTO_ESN)
						     : ike_proposal_add(out, CRYPTO_ESN, CRYPTO_ESN_NO, 0);
	}
	return err == ERR_OK && out->count == before ? ERR_INCOMPLETE : err;
}

enum err ike_suite_offer_esp(const struct ike_offers *offers, uint32_t spi, struct ike_proposals *out)
{
	struct ike_groups none = { .count = 0 };

	ike_proposal_init(out);
	return ike_suite_offer_child(offers, &none, spi, out);
}

const struct crypto_alg *ike_suite_first_group(const struct ike_offers *offers)
{
	for (unsigned i = 0; i < offers->count; i++)
		for (unsigned a = 0; fit_for_ike(&offers->offer[i]) && a < offers->offer[i].alg_count; a++)
			if (offers->offer[i].alg[a]->kind == CRYPTO_GROUP)
				return offers->offer[i].alg[a];
	return NULL;
}

enum err ike_suite_of(const struct ike_choice *choice, struct ike_suite *out)
{
	struct ike_suite s = { .esn = choice->esn == CRYPTO_ESN_YES };

	s.encr = crypto_alg_find(CRYPTO_ENCR, choice->encr, choice->key_bits);
	if (s.encr == NULL)
		return ERR_UNSUPPORTED;
	s.integ = s.encr->aead ? NULL : crypto_alg_find(CRYPTO_INTEG, choice->integ, 0);
	s.prf = choice->protocol == IKE_PROTO_IKE ? crypto_alg_find(CRYPTO_PRF, choice->prf, 0) : NULL;
	s.group = choice->group == CRYPTO_GROUP_NONE ? NULL : crypto_alg_find(CRYPTO_GROUP, choice->group, 0);
	if (!s.encr->aead && s.integ == NULL)
		return ERR_UNSUPPORTED;
	if (choice->protocol == IKE_PROTO_IKE && (s.prf == NULL || s.group == NULL))
		return ERR_UNSUPPORTED;
	*out = s;
	return ERR_OK;
}

struct ike_sk_shape ike_suite_shape(const struct ike_suite *suite)
{
	const struct crypto_alg *icv = suite->integ == NULL ? suite->encr : suite->integ;

	return (struct ike_sk_shape){
		.iv_len = (uint8_t)suite->encr->iv_len, .block_len = (uint8_t)suite->encr->block_len, .icv_len = (uint8_t)icv->icv_len
	};
}
