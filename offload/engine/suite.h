#ifndef ENGINE_SUITE_H
#define ENGINE_SUITE_H

#include <stdint.h>

#include "base/err.h"
#include "db/sa.h"

#ifdef __cplusplus
extern "C" {
#endif

enum { ENGINE_SALT = 4, ENGINE_ICV_MAX = 32 };

/* What a suite's packets look like; sizes in bytes. */
struct engine_sizes {
	uint8_t key_len; /* without salt */
	uint8_t salt_len;
	uint8_t integ_len; /* of the integrity key */
	uint8_t iv_len;    /* on the wire */
	uint8_t icv_len;
	uint8_t align; /* of the encrypted part; 4 at least (RFC4303-2.4) */
};

/* Of a cipher, integrity and key lengths as 'conf' has them; ERR_UNSUPPORTED: no such suite. */
MUST_USE enum err engine_suite_sizes(const struct db_sa_conf *conf, struct engine_sizes *out);

#ifdef __cplusplus
}
#endif
#endif
