/* Keyed pseudo-random functions of RFC7296-2.10 to 2.14, all of them HMACs. */
#include "crypto/prf.h"

#include <assert.h>
#include <string.h>

#include "crypto/lib.h"

enum { SEED_PARTS = 8 };

enum err crypto_prf_sum(struct crypto *c, const struct crypto_prf_key *key, struct crypto_parts in, uint8_t *out)
{
	uint8_t sum[CRYPTO_DIGEST_MAX];
	enum err err = crypto_lib_hmac(c, key->alg, key->key, in, sum);

	if (err == ERR_OK)
		memcpy(out, sum, key->alg->out_len);
	bytes_wipe(sum, sizeof(sum));
	return err;
}

/* T1 = prf(K, S | 01), Tn = prf(K, Tn-1 | S | n). */
enum err crypto_prf_plus(struct crypto *c, const struct crypto_prf_key *key, struct crypto_parts seed, uint8_t *out, size_t len)
{
	struct bytes part[SEED_PARTS + 2];
	uint8_t block[CRYPTO_DIGEST_MAX];
	size_t step = key->alg->out_len;
	uint8_t round = 0;
	enum err err = ERR_OK;

	assert(seed.count <= SEED_PARTS);
	if (len > 255 * step)
		return ERR_RANGE;
	memcpy(&part[1], seed.part, seed.count * sizeof(part[0]));
	part[seed.count + 1] = bytes_of(&round, 1);
	for (size_t at = 0; at < len && err == ERR_OK; at += step) {
		part[0] = bytes_of(block, round == 0 ? 0 : step);
		round++;
		err = crypto_prf_sum(c, key, crypto_parts_of(part, seed.count + 2), block);
		memcpy(out + at, block, len - at < step ? len - at : step);
	}
	bytes_wipe(block, sizeof(block));
	return err;
}
