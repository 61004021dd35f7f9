#ifndef IKE_SUITE_H
#define IKE_SUITE_H

#include "crypto/alg.h"
#include "ike/ports.h"
#include "ike/wire/select.h"
#include "ike/wire/sk.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Negotiated algorithms, as rows of the table.  An ESP suite has no 'prf', and 'group' only with PFS. */
struct ike_suite {
	const struct crypto_alg *encr;
	const struct crypto_alg *integ; /* NULL with an AEAD */
	const struct crypto_alg *prf;
	const struct crypto_alg *group;
	bool esn;
};

/* Our offers as the content of an SA payload for the IKE SA.  ERR_INCOMPLETE when none is fit for one, ERR_LIMIT. */
MUST_USE enum err ike_suite_offer_ike(const struct ike_offers *offers, struct ike_proposals *out);

/* The same for a CHILD_SA with our 'spi'; groups are left out: IKE_AUTH has no key exchange.  No ESN row means no ESN. */
MUST_USE enum err ike_suite_offer_esp(const struct ike_offers *offers, uint32_t spi, struct ike_proposals *out);

/* Appends the groups of a key exchange, and of those in addition, to the last proposal. */
MUST_USE enum err ike_suite_offer_groups(const struct ike_groups *groups, struct ike_proposals *out);

/* Appends those of CREATE_CHILD_SA to 'out': each with all of 'groups'.  ERR_INCOMPLETE: none was fit. */
MUST_USE enum err ike_suite_offer_child(
	const struct ike_offers *offers, const struct ike_groups *groups, uint32_t spi, struct ike_proposals *out);

/* The group that an initiator begins with: the first of the first offer; NULL when there is none. */
const struct crypto_alg *ike_suite_first_group(const struct ike_offers *offers);

/* The rows of a choice.  ERR_UNSUPPORTED for an algorithm without one. */
MUST_USE enum err ike_suite_of(const struct ike_choice *choice, struct ike_suite *out);

/* How messages protected with 'suite' are laid out. */
struct ike_sk_shape ike_suite_shape(const struct ike_suite *suite);

#ifdef __cplusplus
}
#endif
#endif
