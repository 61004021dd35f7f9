/* Key encapsulation in the place of a key exchange, by a library that has ML-KEM or by a toy of its sizes. */
#include "crypto/kex.h"
#include "crypto/share.h"
#include "fixture.h"
#include "toykem.h"

namespace
{

class CryptoKem : public CryptoTest, public ::testing::WithParamInterface<const char *>
{
      protected:
	const struct crypto_alg *group = crypto_alg_named(CRYPTO_GROUP, GetParam());
	struct crypto_rand rand = crypto_rand_system();
	Octets begun = Octets(CRYPTO_PUB_MAX), answered = Octets(CRYPTO_PUB_MAX);
	struct crypto_kex_turn ours = {}, theirs = {};

	void SetUp() override
	{
		toykem_load();
		CryptoTest::SetUp();
		ours.kex.group = theirs.kex.group = group;
		ours.pub = begun.data();
		theirs.pub = answered.data();
	}
	void TearDown() override
	{
		for (struct crypto_kex_turn *t : { &ours, &theirs }) {
			crypto_kex_fini(&t->kex);
			secret_fini(&t->shared);
		}
		CryptoTest::TearDown();
	}
	void answer()
	{
		ASSERT_EQ(crypto_kex_step(c, &rand, &ours), ERR_OK);
		theirs.peer = bytes_of(begun.data(), ours.pub_len);
		ASSERT_EQ(crypto_kex_step(c, &rand, &theirs), ERR_OK);
	}
};

TEST_P(CryptoKem, the_two_values_have_the_sizes_of_FIPS_203_and_the_secret_is_one)
{
	ASSERT_TRUE(crypto_has(c, group));
	answer();
	EXPECT_EQ(ours.pub_len, group->pub_len);
	EXPECT_EQ(ours.kex.key.len, 64u) << "the seed";
	EXPECT_EQ(theirs.pub_len, group->reply_len);
	EXPECT_EQ(theirs.kex.key.len, 0u) << "who answers keeps nothing";
	ours.peer = bytes_of(answered.data(), theirs.pub_len);
	ASSERT_EQ(crypto_kex_step(c, &rand, &ours), ERR_OK);
	EXPECT_EQ(ours.pub_len, 0u) << "no other value was made";
	EXPECT_EQ(ours.shared.len, 32u);
	EXPECT_TRUE(secret_eq(secret_view(&ours.shared), secret_view(&theirs.shared)));
}

TEST_P(CryptoKem, lengths_of_both_values_are_checked)
{
	answer();
	secret_fini(&theirs.shared);
	for (size_t len : { size_t{ 1 }, group->pub_len - size_t{ 1 } }) {
		theirs.peer.len = len;
		EXPECT_EQ(crypto_kex_step(c, &rand, &theirs), ERR_MALFORMED) << len;
		EXPECT_EQ(theirs.shared.len, 0u);
	}
	for (size_t len : { size_t{ 1 }, group->reply_len - size_t{ 1 } }) {
		ours.peer = bytes_of(answered.data(), len);
		EXPECT_EQ(crypto_kex_step(c, &rand, &ours), ERR_MALFORMED) << len;
		EXPECT_EQ(ours.shared.len, 0u);
	}
}

/* FIPS 203 7.2: an encapsulation key is checked; 7.3: a ciphertext isn't told to be bad, its secret is another one. */
TEST_P(CryptoKem, what_was_tampered_with)
{
	answer();
	ours.peer = bytes_of(answered.data(), theirs.pub_len);
	answered[100] ^= 1;
	ASSERT_EQ(crypto_kex_step(c, &rand, &ours), ERR_OK);
	EXPECT_FALSE(secret_eq(secret_view(&ours.shared), secret_view(&theirs.shared)));
	secret_fini(&theirs.shared);
	std::fill(begun.begin(), begun.end(), uint8_t{ 0xff });
	EXPECT_EQ(crypto_kex_step(c, &rand, &theirs), ERR_MALFORMED);
}

TEST_P(CryptoKem, a_world_repeats_itself)
{
	uint64_t seed = 7;
	auto draw = [](void *ctx, void *out, size_t len) {
		uint64_t *state = static_cast<uint64_t *>(ctx);

		for (size_t i = 0; i < len; i++, *state = *state * 6364136223846793005u + 1)
			static_cast<uint8_t *>(out)[i] = static_cast<uint8_t>(*state >> 33);
		return ERR_OK;
	};
	rand = { draw, &seed };
	answer();
	Octets key(begun.begin(), begun.begin() + group->pub_len), text(answered.begin(), answered.begin() + group->reply_len);
	TearDown();
	ours = theirs = {};
	SetUp();
	seed = 7;
	answer();
	EXPECT_EQ(Octets(begun.begin(), begun.begin() + group->pub_len), key);
	EXPECT_EQ(Octets(answered.begin(), answered.begin() + group->reply_len), text);
}

INSTANTIATE_TEST_SUITE_P(All, CryptoKem, ::testing::Values("35", "36", "37"));

} // namespace
