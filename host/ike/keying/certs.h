#ifndef IKE_CERTS_H
#define IKE_CERTS_H

#include "base/wr.h"
#include "ike/blob.h"
#include "ike/ports.h"
#include "ike/sa.h"
#include "ike/wire/build.h"
#include "ike/wire/msg.h"

#ifdef __cplusplus
extern "C" {
#endif

/* What messages say about certificates: CERT, CERTREQ and SIGNATURE_HASH_ALGORITHMS, read and written. */

/*
 * The X.509 certificates of 'msg', in its order, and what each is given as; views into it.  URLs count where we said that we look them up.
 * Other encodings are passed over, and what comes after IKE_CERTS of them: then the chain can't be built, and the peer is refused for that.
 */
uint8_t ike_certs_read(struct ike_sa *sa, const struct ike_msg *msg, struct bytes out[IKE_CERTS], uint8_t encoding[IKE_CERTS]);

/* Whether the peer said that it looks them up (HTTP_CERT_LOOKUP_SUPPORTED). */
bool ike_certs_peer_looks_up(const struct ike_sa *sa);

enum { IKE_CERTS_AUTHORITIES_LEN = IKE_AUTHORITIES * 20 };

/* The authorities of all CERTREQ of 'msg' for X.509, gathered in 'buf'; empty: none, or one said that any will do. */
struct bytes ike_certs_authorities(const struct ike_msg *msg, uint8_t buf[IKE_CERTS_AUTHORITIES_LEN]);

/* SIGNATURE_HASH_ALGORITHMS of 'msg' as in struct ike_text; 0: there is none. */
uint16_t ike_certs_hashes(const struct ike_msg *msg);

/* Ours: SHA-2 and Ed25519's identity, RFC7427-4 and RFC8420-2. */
void ike_certs_build_hashes(struct ike_build *b);

/* CERTREQ for 'authorities'; nothing if there are none. */
void ike_certs_build_request(struct ike_build *b, struct bytes authorities);

/* Keeps the certificates of 'from' until they are sent, and then writes one CERT each. */
MUST_USE enum err ike_certs_keep(struct ike_sa *sa, const struct ike_signature *from);
void ike_certs_build(struct ike_build *b, const struct ike_blob *kept);

#ifdef __cplusplus
}
#endif
#endif
