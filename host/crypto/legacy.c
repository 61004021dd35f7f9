/*
 * MD4, MD5 and DES.  OpenSSL 3 has MD4 and DES in its "legacy" provider alone, a module to be loaded at run time that a host may not
 * have; MD4 is short enough to be here, and DES is triple DES, which the default provider still has, with three times the same
 * key.  Called for EAP-MSCHAPv2 and EAP-MD5 on the loop thread.
 */
#include "crypto/legacy.h"

#include <string.h>

#include "crypto/iana.h"
#include "crypto/lib.h"

/* ---- MD4, RFC1320-3 ---- */

enum { MD4_BLOCK = 64, MD4_WORDS = 16, MD4_LENGTH_AT = 56, MD4_ROUND = 16 };

struct md4 {
	uint32_t state[4];
	uint32_t x[MD4_WORDS];
};

static uint32_t rotate(uint32_t v, unsigned by)
{
	return v << by | v >> (32 - by);
}

/* The function, constant, order of words and rotations of each round. */
static uint32_t mix(unsigned round, const uint32_t s[4])
{
	switch (round) {
	case 0:
		return (s[1] & s[2]) | (~s[1] & s[3]);
	case 1:
		return (s[1] & s[2]) | (s[1] & s[3]) | (s[2] & s[3]);
	default:
		return s[1] ^ s[2] ^ s[3];
	}
}

static void md4_block(struct md4 *m, const uint8_t *p)
{
	static const uint32_t add[3] = { 0, UINT32_C(0x5a827999), UINT32_C(0x6ed9eba1) };
	static const uint8_t turn[3][4] = { { 3, 7, 11, 19 }, { 3, 5, 9, 13 }, { 3, 9, 11, 15 } };
	static const uint8_t order[3][MD4_ROUND] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 },
		{ 0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15 }, { 0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15 } };
	uint32_t s[4];

	memcpy(s, m->state, sizeof(s));
	for (unsigned i = 0; i < MD4_WORDS; i++, p += sizeof(uint32_t))
		m->x[i] = (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
	for (unsigned i = 0; i < 3 * MD4_ROUND; i++) {
		unsigned round = i / MD4_ROUND;
		uint32_t v = rotate(s[0] + mix(round, s) + m->x[order[round][i % MD4_ROUND]] + add[round], turn[round][i % 4]);

		s[0] = s[3];
		s[3] = s[2];
		s[2] = s[1];
		s[1] = v;
	}
	for (unsigned i = 0; i < 4; i++)
		m->state[i] += s[i];
}

void crypto_legacy_md4(struct bytes in, uint8_t out[CRYPTO_MD4_LEN])
{
	struct md4 m = { .state = { UINT32_C(0x67452301), UINT32_C(0xefcdab89), UINT32_C(0x98badcfe), UINT32_C(0x10325476) } };
	uint8_t block[2 * MD4_BLOCK] = { 0 };
	uint64_t bits = (uint64_t)in.len * 8;
	size_t left = in.len, tail;

	for (; left >= MD4_BLOCK; left -= MD4_BLOCK)
		md4_block(&m, in.data + (in.len - left));
	if (left != 0)
		memcpy(block, in.data + (in.len - left), left);
	block[left] = 0x80;
	tail = left < MD4_LENGTH_AT ? MD4_BLOCK : 2 * MD4_BLOCK;
	for (unsigned i = 0; i < sizeof(bits); i++)
		block[tail - sizeof(bits) + i] = (uint8_t)(bits >> 8 * i);
	for (size_t at = 0; at < tail; at += MD4_BLOCK)
		md4_block(&m, block + at);
	for (unsigned i = 0; i < CRYPTO_MD4_LEN; i++)
		out[i] = (uint8_t)(m.state[i / 4] >> 8 * (i % 4));
	bytes_wipe(block, sizeof(block));
	bytes_wipe(&m, sizeof(m));
}

/* ---- the others ---- */

enum err crypto_legacy_md5(struct crypto *c, struct crypto_parts in, uint8_t out[CRYPTO_MD5_LEN])
{
	const struct crypto_alg *row = crypto_alg_find(CRYPTO_PRF, CRYPTO_PRF_HMAC_MD5, 0);

	return crypto_lib_digest(c, c->digest[crypto_alg_index(row)], in, out);
}

/* 56 bits as eight octets of seven, the lowest bit of each being the parity. */
static void spread(const uint8_t key[CRYPTO_DES_KEY_LEN], uint8_t out[CRYPTO_DES_LEN])
{
	uint64_t all = 0;

	for (unsigned i = 0; i < CRYPTO_DES_KEY_LEN; i++)
		all = all << 8 | key[i];
	for (unsigned i = 0; i < CRYPTO_DES_LEN; i++) {
		uint8_t seven = (uint8_t)(all >> (49 - 7 * i) & 0x7f);

		out[i] = (uint8_t)(seven << 1 | (__builtin_parity(seven) ^ 1));
	}
	bytes_wipe(&all, sizeof(all));
}

enum err crypto_legacy_des(const uint8_t key[CRYPTO_DES_KEY_LEN], const uint8_t in[CRYPTO_DES_LEN], uint8_t out[CRYPTO_DES_LEN])
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(NULL, "DES-EDE-ECB", NULL);
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t twice[2 * CRYPTO_DES_LEN];
	int len = 0;
	enum err err = cipher != NULL && ctx != NULL ? ERR_OK : ERR_UNSUPPORTED;

	spread(key, twice);
	memcpy(twice + CRYPTO_DES_LEN, twice, CRYPTO_DES_LEN);
	if (err == ERR_OK && (EVP_EncryptInit_ex2(ctx, cipher, twice, NULL, NULL) != 1 || EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
				     EVP_EncryptUpdate(ctx, out, &len, in, CRYPTO_DES_LEN) != 1 || len != CRYPTO_DES_LEN))
		err = ERR_CRYPTO;
	bytes_wipe(twice, sizeof(twice));
	EVP_CIPHER_CTX_free(ctx);
	EVP_CIPHER_free(cipher);
	ERR_clear_error();
	return err;
}
