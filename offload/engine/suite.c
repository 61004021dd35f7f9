/* The ESP suites, as numbers: RFC4106, RFC7634 (AEAD), RFC3602 (AES-CBC), RFC2404 and RFC4868 (HMAC). */
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
};

enum { AEAD_IV = 8, AEAD_ICV = 16, CBC_BLOCK = 16, MIN_ALIGN = 4 };

#define COUNT(rows) (sizeof(rows) / sizeof((rows)[0]))

static enum err aead_sizes(const struct dp_sa *conf, struct engine_sizes *out)
{
	if (conf->integ != DP_INTEG_NONE || conf->integ_key.len != 0)
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < COUNT(aeads); i++) {
		if (aeads[i].cipher != conf->cipher || (size_t)aeads[i].key_len + ENGINE_SALT != conf->key.len)
			continue;
		*out = (struct engine_sizes){
			.key_len = aeads[i].key_len, .salt_len = ENGINE_SALT, .iv_len = AEAD_IV, .icv_len = AEAD_ICV, .align = MIN_ALIGN
		};
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

static enum err cbc_sizes(const struct dp_sa *conf, struct engine_sizes *out)
{
	size_t len = conf->key.len;
	bool cbc = conf->cipher == DP_CIPHER_AES_CBC;

	if (cbc ? len != 16 && len != 24 && len != 32 : len != 0)
		return ERR_UNSUPPORTED;
	for (size_t i = 0; i < COUNT(integs); i++) {
		if (integs[i].integ != conf->integ || integs[i].key_len != conf->integ_key.len)
			continue;
		*out = (struct engine_sizes){ .key_len = (uint8_t)len,
			.integ_len = integs[i].key_len,
			.iv_len = cbc ? CBC_BLOCK : 0,
			.icv_len = integs[i].icv_len,
			.align = cbc ? CBC_BLOCK : MIN_ALIGN };
		return ERR_OK;
	}
	return ERR_UNSUPPORTED;
}

enum err engine_suite_sizes(const struct dp_sa *conf, struct engine_sizes *out)
{
	switch (conf->cipher) {
	case DP_CIPHER_AES_GCM:
	case DP_CIPHER_CHACHA20_POLY1305:
		return aead_sizes(conf, out);
	case DP_CIPHER_AES_CBC:
	case DP_CIPHER_NULL:
		return cbc_sizes(conf, out);
	default:
		return ERR_UNSUPPORTED;
	}
}
