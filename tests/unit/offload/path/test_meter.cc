#include "path/pkt/meter.h"

#include <algorithm>
#include <cmath>
#include <gtest/gtest.h>
#include <random>

/* Colors beside RFC2697 and RFC2698 as they are written. */
namespace
{

constexpr uint64_t ns_per_s = 1000000000;

db_traffic traffic(uint64_t cir, uint32_t bc, uint64_t pir, uint32_t be)
{
	db_traffic t = {};

	t.police = { cir, pir, bc, be, {}, {} };
	t.bc_ns = db_rate_cost(bc, cir);
	t.be_ns = db_rate_cost(be, pir != 0 ? pir : cir);
	return t;
}

/* A token is a byte. */
struct Oracle {
	double cir, pir, cbs, ebs; /* bytes a second, bytes */
	double tc, te;
	uint64_t at = 0;

	Oracle(const db_traffic &t)
	    : cir(double(t.police.cir) / 8), pir(double(t.police.pir) / 8), cbs(t.police.bc), ebs(t.police.be), tc(cbs), te(ebs)
	{
	}
	void refill(uint64_t now)
	{
		double s = double(now - at) / ns_per_s;

		at = now;
		if (pir != 0) {
			tc = std::min(cbs, tc + s * cir);
			te = std::min(ebs, te + s * pir);
			return;
		}
		double spill = std::max(0.0, tc + s * cir - cbs);
		tc = std::min(cbs, tc + s * cir);
		te = std::min(ebs, te + spill);
	}
	/* The margin by which it was decided tells whether rounding may decide otherwise. */
	dp_color color(uint64_t now, uint32_t len, double *margin)
	{
		refill(now);
		*margin = std::min(std::abs(tc - len), std::abs(te - len));
		if (pir != 0) {
			if (te < len)
				return DP_VIOLATE;
			te -= len;
			if (tc < len)
				return DP_EXCEED;
			tc -= len;
			return DP_CONFORM;
		}
		if (tc >= len) {
			tc -= len;
			return DP_CONFORM;
		}
		if (ebs == 0)
			return DP_EXCEED;
		if (te < len)
			return DP_VIOLATE;
		te -= len;
		return DP_EXCEED;
	}
};

void compare(uint64_t cir, uint32_t bc, uint64_t pir, uint32_t be)
{
	std::mt19937 rng(7);
	db_traffic t = traffic(cir, bc, pir, be);
	db_rate r = {};
	Oracle o(t);
	uint64_t now = ns_per_s, seen[DP_COLORS] = {};
	unsigned doubtful = 0;

	o.at = now;
	for (int i = 0; i < 20000; i++) {
		auto len = (uint32_t)(64 + rng() % 1400);
		double margin;

		now += rng() % 50 == 0 ? rng() % 400000000 : rng() % 2000000;
		dp_color want = o.color(now, len, &margin), got = path_meter_color(&r, &t, len, now);
		seen[got]++;
		if (want != got) {
			ASSERT_LT(margin, 2.0) << "packet " << i;
			if (++doubtful > 3)
				FAIL() << "more than rounding";
			return; /* from here on they owe different things */
		}
	}
	EXPECT_GT(seen[DP_CONFORM], 0u);
	EXPECT_GT(seen[DP_EXCEED], 0u);
	EXPECT_EQ(seen[DP_VIOLATE] > 0, be != 0);
}

TEST(PathMeter, two_colors)
{
	compare(4000000, 20000, 0, 0);
}

TEST(PathMeter, RFC2697_single_rate_three_colors)
{
	compare(4000000, 20000, 0, 60000);
	compare(1000000, 3000, 0, 3000);
}

TEST(PathMeter, RFC2698_two_rates)
{
	compare(4000000, 20000, 6000000, 30000);
	compare(1000000, 3000, 4000000, 9000);
}

TEST(PathMeter, longer_than_the_burst_passes_when_nothing_is_owed)
{
	db_traffic t = traffic(8000000, 100, 0, 0);
	db_rate r = {};

	EXPECT_EQ(path_meter_color(&r, &t, 1000, 5 * ns_per_s), DP_CONFORM);
	EXPECT_EQ(path_meter_color(&r, &t, 1000, 5 * ns_per_s), DP_EXCEED);
	EXPECT_EQ(path_meter_color(&r, &t, 1000, 5 * ns_per_s + 1000000), DP_CONFORM);
}

/* Millions of years of uptime don't matter, a clock that starts at nothing doesn't either. */
TEST(PathMeter, turns_come_at_the_rate)
{
	db_rate r = {};
	uint64_t start = 0;

	for (uint64_t i = 0; i < 100; i++) {
		ASSERT_TRUE(path_meter_turn(&r, 8000000, 1000, 0, ns_per_s, &start));
		EXPECT_EQ(start, i * 1000000);
	}
	EXPECT_FALSE(path_meter_turn(&r, 8000000, 1000, 0, 50000000, &start));
	ASSERT_TRUE(path_meter_turn(&r, 8000000, 1000, ns_per_s, 0, &start));
	EXPECT_EQ(start, ns_per_s);
}

} // namespace
