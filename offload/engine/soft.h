#ifndef ENGINE_SOFT_H
#define ENGINE_SOFT_H

#include <stddef.h>

#include "engine/engine.h"
#include "engine/suite.h"

#ifdef __cplusplus
extern "C" {
#endif

/*
 * ESP on the CPU, by intel-ipsec-mb directly (docs/decisions/0005): AES-GCM and ChaCha20-Poly1305 one
 * packet a call, AES-CBC with HMAC through the library's multi-buffer jobs, a burst at a time.  One table a kind, so
 * that nothing is decided per packet.
 */
extern const struct engine_ops engine_gcm_ops;
extern const struct engine_ops engine_chacha_ops;
extern const struct engine_ops engine_cbc_ops;

/* The table for a suite, or NULL. */
const struct engine_ops *engine_soft_ops(const struct db_sa_conf *conf);

/* Sessions come from one pool: the bytes of the largest. */
size_t engine_soft_session_size(void);
size_t engine_gcm_session_size(void);
size_t engine_chacha_session_size(void);
size_t engine_cbc_session_size(void);

/* A zeroed session, or NULL; back. */
void *engine_soft_take(struct engine *e);
enum err engine_soft_destroy(struct engine *e, void *session);

/* The additional data of an AEAD: SPI, number (RFC4106-5), the whole number with ESN; returns its length. */
enum { ENGINE_AAD = 8, ENGINE_AAD_ESN = 12 };
static inline const uint8_t *engine_soft_aad(const struct engine_op *op, uint8_t wide[ENGINE_AAD_ESN])
{
	uint64_t number = __builtin_bswap64(op->seq);

	__builtin_memcpy(wide, op->esp, 4);
	__builtin_memcpy(wide + 4, &number, 8);
	return wide;
}

#ifdef __cplusplus
}
#endif
#endif
