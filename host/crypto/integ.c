#include "crypto/integ.h"

#include <string.h>

#include "base/secret.h"
#include "crypto/lib.h"

enum err crypto_integ_sum(struct crypto *c, const struct crypto_alg *alg, struct bytes key, struct bytes in, uint8_t *out)
{
	uint8_t sum[CRYPTO_DIGEST_MAX];
	enum err err;

	if (key.len != alg->key_len)
		return ERR_RANGE;
	err = crypto_lib_hmac(c, alg, key, crypto_parts_of(&in, 1), sum);
	if (err == ERR_OK)
		memcpy(out, sum, alg->icv_len);
	return err;
}

enum err crypto_integ_check(struct crypto *c, const struct crypto_alg *alg, struct bytes key, struct bytes in, struct bytes icv)
{
	uint8_t sum[CRYPTO_ICV_MAX];
	enum err err = crypto_integ_sum(c, alg, key, in, sum);

	if (err != ERR_OK)
		return err;
	return secret_eq(bytes_of(sum, alg->icv_len), icv) ? ERR_OK : ERR_AUTH;
}
