#ifndef CRYPTO_ALGID_H
#define CRYPTO_ALGID_H

#include "base/rd.h"
#include "base/wr.h"
#include "crypto/sign.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The AlgorithmIdentifier of a signature (RFC7427-A, RFC4055, RFC5758, RFC8420): DER of at most 255 bytes, as AUTH of the
 * method "digital signature" carries it.  Schemes with SHA-1 aren't spoken: Nave never says that it knows it (RFC7427-4).
 */
enum { CRYPTO_ALGID_MAX = 255 };

/*
 * Reads the one that 'der' is.  ERR_UNSUPPORTED for an algorithm, hash or mask function that Nave hasn't; ERR_TRUNCATED,
 * ERR_TRAILING or ERR_MALFORMED for what isn't DER, or has parameters that the algorithm can't have.
 */
MUST_USE enum err crypto_algid_parse(struct bytes der, struct crypto_scheme *out);

/* Writes it; the write fails with ERR_UNSUPPORTED for a scheme that has none ('raw', SHA-1). */
void crypto_algid_build(struct wr *w, const struct crypto_scheme *scheme);

/*
 * AUTH data of the method "digital signature", RFC7427-3: length octet, AlgorithmIdentifier, signature.  'signature' borrows.
 * ERR_MALFORMED too for an empty signature.
 */
MUST_USE enum err crypto_algid_split(struct bytes auth, struct crypto_scheme *out, struct bytes *signature);
void crypto_algid_join(struct wr *w, const struct crypto_scheme *scheme, struct bytes signature);

#ifdef __cplusplus
}
#endif
#endif
