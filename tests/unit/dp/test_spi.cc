#include "dp/spi.h"

#include <set>
#include <vector>

#include "lab.h"

namespace
{

struct Spi : lab::Lab {
	dp_spi_pool pool{};

	void SetUp() override
	{
		dp_spi_init(&pool, dp_fake_provider(fake), 0);
	}

	void TearDown() override
	{
		dp_spi_fini(&pool);
	}
};

TEST_F(Spi, has_them_ahead_and_gives_each_once)
{
	std::set<uint32_t> seen;
	uint32_t spi = 0;

	EXPECT_EQ(dp_spi_take(&pool, &spi), ERR_AGAIN);
	run(5);
	for (unsigned i = 0; i < 1000; i++) {
		ASSERT_EQ(dp_spi_take(&pool, &spi), ERR_OK) << i;
		EXPECT_GE(spi, (uint32_t)DP_SPI_MIN);
		EXPECT_TRUE(seen.insert(spi).second);
		if (i % 50 == 0)
			run(3);
	}
}

TEST_F(Spi, runs_dry_without_harm)
{
	uint32_t spi = 0;
	unsigned got = 0;

	run(5);
	while (dp_spi_take(&pool, &spi) == ERR_OK)
		got++;
	EXPECT_GE(got, (unsigned)DP_SPI_LOW);
	run(5);
	EXPECT_EQ(dp_spi_take(&pool, &spi), ERR_OK);
}

TEST_F(Spi, tells_when_there_is_one_where_there_was_none)
{
	static unsigned told;
	uint32_t spi = 0;

	told = 0;
	pool.filled = [](struct dp_spi_pool *) { told++; };
	EXPECT_FALSE(dp_spi_ready(&pool));
	run(5);
	EXPECT_TRUE(dp_spi_ready(&pool));
	EXPECT_EQ(told, 1u);
	while (dp_spi_take(&pool, &spi) == ERR_OK && pool.count >= DP_SPI_LOW / 2)
		;
	run(5);
	EXPECT_EQ(told, 1u); /* it never was empty */
	while (dp_spi_take(&pool, &spi) == ERR_OK)
		;
	EXPECT_FALSE(dp_spi_ready(&pool));
	run(5);
	EXPECT_EQ(told, 2u);
}

TEST_F(Spi, gives_back)
{
	uint32_t spi = 0;

	run(5);
	ASSERT_EQ(dp_spi_take(&pool, &spi), ERR_OK);
	run(5);
	EXPECT_EQ(model_counts().spis_leased, pool.count + 1);
	dp_spi_give(&pool, spi);
	run(5);
	EXPECT_EQ(model_counts().spis_leased, pool.count);
	dp_spi_fini(&pool);
	run(5);
	EXPECT_EQ(model_counts().spis_leased, 0u);
}

TEST_F(Spi, gives_back_many_at_once_and_over_a_broken_link)
{
	std::vector<uint32_t> all(128);

	run(5);
	for (uint32_t &spi : all)
		ASSERT_EQ(dp_spi_take(&pool, &spi), ERR_OK);
	run(5);
	for (unsigned i = 0; i < all.size() / 2; i++)
		dp_spi_give(&pool, all[i]);
	dp_fake_drop(fake, 0); /* some of it was on its way */
	for (size_t i = all.size() / 2; i < all.size(); i++)
		dp_spi_give(&pool, all[i]);
	EXPECT_EQ(pool.back_count, all.size() / 2);
	dp_fake_raise(fake);
	run(5);
	EXPECT_EQ(pool.back_count, 0u);
	EXPECT_LE(model_counts().spis_leased, pool.count + all.size() / 2);
	for (uint32_t &spi : all)
		ASSERT_EQ(dp_spi_take(&pool, &spi), ERR_OK);
	run(5);
	uint32_t held = model_counts().spis_leased - pool.count;
	for (uint32_t spi : all)
		dp_spi_give(&pool, spi);
	run(5);
	dp_spi_give(&pool, all[0]); /* told with the next call where it couldn't be at once */
	run(5);
	EXPECT_EQ(model_counts().spis_leased - pool.count, held - all.size());
}

TEST_F(Spi, drops_those_of_a_datapath_that_is_no_more)
{
	uint32_t spi = 0;

	run(5);
	dp_fake_drop(fake, 0);
	dp_fake_raise(fake);
	EXPECT_EQ(dp_spi_take(&pool, &spi), ERR_OK); /* the same datapath: still good */
	run(5);
	restart_datapath(false);
	run(5);
	EXPECT_EQ(pool.count, model_counts().spis_leased);
}

} // namespace
