#include "crypto/digest.h"
#include "crypto/integ.h"
#include "crypto/prf.h"
#include "fixture.h"

namespace
{

struct Vector {
	const char *word;
	Octets key;
	std::string data;
	const char *sum;
};

Octets prf(struct crypto *c, const struct crypto_alg *alg, const Octets &key, std::vector<struct bytes> parts)
{
	struct crypto_prf_key k = { alg, view(key) };
	Octets out(alg->out_len);

	EXPECT_EQ(crypto_prf_sum(c, &k, crypto_parts_of(parts.data(), parts.size()), out.data()), ERR_OK);
	return out;
}

} // namespace

TEST_F(CryptoTest, prf_RFC4231_RFC2202_vectors)
{
	const Vector vectors[] = {
		{ "sha256", Octets(20, 0x0b), "Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
		{ "sha384", Octets(20, 0x0b), "Hi There",
			"afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6" },
		{ "sha512", Octets(20, 0x0b), "Hi There",
			"87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cdedaa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854" },
		{ "sha256", hex("4a656665"), "what do ya want for nothing?",
			"5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
		{ "sha256", Octets(131, 0xaa), "Test Using Larger Than Block-Size Key - Hash Key First",
			"60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54" },
		{ "sha1", Octets(20, 0x0b), "Hi There", "b617318655057264e28bc0b6fb378c8ef146be00" },
		{ "sha1", hex("4a656665"), "what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79" },
		{ "md5", Octets(16, 0x0b), "Hi There", "9294727a3638bb1c13f48ef8158bfc9d" },
	};

	for (const Vector &v : vectors)
		EXPECT_EQ(prf(c, crypto_alg_named(CRYPTO_PRF, v.word), v.key, { view(v.data) }), hex(v.sum)) << v.word << " " << v.data;
}

TEST_F(CryptoTest, prf_takes_its_input_in_pieces_and_an_empty_key)
{
	const struct crypto_alg *alg = crypto_alg_named(CRYPTO_PRF, "sha256");
	std::string a = "Hi", b = "", d = " There";

	EXPECT_EQ(prf(c, alg, Octets(20, 0x0b), { view(a), view(b), view(d) }),
		hex("b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"));
	/* A context keyed before must not lend its key to an empty one. */
	EXPECT_EQ(prf(c, alg, {}, {}), hex("b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad"));
}

/* RFC7296-2.13-a */
TEST_F(CryptoTest, prf_plus_is_RFC7296_2_13)
{
	const struct crypto_alg *alg = crypto_alg_named(CRYPTO_PRF, "sha1");
	Octets key = hex("000102030405060708090a0b0c0d0e0f10111213");
	struct crypto_prf_key k = { alg, view(key) };
	std::string s1 = "nonce", s2 = "spi";
	struct bytes seed[] = { view(s1), view(s2) };
	Octets one = { 1 }, two = { 2 }, three = { 3 };
	Octets out(50);

	ASSERT_EQ(crypto_prf_plus(c, &k, crypto_parts_of(seed, 2), out.data(), out.size()), ERR_OK);
	Octets t1 = prf(c, alg, key, { seed[0], seed[1], view(one) });
	Octets t2 = prf(c, alg, key, { view(t1), seed[0], seed[1], view(two) });
	Octets t3 = prf(c, alg, key, { view(t2), seed[0], seed[1], view(three) });
	Octets all = t1;
	all.insert(all.end(), t2.begin(), t2.end());
	all.insert(all.end(), t3.begin(), t3.end());
	all.resize(50);
	EXPECT_EQ(out, all);
	Octets wide(255 * 20 + 1);
	EXPECT_EQ(crypto_prf_plus(c, &k, crypto_parts_of(seed, 2), wide.data(), wide.size()), ERR_RANGE);
	EXPECT_EQ(crypto_prf_plus(c, &k, crypto_parts_of(seed, 2), wide.data(), wide.size() - 1), ERR_OK);
}

TEST_F(CryptoTest, integ_truncates_and_compares)
{
	const struct crypto_alg *alg = crypto_alg_named(CRYPTO_INTEG, "sha1");
	Octets key(20, 0x0b);
	std::string text = "Hi There";
	Octets icv(alg->icv_len);

	ASSERT_EQ(crypto_integ_sum(c, alg, view(key), view(text), icv.data()), ERR_OK);
	EXPECT_EQ(icv, hex("b617318655057264e28bc0b6"));
	EXPECT_EQ(crypto_integ_check(c, alg, view(key), view(text), view(icv)), ERR_OK);
	icv[11] ^= 1;
	EXPECT_EQ(crypto_integ_check(c, alg, view(key), view(text), view(icv)), ERR_AUTH);
	icv.pop_back();
	EXPECT_EQ(crypto_integ_check(c, alg, view(key), view(text), view(icv)), ERR_AUTH);
	key.pop_back();
	EXPECT_EQ(crypto_integ_check(c, alg, view(key), view(text), view(icv)), ERR_RANGE);
}

TEST_F(CryptoTest, digest_FIPS180_vectors)
{
	std::string abc = "abc";
	struct bytes part = view(abc);
	Octets sha1(CRYPTO_SHA1_LEN), sha256(CRYPTO_SHA256_LEN);

	ASSERT_EQ(crypto_digest_sha1(c, crypto_parts_of(&part, 1), sha1.data()), ERR_OK);
	EXPECT_EQ(sha1, hex("a9993e364706816aba3e25717850c26c9cd0d89d"));
	ASSERT_EQ(crypto_digest_sha256(c, crypto_parts_of(&part, 1), sha256.data()), ERR_OK);
	EXPECT_EQ(sha256, hex("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}
