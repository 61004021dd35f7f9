#include <gtest/gtest.h>

#include "ike/source.h"

namespace
{

class IkeSource : public ::testing::Test
{
      protected:
	struct ike_sources t = {};
	struct ike_source_rule rule = {};

	void open(uint32_t limit)
	{
		static const uint8_t key[16] = { 1 };

		ASSERT_EQ(ike_source_init(&t, limit, key), ERR_OK);
	}
	void TearDown() override
	{
		ike_source_fini(&t);
	}
	static struct addr at(const char *text)
	{
		struct addr a = {};

		EXPECT_EQ(addr_parse(text, &a), ERR_OK);
		return a;
	}
	/* How many of 'count' pass at once. */
	int passing(int count, const char *from, uint64_t now_ms)
	{
		struct addr a = at(from);
		int passed = 0;

		for (int i = 0; i < count; i++)
			passed += ike_source_admit(&t, &rule, &a, now_ms);
		return passed;
	}
};

/* The cases of tests/bpf/test_bucket.cc: one rule in two places. */
TEST_F(IkeSource, a_burst_passes_and_no_more)
{
	open(10);
	rule.rate = 1;
	rule.burst = 5;
	EXPECT_EQ(5, passing(8, "203.0.113.1", 1000));
	EXPECT_EQ(0, passing(1, "203.0.113.1", 1500));
	EXPECT_EQ(1, passing(2, "203.0.113.1", 2000));
	EXPECT_EQ(5, passing(8, "203.0.113.1", 60000));
}

TEST_F(IkeSource, a_prefix_shares_one)
{
	open(10);
	rule.rate = 1;
	rule.burst = 5;
	EXPECT_EQ(5, passing(6, "203.0.113.1", 1000));
	EXPECT_EQ(0, passing(1, "203.0.113.254", 1000));
	EXPECT_EQ(1, passing(1, "203.0.112.1", 1000));
	EXPECT_EQ(5, passing(6, "2001:db8:1:2::1", 1000));
	EXPECT_EQ(0, passing(1, "2001:db8:1:2:ffff::1", 1000));
	EXPECT_EQ(1, passing(1, "2001:db8:1:3::1", 1000));
}

TEST_F(IkeSource, no_rate_is_no_limit_and_costs_no_memory)
{
	open(10);
	EXPECT_EQ(50, passing(50, "203.0.113.1", 1000));
	EXPECT_EQ(0u, t.slab.used);
	rule.rate = 1; /* burst 0 counts as 1 */
	EXPECT_EQ(1, passing(50, "203.0.113.1", 1000));
}

TEST_F(IkeSource, the_one_that_was_silent_longest_is_forgotten)
{
	open(2);
	rule.rate = 1;
	EXPECT_EQ(1, passing(2, "192.0.2.1", 1000));
	EXPECT_EQ(1, passing(2, "198.51.100.1", 1000));
	EXPECT_EQ(0, passing(2, "192.0.2.1", 1000));
	EXPECT_EQ(1, passing(2, "203.0.113.1", 1000)); /* in the place of 198.51.100.0 */
	EXPECT_EQ(2u, t.slab.used);
	EXPECT_EQ(0, passing(1, "192.0.2.1", 1000));
	EXPECT_EQ(1, passing(1, "198.51.100.1", 1000));
}

TEST_F(IkeSource, half_open_sas_are_counted_and_keep_their_source)
{
	struct addr a = at("192.0.2.1"), b = at("198.51.100.1"), c = at("203.0.113.1"), neighbour = at("192.0.2.200");
	struct ike_source *of_a, *of_b;

	open(2);
	of_a = ike_source_enter(&t, &a);
	ASSERT_NE(of_a, nullptr);
	EXPECT_EQ(of_a, ike_source_enter(&t, &neighbour));
	of_b = ike_source_enter(&t, &b);
	EXPECT_EQ(2u, ike_source_half_open(&t, &a));
	EXPECT_EQ(1u, ike_source_half_open(&t, &b));
	EXPECT_EQ(0u, ike_source_half_open(&t, &c));
	EXPECT_EQ(nullptr, ike_source_enter(&t, &c)) << "all have some";
	ike_source_leave(&t, nullptr);
	rule.rate = 1;
	EXPECT_EQ(3, passing(3, "203.0.113.1", 1000)) << "who can't be remembered isn't refused";
	ike_source_leave(&t, of_a);
	EXPECT_EQ(nullptr, ike_source_enter(&t, &c));
	ike_source_leave(&t, of_a);
	EXPECT_NE(nullptr, ike_source_enter(&t, &c));
	EXPECT_EQ(0u, ike_source_half_open(&t, &a));
	ike_source_leave(&t, of_b);
}

} // namespace
