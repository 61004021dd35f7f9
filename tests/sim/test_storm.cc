/* The short forms; the program itself goes on as long as it is told to: sim_ike --help. */
#include <gtest/gtest.h>

#include "storm.h"

class StormTest : public ::testing::TestWithParam<int>
{
};

/* RFC7296-1.4.1-f RFC7296-2.3-a RFC7296-2.3-d RFC7296-2.6-a RFC7296-2.10-a RFC7296-3.9-b RFC7296-3.14-b */
TEST_P(StormTest, an_hour_of_rekeying_in_bad_weather)
{
	EXPECT_EQ(storm_run(static_cast<uint64_t>(GetParam()), 1, false), "") << "seed " << GetParam();
}

INSTANTIATE_TEST_SUITE_P(Seeds, StormTest, ::testing::Range(1, 9));

/* RFC7296-2.8.1, -2.8.2, -2.25: 'storm_explore' says what a history is. */
/* RFC7296-2.3-b RFC7296-2.8.2-c RFC7296-2.25-d RFC7296-2.25.1-a RFC7296-2.25.2-a */
TEST(Explore, all_collisions_to_a_depth_of_ten_moves)
{
	uint64_t count = 0;

	EXPECT_EQ(storm_explore(10, PLAIN, &count), "") << count << " histories";
	EXPECT_GT(count, 1000u);
}

/* Whatever comes while a key exchange is being computed meets the tables as if that message had been delayed. */
TEST(Explore, R_DEF_all_collisions_with_key_exchanges_that_take_their_time)
{
	uint64_t count = 0;

	EXPECT_EQ(storm_explore(7, LATE, &count), "") << count << " histories";
	EXPECT_GT(count, 1000u);
}

/* Additional key exchanges make a rekey several exchanges long: RFC9370-2.2.4 says what may cross it. */
TEST(Explore, RFC9370_2_2_4_all_collisions_of_rekeys_with_further_key_exchanges)
{
	uint64_t count = 0;

	EXPECT_EQ(storm_explore(4, SERIES, &count), "") << count << " histories";
	EXPECT_GT(count, 50u);
	EXPECT_EQ(storm_explore(7, MIXED, &count), "") << count << " histories";
	EXPECT_GT(count, 1000u);
}
