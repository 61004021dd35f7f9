#include "oracle.h"

#include <cassert>
#include <cstring>
#define ERR_STATE OPENSSL_ERR_STATE /* ours has the name, too */
#include <openssl/evp.h>
#include <openssl/hmac.h>
#undef ERR_STATE
#include <stdexcept>

const std::vector<EspSuite> esp_suites = {
	{ "aes-128-gcm", DP_CIPHER_AES_GCM, DP_INTEG_NONE, 20, 0, 8, 16, 4 },
	{ "aes-192-gcm", DP_CIPHER_AES_GCM, DP_INTEG_NONE, 28, 0, 8, 16, 4 },
	{ "aes-256-gcm", DP_CIPHER_AES_GCM, DP_INTEG_NONE, 36, 0, 8, 16, 4 },
	{ "chacha20-poly1305", DP_CIPHER_CHACHA20_POLY1305, DP_INTEG_NONE, 36, 0, 8, 16, 4 },
	{ "aes-128-cbc-sha1", DP_CIPHER_AES_CBC, DP_INTEG_SHA1_96, 16, 20, 16, 12, 16 },
	{ "aes-192-cbc-sha256", DP_CIPHER_AES_CBC, DP_INTEG_SHA256_128, 24, 32, 16, 16, 16 },
	{ "aes-256-cbc-sha256", DP_CIPHER_AES_CBC, DP_INTEG_SHA256_128, 32, 32, 16, 16, 16 },
	{ "aes-256-cbc-sha384", DP_CIPHER_AES_CBC, DP_INTEG_SHA384_192, 32, 48, 16, 24, 16 },
	{ "aes-256-cbc-sha512", DP_CIPHER_AES_CBC, DP_INTEG_SHA512_256, 32, 64, 16, 32, 16 },
	{ "3des-cbc-md5", DP_CIPHER_3DES_CBC, DP_INTEG_MD5_96, 24, 16, 8, 12, 8 },
	{ "3des-cbc-sha1", DP_CIPHER_3DES_CBC, DP_INTEG_SHA1_96, 24, 20, 8, 12, 8 },
	{ "aes-128-cbc-md5", DP_CIPHER_AES_CBC, DP_INTEG_MD5_96, 16, 16, 16, 12, 16 },
	{ "null-sha1", DP_CIPHER_NULL, DP_INTEG_SHA1_96, 0, 20, 0, 12, 4 },
	{ "null-sha256", DP_CIPHER_NULL, DP_INTEG_SHA256_128, 0, 32, 0, 16, 4 },
};

namespace
{

enum { HEADER = 8, SALT = 4 };

void must(bool ok)
{
	if (!ok)
		throw std::runtime_error("OpenSSL");
}

bool aead(const EspSuite &s)
{
	return s.integ == DP_INTEG_NONE;
}

const EVP_CIPHER *cipher_of(const EspSuite &s)
{
	if (s.cipher == DP_CIPHER_CHACHA20_POLY1305)
		return EVP_chacha20_poly1305();
	if (s.cipher == DP_CIPHER_3DES_CBC)
		return EVP_des_ede3_cbc();
	if (s.cipher == DP_CIPHER_AES_GCM)
		return s.key_len == 20 ? EVP_aes_128_gcm() : s.key_len == 28 ? EVP_aes_192_gcm() : EVP_aes_256_gcm();
	return s.key_len == 16 ? EVP_aes_128_cbc() : s.key_len == 24 ? EVP_aes_192_cbc() : EVP_aes_256_cbc();
}

std::vector<uint8_t> aad_of(const std::vector<uint8_t> &packet, bool esn, uint64_t seq)
{
	std::vector<uint8_t> aad(packet.begin(), packet.begin() + 4);

	for (int shift = esn ? 56 : 24; shift >= 0; shift -= 8)
		aad.push_back((uint8_t)(seq >> shift));
	return aad;
}

/* One pass over the payload; for an AEAD the tag is written or checked. */
bool pass(const EspSuite &s, const std::vector<uint8_t> &key, const std::vector<uint8_t> &aad, bool enc, std::vector<uint8_t> &p)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	uint8_t *iv = p.data() + HEADER;
	uint8_t *data = iv + s.iv_len;
	uint8_t *icv = p.data() + p.size() - s.icv_len;
	int len = (int)(icv - data), n = 0;
	std::vector<uint8_t> nonce;
	bool ok = true;

	if (aead(s))
		nonce.assign(key.end() - SALT, key.end());
	nonce.insert(nonce.end(), iv, iv + s.iv_len);
	must(EVP_CipherInit_ex(ctx, cipher_of(s), nullptr, key.data(), nonce.data(), enc) == 1);
	must(EVP_CIPHER_CTX_set_padding(ctx, 0) == 1);
	if (aead(s)) {
		must(EVP_CipherUpdate(ctx, nullptr, &n, aad.data(), (int)aad.size()) == 1);
		if (!enc)
			must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, (int)s.icv_len, icv) == 1);
	}
	must(EVP_CipherUpdate(ctx, data, &n, data, len) == 1 && n == len);
	ok = EVP_CipherFinal_ex(ctx, data + n, &n) == 1;
	if (aead(s) && enc)
		must(EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, (int)s.icv_len, icv) == 1);
	EVP_CIPHER_CTX_free(ctx);
	return ok;
}

std::vector<uint8_t> hmac(const EspSuite &s, const std::vector<uint8_t> &integ, bool esn, uint64_t seq, const std::vector<uint8_t> &p)
{
	const EVP_MD *md = s.integ == DP_INTEG_SHA1_96      ? EVP_sha1()
			   : s.integ == DP_INTEG_SHA256_128 ? EVP_sha256()
			   : s.integ == DP_INTEG_SHA384_192 ? EVP_sha384()
			   : s.integ == DP_INTEG_MD5_96     ? EVP_md5()
							    : EVP_sha512();
	std::vector<uint8_t> text(p.begin(), p.end() - s.icv_len), out(64);
	unsigned len = 0;

	if (esn)
		for (int shift = 56; shift >= 32; shift -= 8)
			text.push_back((uint8_t)(seq >> shift));
	must(HMAC(md, integ.data(), (int)integ.size(), text.data(), text.size(), out.data(), &len) != nullptr);
	out.resize(s.icv_len);
	return out;
}

} // namespace

void esp_oracle_seal(const EspSuite &s, const std::vector<uint8_t> &key, const std::vector<uint8_t> &integ, bool esn, uint64_t seq,
	std::vector<uint8_t> &p)
{
	if (s.cipher != DP_CIPHER_NULL)
		pass(s, key, aad_of(p, esn, seq), true, p);
	if (!aead(s)) {
		auto tag = hmac(s, integ, esn, seq, p);

		memcpy(p.data() + p.size() - s.icv_len, tag.data(), s.icv_len);
	}
}

bool esp_oracle_open(const EspSuite &s, const std::vector<uint8_t> &key, const std::vector<uint8_t> &integ, bool esn, uint64_t seq,
	std::vector<uint8_t> &p)
{
	if (!aead(s)) {
		auto tag = hmac(s, integ, esn, seq, p);

		if (memcmp(p.data() + p.size() - s.icv_len, tag.data(), s.icv_len) != 0)
			return false;
	}
	return s.cipher == DP_CIPHER_NULL || pass(s, key, aad_of(p, esn, seq), false, p);
}
