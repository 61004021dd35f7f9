#ifndef IKE_PROOF_H
#define IKE_PROOF_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Our AUTH payload, made with setup->sign over setup->init_tx (RFC7296-2.15). */
MUST_USE enum err ike_proof_build(struct ike_engine *e, struct ike_sa *sa, struct wr *w);

/* Whether the peer's AUTH is right, checked with setup->verify in constant time: ERR_AUTH if not, ERR_UNSUPPORTED for another method than PSK. */
MUST_USE enum err ike_proof_check(struct ike_engine *e, struct ike_sa *sa, const struct ike_authdata *auth);

/* The nonce of a kept IKE_SA_INIT. */
struct bytes ike_proof_nonce(const struct ike_blob *init);

/* Nonces and SPIs of the SA's two IKE_SA_INIT. */
struct ike_keys_seed ike_proof_seed(const struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
