/*
 * The one table of algorithms.  Absent on purpose: groups 1 (768 bits, broken), 24 and 22-23 (RFC8247-2.4: small
 * subgroups), 17-18 (a responder would spend tens of milliseconds on one unauthenticated peer), DES (56 bits).
 */
#include "crypto/alg.h"

#include <assert.h>
#include <string.h>

#include "crypto/iana.h"

/* Shorthands for the sizes that a family shares. */
#define ROW_CBC(iana, bits, weak, block, word, name, evp)                                                                                \
	{                                                                                                                                \
		CRYPTO_ENCR, false, weak, CRYPTO_ENCR_##iana, bits, (bits) == 0 ? 24 : (bits) / 8, 0, block, 0, block, 0, 0, word, name, \
			evp                                                                                                              \
	}
#define ROW_GCM(bits, word, name, evp)                                                                                     \
	{                                                                                                                  \
		CRYPTO_ENCR, true, false, CRYPTO_ENCR_AES_GCM_16, bits, (bits) / 8 + 4, 4, 8, 16, 1, 0, 0, word, name, evp \
	}
#define ROW_PRF(iana, weak, out, word, name, evp)                                                       \
	{                                                                                               \
		CRYPTO_PRF, false, weak, CRYPTO_PRF_##iana, 0, out, 0, 0, 0, 0, out, 0, word, name, evp \
	}
#define ROW_INTEG(iana, weak, key, icv, word, name, evp)                                                    \
	{                                                                                                   \
		CRYPTO_INTEG, false, weak, CRYPTO_INTEG_##iana, 0, key, 0, 0, icv, 0, 0, 0, word, name, evp \
	}
#define ROW_GROUP(iana, weak, shared, pub, word, name, evp)                                                    \
	{                                                                                                      \
		CRYPTO_GROUP, false, weak, CRYPTO_GROUP_##iana, 0, 0, 0, 0, 0, 0, shared, pub, word, name, evp \
	}
#define ROW_ESN(iana, name)                                                                           \
	{                                                                                             \
		CRYPTO_ESN, false, false, CRYPTO_ESN_##iana, 0, 0, 0, 0, 0, 0, 0, 0, NULL, name, NULL \
	}

static const struct crypto_alg table[] = {
	ROW_CBC(AES_CBC, 128, false, 16, "aes-cbc-128", "AES-CBC-128", "AES-128-CBC"),
	ROW_CBC(AES_CBC, 192, false, 16, "aes-cbc-192", "AES-CBC-192", "AES-192-CBC"),
	ROW_CBC(AES_CBC, 256, false, 16, "aes-cbc-256", "AES-CBC-256", "AES-256-CBC"),
	ROW_GCM(128, "aes-gcm-128", "AES-GCM-128", "AES-128-GCM"),
	ROW_GCM(192, "aes-gcm-192", "AES-GCM-192", "AES-192-GCM"),
	ROW_GCM(256, "aes-gcm-256", "AES-GCM-256", "AES-256-GCM"),
	{ CRYPTO_ENCR, true, false, CRYPTO_ENCR_CHACHA20_POLY1305, 0, 36, 4, 8, 16, 1, 0, 0, "chacha20-poly1305", "CHACHA20-POLY1305",
		"ChaCha20-Poly1305" },
	ROW_CBC(3DES, 0, true, 8, "3des", "3DES", "DES-EDE3-CBC"),

	ROW_PRF(HMAC_SHA1, true, 20, "sha1", "SHA1", "SHA1"),
	ROW_PRF(HMAC_SHA2_256, false, 32, "sha256", "SHA256", "SHA2-256"),
	ROW_PRF(HMAC_SHA2_384, false, 48, "sha384", "SHA384", "SHA2-384"),
	ROW_PRF(HMAC_SHA2_512, false, 64, "sha512", "SHA512", "SHA2-512"),
	ROW_PRF(HMAC_MD5, true, 16, "md5", "MD5", "MD5"),

	ROW_INTEG(HMAC_SHA1_96, true, 20, 12, "sha1", "SHA96", "SHA1"),
	ROW_INTEG(HMAC_SHA2_256_128, false, 32, 16, "sha256", "SHA256", "SHA2-256"),
	ROW_INTEG(HMAC_SHA2_384_192, false, 48, 24, "sha384", "SHA384", "SHA2-384"),
	ROW_INTEG(HMAC_SHA2_512_256, false, 64, 32, "sha512", "SHA512", "SHA2-512"),
	ROW_INTEG(HMAC_MD5_96, true, 16, 12, "md5", "MD596", "MD5"),

	ROW_GROUP(CURVE25519, false, 32, 32, "31", "X25519/31", NULL),
	ROW_GROUP(ECP_256, false, 32, 64, "19", "ECP-256/19", "P-256"),
	ROW_GROUP(ECP_384, false, 48, 96, "20", "ECP-384/20", "P-384"),
	ROW_GROUP(ECP_521, false, 66, 132, "21", "ECP-521/21", "P-521"),
	ROW_GROUP(MODP_2048, false, 256, 256, "14", "MODP-2048/14", NULL),
	ROW_GROUP(MODP_3072, false, 384, 384, "15", "MODP-3072/15", NULL),
	ROW_GROUP(MODP_4096, false, 512, 512, "16", "MODP-4096/16", NULL),
	ROW_GROUP(MODP_1536, true, 192, 192, "5", "MODP-1536/5", NULL),
	ROW_GROUP(MODP_1024, true, 128, 128, "2", "MODP-1024/2", NULL),

	ROW_ESN(NO, "no-esn"),
	ROW_ESN(YES, "esn"),
};

enum { ROWS = sizeof(table) / sizeof(table[0]) };
static_assert((int)ROWS <= (int)CRYPTO_ALG_ROWS, "CRYPTO_ALG_ROWS bounds the table");

const struct crypto_alg *crypto_alg_find(enum crypto_kind kind, unsigned id, unsigned key_bits)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (table[i].kind == kind && table[i].id == id && table[i].key_bits == key_bits)
			return &table[i];
	return NULL;
}

const struct crypto_alg *crypto_alg_named(enum crypto_kind kind, const char *keyword)
{
	for (unsigned i = 0; i < ROWS; i++)
		if (table[i].kind == kind && table[i].keyword != NULL && strcmp(table[i].keyword, keyword) == 0)
			return &table[i];
	return NULL;
}

const struct crypto_alg *crypto_alg_at(unsigned index)
{
	return index < ROWS ? &table[index] : NULL;
}

unsigned crypto_alg_index(const struct crypto_alg *alg)
{
	assert(alg >= table && alg < table + ROWS);
	return (unsigned)(alg - table);
}
