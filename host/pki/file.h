#ifndef PKI_FILE_H
#define PKI_FILE_H

#include "crypto/evp.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { PKI_FILE_MAX = 256 * 1024 }; /* bytes */

/* What a file holds; all-zero is empty. */
struct pki_file {
	STACK_OF(X509) * certs;
	STACK_OF(X509_CRL) * crls;
	struct crypto_key *key; /* the private one; NULL: none */
};

/*
 * Reads PEM (any number of certificates and CRLs, one private key) or one certificate or CRL in DER; or PKCS#12.  'password'
 * may be empty.  '*why' gets words for the log on an error.  ERR_IO, ERR_RANGE, ERR_MALFORMED, ERR_UNSUPPORTED (the key), ERR_NOMEM.
 */
MUST_USE enum err pki_file_read(const char *path, bool pkcs12, struct bytes password, struct pki_file *out, const char **why);
void pki_file_fini(struct pki_file *f);

#ifdef __cplusplus
}
#endif
#endif
