/*
 * The one table of algorithms: all that the configuration language has a word for, the weak ones too (RFC8247), which are used where
 * they are asked for by name.  Absent on purpose: groups 22 and 23 (RFC8247-2.4), which nobody asks for.
 */
#include "crypto/alg.h"

#include <assert.h>
#include <string.h>

#include "crypto/iana.h"

/* Shorthands for what the rows of a family have in common. */
#define ROW_CBC(iana, bits, key, block, is_weak, word, shown, fetched)                                                             \
	{                                                                                                                          \
		.kind = CRYPTO_ENCR, .weak = is_weak, .id = CRYPTO_ENCR_##iana, .key_bits = bits, .key_len = key, .iv_len = block, \
		.block_len = block, .keyword = word, .name = shown, .evp = fetched                                                 \
	}
#define ROW_AEAD(iana, bits, key, word, shown, fetched)                                                                             \
	{                                                                                                                           \
		.kind = CRYPTO_ENCR, .aead = true, .id = CRYPTO_ENCR_##iana, .key_bits = bits, .key_len = (key) + 4, .salt_len = 4, \
		.iv_len = 8, .icv_len = 16, .block_len = 1, .keyword = word, .name = shown, .evp = fetched                          \
	}
#define ROW_PRF(iana, is_weak, len, word, shown, fetched)                                                                      \
	{                                                                                                                      \
		.kind = CRYPTO_PRF, .weak = is_weak, .id = CRYPTO_PRF_##iana, .key_len = len, .out_len = len, .keyword = word, \
		.name = shown, .evp = fetched                                                                                  \
	}
#define ROW_INTEG(iana, is_weak, key, icv, word, shown, fetched)                                                                   \
	{                                                                                                                          \
		.kind = CRYPTO_INTEG, .weak = is_weak, .id = CRYPTO_INTEG_##iana, .key_len = key, .icv_len = icv, .keyword = word, \
		.name = shown, .evp = fetched                                                                                      \
	}
#define ROW_GROUP(kind_of, iana, is_weak, shared, len, word, shown, fetched)                                                   \
	{                                                                                                                      \
		.kind = CRYPTO_GROUP, .form = CRYPTO_##kind_of, .weak = is_weak, .id = CRYPTO_GROUP_##iana, .out_len = shared, \
		.pub_len = len, .reply_len = len, .keyword = word, .name = shown "/" word, .evp = fetched                      \
	}
#define ROW_KEM(iana, len, reply, word, fetched)                                                                                        \
	{                                                                                                                               \
		.kind = CRYPTO_GROUP, .form = CRYPTO_KEM, .id = CRYPTO_GROUP_##iana, .out_len = 32, .pub_len = len, .reply_len = reply, \
		.keyword = word, .name = fetched "/" word, .evp = fetched                                                               \
	}

static const struct crypto_alg table[] = {
	ROW_CBC(AES_CBC, 128, 16, 16, false, "aes-cbc-128", "AES-CBC-128", "AES-128-CBC"),
	ROW_CBC(AES_CBC, 192, 24, 16, false, "aes-cbc-192", "AES-CBC-192", "AES-192-CBC"),
	ROW_CBC(AES_CBC, 256, 32, 16, false, "aes-cbc-256", "AES-CBC-256", "AES-256-CBC"),
	ROW_AEAD(AES_GCM_16, 128, 16, "aes-gcm-128", "AES-GCM-128", "AES-128-GCM"),
	ROW_AEAD(AES_GCM_16, 192, 24, "aes-gcm-192", "AES-GCM-192", "AES-192-GCM"),
	ROW_AEAD(AES_GCM_16, 256, 32, "aes-gcm-256", "AES-GCM-256", "AES-256-GCM"),
	ROW_AEAD(CHACHA20_POLY1305, 0, 32, "chacha20-poly1305", "CHACHA20-POLY1305", "ChaCha20-Poly1305"),
	ROW_CBC(3DES, 0, 24, 8, true, "3des", "3DES", "DES-EDE3-CBC"),
	/* Triple DES with one key thrice is DES, which OpenSSL 3 itself has in a module alone that a host may lack. */
	ROW_CBC(DES, 0, 8, 8, true, "des", "DES", "DES-EDE3-CBC"),
	{ .kind = CRYPTO_ENCR, .weak = true, .id = CRYPTO_ENCR_NULL, .block_len = 1, .keyword = "null", .name = "NULL" }, /* ESP's alone */

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

	ROW_GROUP(XDH, CURVE25519, false, 32, 32, "31", "X25519", "X25519"),
	ROW_GROUP(XDH, CURVE448, false, 56, 56, "32", "X448", "X448"),
	ROW_GROUP(ECP, ECP_256, false, 32, 64, "19", "ECP-256", "P-256"),
	ROW_GROUP(ECP, ECP_384, false, 48, 96, "20", "ECP-384", "P-384"),
	ROW_GROUP(ECP, ECP_521, false, 66, 132, "21", "ECP-521", "P-521"),
	ROW_GROUP(MODP, MODP_2048, false, 256, 256, "14", "MODP-2048", NULL),
	ROW_GROUP(MODP, MODP_3072, false, 384, 384, "15", "MODP-3072", NULL),
	ROW_GROUP(MODP, MODP_4096, false, 512, 512, "16", "MODP-4096", NULL),
	ROW_GROUP(MODP, MODP_6144, false, 768, 768, "17", "MODP-6144", NULL),
	ROW_GROUP(MODP, MODP_8192, false, 1024, 1024, "18", "MODP-8192", NULL),
	ROW_GROUP(MODP, MODP_2048_256, true, 256, 256, "24", "MODP-2048-256", "dh_2048_256"),
	ROW_GROUP(MODP, MODP_1536, true, 192, 192, "5", "MODP-1536", NULL),
	ROW_GROUP(MODP, MODP_1024, true, 128, 128, "2", "MODP-1024", NULL),
	ROW_GROUP(MODP, MODP_768, true, 96, 96, "1", "MODP-768", NULL),

	ROW_KEM(ML_KEM_512, 800, 768, "35", "ML-KEM-512"),
	ROW_KEM(ML_KEM_768, 1184, 1088, "36", "ML-KEM-768"),
	ROW_KEM(ML_KEM_1024, 1568, 1568, "37", "ML-KEM-1024"),

	{ .kind = CRYPTO_ESN, .id = CRYPTO_ESN_NO, .name = "no-esn" },
	{ .kind = CRYPTO_ESN, .id = CRYPTO_ESN_YES, .name = "esn" },
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
