#ifndef PKI_BUNDLE_H
#define PKI_BUNDLE_H

#include "pki/trust.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PKI_BUNDLE_MAX = 65536 }; /* bytes of DER */

/*
 * A bundle of certificates and CRLs as it is fetched by its URL, RFC7296-3.6:
 *
 *   CertificateOrCRL ::= CHOICE { cert [0] Certificate, crl [1] CertificateList }    EXPLICIT TAGS
 *   CertificateBundle ::= SEQUENCE OF CertificateOrCRL
 *
 * Its certificates in their order, views into 'der'; CRLs are passed over: Nave believes those that it has itself.  Of a certificate nothing
 * but its length is read.  ERR_MALFORMED: it isn't one; ERR_RANGE: above PKI_BUNDLE_MAX bytes; ERR_LIMIT: more than PKI_CHAIN_MAX certificates.
 */
MUST_USE enum err pki_bundle_parse(struct bytes der, struct bytes out[PKI_CHAIN_MAX], unsigned *count);

#ifdef __cplusplus
}
#endif
#endif
