// ESP by OpenSSL, for tests to judge the device by: shares no code with it.
#ifndef EMU_ESPREF_H
#define EMU_ESPREF_H

#define ERR_STATE openssl_err_state // a type of OpenSSL's; ours is in base/err.h
#include <openssl/evp.h>
#include <openssl/hmac.h>
#undef ERR_STATE

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

#include "fwi/caps.h"

using Bytes = std::vector<uint8_t>;

struct EspKeys {
	unsigned suite = FWI_SUITE_AES_128_GCM_16;
	Bytes key, salt, auth;
	bool esn = false;

	// Distinct bytes for a suite; 'seed' makes different SAs differ.
	static EspKeys of(unsigned suite, uint8_t seed, bool esn = false);
};

struct EspSizes {
	unsigned key, salt, auth, iv, icv, block;
};

inline EspSizes esp_sizes(unsigned suite)
{
	switch (suite) {
#define ROW(name, number, key, salt, auth, iv, icv, block) \
	case number:                                       \
		return { key, salt, auth, iv, icv, block };
		FWI_SUITE_LIST(ROW)
#undef ROW
	}
	abort();
}

inline EspKeys EspKeys::of(unsigned suite, uint8_t seed, bool esn)
{
	EspSizes s = esp_sizes(suite);
	EspKeys k;
	uint8_t next = seed;
	auto fill = [&](unsigned len) {
		Bytes b(len);
		for (uint8_t &x : b)
			x = next = uint8_t(next * 29 + 17);
		return b;
	};

	k.suite = suite;
	k.key = fill(s.key);
	k.salt = fill(s.salt);
	k.auth = fill(s.auth);
	k.esn = esn;
	return k;
}

inline const EVP_CIPHER *esp_cipher(unsigned suite)
{
	bool aead = esp_sizes(suite).auth == 0;

	if (suite == FWI_SUITE_CHACHA20_POLY1305)
		return EVP_chacha20_poly1305();
	switch (esp_sizes(suite).key) {
	case 16:
		return aead ? EVP_aes_128_gcm() : EVP_aes_128_cbc();
	case 24:
		return EVP_aes_192_gcm();
	default:
		return aead ? EVP_aes_256_gcm() : EVP_aes_256_cbc();
	}
}

inline const EVP_MD *esp_digest(unsigned suite)
{
	switch (esp_sizes(suite).auth) {
	case 20:
		return EVP_sha1();
	case 32:
		return EVP_sha256();
	case 48:
		return EVP_sha384();
	default:
		return EVP_sha512();
	}
}

inline Bytes be(uint64_t v, unsigned len)
{
	Bytes b(len);

	for (unsigned i = 0; i < len; i++)
		b[i] = uint8_t(v >> 8 * (len - 1 - i));
	return b;
}

inline Bytes operator+(Bytes a, const Bytes &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

inline Bytes slice(const Bytes &b, size_t at, size_t len)
{
	return Bytes(b.begin() + long(at), b.begin() + long(at + len));
}

inline Bytes esp_hmac(const EspKeys &k, const Bytes &covered, uint64_t number)
{
	Bytes in = k.esn ? covered + be(number >> 32, 4) : covered;
	Bytes mac(64);
	unsigned len = 0;

	HMAC(esp_digest(k.suite), k.auth.data(), int(k.auth.size()), in.data(), in.size(), mac.data(), &len);
	mac.resize(esp_sizes(k.suite).icv);
	return mac;
}

// One pass of the cipher; for an AEAD 'tag' is made (seal) or checked (open).
inline std::optional<Bytes> esp_cipher_run(const EspKeys &k, bool seal, const Bytes &iv, const Bytes &aad, const Bytes &text, Bytes *tag)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	bool aead = !k.salt.empty();
	Bytes nonce = k.salt + iv;
	Bytes out(text.size() + 32);
	int len = 0;
	int rest = 0;
	bool good;

	good = EVP_CipherInit_ex(c, esp_cipher(k.suite), nullptr, k.key.data(), nonce.data(), seal) == 1;
	EVP_CIPHER_CTX_set_padding(c, 0);
	if (aead && !seal)
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_SET_TAG, int(tag->size()), tag->data());
	if (aead)
		good = good && EVP_CipherUpdate(c, nullptr, &len, aad.data(), int(aad.size())) == 1;
	good = good && EVP_CipherUpdate(c, out.data(), &len, text.data(), int(text.size())) == 1;
	good = good && EVP_CipherFinal_ex(c, out.data() + len, &rest) == 1;
	if (aead && seal)
		EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_AEAD_GET_TAG, int(tag->size()), tag->data());
	EVP_CIPHER_CTX_free(c);
	out.resize(size_t(len + rest));
	if (!good)
		return std::nullopt;
	return out;
}

inline Bytes esp_aad(const EspKeys &k, uint32_t spi, uint64_t number)
{
	return be(spi, 4) + (k.esn ? be(number, 8) : be(number & 0xffffffff, 4));
}

// An ESP packet around 'inner'; 'tfc' zero bytes follow it inside.
inline Bytes esp_seal(const EspKeys &k, uint32_t spi, uint64_t number, const Bytes &inner, uint8_t next_header, unsigned tfc = 0)
{
	EspSizes s = esp_sizes(k.suite);
	Bytes text = inner + Bytes(tfc);
	Bytes iv = s.iv == 8 ? be(number, 8) : Bytes(16, uint8_t(number + 1));
	Bytes header = be(spi, 4) + be(number & 0xffffffff, 4);
	uint8_t pad = 0;

	while ((text.size() + 2) % s.block != 0)
		text.push_back(++pad);
	text.push_back(pad);
	text.push_back(next_header);
	Bytes tag(16);
	Bytes cipher = *esp_cipher_run(k, true, iv, esp_aad(k, spi, number), text, &tag);
	if (k.salt.empty())
		tag = esp_hmac(k, header + iv + cipher, number);
	return header + iv + cipher + tag;
}

struct EspOpened {
	uint32_t spi;
	Bytes iv;
	Bytes inner;
	uint8_t next_header;
	uint8_t pad;
};

// Verifies and decrypts; 'high' is the half of the number that isn't on the wire.
inline std::optional<EspOpened> esp_open(const EspKeys &k, const Bytes &esp, uint32_t high = 0)
{
	EspSizes s = esp_sizes(k.suite);
	EspOpened o;

	if (esp.size() < 8 + s.iv + s.icv + 2)
		return std::nullopt;
	uint32_t low = uint32_t(esp[4]) << 24 | uint32_t(esp[5]) << 16 | uint32_t(esp[6]) << 8 | esp[7];
	uint64_t number = uint64_t(high) << 32 | low;
	o.spi = uint32_t(esp[0]) << 24 | uint32_t(esp[1]) << 16 | uint32_t(esp[2]) << 8 | esp[3];
	o.iv = slice(esp, 8, s.iv);
	Bytes cipher = slice(esp, 8 + s.iv, esp.size() - 8 - s.iv - s.icv);
	Bytes tag = slice(esp, esp.size() - s.icv, s.icv);
	if (k.salt.empty() && esp_hmac(k, slice(esp, 0, esp.size() - s.icv), number) != tag)
		return std::nullopt;
	auto text = esp_cipher_run(k, false, o.iv, esp_aad(k, o.spi, number), cipher, &tag);
	if (!text)
		return std::nullopt;
	o.next_header = text->back();
	o.pad = (*text)[text->size() - 2];
	o.inner = slice(*text, 0, text->size() - 2 - o.pad);
	return o;
}

#endif
