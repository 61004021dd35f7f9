/* The ESP suites, as numbers: RFC4106, RFC7634 (AEAD), RFC3602 (AES-CBC), RFC2451 (3DES-CBC), RFC2403, RFC2404 and RFC4868 (HMAC). */
#include "engine/suite.h"

struct aead_row {
	uint8_t cipher, key_len;
};

static const struct aead_row aeads[] = {
	{ DP_CIPHER_AES_GCM, 16 },
	{ DP_CIPHER_AES_GCM, 24 },
	{ DP_CIPHER_AES_GCM, 32 },
	{ DP_CIPHER_CHACHA20_POLY1305, 32 },
};

struct integ_row {
	uint8_t integ, key_len, icv_len;
};

static const struct integ_row integs[] = {
	{ DP_INTEG_SHA1_96, 20, 12 },
	{ DP_INTEG_SHA256_128, 32, 16 },
	{ DP_INTEG_SHA384_192, 48, 24 },
	{ DP_INTEG_SHA512_256, 64, 32 },
	{ DP_INTEG_MD5_96, 16, 12 },
};

struct block_row {
	uint8_t cipher, key_len, block;
};

static const struct block_row blocks[] = {
	{ DP_CIPHER_NULL, 0, 0 },
	{ DP_CIPHER_AES_CBC, 16, 16 },
	{ DP_CIPHER_AES_CBC, 24, 16 },
	{ DP_CIPHER_AES_CBC, 32, 16 },
	{ DP_CIPHER_3DES_CBC, 24, 8 },
};

enum { AEAD_IV = 8, AEAD_ICV = 16, MIN_ALIGN = 4 };

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static enum err aead_sizes(const struct db_sa_conf *conf, struct engine_sizes *out)
{
	if (conf->integ != DP_INTEG_NONE || conf->integ_len != 0)
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < COUNT(aeads); i++) {
		if (aeads[i].cipher != conf->cipher || (size_t)aeads[i].key_len + ENGINE_SALT != conf->key_len)
			continue;
		*out = (struct engine_sizes){
			.key_len = aeads[i].key_len, .salt_len = ENGINE_SALT, .iv_len = AEAD_IV, .icv_len = AEAD_ICV, .align = MIN_ALIGN
		};
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

static const struct block_row *find_block(const struct db_sa_conf *conf)
{
	for (size_t i = 0; i < COUNT(blocks); i++)
		if (blocks[i].cipher == conf->cipher && blocks[i].key_len == conf->key_len)
			return &blocks[i];
	return NULL;
}

static enum err cbc_sizes(const struct db_sa_conf *conf, struct engine_sizes *out)
{
	const struct block_row *b = find_block(conf);

	if (b == NULL)
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < COUNT(integs); i++) {
		if (integs[i].integ != conf->integ || integs[i].key_len != conf->integ_len)
			continue;
		*out = (struct engine_sizes){ .key_len = b->key_len,
			.integ_len = integs[i].key_len,
			.iv_len = b->block,
			.icv_len = integs[i].icv_len,
			.align = b->block != 0 ? b->block : MIN_ALIGN };
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

enum err engine_suite_sizes(const struct db_sa_conf *conf, struct engine_sizes *out)
{
	switch (conf->cipher) {
	case DP_CIPHER_AES_GCM:
	case DP_CIPHER_CHACHA20_POLY1305:
		return aead_sizes(conf, out);
	case DP_CIPHER_AES_CBC:
	case DP_CIPHER_3DES_CBC:
	case DP_CIPHER_NULL:
		return cbc_sizes(conf, out);
	default:
		return ERR_UNSUPPORTED;
	}
}
