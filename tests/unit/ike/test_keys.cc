#include <gtest/gtest.h>

#include <cstring>
#include <string>

#include "crypto/lib.h"
#include "ike/keying/keys.h"
#include "ike/wire/iana.h"

namespace
{

using Octets = std::string;

/* HMAC straight from OpenSSL: what keys.c says is held against RFC7296's formulas. */
Octets hmac(const char *md, const Octets &key, const Octets &data)
{
	unsigned char out[EVP_MAX_MD_SIZE];
	size_t len = 0;

	EVP_Q_mac(nullptr, "HMAC", nullptr, md, nullptr, key.data(), key.size(), reinterpret_cast<const unsigned char *>(data.data()),
		data.size(), out, sizeof(out), &len);
	return Octets(reinterpret_cast<char *>(out), len);
}

Octets hmac_plus(const char *md, const Octets &key, const Octets &seed, size_t len)
{
	Octets all, t;

	for (char round = 1; all.size() < len; round++) {
		t = hmac(md, key, t + seed + round);
		all += t;
	}
	return all.substr(0, len);
}

struct bytes view(const Octets &o)
{
	return bytes_of(o.data(), o.size());
}

Octets text(struct bytes b)
{
	return Octets(reinterpret_cast<const char *>(b.data), b.len);
}

struct ike_suite suite(const char *encr, const char *integ, const char *prf)
{
	struct ike_suite s = {};

	s.encr = crypto_alg_named(CRYPTO_ENCR, encr);
	s.integ = integ == nullptr ? nullptr : crypto_alg_named(CRYPTO_INTEG, integ);
	s.prf = prf == nullptr ? nullptr : crypto_alg_named(CRYPTO_PRF, prf);
	return s;
}

class IkeKeys : public ::testing::Test
{
      protected:
	struct crypto *c = nullptr;
	struct secret keys = {};
	Octets shared = Octets(32, 'g'), ni = "nonce of the initiator", nr = "and of the responder";
	struct ike_keys_seed seed = {};

	void SetUp() override
	{
		ASSERT_EQ(crypto_new(&c), ERR_OK);
		seed = { view(shared), view(ni), view(nr), UINT64_C(0x0102030405060708), UINT64_C(0x1112131415161718) };
	}
	void TearDown() override
	{
		secret_fini(&keys);
		crypto_free(c);
	}
};

} // namespace

TEST_F(IkeKeys, the_seven_keys_are_cut_from_prf_plus_in_order)
{
	struct ike_suite s = suite("aes-cbc-256", "sha384", "sha256");
	Octets spis = Octets("\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18", 16);

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	Octets all = hmac_plus("SHA256", hmac("SHA256", ni + nr, shared), ni + nr + spis, 32 + 2 * 48 + 2 * 32 + 2 * 32);
	size_t at = 0;
	const size_t len[] = { 32, 48, 48, 32, 32, 32, 32 };
	for (int k = 0; k < IKE_SK_COUNT; k++) {
		EXPECT_EQ(text(ike_keys_view(&s, &keys, static_cast<enum ike_key>(k))), all.substr(at, len[k])) << k;
		at += len[k];
	}
	EXPECT_EQ(keys.len, at);
}

TEST_F(IkeKeys, an_aead_has_no_integrity_keys_and_a_salt)
{
	struct ike_suite s = suite("aes-gcm-128", nullptr, "sha512");

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	EXPECT_EQ(ike_keys_view(&s, &keys, IKE_SK_AI).len, 0u);
	EXPECT_EQ(ike_keys_view(&s, &keys, IKE_SK_EI).len, 20u);
	EXPECT_EQ(keys.len, 3 * 64u + 2 * 20u);
}

TEST_F(IkeKeys, after_trimming_only_what_auth_needed_is_gone)
{
	struct ike_suite s = suite("aes-gcm-256", nullptr, "sha256");

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	Octets d = text(ike_keys_view(&s, &keys, IKE_SK_D)), er = text(ike_keys_view(&s, &keys, IKE_SK_ER));
	ASSERT_EQ(ike_keys_trim(&s, &keys), ERR_OK);
	EXPECT_EQ(text(ike_keys_view(&s, &keys, IKE_SK_D)), d);
	EXPECT_EQ(text(ike_keys_view(&s, &keys, IKE_SK_ER)), er);
	EXPECT_EQ(ike_keys_view(&s, &keys, IKE_SK_PI).len, 0u);
	EXPECT_EQ(ike_keys_view(&s, &keys, IKE_SK_PR).len, 0u);
}

TEST_F(IkeKeys, auth_with_a_shared_key_is_RFC7296_2_15)
{
	struct ike_suite s = suite("aes-gcm-128", nullptr, "sha384");
	Octets name = "hub.example.net", message = "IKE_SA_INIT", psk = "secret";
	struct ike_id id = { IKE_ID_FQDN, view(name) };
	uint8_t out[CRYPTO_DIGEST_MAX];

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	for (bool initiator : { true, false }) {
		struct ike_keys_signed what = { initiator, view(message), view(nr), &id };
		Octets p = text(ike_keys_view(&s, &keys, initiator ? IKE_SK_PI : IKE_SK_PR));
		Octets octets = message + nr + hmac("SHA384", p, Octets("\x02\0\0\0", 4) + name);

		ASSERT_EQ(ike_keys_auth_psk(c, &s, &keys, &what, view(psk), out), ERR_OK);
		EXPECT_EQ(text(bytes_of(out, 48)), hmac("SHA384", hmac("SHA384", psk, "Key Pad for IKEv2"), octets));
	}
}

TEST_F(IkeKeys, child_keys_are_RFC7296_2_17)
{
	struct ike_suite s = suite("aes-gcm-128", nullptr, "sha256"), esp = suite("aes-cbc-128", "sha1", nullptr);
	struct ike_child_keys i2r = {}, r2i = {};

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	seed.shared = bytes_of(nullptr, 0);
	ASSERT_EQ(ike_keys_child(c, &s, &keys, &esp, &seed, &i2r, &r2i), ERR_OK);
	Octets all = hmac_plus("SHA256", text(ike_keys_view(&s, &keys, IKE_SK_D)), ni + nr, 2 * (16 + 20));
	EXPECT_EQ(text(secret_view(&i2r.encr)), all.substr(0, 16));
	EXPECT_EQ(text(secret_view(&i2r.integ)), all.substr(16, 20));
	EXPECT_EQ(text(secret_view(&r2i.encr)), all.substr(36, 16));
	EXPECT_EQ(text(secret_view(&r2i.integ)), all.substr(52, 20));
	for (struct secret *k : { &i2r.encr, &i2r.integ, &r2i.encr, &r2i.integ })
		secret_fini(k);
}

TEST_F(IkeKeys, a_child_with_a_key_exchange_of_its_own_depends_on_it)
{
	struct ike_suite s = suite("aes-gcm-128", nullptr, "sha256"), esp = suite("aes-gcm-256", nullptr, nullptr);
	struct ike_child_keys i2r = {}, r2i = {};

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	ASSERT_EQ(ike_keys_child(c, &s, &keys, &esp, &seed, &i2r, &r2i), ERR_OK);
	Octets all = hmac_plus("SHA256", text(ike_keys_view(&s, &keys, IKE_SK_D)), shared + ni + nr, 2 * 36);
	EXPECT_EQ(text(secret_view(&i2r.encr)), all.substr(0, 36));
	EXPECT_EQ(text(secret_view(&r2i.encr)), all.substr(36, 36));
	secret_fini(&i2r.encr);
	secret_fini(&r2i.encr);
}

TEST_F(IkeKeys, a_rekeyed_sa_begins_with_the_old_ones_prf)
{
	struct ike_suite old = suite("aes-gcm-128", nullptr, "sha256"), s = suite("aes-gcm-256", nullptr, "sha512");
	struct ike_keys_old from = { &old, &keys };
	struct secret fresh = {};
	Octets spis = Octets("\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18", 16);

	ASSERT_EQ(ike_keys_derive(c, &old, &seed, &keys), ERR_OK);
	Octets skeyseed = hmac("SHA256", text(ike_keys_view(&old, &keys, IKE_SK_D)), shared + ni + nr);
	ASSERT_EQ(ike_keys_rekey(c, &from, &s, &seed, &fresh), ERR_OK);
	EXPECT_EQ(text(secret_view(&fresh)), hmac_plus("SHA512", skeyseed, ni + nr + spis, 3 * 64 + 2 * 36));
	secret_fini(&fresh);
}
