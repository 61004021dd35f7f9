#ifndef PKI_PATH_H
#define PKI_PATH_H

/* The inside of a chain, for mark.c. */

#include "pki/chain.h"
#include "pki/x509.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The path that 'c' remembers, its anchor last; without one the certificates as they came.  Borrowed; returns how many. */
unsigned pki_path_certs(const struct pki_chain *c, X509 *out[PKI_CHAIN_MAX + 1]);

#ifdef __cplusplus
}
#endif
#endif
