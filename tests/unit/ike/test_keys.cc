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
		seed = { view(shared), view(ni), view(nr), UINT64_C(0x0102030405060708), UINT64_C(0x1112131415161718), nullptr, 0 };
	}
	void TearDown() override
	{
		secret_fini(&keys);
		crypto_free(c);
	}
};

} // namespace

/* RFC7296-2.14-a */
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

/* RFC7296-2.12-a */
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

/* RFC7296-2.15-a RFC7296-2.15-c */
TEST_F(IkeKeys, auth_with_a_shared_key_is_RFC7296_2_15)
{
	struct ike_suite s = suite("aes-gcm-128", nullptr, "sha384");
	Octets name = "hub.example.net", message = "IKE_SA_INIT", psk = "secret";
	struct ike_id id = { IKE_ID_FQDN, view(name) };
	uint8_t out[CRYPTO_DIGEST_MAX];

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	for (bool initiator : { true, false }) {
		struct ike_keys_signed what = { initiator, view(message), view(nr), &id, {} };
		Octets p = text(ike_keys_view(&s, &keys, initiator ? IKE_SK_PI : IKE_SK_PR));
		Octets octets = message + nr + hmac("SHA384", p, Octets("\x02\0\0\0", 4) + name);

		ASSERT_EQ(ike_keys_auth_psk(c, &s, &keys, &what, view(psk), out), ERR_OK);
		EXPECT_EQ(text(bytes_of(out, 48)), hmac("SHA384", hmac("SHA384", psk, "Key Pad for IKEv2"), octets));
	}
}

/* SKEYSEED = prf(SK_d, SK(0) | Ni | Nr | SK(1) | … | SK(n)) */
TEST_F(IkeKeys, RFC9370_2_2_4_known_answer_of_a_rekey_with_further_key_exchanges)
{
	struct ike_suite before = suite("aes-gcm-128", nullptr, "sha256"), after = suite("aes-gcm-256", nullptr, "sha384");
	Octets spis = Octets("\x01\x02\x03\x04\x05\x06\x07\x08\x11\x12\x13\x14\x15\x16\x17\x18", 16), one(48, 'x'), two(32, 'y');
	struct bytes more[] = { view(one), view(two) };
	struct ike_keys_old old = { &before, &keys };
	struct secret made = {};

	ASSERT_EQ(ike_keys_derive(c, &before, &seed, &keys), ERR_OK);
	seed.more = more;
	seed.more_count = 2;
	ASSERT_EQ(ike_keys_rekey(c, &old, &after, &seed, &made), ERR_OK);
	Octets skeyseed = hmac("SHA256", text(ike_keys_view(&before, &keys, IKE_SK_D)), shared + ni + nr + one + two);
	EXPECT_EQ(text(secret_view(&made)), hmac_plus("SHA384", skeyseed, ni + nr + spis, 3 * 48 + 2 * 36));
	secret_fini(&made);
}

/* RFC7296-2.17-a */
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

/* RFC9370-2.2.4-e: KEYMAT = prf+(SK_d, SK(0) | Ni | Nr | SK(1) | … | SK(n)) */
TEST_F(IkeKeys, RFC9370_2_2_4_known_answer_of_a_child_with_further_key_exchanges)
{
	struct ike_suite s = suite("aes-gcm-128", nullptr, "sha256"), esp = suite("aes-gcm-256", nullptr, nullptr);
	Octets one(48, 'x'), two(32, 'y'), three(66, 'z');
	struct bytes more[] = { view(one), view(two), view(three) };
	struct ike_child_keys i2r = {}, r2i = {};

	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	seed.more = more;
	seed.more_count = 3;
	ASSERT_EQ(ike_keys_child(c, &s, &keys, &esp, &seed, &i2r, &r2i), ERR_OK);
	Octets all = hmac_plus("SHA256", text(ike_keys_view(&s, &keys, IKE_SK_D)), shared + ni + nr + one + two + three, 2 * 36);
	EXPECT_EQ(text(secret_view(&i2r.encr)), all.substr(0, 36));
	EXPECT_EQ(text(secret_view(&r2i.encr)), all.substr(36));
	secret_fini(&i2r.encr);
	secret_fini(&r2i.encr);
}

/* RFC7296-2.17-b */
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

/* RFC7296-2.18-c */
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

/* NIST's validation suite for SP 800-135 (IKEv2, HMAC-SHA-1): 132 octets of keys are those of AES-CBC-128 with HMAC-SHA-1. */
TEST_F(IkeKeys, SP800_135_known_answer_of_all_derivations)
{
	auto octets = [](const char *hex) {
		Octets out;

		for (const char *at = hex; at[0] != '\0'; at += 2)
			out += static_cast<char>(std::stoi(std::string(at, 2), nullptr, 16));
		return out;
	};
	struct ike_suite s = suite("aes-cbc-128", "sha1", "sha1");
	Octets gir = octets("4b2c1f971981a8ad8d0abeafabf38cf75fc8349c148142465ed9c8b516b8be52");
	Octets again = octets("863f3c9d06efd39d2b907b97f8699e5dd5251ef64a2a176f36ee40c87d4f9330");
	Octets i = octets("32b50d5f4a3763f3"), r = octets("9206a04b26564cb1"), spis = octets("34c9e7c1888687853ff77d760d2b2199");
	Octets dkm = octets("a14293677cc80ff8f9cc0eee30d895da9d8f405666e30ef0dfcb63c634a46002a2a63080e514a062768b76606f9fa5e992204fc5a670"
			    "bde3f10d6b027113936a5c55b648a194ae587b0088d52204b702c979fa280870d2ed41efa9c549fd11198af1670b143d384bd275c5f5"
			    "94cf266b05ebadca855e4249520a441a81157435a7a56cc4");
	Octets child = octets("8059e3ee8810e6c3a91bc8bcd2a7a41151b8d0e6ae239c7b38093ad85ef4c5811a8e7b5d1cdabd9560b2d5e092d1f24e2d4b85ecc"
			      "df0ad0dc9abd94b51ee71814ca6dbc8bb51b630");
	Octets fresh = octets("bb43244c1860ad65ee1e211ffe8bb3661750c8f89cb9f547df7f4fa61d37301628190e38c66232eab4b3ab14c400a5197dd3730ed"
			      "4820a8a10394d51e1c0400052f63ebd36b0e7ef");
	Octets rekeyed = octets("63e81194946ebd05df7df5ebf5d8750056bf1f1d");
	struct ike_child_keys i2r = {}, r2i = {};
	struct secret next = {};
	struct ike_keys_old old = { &s, &keys };

	seed = { view(gir), view(i), view(r), UINT64_C(0x34c9e7c188868785), UINT64_C(0x3ff77d760d2b2199), nullptr, 0 };
	ASSERT_EQ(ike_keys_derive(c, &s, &seed, &keys), ERR_OK);
	EXPECT_EQ(text(secret_view(&keys)), dkm);
	for (const Octets *with : { static_cast<const Octets *>(nullptr), static_cast<const Octets *>(&again) }) {
		seed.shared = with == nullptr ? bytes_of(nullptr, 0) : view(*with);
		ASSERT_EQ(ike_keys_child(c, &s, &keys, &s, &seed, &i2r, &r2i), ERR_OK);
		Octets got = text(secret_view(&i2r.encr)) + text(secret_view(&i2r.integ)) + text(secret_view(&r2i.encr)) +
			     text(secret_view(&r2i.integ));
		EXPECT_EQ(got, with == nullptr ? child : fresh);
	}
	seed.shared = view(again);
	ASSERT_EQ(ike_keys_rekey(c, &old, &s, &seed, &next), ERR_OK);
	EXPECT_EQ(text(secret_view(&next)), hmac_plus("SHA1", rekeyed, i + r + spis, next.len));
	for (struct secret *k : { &i2r.encr, &i2r.integ, &r2i.encr, &r2i.integ, &next })
		secret_fini(k);
}
