#ifndef IKE_SERIES_H
#define IKE_SERIES_H

#include "base/secret.h"
#include "ike/blob.h"
#include "ike/keying/keys.h"
#include "ike/wire/build.h"
#include "ike/wire/msg.h"
#include "ike/wire/select.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { IKE_SERIES_LINK = 64 }; /* octets of the peer's ADDITIONAL_KEY_EXCHANGE that we would send back */

/*
 * Additional key exchanges of a CREATE_CHILD_SA (RFC9370-2.2.4), one IKE_FOLLOWUP_KE each: what they are made for comes to be when the last
 * one is through, with all their secrets in its keys.
 */
struct ike_series {
	const struct crypto_alg *group[IKE_PROPOSAL_EXTRAS];
	uint8_t count, done;
	struct secret first;                       /* SK(0), of CREATE_CHILD_SA itself */
	struct secret shared[IKE_PROPOSAL_EXTRAS]; /* SK(1) to SK(done) */
};

/* Whether any was chosen. */
bool ike_series_chosen(const struct ike_choice *choice);

/* Those that were chosen; its secrets are empty.  ERR_UNSUPPORTED: a group that we don't have. */
MUST_USE enum err ike_series_of(const struct ike_choice *choice, struct ike_series *out);

/* Wipes it; all-zero is fine. */
void ike_series_fini(struct ike_series *s);

/* The group of the one that comes next; NULL: none. */
const struct crypto_alg *ike_series_next(const struct ike_series *s);

/* The next one is through: 'shared' is moved. */
void ike_series_add(struct ike_series *s, struct secret *shared);

/* All secrets for 'seed', which borrows them and 'part'. */
void ike_series_seed(const struct ike_series *s, struct bytes part[IKE_PROPOSAL_EXTRAS], struct ike_keys_seed *seed);

/* Its groups as an SA shows them: crypto_alg_index + 1, 0: no more; 's' NULL: there was none. */
void ike_series_shown(const struct ike_series *s, uint8_t extra[IKE_PROPOSAL_EXTRAS]);

/* The content of IKE_FOLLOWUP_KE: KE of 'group', and 'link' unless that is empty. */
void ike_series_build(struct ike_build *b, uint16_t group, struct bytes pub, struct bytes link);

/* The link in 'msg'; empty: there is none. */
struct bytes ike_series_link(const struct ike_msg *msg);

#ifdef __cplusplus
}
#endif
#endif
