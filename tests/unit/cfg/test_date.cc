#include "cfg/date.h"

#include <gtest/gtest.h>

namespace
{
/* Seconds of a date in UTC. */
int64_t at(const char *text)
{
	int64_t out = 0;

	EXPECT_TRUE(cfg_date_parse(text, &out)) << text;
	return out;
}

int64_t next(struct cfg_date_moment m, const char *now)
{
	return cfg_date_next(&m, at(now));
}
} // namespace

TEST(CfgDate, times_of_day)
{
	uint32_t s = 0;

	EXPECT_TRUE(cfg_date_parse_time("10:30", &s));
	EXPECT_EQ(s, 37800u);
	EXPECT_TRUE(cfg_date_parse_time("23:59:59", &s));
	EXPECT_EQ(s, 86399u);
	for (const char *bad :
		{ "", "10", "10:", "24:00", "10:60", "10:30:60", "10:30:", "10:30:00:00", "-1:00", "10:-1", "noon", "100:00" })
		EXPECT_FALSE(cfg_date_parse_time(bad, &s)) << bad;
}

TEST(CfgDate, the_next_moment_of_a_day)
{
	struct cfg_date_moment noon = { 43200, 0, 0 };

	EXPECT_EQ(next(noon, "23 11 2026 11:59:59"), at("23 11 2026 12:00"));
	EXPECT_EQ(next(noon, "23 11 2026 12:00:00"), at("23 11 2026 12:00"));
	EXPECT_EQ(next(noon, "31 12 2026 12:00:01"), at("01 01 2027 12:00"));
}

TEST(CfgDate, the_next_moment_of_a_year)
{
	struct cfg_date_moment march = { 60, 3, 3 }, leap = { 0, 2, 29 }, never = { 0, 4, 31 };

	EXPECT_EQ(next(march, "03 03 2026 00:00:59"), at("03 03 2026 00:01"));
	EXPECT_EQ(next(march, "03 03 2026 00:01:01"), at("03 03 2027 00:01"));
	EXPECT_EQ(next(leap, "01 03 2024"), at("29 02 2028"));
	EXPECT_EQ(next(leap, "01 03 2096"), at("29 02 2104")) << "2100 is no leap year";
	EXPECT_TRUE(cfg_date_is_sound(&leap));
	EXPECT_FALSE(cfg_date_is_sound(&never));
}
