#ifndef CRYPTO_PKEY_H
#define CRYPTO_PKEY_H

/* The inside of struct crypto_key, for key.c and sign.c. */

#include "crypto/evp.h"

struct crypto_key {
	EVP_PKEY *pkey;
	enum crypto_key_kind kind;
	unsigned bits;
	bool pss_only;
};

#endif
