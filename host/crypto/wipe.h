#ifndef CRYPTO_WIPE_H
#define CRYPTO_WIPE_H

#include "base/err.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * Has OpenSSL wipe all memory that it frees: its decoders leave the DER of private keys in theirs, its contexts keys of sessions.  To be
 * called first of all in a program that has secrets.  ERR_STATE: OpenSSL has allocated already.
 */
MUST_USE enum err crypto_wipe_frees(void);

#ifdef __cplusplus
}
#endif
#endif
