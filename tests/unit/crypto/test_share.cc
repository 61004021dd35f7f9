#include <poll.h>

#include <set>
#include <string>

#include "crypto/share.h"
#include "fixture.h"

namespace
{

class Stock : public ::testing::Test
{
      protected:
	struct crypto_jobs *jobs = nullptr;
	struct crypto_shares *stock = nullptr;
	struct crypto *c = nullptr;
	const struct crypto_alg *x25519 = crypto_alg_named(CRYPTO_GROUP, "31");
	uint8_t pub[CRYPTO_PUB_MAX];

	void SetUp() override
	{
		ASSERT_EQ(crypto_new(&c), ERR_OK);
		ASSERT_EQ(crypto_job_pool_new(&jobs, 2, 64), ERR_OK);
		ASSERT_EQ(crypto_share_stock_new(&stock, jobs), ERR_OK);
	}
	void TearDown() override
	{
		crypto_job_pool_free(jobs, nullptr);
		crypto_share_stock_free(stock);
		crypto_free(c);
	}
	void collect()
	{
		struct pollfd p = { crypto_job_fd(jobs), POLLIN, 0 };

		ASSERT_EQ(poll(&p, 1, 10000), 1);
		crypto_job_collect(jobs, nullptr);
	}
	bool take(struct crypto_kex *kex)
	{
		return crypto_share_take(stock, x25519, kex, pub);
	}
};

} // namespace

TEST_F(Stock, R_DEF_each_share_is_given_out_once_and_is_a_key_with_its_public_value)
{
	std::set<std::string> seen;
	struct crypto_kex kex = {};

	EXPECT_FALSE(take(&kex)) << "the group comes into use";
	collect();
	for (unsigned i = 0; i < CRYPTO_SHARES; i++) {
		struct crypto_rand rand = crypto_rand_system();
		struct crypto_kex peer = {};
		struct secret a = {}, b = {};
		uint8_t theirs[CRYPTO_PUB_MAX];

		ASSERT_TRUE(take(&kex)) << i;
		EXPECT_TRUE(seen.insert(std::string(reinterpret_cast<char *>(pub), x25519->pub_len)).second) << i;
		ASSERT_EQ(crypto_kex_new(c, &rand, x25519, &peer, theirs), ERR_OK);
		ASSERT_EQ(crypto_kex_derive(c, &kex, bytes_of(theirs, x25519->pub_len), &a), ERR_OK);
		ASSERT_EQ(crypto_kex_derive(c, &peer, bytes_of(pub, x25519->pub_len), &b), ERR_OK);
		EXPECT_TRUE(secret_eq(secret_view(&a), secret_view(&b)));

		/* Its octets alone are worth as much, and they are all that is kept meanwhile. */
		struct crypto_kex octets = {};
		octets.group = x25519;
		secret_take(&octets.key, &kex.key);
		ASSERT_EQ(crypto_kex_derive(c, &octets, bytes_of(theirs, x25519->pub_len), &b), ERR_OK);
		EXPECT_TRUE(secret_eq(secret_view(&a), secret_view(&b)));
		crypto_kex_fini(&octets);
		secret_fini(&a);
		secret_fini(&b);
		crypto_kex_fini(&kex);
		crypto_kex_fini(&peer);
	}
	struct crypto_share_count count;

	crypto_share_counts(stock, &count);
	EXPECT_EQ(count.ready, static_cast<uint64_t>(CRYPTO_SHARES));
	EXPECT_EQ(count.none, 1u);
}

TEST_F(Stock, R_DEF_it_is_bounded_and_filled_again_when_half_empty)
{
	struct crypto_kex kex = {};
	struct crypto_share_count count;

	EXPECT_FALSE(take(&kex));
	collect();
	for (unsigned i = 0; i < CRYPTO_SHARES / 2; i++) {
		ASSERT_TRUE(take(&kex));
		crypto_kex_fini(&kex);
	}
	collect();
	crypto_share_counts(stock, &count);
	EXPECT_EQ(count.stock, static_cast<unsigned>(CRYPTO_SHARES));
}

TEST_F(Stock, what_is_being_made_at_the_end_is_dropped)
{
	struct crypto_kex kex = {};

	EXPECT_FALSE(take(&kex));
}
