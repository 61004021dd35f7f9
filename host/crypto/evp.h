#ifndef CRYPTO_EVP_H
#define CRYPTO_EVP_H

/* OpenSSL beside our names, and the way from its keys to ours, for this folder and pki. */

#define ERR_STATE openssl_err_state /* a type of OpenSSL's that nobody uses; ours is in base/err.h */
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#undef ERR_STATE

#include "crypto/key.h"

#ifdef __cplusplus
extern "C" {
#endif

/* A key that shares 'pkey', which stays the caller's too.  ERR_UNSUPPORTED as in crypto/key.h. */
MUST_USE enum err crypto_key_of_evp(EVP_PKEY *pkey, struct crypto_key **out);

#ifdef __cplusplus
}
#endif
#endif
