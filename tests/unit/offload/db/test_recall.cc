/* R-SYS-07: what access lists said of a flow is remembered by exact key and list. */
#include <gtest/gtest.h>
#include <cstring>
#include <map>
#include <random>
#include <vector>

#include "db/recall.h"

namespace
{
struct Recall : testing::TestWithParam<uint32_t> {
	void SetUp() override
	{
		ASSERT_EQ(db_recall_new(&r, 2, GetParam()), ERR_OK);
	}
	void TearDown() override
	{
		db_recall_free(r, 2);
	}
	std::vector<uint8_t> key(uint32_t flow) const
	{
		std::vector<uint8_t> k(GetParam());

		memcpy(&k[k.size() - sizeof(flow)], &flow, sizeof(flow));
		return k;
	}
	db_recall *r = nullptr;
};
} // namespace

TEST_P(Recall, knows_what_was_put_and_nothing_else)
{
	std::vector<uint8_t> k = key(7);

	EXPECT_EQ(db_recall_get(r, 1, k.data()), 0u);
	EXPECT_EQ(db_recall_get(r, 1, key(0).data()), 0u) << "an empty place has a key of zeroes";
	db_recall_put(r, 1, k.data(), 5);
	EXPECT_EQ(db_recall_get(r, 1, k.data()), 5u);
	EXPECT_EQ(db_recall_get(r, 2, k.data()), 0u) << "other rules";
	EXPECT_EQ(db_recall_get(r, UINT64_C(1) << 32 | 1, k.data()), 0u) << "other rules";
	EXPECT_EQ(db_recall_get(&r[1], 1, k.data()), 0u) << "another worker's";
	for (uint8_t &octet : k) {
		octet ^= 1;
		EXPECT_EQ(db_recall_get(r, 1, k.data()), 0u);
		octet ^= 1;
	}
	EXPECT_EQ(db_recall_get(r, 1, k.data()), 5u);
}

TEST_P(Recall, forgets_but_never_lies)
{
	std::map<std::pair<uint64_t, uint32_t>, uint32_t> put;
	std::mt19937 rnd(3);
	unsigned known = 0, asked = 0;

	for (int i = 0; i < 200000; i++) {
		uint64_t name = rnd() % 3 + 1;
		uint32_t flow = static_cast<uint32_t>(rnd() % 20000);
		uint32_t said = db_recall_get(r, name, key(flow).data());
		auto at = put.find({ name, flow });

		if (said != 0) {
			ASSERT_NE(at, put.end());
			ASSERT_EQ(said, at->second);
			known++;
		} else {
			put[{ name, flow }] = static_cast<uint32_t>(i + 1);
			db_recall_put(r, name, key(flow).data(), static_cast<uint32_t>(i + 1));
		}
		asked++;
	}
	EXPECT_GT(known, 0u);
	EXPECT_LT(known, asked);
}

/* Neighbouring addresses, as a hub's peers have: nearly all of a thousand are remembered for two lists. */
TEST_P(Recall, keeps_a_thousand_flows)
{
	unsigned known = 0;

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < 1000; i++)
			for (uint64_t name : { 1, 2 }) {
				std::vector<uint8_t> k = key(__builtin_bswap32(0x0a800000 + i));

				if (db_recall_get(r, name, k.data()) == 0)
					db_recall_put(r, name, k.data(), i + 1);
				else
					known += pass;
			}
	EXPECT_GT(known, 1900u);
}

INSTANTIATE_TEST_SUITE_P(Keys, Recall, testing::Values(20u, 44u));
