#include <gtest/gtest.h>

#include <memory>

#include "ctl/base.h"

namespace
{

class CtlBase : public ::testing::Test
{
      protected:
	void SetUp() override
	{
		const uint8_t key[16] = { 1 };

		ASSERT_EQ(ctl_base_new(&base, key), ERR_OK);
	}
	void TearDown() override
	{
		ctl_base_free(base);
	}
	static ctl_counts counts(uint64_t from)
	{
		ctl_counts c;

		for (unsigned i = 0; i < CTL_COUNTS; i++)
			c.n[i] = from + i;
		return c;
	}
	void mark(const char *key, uint64_t from, uint64_t at_ms = 5, ctl_base_kind kind = CTL_BASE_INTERFACE)
	{
		const ctl_base_mark m = { counts(from), at_ms, 77 };

		ASSERT_EQ(ctl_base_set(base, kind, key, &m), ERR_OK);
	}
	/* What comes of 'now' for 'key'; 'since' is -1 for what was never cleared. */
	uint64_t first(const char *key, uint64_t now, int64_t since, uint64_t instance = 77, ctl_base_kind kind = CTL_BASE_INTERFACE)
	{
		ctl_counts c = counts(now);
		const uint64_t *at = ctl_base_since(base, kind, key, instance, &c);

		EXPECT_EQ(at == nullptr ? -1 : static_cast<int64_t>(*at), since) << key;
		for (unsigned i = 1; i < CTL_COUNTS; i++)
			EXPECT_EQ(c.n[i], c.n[0] + (at == nullptr ? i : 0));
		return c.n[0];
	}
	ctl_base *base = nullptr;
};

TEST_F(CtlBase, counts_from_the_mark_on)
{
	EXPECT_EQ(first("a", 100, -1), 100u);
	mark("a", 100);
	EXPECT_EQ(first("a", 100, 5), 0u);
	EXPECT_EQ(first("a", 130, 5), 30u);
	EXPECT_EQ(first("b", 130, -1), 130u);
	EXPECT_EQ(first("a", 130, -1, 77, CTL_BASE_LINE), 130u) << "another kind";
	mark("a", 120, 9);
	EXPECT_EQ(first("a", 130, 9), 10u);
	ctl_counts c = counts(3);
	EXPECT_EQ(ctl_base_since(nullptr, CTL_BASE_LINE, "a", 77, &c), nullptr);
	EXPECT_EQ(c.n[0], 3u);
}

/* A datapath that began anew counts from zero: what was cleared in the former one says nothing. */
TEST_F(CtlBase, another_datapath)
{
	mark("a", 100);
	EXPECT_EQ(first("a", 20, -1, 78), 20u);
	EXPECT_EQ(first("a", 200, -1, 78), 200u);
	EXPECT_EQ(first("a", 101, 5), 1u) << "the first one again";
}

TEST_F(CtlBase, what_is_gone_is_forgotten)
{
	mark("a", 100);
	mark("b", 100);
	mark("b", 100, 5, CTL_BASE_LINE);
	ctl_base_begin(base, CTL_BASE_INTERFACE);
	ctl_base_see(base, CTL_BASE_INTERFACE, "b");
	ctl_base_see(base, CTL_BASE_INTERFACE, "c");
	ctl_base_end(base, CTL_BASE_INTERFACE);
	EXPECT_EQ(first("a", 101, -1), 101u);
	EXPECT_EQ(first("b", 101, 5), 1u);
	ctl_base_begin(base, CTL_BASE_LINE);
	ctl_base_end(base, CTL_BASE_LINE);
	EXPECT_EQ(first("b", 101, -1, 77, CTL_BASE_LINE), 101u);
	EXPECT_EQ(first("b", 101, 5), 1u);
}

} // namespace
