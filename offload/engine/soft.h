#ifndef ENGINE_SOFT_H
#define ENGINE_SOFT_H

#include "engine/engine.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ESP on the CPU (intel-ipsec-mb): AES-GCM, ChaCha20-Poly1305, AES-CBC with HMAC.  One table a kind of suite. */
extern const struct engine_ops engine_soft_gcm;
extern const struct engine_ops engine_soft_chacha;
extern const struct engine_ops engine_soft_cbc;

/* The table for a suite, or NULL. */
const struct engine_ops *engine_soft_of(const struct dp_sa *conf);

#ifdef __cplusplus
}
#endif
#endif
