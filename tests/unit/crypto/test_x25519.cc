/* Multiples of the base point beside OpenSSL's, which makes them by other formulas. */
#include <array>
#include <cstring>

#include "crypto/evp.h"
#include "crypto/rand.h"
#include "crypto/x25519.h"
#include "fixture.h"

namespace
{

using Key = std::array<uint8_t, CRYPTO_X25519_LEN>;

class CryptoX25519 : public ::testing::Test
{
      protected:
	struct crypto_x25519 *table = nullptr;

	void SetUp() override
	{
		ASSERT_EQ(crypto_x25519_new(&table), ERR_OK);
	}
	void TearDown() override
	{
		crypto_x25519_free(table);
	}
	Key ours(const Key &key) const
	{
		Key pub;

		crypto_x25519_public(table, key.data(), pub.data());
		return pub;
	}
	static Key theirs(const Key &key)
	{
		EVP_PKEY *pkey = EVP_PKEY_new_raw_private_key_ex(nullptr, "X25519", nullptr, key.data(), key.size());
		size_t len = CRYPTO_X25519_LEN;
		Key pub = {};

		EXPECT_EQ(EVP_PKEY_get_raw_public_key(pkey, pub.data(), &len), 1);
		EVP_PKEY_free(pkey);
		return pub;
	}
};

} // namespace

TEST_F(CryptoX25519, RFC7748_6_1_Bob)
{
	Octets key = hex("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb"), pub(CRYPTO_X25519_LEN);

	crypto_x25519_public(table, key.data(), pub.data());
	EXPECT_EQ(pub, hex("de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f"));
}

TEST_F(CryptoX25519, a_single_bit_of_the_key)
{
	for (size_t bit = 0; bit < 8 * CRYPTO_X25519_LEN; bit++) {
		Key one = {}, others;

		one[bit / 8] = static_cast<uint8_t>(1U << bit % 8);
		others.fill(0xff);
		others[bit / 8] ^= one[bit / 8];
		EXPECT_EQ(ours(one), theirs(one)) << bit;
		EXPECT_EQ(ours(others), theirs(others)) << bit;
	}
}

TEST_F(CryptoX25519, keys_of_one_octet_repeated_take_each_digit_in_every_place)
{
	for (unsigned octet = 0; octet < 256; octet++) {
		Key key;

		key.fill(static_cast<uint8_t>(octet));
		EXPECT_EQ(ours(key), theirs(key)) << octet;
	}
}

TEST_F(CryptoX25519, keys_at_random)
{
	struct crypto_rand rand = crypto_rand_system();

	for (int i = 0; i < 300; i++) {
		Key key;

		ASSERT_EQ(crypto_rand_fill(&rand, key.data(), key.size()), ERR_OK);
		ASSERT_EQ(ours(key), theirs(key)) << "run " << i;
	}
}
