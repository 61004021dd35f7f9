#include <gtest/gtest.h>

#include "naveload/hist.h"

TEST(NaveloadHist, empty_has_no_percentile)
{
	struct naveload_hist h = {};

	EXPECT_EQ(naveload_hist_percentile(&h, 50), 0u);
	EXPECT_EQ(naveload_hist_percentile(&h, 100), 0u);
}

TEST(NaveloadHist, small_values_are_exact)
{
	struct naveload_hist h = {};

	for (uint64_t v = 1; v <= 30; v++)
		naveload_hist_add(&h, v);
	EXPECT_EQ(naveload_hist_percentile(&h, 0), 1u);
	EXPECT_EQ(naveload_hist_percentile(&h, 50), 15u);
	EXPECT_EQ(naveload_hist_percentile(&h, 90), 27u);
	EXPECT_EQ(naveload_hist_percentile(&h, 100), 30u);
}

TEST(NaveloadHist, percentiles_are_right_to_3_percent_and_never_above_the_maximum)
{
	struct naveload_hist h = {};

	for (uint64_t v = 1; v <= 100000; v++)
		naveload_hist_add(&h, v * 10);
	for (double p : { 1.0, 10.0, 50.0, 90.0, 99.0, 99.9 }) {
		double real = p * 10000;

		EXPECT_GE(static_cast<double>(naveload_hist_percentile(&h, p)), real);
		EXPECT_LE(static_cast<double>(naveload_hist_percentile(&h, p)), real * 1.033);
	}
	EXPECT_EQ(naveload_hist_percentile(&h, 100), 1000000u);
	EXPECT_EQ(h.max_us, 1000000u);
}

TEST(NaveloadHist, every_value_has_a_bucket)
{
	struct naveload_hist h = {};

	for (unsigned bit = 0; bit < 64; bit++) {
		naveload_hist_add(&h, UINT64_C(1) << bit);
		naveload_hist_add(&h, (UINT64_C(1) << bit) - 1);
	}
	naveload_hist_add(&h, UINT64_MAX);
	EXPECT_EQ(h.count, 129u);
	EXPECT_EQ(h.max_us, UINT64_MAX);
	EXPECT_GE(naveload_hist_percentile(&h, 100), UINT64_C(1) << 36);
}
