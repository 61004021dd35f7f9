/*
 * What peers may send where a public value or a signature is expected and must not get through: vectors of our own, made
 * here from good ones, in the manner of Wycheproof's.
 */
#include "crypto/lib.h"

#include <algorithm>
#include <cstring>

#include "crypto/kex.h"
#include "crypto/sign.h"
#include "fixture.h"

namespace
{

Octets of_number(const BIGNUM *n, size_t len)
{
	Octets out(len);

	EXPECT_EQ(BN_bn2binpad(n, out.data(), static_cast<int>(len)), static_cast<int>(len));
	return out;
}

struct Number {
	BIGNUM *n = BN_new();

	explicit Number(const Octets &o)
	{
		BN_bin2bn(o.data(), static_cast<int>(o.size()), n);
	}
	explicit Number(const BIGNUM *from)
	{
		BN_copy(n, from);
	}
	~Number()
	{
		BN_free(n);
	}
	Number(const Number &) = delete;
	Number &operator=(const Number &) = delete;
	Number &plus(const BIGNUM *m)
	{
		BN_add(n, n, m);
		return *this;
	}
	Number &minus(const BIGNUM *m)
	{
		BN_sub(n, n, m);
		return *this;
	}
};

Octets operator+(Octets a, const Octets &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

/* ---- public values ---- */

class CryptoKexEdges : public CryptoTest
{
      protected:
	struct crypto_rand rand = crypto_rand_system();

	/* 'peer' against a fresh key of 'group'. */
	enum err derive(const struct crypto_alg *group, const Octets &peer)
	{
		struct crypto_kex kex = {};
		struct secret shared = {};
		Octets pub(group->pub_len);

		EXPECT_EQ(crypto_kex_new(c, &rand, group, &kex, pub.data()), ERR_OK);
		enum err err = crypto_kex_derive(c, &kex, view(peer), &shared);
		EXPECT_EQ(shared.len, err == ERR_OK ? group->out_len : 0u);
		secret_fini(&shared);
		crypto_kex_fini(&kex);
		return err;
	}
	Octets public_of(const struct crypto_alg *group)
	{
		struct crypto_kex kex = {};
		Octets pub(group->pub_len);

		EXPECT_EQ(crypto_kex_new(c, &rand, group, &kex, pub.data()), ERR_OK);
		crypto_kex_fini(&kex);
		return pub;
	}
};

} // namespace

TEST_F(CryptoKexEdges, RFC6989_2_3_points_of_the_nist_curves)
{
	for (const char *word : { "19", "20", "21" }) {
		const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, word);
		const EC_GROUP *curve = c->curve[crypto_alg_index(group)];
		const BIGNUM *p = EC_GROUP_get0_field(curve);
		size_t half = group->pub_len / 2u;
		Octets pub = public_of(group), x(pub.begin(), pub.begin() + static_cast<long>(half)),
		       y(pub.begin() + static_cast<long>(half), pub.end());
		Octets zero(half, 0), one = zero, prime = of_number(p, half), top(half, 0xff);
		Octets negative = of_number(Number(p).minus(Number(y).n).n, half);
		Octets y_off = of_number(Number(y).plus(BN_value_one()).n, half);

		one.back() = 1;
		EXPECT_EQ(derive(group, x + negative), ERR_OK) << "the other point of that x";
		const struct {
			const char *what;
			Octets value;
		} bad[] = { { "infinity as noughts", zero + zero }, { "infinity as SEC1 has it", Octets(1, 0) },
			{ "not on the curve", x + y_off }, { "coordinates swapped", y + x }, { "x = p", prime + y }, { "y = p", x + prime },
			{ "x = 0, y = 1", zero + one }, { "x = y = p", prime + prime }, { "x beyond p", top + y },
			{ "y beyond p", x + top }, { "x = 1", one + y }, { "x alone", x },
			{ "compressed", Octets(1, static_cast<uint8_t>(2 + (y.back() & 1))) + x },
			{ "with SEC1's first octet", Octets(1, 4) + x + y },
			{ "hybrid", Octets(1, static_cast<uint8_t>(6 + (y.back() & 1))) + x + y },
			{ "an octet short", Octets(pub.begin(), pub.end() - 1) }, { "an octet long", pub + Octets(1, 0) },
			{ "nothing", {} } };
		for (const auto &b : bad)
			EXPECT_EQ(derive(group, b.value), ERR_MALFORMED) << word << ": " << b.what;
		if (group->id == CRYPTO_GROUP_ECP_521) {
			Octets high = x;

			high[0] = static_cast<uint8_t>(high[0] | 0x80);
			EXPECT_EQ(derive(group, high + y), ERR_MALFORMED) << "bits above the 521st";
		}
	}
}

TEST_F(CryptoKexEdges, RFC7748_6_1_points_of_small_order_give_noughts_and_are_refused)
{
	const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, "31");
	const char *const small[] = { "0000000000000000000000000000000000000000000000000000000000000000",
		"0100000000000000000000000000000000000000000000000000000000000000",
		"e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
		"5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
		"ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
		"eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f" };

	for (const char *text : small) {
		Octets u = hex(text);

		EXPECT_EQ(derive(group, u), ERR_MALFORMED) << text;
		u[31] |= 0x80;
		EXPECT_EQ(derive(group, u), ERR_MALFORMED) << text << " with the bit that is ignored";
	}
}

TEST_F(CryptoKexEdges, RFC7748_5_values_beyond_p_count_modulo_p)
{
	const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, "31");
	struct crypto_kex kex = {};
	Octets pub(32), nine(32, 0), over(32, 0xff), wanted;

	ASSERT_EQ(crypto_kex_new(c, &rand, group, &kex, pub.data()), ERR_OK);
	nine[0] = 9;
	over[0] = 0xf6; /* p + 9 */
	over[31] = 0x7f;
	Octets high = nine;
	high[31] |= 0x80;
	for (const Octets &u : { nine, over, high }) {
		struct secret shared = {};

		ASSERT_EQ(crypto_kex_derive(c, &kex, view(u), &shared), ERR_OK);
		EXPECT_EQ(Octets(shared.data, shared.data + shared.len), pub);
		secret_fini(&shared);
	}
	crypto_kex_fini(&kex);
	for (size_t len : { 0u, 31u, 33u, 64u })
		EXPECT_EQ(derive(group, Octets(len, 9)), ERR_MALFORMED);
}

TEST_F(CryptoKexEdges, RFC6989_2_1_modp_values_that_give_a_known_secret)
{
	for (unsigned i = 0; crypto_alg_at(i) != nullptr; i++) {
		const struct crypto_alg *group = crypto_alg_at(i);

		if (group->kind != CRYPTO_GROUP || c->modp[i].prime == nullptr || c->modp[i].order != nullptr)
			continue;
		const BIGNUM *p = c->modp[i].prime;
		size_t len = group->pub_len;
		Octets zero(len, 0), one = zero, two = zero;

		one.back() = 1;
		two.back() = 2;
		for (const Octets &bad : { zero, one, of_number(Number(p).minus(BN_value_one()).n, len), of_number(p, len),
			     of_number(Number(p).plus(BN_value_one()).n, len), Octets(len, 0xff), Octets(len - 1, 2), Octets(len + 1, 2),
			     Octets() })
			EXPECT_EQ(derive(group, bad), ERR_MALFORMED) << group->name << " " << bad.size();
		EXPECT_EQ(derive(group, two), ERR_OK) << group->name;
		EXPECT_EQ(derive(group, of_number(Number(p).minus(Number(two).n).n, len)), ERR_OK) << group->name << ": p - 2";
	}
}

/* ---- signatures ---- */

namespace
{

Octets der(uint8_t tag, const Octets &content)
{
	Octets out = { tag };

	if (content.size() >= 0x80)
		out.push_back(0x81);
	out.push_back(static_cast<uint8_t>(content.size()));
	return out + content;
}

/* A positive INTEGER of big-endian octets. */
Octets integer(Octets n)
{
	while (n.size() > 1 && n[0] == 0)
		n.erase(n.begin());
	if ((n[0] & 0x80) != 0)
		n.insert(n.begin(), 0);
	return der(2, n);
}

class CryptoSignEdges : public CryptoTest
{
      protected:
	const std::string text = "what is signed";
	EVP_PKEY *pkey = nullptr;
	struct crypto_key *key = nullptr;

	void take(EVP_PKEY *made)
	{
		pkey = made;
		ASSERT_EQ(crypto_key_of_evp(pkey, &key), ERR_OK);
	}
	void TearDown() override
	{
		crypto_key_free(key);
		EVP_PKEY_free(pkey);
		CryptoTest::TearDown();
	}
	enum err check(const struct crypto_scheme &s, const Octets &signature)
	{
		return crypto_sign_check(c, key, &s, view(text), view(signature));
	}
	Octets make(const struct crypto_scheme &s)
	{
		uint8_t out[CRYPTO_SIGNATURE_MAX];
		size_t len = 0;

		EXPECT_EQ(crypto_sign_make(c, key, &s, view(text), out, &len), ERR_OK);
		return Octets(out, out + len);
	}
};

} // namespace

TEST_F(CryptoSignEdges, ecdsa_signatures_that_are_not_DER)
{
	const struct crypto_scheme plain = { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, false };
	const struct crypto_scheme raw = { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, true };

	take(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
	Octets rs = make(raw), r(rs.begin(), rs.begin() + 32), s(rs.begin() + 32, rs.end());
	Octets ir = integer(r), is = integer(s), good = der(0x30, ir + is), zero = der(2, { 0 });
	ASSERT_EQ(check(plain, good), ERR_OK);

	auto shifted = [](const Octets &i) { return der(2, Octets(1, 0) + Octets(i.begin() + 2, i.end())); };
	Octets body = ir + is, long_length = Octets{ 0x30, 0x81, static_cast<uint8_t>(body.size()) } + body;
	Octets longer = Octets{ 0x30, 0x82, 0, static_cast<uint8_t>(body.size()) } + body, short_by_one = good;
	Octets wrong_tag = good, cut(good.begin(), good.end() - 1);
	short_by_one[1]--;
	wrong_tag[0] = 0x31;
	const struct {
		const char *what;
		Octets value;
	} bad[] = { { "long form of a short length", long_length }, { "two octets of length", longer },
		{ "an octet after it", good + Octets(1, 0) }, { "an octet inside, after s", der(0x30, body + Octets(1, 0)) },
		{ "a NULL inside", der(0x30, body + Octets{ 5, 0 }) },
		{ "indefinite length", Octets{ 0x30, 0x80 } + body + Octets{ 0, 0 } }, { "length one less", short_by_one }, { "cut", cut },
		{ "a SET", wrong_tag }, { "r alone", der(0x30, ir) }, { "nothing in it", der(0x30, {}) }, { "tag alone", { 0x30 } },
		{ "no octet", {} }, { "three numbers", der(0x30, ir + is + is) },
		{ "r with a nought too many", der(0x30, shifted(ir) + is) }, { "s with a nought too many", der(0x30, ir + shifted(is)) },
		{ "empty r", der(0x30, der(2, {}) + is) }, { "r = 0", der(0x30, zero + is) }, { "s = 0", der(0x30, ir + zero) },
		{ "both 0", der(0x30, zero + zero) }, { "r = s = 1", der(0x30, der(2, { 1 }) + der(2, { 1 })) },
		{ "r = -1", der(0x30, der(2, { 0xff }) + is) }, { "swapped", der(0x30, is + ir) },
		{ "r as a BIT STRING", der(0x30, der(3, Octets(1, 0) + r) + is) }, { "raw", rs },
		{ "a length that overflows", Octets{ 0x30, 0x88, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } + body } };
	for (const auto &b : bad)
		EXPECT_EQ(check(plain, b.value), ERR_AUTH) << b.what;
	r[0] |= 0x80;
	EXPECT_EQ(check(plain, der(0x30, der(2, r) + is)), ERR_AUTH) << "r negative";
}

TEST_F(CryptoSignEdges, ecdsa_numbers_outside_1_to_n_less_1)
{
	const struct crypto_scheme plain = { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, false };
	const struct crypto_scheme raw = { CRYPTO_SIGN_ECDSA, CRYPTO_HASH_SHA2_256, 0, true };
	const BIGNUM *n = EC_GROUP_get0_order(c->curve[crypto_alg_index(crypto_alg_named(CRYPTO_GROUP, "19"))]);

	take(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
	Octets rs = make(raw), r(rs.begin(), rs.begin() + 32), s(rs.begin() + 32, rs.end());
	Octets order = of_number(n, 32), s_plus = of_number(Number(s).plus(n).n, 33), r_plus = of_number(Number(r).plus(n).n, 33);
	Octets less = of_number(Number(n).minus(BN_value_one()).n, 32), huge(32, 0xff);

	for (const auto &pair : std::vector<std::pair<Octets, Octets>>{ { r, order }, { order, s }, { r_plus, s }, { r, s_plus },
		     { r, less }, { less, s }, { huge, s }, { r, huge }, { order, order } })
		EXPECT_EQ(check(plain, der(0x30, integer(pair.first) + integer(pair.second))), ERR_AUTH);
	for (const Octets &bad :
		{ r, rs + Octets(1, 0), Octets(1, 0) + rs, Octets(64, 0), r + order, order + s, r + huge, Octets(63, 1), Octets() })
		EXPECT_EQ(check(raw, bad), ERR_AUTH) << bad.size();
	EXPECT_EQ(check(raw, rs), ERR_OK);
}

namespace
{

const Octets sha256_info = { 0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04,
	0x20 };

class CryptoRsaEdges : public CryptoSignEdges
{
      protected:
	Octets digest = Octets(32);

	/* With e = 3, for which careless checks were broken. */
	void make_key()
	{
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr);
		BIGNUM *e = BN_new();
		EVP_PKEY *made = nullptr;
		size_t len = 0;

		BN_set_word(e, 3);
		ASSERT_EQ(EVP_PKEY_keygen_init(ctx), 1);
		ASSERT_EQ(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
		ASSERT_EQ(EVP_PKEY_CTX_set1_rsa_keygen_pubexp(ctx, e), 1);
		ASSERT_EQ(EVP_PKEY_keygen(ctx, &made), 1);
		BN_free(e);
		EVP_PKEY_CTX_free(ctx);
		take(made);
		ASSERT_EQ(EVP_Q_digest(nullptr, "SHA256", nullptr, text.data(), text.size(), digest.data(), &len), 1);
	}
	/* The bare private or public operation. */
	Octets raw(const Octets &in, bool sign)
	{
		EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr);
		Octets out(256);
		size_t len = out.size();

		EXPECT_EQ(sign ? EVP_PKEY_sign_init(ctx) : EVP_PKEY_verify_recover_init(ctx), 1);
		EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_NO_PADDING), 1);
		EXPECT_EQ(sign ? EVP_PKEY_sign(ctx, out.data(), &len, in.data(), in.size())
			       : EVP_PKEY_verify_recover(ctx, out.data(), &len, in.data(), in.size()),
			1);
		EVP_PKEY_CTX_free(ctx);
		return out;
	}
	/* 00 01 FF… 00 'rest', as long as the modulus. */
	static Octets padded(const Octets &rest, size_t ff = 0)
	{
		return Octets{ 0, 1 } + Octets(ff != 0 ? ff : 256 - 3 - rest.size(), 0xff) + Octets(1, 0) + rest;
	}
};

} // namespace

TEST_F(CryptoRsaEdges, RFC8017_8_2_2_pkcs1_encodings_that_were_forged)
{
	const struct crypto_scheme scheme = { CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256, 0, false };

	make_key();
	Octets rest = sha256_info + digest, em = padded(rest);
	ASSERT_EQ(check(scheme, raw(em, true)), ERR_OK);
	ASSERT_EQ(make(scheme), raw(em, true)) << "it is the encoding that we make";

	Octets type2 = em, first = em, not_ff = em, no_end = em, other_oid = em, tail = padded(rest, 8), hole = em;
	type2[1] = 2;
	first[0] = 1;
	first[1] = 0;
	not_ff[20] = 0xfe;
	no_end[256 - rest.size() - 1] = 0xff;
	other_oid[256 - 32 - 5] = 2;
	hole[100] = 0;
	tail.resize(256, 0);
	Octets no_null = sha256_info, long_form = Octets{ 0x30, 0x81, 0x31 } + Octets(sha256_info.begin() + 2, sha256_info.end());
	no_null.erase(no_null.begin() + 15, no_null.begin() + 17);
	no_null[1] = 0x2f;
	no_null[3] = 0x0b;
	Octets in_params = Octets{ 0x30, 0x39, 0x30, 0x15 } + Octets(sha256_info.begin() + 4, sha256_info.begin() + 15) +
			   der(4, Octets(8, 0x11)) + Octets{ 4, 0x20 };
	const struct {
		const char *what;
		Octets em;
	} bad[] = { { "block type 2", type2 }, { "shifted by an octet", first }, { "padding with another octet", not_ff },
		{ "no end of the padding", no_end }, { "another hash's name", other_oid },
		{ "eight octets of padding and noughts behind", tail }, { "the padding ends early", hole },
		{ "no digest at all", padded({}) }, { "the digest alone", padded(digest) }, { "no NULL", padded(no_null + digest) },
		{ "long form of the length", padded(long_form + digest) }, { "something in the parameters", padded(in_params + digest) },
		{ "an octet behind the digest", padded(rest + Octets(1, 0)) },
		{ "the digest cut", padded(Octets(rest.begin(), rest.end() - 1)) }, { "the digest twice", padded(rest + digest) },
		{ "noughts", Octets(256, 0) }, { "one", Octets(255, 0) + Octets(1, 1) } };
	for (const auto &b : bad)
		EXPECT_EQ(check(scheme, raw(b.em, true)), ERR_AUTH) << b.what;
}

TEST_F(CryptoRsaEdges, RFC8017_5_2_2_numbers_that_are_no_signatures)
{
	make_key();
	BIGNUM *n = nullptr;
	ASSERT_EQ(EVP_PKEY_get_bn_param(pkey, OSSL_PKEY_PARAM_RSA_N, &n), 1);
	for (const struct crypto_scheme &scheme : { crypto_scheme{ CRYPTO_SIGN_RSA, CRYPTO_HASH_SHA2_256, 0, false },
		     crypto_scheme{ CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, 32, false } }) {
		Octets good = make(scheme), one(256, 0);

		one.back() = 1;
		EXPECT_EQ(check(scheme, good), ERR_OK);
		for (const Octets &bad : { Octets(256, 0), one, of_number(n, 256), of_number(Number(n).minus(BN_value_one()).n, 256),
			     Octets(256, 0xff), Octets(1, 0) + good, good + Octets(1, 0), Octets(good.begin() + 1, good.end()),
			     Octets(good.begin(), good.end() - 1), of_number(Number(good).plus(n).n, 257), Octets() })
			EXPECT_EQ(check(scheme, bad), ERR_AUTH) << bad.size();
	}
	BN_free(n);
}

TEST_F(CryptoRsaEdges, RFC8017_9_1_2_pss_encodings_that_are_off)
{
	const struct crypto_scheme scheme = { CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, 32, false };

	make_key();
	Octets em = raw(make(scheme), false), trailer = em, masked = em;
	ASSERT_EQ(em.back(), 0xbc);
	EXPECT_EQ(check(scheme, raw(em, true)), ERR_OK);
	trailer.back() = 0xcc;
	EXPECT_EQ(check(scheme, raw(trailer, true)), ERR_AUTH) << "trailer";
	masked[0] = static_cast<uint8_t>(masked[0] ^ 0x01);
	EXPECT_EQ(check(scheme, raw(masked, true)), ERR_AUTH) << "mask";
	for (size_t at : { size_t{ 1 }, size_t{ 150 }, size_t{ 256 - 34 }, size_t{ 254 } }) {
		Octets turned = em;

		turned[at] ^= 0x20;
		EXPECT_EQ(check(scheme, raw(turned, true)), ERR_AUTH) << at;
	}
	for (uint16_t salt : { uint16_t{ 0 }, uint16_t{ 20 }, uint16_t{ 31 }, uint16_t{ 33 }, uint16_t{ 64 } }) {
		const struct crypto_scheme other = { CRYPTO_SIGN_RSA_PSS, CRYPTO_HASH_SHA2_256, salt, false };

		EXPECT_EQ(check(scheme, make(other)), ERR_AUTH) << "salt of " << salt;
		EXPECT_EQ(check(other, make(other)), ERR_OK) << salt;
	}
	/* MGF1 with another hash than the text's */
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(nullptr, pkey, nullptr);
	Octets mixed(256);
	size_t len = mixed.size();
	ASSERT_EQ(EVP_PKEY_sign_init(ctx), 1);
	ASSERT_EQ(EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING), 1);
	ASSERT_EQ(EVP_PKEY_CTX_set_signature_md(ctx, EVP_sha256()), 1);
	ASSERT_EQ(EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, EVP_sha1()), 1);
	ASSERT_EQ(EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, 32), 1);
	ASSERT_EQ(EVP_PKEY_sign(ctx, mixed.data(), &len, digest.data(), digest.size()), 1);
	EVP_PKEY_CTX_free(ctx);
	EXPECT_EQ(check(scheme, mixed), ERR_AUTH) << "MGF1 with SHA-1";
}

TEST_F(CryptoSignEdges, RFC8032_5_1_7_ed25519_has_one_form_of_S)
{
	const struct crypto_scheme ed = { CRYPTO_SIGN_ED25519, CRYPTO_HASH_IDENTITY, 0, false };
	/* The group's order L, little-endian. */
	const Octets order = hex("edd3f55c1a631258d69cf7a2def9de1400000000000000000000000000000010");

	take(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
	Octets good = make(ed), more = good, bits = good, s_order = good, s_zero = good, r_zero = good, other_r = good;
	ASSERT_EQ(check(ed, good), ERR_OK);
	for (int round = 0, carry = 0; round < 32; round++) {
		carry += more[static_cast<size_t>(32 + round)] + order[static_cast<size_t>(round)];
		more[static_cast<size_t>(32 + round)] = static_cast<uint8_t>(carry);
		carry >>= 8;
	}
	bits[63] |= 0xe0;
	std::copy(order.begin(), order.end(), s_order.begin() + 32);
	std::fill(s_zero.begin() + 32, s_zero.end(), uint8_t{ 0 });
	std::fill(r_zero.begin(), r_zero.begin() + 32, uint8_t{ 0 });
	other_r[31] ^= 0x80;
	const struct {
		const char *what;
		Octets value;
	} bad[] = { { "S + L", more }, { "high bits of S", bits }, { "S = L", s_order }, { "S = 0", s_zero }, { "R = 0", r_zero },
		{ "the sign of R turned", other_r }, { "noughts", Octets(64, 0) }, { "ones", Octets(64, 0xff) },
		{ "short", Octets(good.begin(), good.end() - 1) }, { "long", good + Octets(1, 0) },
		{ "R alone", Octets(good.begin(), good.begin() + 32) }, { "nothing", {} } };
	for (const auto &b : bad)
		EXPECT_EQ(check(ed, b.value), ERR_AUTH) << b.what;
}
