/* Known answers of NIST and of RFCs for every algorithm that Nave negotiates. */
#include "crypto/evp.h"

#include <cstring>

#include <openssl/param_build.h>

#include "crypto/cipher.h"
#include "crypto/digest.h"
#include "crypto/kex.h"
#include "crypto/prf.h"
#include "crypto/sign.h"
#include "fixture.h"
#include "nist.h"

namespace
{

enum err give(void *ctx, void *out, size_t len)
{
	const Octets *key = static_cast<const Octets *>(ctx);

	if (len != key->size())
		return ERR_CRYPTO;
	memcpy(out, key->data(), len);
	return ERR_OK;
}

class CryptoVectors : public CryptoTest
{
      protected:
	/* Private key and peer's public value to public value and shared secret. */
	enum err exchange(const struct crypto_alg *group, Octets key, const Octets &peer, Octets &pub, Octets &shared)
	{
		struct crypto_rand rand = { give, &key };
		struct crypto_kex kex = {};
		struct secret s = {};

		pub.assign(group->pub_len, 0);
		enum err err = crypto_kex_new(c, &rand, group, &kex, pub.data());
		if (err == ERR_OK)
			err = crypto_kex_derive(c, &kex, view(peer), &s);
		shared.assign(s.data, s.data + s.len);
		secret_fini(&s);
		crypto_kex_fini(&kex);
		return err;
	}
	Octets sha256(const Octets &o)
	{
		struct bytes part = view(o);
		Octets out(CRYPTO_SHA256_LEN);

		EXPECT_EQ(crypto_digest_sha256(c, crypto_parts_of(&part, 1), out.data()), ERR_OK);
		return out;
	}
	void expect_aead(const nist::Aead &v)
	{
		const struct crypto_alg *alg = crypto_alg_named(CRYPTO_ENCR, v.word);
		Octets key = hex(v.key), nonce = hex(v.iv), aad = hex(v.aad), text = hex(v.plain), icv(alg->icv_len);
		Octets cipher = hex(v.cipher), tag = hex(v.icv);

		key.insert(key.end(), nonce.begin(), nonce.begin() + alg->salt_len);
		nonce.erase(nonce.begin(), nonce.begin() + alg->salt_len);
		struct crypto_text t = { view(nonce), view(aad), text.data(), text.size(), icv.data() };
		if (v.good) {
			ASSERT_EQ(crypto_cipher_seal(c, alg, view(key), &t), ERR_OK) << v.key;
			EXPECT_EQ(text, cipher) << v.key;
			EXPECT_EQ(icv, tag) << v.key;
		}
		t.text = cipher.data();
		t.len = cipher.size();
		t.icv = tag.data();
		EXPECT_EQ(crypto_cipher_open(c, alg, view(key), &t), v.good ? ERR_OK : ERR_AUTH) << v.key;
		EXPECT_EQ(cipher, v.good ? hex(v.plain) : Octets(cipher.size(), 0)) << v.key;
	}
	static struct crypto_key *key_of(EVP_PKEY_CTX *ctx, OSSL_PARAM_BLD *bld)
	{
		OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(bld);
		struct crypto_key *key = nullptr;
		EVP_PKEY *pkey = nullptr;

		/* a point that isn't on the curve makes no key */
		if (EVP_PKEY_fromdata_init(ctx) == 1 && EVP_PKEY_fromdata(ctx, &pkey, EVP_PKEY_PUBLIC_KEY, params) == 1) {
			EXPECT_EQ(crypto_key_of_evp(pkey, &key), ERR_OK);
		}
		EVP_PKEY_free(pkey);
		EVP_PKEY_CTX_free(ctx);
		OSSL_PARAM_free(params);
		OSSL_PARAM_BLD_free(bld);
		return key;
	}
	static struct crypto_key *ec_key(const char *curve, const Octets &point)
	{
		OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();

		OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, curve, 0);
		OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point.data(), point.size());
		return key_of(EVP_PKEY_CTX_new_from_name(nullptr, "EC", nullptr), bld);
	}
	static struct crypto_key *rsa_key(const Octets &n, const Octets &e)
	{
		OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
		BIGNUM *bn = BN_bin2bn(n.data(), static_cast<int>(n.size()), nullptr);
		BIGNUM *be = BN_bin2bn(e.data(), static_cast<int>(e.size()), nullptr);

		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, bn);
		OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, be);
		struct crypto_key *key = key_of(EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr), bld);
		BN_free(bn);
		BN_free(be);
		return key;
	}
	/* Takes 'key'. */
	void expect_signed(const nist::Signed &v, struct crypto_key *key, const struct crypto_scheme &scheme)
	{
		Octets text = hex(v.text), signature = hex(v.signature);

		EXPECT_TRUE(key != nullptr || !v.good) << v.signature;
		if (key != nullptr) {
			EXPECT_EQ(crypto_sign_check(c, key, &scheme, view(text), view(signature)), v.good ? ERR_OK : ERR_AUTH)
				<< v.signature;
		}
		crypto_key_free(key);
	}
};

} // namespace

TEST_F(CryptoVectors, SP800_38D_aes_gcm)
{
	for (const nist::Aead &v : nist::nist_gcm)
		expect_aead(v);
}

TEST_F(CryptoVectors, SP800_38A_aes_cbc)
{
	for (const nist::Aead &v : nist::nist_cbc)
		expect_aead(v);
}

TEST_F(CryptoVectors, RFC7634_A_RFC7634_B_chacha20_poly1305_in_ESP_and_IKE)
{
	const char *key = "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f", *iv = "a0a1a2a31011121314151617";

	expect_aead({ "chacha20-poly1305", key, iv, "0102030400000005",
		"45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec100007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
		"202122232425262728292a2b2c2d2e2f303132333435363701020204",
		"24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c614ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2fac"
		"c638e8f3cbec163fac469b502773f6fb94e664da9165b82829f641e0",
		"76aaa8266b7fb0f7b11b369907e1ad43", true });
	expect_aead({ "chacha20-poly1305", key, iv, "c0c1c2c3c4c5c6c7d0d1d2d3d4d5d6d72e202500000000090000004529000029",
		"0000000c000040010000000a00", "610394701f8d017f7c12924889", "6b71bfe25236efd7cdc67066906315b2", true });
}

TEST_F(CryptoVectors, RFC4231_prf_hmac_sha2)
{
	for (const nist::Mac &v : nist::rfc4231) {
		const struct crypto_alg *alg = crypto_alg_named(CRYPTO_PRF, v.word);
		Octets key = hex(v.key), text = hex(v.text), out(alg->out_len);
		struct crypto_prf_key k = { alg, view(key) };
		struct bytes part = view(text);

		ASSERT_EQ(crypto_prf_sum(c, &k, crypto_parts_of(&part, 1), out.data()), ERR_OK);
		EXPECT_EQ(out, hex(v.sum)) << v.word;
	}
}

TEST_F(CryptoVectors, SP800_56A_ecdh)
{
	for (const nist::Kex &v : nist::nist_ecdh) {
		Octets pub, shared;
		enum err err = exchange(crypto_alg_named(CRYPTO_GROUP, v.word), hex(v.key), hex(v.peer), pub, shared);

		EXPECT_EQ(err, v.verdict == nist::KEX_OFF_CURVE ? ERR_MALFORMED : ERR_OK) << v.key;
		if (v.verdict == nist::KEX_OFF_CURVE)
			continue;
		EXPECT_EQ(pub, hex(v.pub));
		EXPECT_EQ(shared == hex(v.shared), v.verdict == nist::KEX_GOOD) << v.key;
	}
}

TEST_F(CryptoVectors, RFC5903_8_3_both_sides_of_group_21)
{
	const char *const i =
		"0037ADE9319A89F4DABDB3EF411AACCCA5123C61ACAB57B5393DCE47608172A095AA85A30FE1C2952C6771D937BA9777F5957B2639BAB072"
		"462F68C27A57382D4A52";
	const char *const r =
		"0145BA99A847AF43793FDD0E872E7CDFA16BE30FDC780F97BCCC3F078380201E9C677D600B343757A3BDBF2A3163E4C2F869CCA7458AA4A4"
		"EFFC311F5CB151685EB9";
	const char *const gi =
		"0015417E84DBF28C0AD3C278713349DC7DF153C897A1891BD98BAB4357C9ECBEE1E3BF42E00B8E380AEAE57C2D107564941885942AF5A7F4601723C4195D17"
		"6CED3E017CAE20B6641D2EEB695786D8C946146239D099E18E1D5A514C739D7CB4A10AD8A788015AC405D7799DC75E7B7D5B6CF2261A6A7F1507438BF01BEB"
		"6CA3926F9582";
	const char *const gr =
		"00D0B3975AC4B799F5BEA16D5E13E9AF971D5E9B984C9F39728B5E5739735A219B97C356436ADC6E95BB0352F6BE64A6C2912D4EF2D0433CED2B6171640012"
		"D9460F015C68226383956E3BD066E797B623C27CE0EAC2F551A10C2C724D9852077B87220B6536C5C408A1D2AEBB8E86D678AE49CB57091F4732296579AB44"
		"FCD17F0FC56A";
	const char *const gir =
		"01144C7D79AE6956BC8EDB8E7C787C4521CB086FA64407F97894E5E6B2D79B04D1427E73CA4BAA240A34786859810C06B3C715A3A8CC31"
		"51F2BEE417996D19F3DDEA";
	const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, "21");
	Octets pub, shared;

	ASSERT_EQ(exchange(group, hex(i), hex(gr), pub, shared), ERR_OK);
	EXPECT_EQ(pub, hex(gi));
	EXPECT_EQ(shared, hex(gir));
	ASSERT_EQ(exchange(group, hex(r), hex(gi), pub, shared), ERR_OK);
	EXPECT_EQ(pub, hex(gr));
	EXPECT_EQ(shared, hex(gir));
}

TEST_F(CryptoVectors, RFC7748_5_2_x25519_once_and_a_thousand_times)
{
	const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, "31");
	Octets pub, shared;

	ASSERT_EQ(exchange(group, hex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
			  hex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c"), pub, shared),
		ERR_OK);
	EXPECT_EQ(shared, hex("c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"));
	ASSERT_EQ(exchange(group, hex("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
			  hex("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493"), pub, shared),
		ERR_OK);
	EXPECT_EQ(shared, hex("95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957")) << "the top bit of u is ignored";
	Octets k = hex("0900000000000000000000000000000000000000000000000000000000000000"), u = k;
	for (int i = 1; i <= 1000; i++) {
		ASSERT_EQ(exchange(group, k, u, pub, shared), ERR_OK);
		u = k;
		k = shared;
		if (i == 1) {
			EXPECT_EQ(k, hex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"));
		}
	}
	EXPECT_EQ(k, hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
}

/* Computed with big integers from the primes' formulas (RFC2409-6, RFC3526): SHA-256 of both public values and of the secret. */
TEST_F(CryptoVectors, RFC3526_modp_known_answers)
{
	const struct {
		const char *word, *a, *b, *shared;
	} vectors[] = {
		{ "2", "1eee71d4c2ff3c4e6294fbd36cf4d124c3de48e532f947191effb7368a0bd772",
			"5ac0173849ff43667b024129b0c99b44af476ab8f8ff744e6999f790634e0851",
			"51b43d4e093ce3613dc3fd735696f8882198ec8d9ad0b80d3c7147078628cd54" },
		{ "5", "d503be4da7c2b370df3bfb0cce5ceac4e6f974fed87ad2befc06c09f76567ec0",
			"8ac24933c6ed4d3a6dd427ececc3785f70092ef07def18832ffa35710f3d67fe",
			"18139aafb9c6a89b7e0ed1517d5e8b27a08c4f15d49fd101e7c17e700cc38e7f" },
		{ "14", "c3fef74f659a5f4350bfbc07fa1bec32b512486fa04fd08f05cae9a9444c5641",
			"82165ff27e06330f785692d6a869c1960edca5b213f8c01912b4b79360397097",
			"2cc86c2e1bd61a0d8bb8bf34ed38a42d44b4aee8c2f07ae894e59c255543e57b" },
		{ "15", "3900d6070707cfc9863aaee1439358e2d48d2023383f5d3486e7450193f76d52",
			"950ae197e36e32e8d50c45699e34c1ff4570ec25ebc27702d5a214e3f71e0e3c",
			"b31ff3834f985ae9a255ee9e161631bca1d5f6156f299dd0682ea3b925e25270" },
		{ "16", "73b79b77764a1c183ff5f116621380a6d4d6e8188308e5fda476714b14e7e746",
			"d4f89b11ae7429a05db61d956a942f31f7e461db9a6cf919c5613cada1398e16",
			"a2bb020d7d97aa516dd30a5a642980b23cae73b1cb01f46746ddf45af2ea72c3" },
	};

	for (const auto &v : vectors) {
		const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, v.word);
		Octets a, b, pub_a, pub_b, shared, one(group->pub_len, 2);

		for (int i = 0; i < 64; i++) {
			a.push_back(static_cast<uint8_t>(i * 7 + group->id));
			b.push_back(static_cast<uint8_t>(i * 13 + 3 * group->id));
		}
		ASSERT_EQ(exchange(group, b, one, pub_b, shared), ERR_OK);
		ASSERT_EQ(exchange(group, a, pub_b, pub_a, shared), ERR_OK);
		EXPECT_EQ(sha256(pub_a), hex(v.a)) << v.word;
		EXPECT_EQ(sha256(pub_b), hex(v.b)) << v.word;
		EXPECT_EQ(sha256(shared), hex(v.shared)) << v.word;
	}
}

TEST_F(CryptoVectors, FIPS186_ecdsa)
{
	for (const nist::Signed &v : nist::nist_ecdsa)
		expect_signed(v, ec_key(v.name, hex(v.key)), { CRYPTO_SIGN_ECDSA, v.hash, 0, true });
}

TEST_F(CryptoVectors, FIPS186_rsa)
{
	for (const nist::Signed &v : nist::nist_rsa_pkcs1)
		expect_signed(v, rsa_key(hex(v.key), hex(v.name)), { CRYPTO_SIGN_RSA, v.hash, 0, false });
	for (const nist::Signed &v : nist::nist_rsa_pss)
		expect_signed(v, rsa_key(hex(v.key), hex(v.name)), { CRYPTO_SIGN_RSA_PSS, v.hash, 10, false });
}

TEST_F(CryptoVectors, RFC8032_7_1_ed25519_made_and_checked)
{
	const struct crypto_scheme scheme = { CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY, 0, false };

	for (const nist::Signed &v : nist::ed25519) {
		Octets seed = hex(v.name), text = hex(v.text);
		EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
		struct crypto_key *key = nullptr;
		uint8_t out[CRYPTO_SIGNATURE_MAX];
		size_t len = 0;

		ASSERT_EQ(crypto_key_of_evp(pkey, &key), ERR_OK);
		EVP_PKEY_free(pkey);
		ASSERT_EQ(crypto_sign_make(c, key, &scheme, view(text), out, &len), ERR_OK);
		EXPECT_EQ(Octets(out, out + len), hex(v.signature));
		expect_signed(v, key, scheme);
	}
}
