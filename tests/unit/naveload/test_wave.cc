#include <gtest/gtest.h>

#include "naveload/wave.h"

namespace
{
constexpr uint64_t T0 = 1000000;

struct Wave {
	struct naveload_wave w = {};

	Wave(uint32_t count, struct naveload_pace pace)
	{
		naveload_wave_init(&w, &pace, count, T0);
	}
	/* How many begin by 'now_us'. */
	unsigned take(uint64_t now_us)
	{
		uint32_t index;
		unsigned n = 0;

		while (naveload_wave_take(&w, now_us, &index, &since_us))
			n++;
		return n;
	}
	uint64_t since_us = 0;
};
} // namespace

TEST(NaveloadWave, without_rate_all_begin_at_once)
{
	Wave wave(50, { 0, 0, 0 });

	EXPECT_EQ(wave.take(T0 + 5), 50u);
	EXPECT_EQ(wave.since_us, T0 + 5);
	EXPECT_EQ(wave.w.under_way, 50u);
	EXPECT_EQ(naveload_wave_due(&wave.w), UINT64_MAX);
}

TEST(NaveloadWave, concurrency_bounds_those_under_way)
{
	Wave wave(10, { 0, 0, 4 });

	EXPECT_EQ(wave.take(T0), 4u);
	EXPECT_EQ(naveload_wave_due(&wave.w), UINT64_MAX);
	naveload_wave_end(&wave.w);
	EXPECT_EQ(wave.take(T0), 1u);
}

TEST(NaveloadWave, rate_spreads_them_and_counts_from_when_each_was_due)
{
	Wave wave(100, { 10, 0, 0 });

	EXPECT_EQ(wave.take(T0), 1u);
	EXPECT_EQ(naveload_wave_due(&wave.w), T0 + 100000);
	EXPECT_EQ(wave.take(T0 + 99999), 0u);
	EXPECT_EQ(wave.take(T0 + 1000000), 10u);
	EXPECT_EQ(wave.since_us, T0 + 1000000);
	EXPECT_EQ(wave.take(T0 + 1399999), 3u); /* late: begun now, counted from 1.3 s */
	EXPECT_EQ(wave.since_us, T0 + 1300000);
}

TEST(NaveloadWave, burst_comes_before_the_rate)
{
	Wave wave(100, { 10, 20, 0 });

	EXPECT_EQ(wave.take(T0), 20u);
	EXPECT_EQ(naveload_wave_due(&wave.w), T0 + 100000);
}

TEST(NaveloadWave, is_over_when_all_have_ended)
{
	Wave wave(2, { 0, 0, 0 });

	EXPECT_FALSE(naveload_wave_over(&wave.w));
	EXPECT_EQ(wave.take(T0), 2u);
	EXPECT_FALSE(naveload_wave_over(&wave.w));
	naveload_wave_end(&wave.w);
	naveload_wave_end(&wave.w);
	EXPECT_TRUE(naveload_wave_over(&wave.w));
}

TEST(NaveloadWave, cut_begins_no_more)
{
	Wave wave(10, { 0, 0, 3 });

	EXPECT_EQ(wave.take(T0), 3u);
	naveload_wave_cut(&wave.w);
	for (int i = 0; i < 3; i++)
		naveload_wave_end(&wave.w);
	EXPECT_EQ(wave.take(T0), 0u);
	EXPECT_TRUE(naveload_wave_over(&wave.w));
}
