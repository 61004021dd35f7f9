#include "base/limit.h"

#include <gtest/gtest.h>

namespace
{
unsigned take_all(struct limit *l, uint64_t now_ms)
{
	unsigned n = 0;

	while (n < 10000 && limit_take(l, now_ms))
		n++;
	return n;
}
} // namespace

TEST(Limit, the_burst_then_the_rate)
{
	struct limit l;

	limit_init(&l, 10, 5, 1000);
	EXPECT_EQ(take_all(&l, 1000), 5u);
	EXPECT_EQ(l.refused, 1u);
	EXPECT_FALSE(limit_take(&l, 1099));
	EXPECT_TRUE(limit_take(&l, 1100));
	EXPECT_FALSE(limit_take(&l, 1100));
	EXPECT_EQ(take_all(&l, 1500), 4u);
	EXPECT_EQ(take_all(&l, 100000), 5u);
}

TEST(Limit, fractions_of_a_token_add_up)
{
	struct limit l;
	unsigned taken = 0;

	limit_init(&l, 3, 2, 0);
	EXPECT_EQ(take_all(&l, 0), 2u);
	for (uint64_t ms = 1; ms <= 10000; ms++)
		taken += limit_take(&l, ms);
	EXPECT_EQ(taken, 30u);
}

TEST(Limit, nothing_without_rate_or_burst)
{
	struct limit l;

	limit_init(&l, 0, 2, 0);
	EXPECT_EQ(take_all(&l, 0), 2u);
	EXPECT_EQ(take_all(&l, UINT64_MAX), 0u);
	limit_init(&l, 100, 0, 0);
	EXPECT_EQ(take_all(&l, 5000), 0u);
}

TEST(Limit, time_that_goes_back_gives_nothing)
{
	struct limit l;

	limit_init(&l, 1, 1, 10000);
	EXPECT_TRUE(limit_take(&l, 10000));
	EXPECT_FALSE(limit_take(&l, 0));
	EXPECT_FALSE(limit_take(&l, 10999)); /* counted from 10000, not from 0 */
	EXPECT_TRUE(limit_take(&l, 11000));
}

TEST(Limit, extremes_do_not_overflow)
{
	struct limit l;

	limit_init(&l, UINT32_MAX, UINT32_MAX, 0);
	EXPECT_TRUE(limit_take(&l, 0));
	EXPECT_TRUE(limit_take(&l, UINT64_MAX));
	EXPECT_EQ(l.milli_tokens, UINT64_C(1000) * (UINT32_MAX - 1u));
}
