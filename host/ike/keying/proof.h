#ifndef IKE_PROOF_H
#define IKE_PROOF_H

#include "ike/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Begins to make our AUTH (RFC7296-2.15).  With setup->sign, a pre-shared key, it is made at once and IKE_E_SIGNED posted; else the world is
 * asked to sign.  'certreq' is the peer's message that may hold a CERTREQ.
 */
MUST_USE enum err ike_proof_begin(struct ike_engine *e, struct ike_sa *sa, const struct ike_msg *certreq);

/* Makes our AUTH with setup->sign, and posts nothing. */
MUST_USE enum err ike_proof_sign(struct ike_engine *e, struct ike_sa *sa);

/* Keeps what the world signed. */
MUST_USE enum err ike_proof_take(struct ike_sa *sa, const struct ike_signature *signature);

/* Writes our AUTH, once it is made. */
void ike_proof_build(const struct ike_sa *sa, struct wr *w);

/*
 * Asks the world for the proof of sa->remote_id: completes 'who', whose role, path, ref and wanted_id are set, with what 'msg' and 'auth' of
 * it say.  ERR_AUTH for a post-quantum key that isn't known.
 */
MUST_USE enum err ike_proof_ask(
	struct ike_engine *e, struct ike_sa *sa, const struct ike_msg *msg, const struct ike_authdata *auth, struct ike_who *who);

/*
 * Whether the peer's AUTH is right: a pre-shared key's is checked with setup->verify in constant time, of a signature the world
 * has said so.  ERR_AUTH if not.
 */
MUST_USE enum err ike_proof_check(struct ike_engine *e, struct ike_sa *sa, const struct ike_authdata *auth);

/* The nonce of a kept IKE_SA_INIT. */
struct bytes ike_proof_nonce(const struct ike_blob *init);

/* Nonces and SPIs of the SA's two IKE_SA_INIT. */
struct ike_keys_seed ike_proof_seed(const struct ike_sa *sa);

#ifdef __cplusplus
}
#endif
#endif
