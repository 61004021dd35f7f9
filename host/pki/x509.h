#ifndef PKI_X509_H
#define PKI_X509_H

/* The folder's inside. */

#include "crypto/evp.h"
#include "pki/cert.h"

struct pki_cert {
	X509 *x509;
	struct crypto_key *key; /* NULL: unusable */
	uint8_t *der;
	size_t der_len;
	uint8_t *subject;
	size_t subject_len;
	uint8_t authority[PKI_AUTHORITY_LEN];
};

/* A certificate that shares 'x509', which stays the caller's too. */
MUST_USE enum err pki_cert_of_x509(X509 *x509, struct pki_cert **out);

#endif
