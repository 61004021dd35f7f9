/* Offers of CREATE_CHILD_SA, from what a pair is or what policy wants.  Pure; called by the exchanges. */
#include "ike/bid.h"

#include "crypto/iana.h"

static enum err add_successor(const struct ike_child *old, const struct ike_groups *groups, uint32_t spi, struct ike_proposals *out)
{
	enum err err = ike_proposal_begin(out, IKE_PROTO_ESP, sizeof(spi), spi);

	if (err == ERR_OK)
		err = ike_proposal_add(out, IKE_TRANSFORM_ENCR, old->encr->id, old->encr->key_bits);
	if (err == ERR_OK && old->integ != NULL)
		err = ike_proposal_add(out, IKE_TRANSFORM_INTEG, old->integ->id, 0);
	if (err == ERR_OK)
		err = ike_suite_offer_groups(groups, out);
	if (err == ERR_OK)
		err = ike_proposal_add(out, IKE_TRANSFORM_ESN, old->esn ? CRYPTO_ESN_YES : CRYPTO_ESN_NO, 0);
	return err;
}

/* Whether the offer is to be repeated without groups. */
static bool again_without(const struct ike_bid_terms *terms)
{
	return terms->or_none && terms->groups.count != 0;
}

static const struct ike_groups none;

enum err ike_bid_of_child(const struct ike_child *old, const struct ike_bid_terms *terms, struct ike_bid *out)
{
	enum err err;

	out->sides = (struct ike_narrow_sides){ .local = old->ts,
		.remote = old->ts + old->local_count,
		.local_count = old->local_count,
		.remote_count = old->remote_count,
		.transport = old->transport };
	ike_proposal_init(&out->offer);
	err = add_successor(old, &terms->groups, terms->spi, &out->offer);
	if (err == ERR_OK && again_without(terms))
		err = add_successor(old, &none, terms->spi, &out->offer);
	return err;
}

enum err ike_bid_of_policy(const struct ike_child_policy *policy, const struct ike_bid_terms *terms, struct ike_bid *out)
{
	enum err err;

	out->sides = ike_narrow_of_policy(policy);
	ike_proposal_init(&out->offer);
	err = ike_suite_offer_child(&policy->esp, &terms->groups, terms->spi, &out->offer);
	if (err == ERR_OK && again_without(terms))
		err = ike_suite_offer_child(&policy->esp, &none, terms->spi, &out->offer);
	return err;
}
