#ifndef IKE_CERT_H
#define IKE_CERT_H

#include <stdint.h>

#include "base/rd.h"
#include "base/wr.h"

#ifdef __cplusplus
extern "C" {
#endif

enum {
	IKE_CERT_AUTHORITY_LEN = 20,
	IKE_CERT_HASH_LEN = 20
}; /* SHA-1 of a CA's SubjectPublicKeyInfo, RFC7296-3.7; of a certificate, -3.6 */

/*
 * Body of a Certificate (RFC7296-3.6) or Certificate Request (RFC7296-3.7) payload: both are an encoding and its data,
 * which borrows from the message.  In a request the data is a list of authorities.
 */
struct ike_cert {
	uint8_t encoding; /* enum ike_cert_encoding */
	struct bytes data;
};

/* ERR_TRUNCATED; ERR_MALFORMED without data. */
MUST_USE enum err ike_cert_parse(struct rd *r, struct ike_cert *out);

/* ERR_TRUNCATED; ERR_MALFORMED for X.509 encodings whose authorities aren't whole hashes.  An empty list means any. */
MUST_USE enum err ike_cert_parse_request(struct rd *r, struct ike_cert *out);

/* Of a certificate by its URL: the SHA-1 of what is to be had there, and the URL as it came. */
struct ike_cert_url {
	struct bytes hash, url;
};
MUST_USE enum err ike_cert_parse_url(struct bytes data, struct ike_cert_url *out);

/* Either kind. */
void ike_cert_build(struct wr *w, const struct ike_cert *c);

/* The hashes of a request for an X.509 encoding: how many, and number 'index'. */
size_t ike_cert_authority_count(const struct ike_cert *request);
struct bytes ike_cert_authority(const struct ike_cert *request, size_t index);

#ifdef __cplusplus
}
#endif
#endif
