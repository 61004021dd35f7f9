/* Signatures: vectors of RFC6979, RFC8032 and of the openssl command, what each key refuses, and AlgorithmIdentifiers. */
#include "crypto/sign.h"

#include <cstring>

#include "crypto/algid.h"
#include "crypto/digest.h"

#include "crypto/evp.h"
#include "fixture.h"

namespace
{

const char *const rsa_public =
	"30820122300d06092a864886f70d01010105000382010f003082010a0282010100931faec71fb72fb40188514ea7eaa93b3d8e540723a6bf30d18247"
	"f458f6fc562e9f4ed525ebd72cba4ee949993fa79b2729731b34ba4aee307cf8fc2058fa22e79b7fd18b857f0fbb1e0c357b86cf10b51edb5072bb56"
	"2d077fe4869c93f7113ed1dd676e8099971949180960fc753d71287b128d77e51c2ac8993f4a21aa269921e829180948cbfd944d35741da60363a22d"
	"e1ce296b84c20fd83f05d29150d36e44415caefe2372ccfba88d16eebb50e1cb267fa80a3e052efbe3f817ee60ccd838d727cbe80c861c04b7b81da4"
	"6057170962be5e5a11f8dcf03e54e741b98aa01ce0c1301bdbd2d12ccdeaa1f683d2c46941b633d878035ca44bf5948ea50203010001";
const char *const rsa_pkcs1_sha256 = /* of "sample" */
	"428c540a131e021cfc6e5b3f3d901a60d26cc236cb2a34bdd16e935a4538b27a3ccb9cdfa7300cf67f61bd659ebffb03e4c3b3ccc8bbb23cedcd40bd"
	"708fc9ce29d515b06f7f642e8e11dafc6ef9881e4daaa24b511aa38a5f53e7cafa74180492fb4ef5e797cc245545e399996243a79b310caee72043c8"
	"69b8d0639a911c4a2e92b24367560d1d6b3bd1b7cc9cb913c9403915dc209accae39a06679a0a62d89ea88d0536ea4ab3743f5c5ca6d3db1a18f326d"
	"4f6390235c7b641c70b03d47063a7b16854b7a1d5947744b6747d58776bc594ae28136b37398700187e92f4358585e0230a44c580bdc9abec486d963"
	"00c046606de7e2c9bedc19e08a263ff8";
const char *const rsa_pss_sha384 =
	"3a40d6f7f33b2e8d34d6d3b6a43b8af6ad795f195166b17c15f24b49f4f4312360e2d0a0889adc616c27cd1ba29c34241f98c05c0775be899b8771f6"
	"8dc58e4a4a688bf3f6c57e999fd81ff2538ddffb3138a519e0ee0cf554fadd0a4828fd933be11382f3fb3691053c27482c246c4126e86a5849ab0e1b"
	"734c041f833e8452dcb6356d69bdf071820830270d468e6c9dcb667cfcc4b0c78660145a4c72350262902f5a8f4c958182dedc6f6620d2816600c950"
	"3eb371c83036be57d22b8f4ed5c5e3df13c904aa0b8f47214722c579c9e42414f036fa7f516960662f46c9108c3395bd6a58acaa020b3a28d47ad48d"
	"0b97226e4a24faec4525e45d525cc127";

const char *const p256_spki = "3059301306072a8648ce3d020106082a8648ce3d03010703420004"
			      "60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"
			      "7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299";
const char *const p384_spki = "3076301006072a8648ce3d020106052b8104002203620004"
			      "ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"
			      "8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720";
const char *const p521_spki =
	"30819b301006072a8648ce3d020106052b81040023038186000401894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45d"
	"b6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a400493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db2574"
	"1b5b34a828008b22acc23f924faafbd4d33f81ea66956dfeaa2bfdfcf5";
const char *const ed_spki = "302a300506032b65700321003d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";
const char *const ed_private = "302e020100300506032b6570042204204ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb";

struct Key {
	struct crypto_key *k = nullptr;

	explicit Key(const char *spki)
	{
		EXPECT_EQ(crypto_key_read_public(view(hex(spki)), &k), ERR_OK);
	}
	~Key()
	{
		crypto_key_free(k);
	}
	Key(const Key &) = delete;
	Key &operator=(const Key &) = delete;
};

struct crypto_scheme scheme(enum crypto_sign_kind kind, enum crypto_hash hash, uint16_t salt = 0, bool raw = false)
{
	return { kind, hash, salt, raw };
}

/* The other form of an AlgorithmIdentifier's hex, as parsed. */
enum err parse(const std::string &text, struct crypto_scheme *out)
{
	Octets der = hex(text);

	return crypto_algid_parse(view(der), out);
}

const char *const pss_256 =
	"304106092a864886f70d01010a3034a00f300d06096086480165030402010500a11c301a06092a864886f70d010108300d0609608648016503040201"
	"0500a203020120";

} // namespace

class CryptoSign : public CryptoTest
{
      protected:
	enum err check(const Key &key, const struct crypto_scheme &s, const std::string &text, const Octets &signature)
	{
		return crypto_sign_check(c, key.k, &s, view(text), view(signature));
	}
	/* The vector holds, and no other text, no cut or longer signature, no bit of it turned. */
	void expect_only(const Key &key, const struct crypto_scheme &s, const std::string &text, const Octets &signature)
	{
		Octets other = signature;

		EXPECT_EQ(check(key, s, text, signature), ERR_OK);
		EXPECT_EQ(check(key, s, text + "x", signature), ERR_AUTH);
		other.push_back(0);
		EXPECT_EQ(check(key, s, text, other), ERR_AUTH);
		other.resize(signature.size() - 1);
		EXPECT_EQ(check(key, s, text, other), ERR_AUTH);
		EXPECT_EQ(check(key, s, text, {}), ERR_AUTH);
		for (size_t i = 0; i < signature.size(); i += 7) {
			other = signature;
			other[i] = static_cast<uint8_t>(other[i] ^ 0x10);
			EXPECT_EQ(check(key, s, text, other), ERR_AUTH) << i;
		}
		EXPECT_EQ(check(key, s, text, Octets(signature.size(), 0)), ERR_AUTH);
	}
};

TEST_F(CryptoSign, RFC6979_ecdsa_vectors_in_both_forms)
{
	const struct {
		const char *spki;
		enum crypto_hash hash;
		const char *r, *s;
	} vectors[] = {
		{ p256_spki, CRYPTO_HASH_SHA2_256, "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
			"f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8" },
		{ p384_spki, CRYPTO_HASH_SHA2_384,
			"94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
			"99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8" },
		{ p521_spki, CRYPTO_HASH_SHA2_512,
			"00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05"
			"ec36e377fa",
			"00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0"
			"e44da4a67a" },
	};

	for (const auto &v : vectors) {
		Key key(v.spki);
		Octets raw = hex(std::string(v.r) + v.s);

		expect_only(key, scheme(CRYPTO_SIGN_ECDSA, v.hash, 0, true), "sample", raw);
		EXPECT_EQ(check(key, scheme(CRYPTO_SIGN_ECDSA, v.hash), "sample", raw), ERR_AUTH) << "r and s aren't DER";
	}
	Key p256(p256_spki);
	Octets der = hex("3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
			 "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
	expect_only(p256, scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256), "sample", der);
}

TEST_F(CryptoSign, ecdsa_refuses_numbers_out_of_range)
{
	Key key(p256_spki);
	const std::string r = "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716";
	const std::string zero(64, '0'), order = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";

	for (const std::string &s : { r + zero, zero + r, zero + zero, r + order, order + r, std::string(128, 'f') })
		EXPECT_EQ(check(key, scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, true), "sample", hex(s)), ERR_AUTH) << s;
}

TEST_F(CryptoSign, RFC8032_ed25519_vector_made_and_checked)
{
	const struct crypto_scheme ed = scheme(CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY);
	Octets expected =
		hex("92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d29"
		    "1612bb0c00");
	uint8_t out[CRYPTO_SIGNATURE_MAX];
	struct crypto_key *own;
	size_t len;

	expect_only(Key(ed_spki), ed, "r", expected);
	ASSERT_EQ(crypto_key_read(view(hex(ed_private)), {}, &own), ERR_OK);
	ASSERT_EQ(crypto_sign_make(c, own, &ed, view(std::string("r")), out, &len), ERR_OK);
	EXPECT_EQ(Octets(out, out + len), expected);
	EXPECT_TRUE(crypto_key_eq(own, Key(ed_spki).k));
	EXPECT_FALSE(crypto_key_eq(own, Key(p256_spki).k));
	crypto_key_free(own);
}

TEST_F(CryptoSign, rsa_vectors)
{
	Key key(rsa_public);

	expect_only(key, scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256), "sample", hex(rsa_pkcs1_sha256));
	expect_only(key, scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_384, 48), "sample", hex(rsa_pss_sha384));
	EXPECT_EQ(check(key, scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_384, 32), "sample", hex(rsa_pss_sha384)), ERR_AUTH)
		<< "other salt";
	EXPECT_EQ(check(key, scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, 48), "sample", hex(rsa_pss_sha384)), ERR_AUTH);
	EXPECT_EQ(check(key, scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_384), "sample", hex(rsa_pkcs1_sha256)), ERR_AUTH);
}

TEST_F(CryptoSign, every_kind_of_key_signs_what_it_checks)
{
	const struct {
		const char *type;
		int bits;
		const char *curve;
		std::vector<struct crypto_scheme> schemes;
	} keys[] = {
		{ "RSA", 2048, nullptr,
			{ scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA1), scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256),
				scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_512), scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, 32),
				scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_512, 64) } },
		{ "EC", 256, "P-256",
			{ scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256), scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, true) } },
		{ "EC", 384, "P-384",
			{ scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_384), scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_384, 0, true) } },
		{ "EC", 521, "P-521",
			{ scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_512), scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_512, 0, true) } },
		{ "ED25519", 255, nullptr, { scheme(CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY) } },
	};

	for (const auto &k : keys) {
		EVP_PKEY *pkey = k.curve != nullptr           ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", k.curve)
				 : strcmp(k.type, "RSA") == 0 ? EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", static_cast<size_t>(k.bits))
							      : EVP_PKEY_Q_keygen(nullptr, nullptr, k.type);
		struct crypto_key *key;

		ASSERT_EQ(crypto_key_of_evp(pkey, &key), ERR_OK);
		EVP_PKEY_free(pkey);
		EXPECT_EQ(crypto_key_bits(key), static_cast<unsigned>(k.bits));
		for (const auto &s : k.schemes) {
			uint8_t out[CRYPTO_SIGNATURE_MAX];
			std::string text(3000, 't');
			size_t len;

			ASSERT_EQ(crypto_sign_make(c, key, &s, view(text), out, &len), ERR_OK);
			EXPECT_EQ(crypto_sign_check(c, key, &s, view(text), bytes_of(out, len)), ERR_OK);
			out[len / 2] ^= 1;
			EXPECT_EQ(crypto_sign_check(c, key, &s, view(text), bytes_of(out, len)), ERR_AUTH);
		}
		crypto_key_free(key);
	}
}

TEST_F(CryptoSign, a_key_fits_its_own_schemes_alone)
{
	Key rsa(rsa_public), ec(p256_spki), ed(ed_spki);
	const struct crypto_scheme all[] = { scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256),
		scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, 32), scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256),
		scheme(CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY) };

	for (const auto &s : all) {
		EXPECT_EQ(crypto_sign_fits(rsa.k, &s), s.kind == CRYPTO_SIGN_RSA || s.kind == CRYPTO_SIGN_RSA_PSS);
		EXPECT_EQ(crypto_sign_fits(ec.k, &s), s.kind == CRYPTO_SIGN_ECDSA);
		EXPECT_EQ(crypto_sign_fits(ed.k, &s), s.kind == CRYPTO_SIGN_ED25519);
	}
	EXPECT_EQ(check(ec, all[0], "sample", hex(rsa_pkcs1_sha256)), ERR_UNSUPPORTED);
	struct crypto_scheme long_salt = scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, 223);
	EXPECT_FALSE(crypto_sign_fits(rsa.k, &long_salt));
	struct crypto_scheme no_digest = scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_IDENTITY);
	EXPECT_FALSE(crypto_sign_fits(rsa.k, &no_digest));
}

TEST(CryptoKey, refuses_small_keys_other_curves_and_garbage)
{
	const struct {
		const char *type, *name;
	} refused[] = { { "EC", "secp256k1" }, { "EC", "P-224" }, { "ED448", nullptr }, { "X25519", nullptr } };
	struct crypto_key *key;

	for (const auto &r : refused) {
		EVP_PKEY *pkey =
			r.name != nullptr ? EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", r.name) : EVP_PKEY_Q_keygen(nullptr, nullptr, r.type);

		EXPECT_EQ(crypto_key_of_evp(pkey, &key), ERR_UNSUPPORTED) << r.type;
		EVP_PKEY_free(pkey);
	}
	EVP_PKEY *small = EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", size_t{ 1024 });
	EXPECT_EQ(crypto_key_of_evp(small, &key), ERR_UNSUPPORTED);
	EVP_PKEY_free(small);
	EXPECT_EQ(crypto_key_read({}, {}, &key), ERR_MALFORMED);
	EXPECT_EQ(crypto_key_read(bytes_str("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"), {}, &key), ERR_MALFORMED);
	EXPECT_EQ(crypto_key_read_public(view(hex(std::string(ed_spki) + "00")), &key), ERR_MALFORMED);
	EXPECT_EQ(crypto_key_read_public(view(hex(std::string(ed_spki).substr(0, 80))), &key), ERR_MALFORMED);
}

TEST(CryptoKey, R_PKI_an_encrypted_file_needs_its_password)
{
	EVP_PKEY *pkey = EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256");
	BIO *bio = BIO_new(BIO_s_mem());
	struct crypto_key *key;
	char *text;

	ASSERT_EQ(PEM_write_bio_PKCS8PrivateKey(bio, pkey, EVP_aes_128_cbc(), "secret", 6, nullptr, nullptr), 1);
	struct bytes pem = bytes_of(text, static_cast<size_t>(BIO_get_mem_data(bio, &text)));
	pem.data = reinterpret_cast<const uint8_t *>(text);
	EXPECT_EQ(crypto_key_read(pem, {}, &key), ERR_MALFORMED);
	EXPECT_EQ(crypto_key_read(pem, bytes_str("wrong"), &key), ERR_MALFORMED);
	ASSERT_EQ(crypto_key_read(pem, bytes_str("secret"), &key), ERR_OK);
	crypto_key_free(key);
	BIO_free(bio);
	EVP_PKEY_free(pkey);
}

/* RFC7427-3-b: ---- AlgorithmIdentifier ---- */
TEST(CryptoAlgid, RFC7427_A_the_encodings_of_the_appendix)
{
	const struct {
		const char *der;
		struct crypto_scheme scheme;
	} known[] = {
		{ "300d06092a864886f70d01010b0500", scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256) },
		{ "300d06092a864886f70d01010c0500", scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_384) },
		{ "300d06092a864886f70d01010d0500", scheme(CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_512) },
		{ "300a06082a8648ce3d040302", scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256) },
		{ "300a06082a8648ce3d040303", scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_384) },
		{ "300a06082a8648ce3d040304", scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_512) },
		{ "300506032b6570", scheme(CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY) },
		{ pss_256, scheme(CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, 32) },
	};

	for (const auto &k : known) {
		struct crypto_scheme got;
		uint8_t buf[CRYPTO_ALGID_MAX];
		struct wr w = wr_of(buf, sizeof(buf));

		ASSERT_EQ(parse(k.der, &got), ERR_OK) << k.der;
		EXPECT_EQ(got.kind, k.scheme.kind);
		EXPECT_EQ(got.hash, k.scheme.hash);
		EXPECT_EQ(got.salt_len, k.scheme.salt_len);
		EXPECT_FALSE(got.raw);
		crypto_algid_build(&w, &k.scheme);
		ASSERT_EQ(wr_done(&w), ERR_OK);
		EXPECT_EQ(Octets(buf, buf + w.len), hex(k.der));
	}
}

/* RFC7427-3-c */
TEST(CryptoAlgid, RFC4055_NULL_may_be_absent_where_it_says_nothing)
{
	struct crypto_scheme s;

	EXPECT_EQ(parse("300b06092a864886f70d01010b", &s), ERR_OK);
	EXPECT_EQ(
		parse("303d06092a864886f70d01010a3030a00d300b0609608648016503040201a11a301806092a864886f70d010108300b0609608648016503040201a203020120",
			&s),
		ERR_OK);
	EXPECT_EQ(s.kind, CRYPTO_SIGN_RSA_PSS);
	EXPECT_EQ(s.salt_len, 32);
}

TEST(CryptoAlgid, what_is_known_and_not_spoken_is_unsupported)
{
	const std::string pss = pss_256;
	struct crypto_scheme s;

	EXPECT_EQ(parse("300d06092a864886f70d0101050500", &s), ERR_UNSUPPORTED) << "sha1WithRSAEncryption";
	EXPECT_EQ(parse("300906072a8648ce3d0401", &s), ERR_UNSUPPORTED) << "ecdsa-with-SHA1";
	EXPECT_EQ(parse("300506032b6571", &s), ERR_UNSUPPORTED) << "Ed448";
	std::string mixed = pss; /* MGF1 with another hash */
	mixed.replace(pss.rfind("04020105"), 8, "04020205");
	EXPECT_EQ(parse(mixed, &s), ERR_UNSUPPORTED);
}

TEST(CryptoAlgid, what_is_not_DER_is_refused)
{
	const char *const bad[] = { "", "30", "3000", "300d06092a864886f70d01010b050000", "300e06092a864886f70d01010b0500",
		"300d06092a864886f70d01010b0501", "300d06092a864886f70d01010b0400", "308105 06032b6570", "30800603 2b65700000",
		"310506032b6570", "300706032b65700500", "300c06082a8648ce3d0403020500", "300f06092a864886f70d01010b05000500",
		"300d06092a864886f70d01010a3000" };
	struct crypto_scheme s;

	for (const char *text : bad) {
		enum err err = parse(text, &s);

		EXPECT_TRUE(err == ERR_MALFORMED || err == ERR_TRUNCATED || err == ERR_TRAILING) << text << " " << err_name(err);
	}
	std::string pss = pss_256;
	EXPECT_EQ(parse(pss.replace(pss.size() - 6, 6, "0201a0"), &s), ERR_MALFORMED) << "a negative salt";
}

/* RFC7427-3-a */
TEST(CryptoAlgid, RFC7427_3_auth_data_round_trip_and_its_edges)
{
	const struct crypto_scheme ed = scheme(CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY);
	const Octets sig(64, 7);
	struct crypto_scheme got;
	struct bytes signature;
	uint8_t buf[128];
	struct wr w = wr_of(buf, sizeof(buf));

	crypto_algid_join(&w, &ed, view(sig));
	ASSERT_EQ(wr_done(&w), ERR_OK);
	ASSERT_EQ(crypto_algid_split(wr_view(&w), &got, &signature), ERR_OK);
	EXPECT_TRUE(bytes_eq(signature, view(sig)));
	EXPECT_EQ(got.kind, CRYPTO_SIGN_ED25519);
	EXPECT_EQ(crypto_algid_split(bytes_of(buf, 8), &got, &signature), ERR_MALFORMED) << "no signature";
	EXPECT_EQ(crypto_algid_split(bytes_of(buf, 5), &got, &signature), ERR_TRUNCATED);
	EXPECT_EQ(crypto_algid_split({}, &got, &signature), ERR_TRUNCATED);
	struct crypto_scheme raw = scheme(CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, true);
	crypto_algid_build(&w, &raw);
	EXPECT_EQ(wr_done(&w), ERR_UNSUPPORTED);
}
