/* What a worker remembers of its lookups is what the table says now. */
#include <random>
#include <string>
#include <vector>

#include "db/memo.h"
#include "fixture.h"

class Memo : public DbTest
{
      protected:
	void SetUp() override
	{
		dp_vrf red = {};

		DbTest::SetUp();
		red.id = 1;
		ASSERT_EQ(db_vrf_put(db, &red), ERR_OK);
		memo = db_memo_new();
		ASSERT_NE(memo, nullptr);
	}
	void TearDown() override
	{
		db_memo_free(memo);
		DbTest::TearDown();
	}
	uint32_t said(uint16_t vrf, const std::string &address)
	{
		struct addr a = db_test_addr(address.c_str());

		return db_memo_lookup(memo, db, vrf, a.family == AF_INET6, db_key_of(&a));
	}
	uint32_t remembered(const char *address)
	{
		struct addr a = db_test_addr(address);

		return db_memo_at(memo, 0, db_key_of(&a))->hop;
	}
	db_memo *memo = nullptr;
};

TEST_F(Memo, remembers_until_routes_change)
{
	ASSERT_EQ(route("10.0.0.0/8", DP_ROUTE_DROP, 0), ERR_OK);
	EXPECT_EQ(db_hop_action(said(0, "10.1.2.3")), DB_HOP_DROP);
	EXPECT_EQ(db_hop_action(remembered("10.1.2.3")), DB_HOP_DROP);
	ASSERT_EQ(db_fib_set(&db->vrf[0].fib4, db_key{ UINT64_C(10) << 56, 0 }, 8, db_hop(DB_HOP_LOCAL, 1)), ERR_OK);
	EXPECT_EQ(db_hop_action(said(0, "10.1.2.3")), DB_HOP_DROP) << "the table isn't asked";
	ASSERT_EQ(route("10.1.0.0/16", DP_ROUTE_PORT, 2), ERR_OK);
	EXPECT_EQ(db_hop_action(said(0, "10.1.2.3")), DB_HOP_PORT);
	ASSERT_EQ(unroute("10.1.0.0/16"), ERR_OK);
	EXPECT_EQ(db_hop_action(said(0, "10.1.2.3")), DB_HOP_LOCAL);
}

TEST_F(Memo, nothing_is_known_of_addresses_never_asked_for)
{
	EXPECT_EQ(said(0, "0.0.0.0"), 0u) << "an empty place has a key of zeroes";
	ASSERT_EQ(route("0.0.0.0/0", DP_ROUTE_DROP, 0), ERR_OK);
	EXPECT_EQ(db_hop_action(said(0, "0.0.0.0")), DB_HOP_DROP);
	EXPECT_EQ(said(0, "::"), 0u) << "the other family";
	EXPECT_EQ(said(1, "0.0.0.0"), 0u) << "another VRF";
}

/* Addresses of few bits, some of which share a place. */
TEST_F(Memo, says_what_the_table_says)
{
	const dp_action actions[] = { DP_ROUTE_DROP, DP_ROUTE_LOCAL };
	std::mt19937 rnd(5);
	unsigned differ = 0;

	for (int i = 0; i < 20000; i++) {
		uint16_t vrf = rnd() % 2;
		std::string low = std::to_string(rnd() % 4), high = std::to_string(rnd() % 4);
		std::string v4 = "10." + high + ".0." + low, v6 = "2001:db8:" + high + "::" + low;
		const std::string &address = rnd() % 2 != 0 ? v4 : v6;
		struct addr a = db_test_addr(address.c_str());

		if (rnd() % 50 == 0) {
			ASSERT_EQ(route((v4 + "/" + std::to_string(rnd() % 33)).c_str(), actions[rnd() % 2], 0, vrf), ERR_OK);
		}
		if (rnd() % 50 == 0) {
			ASSERT_EQ(route((v6 + "/" + std::to_string(rnd() % 129)).c_str(), actions[rnd() % 2], 0, vrf), ERR_OK);
		}
		if (rnd() % 50 == 0)
			(void)unroute((v4 + "/" + std::to_string(rnd() % 33)).c_str());
		differ += said(vrf, address) != db_vrf_lookup(&db->vrf[vrf], a.family == AF_INET6, db_key_of(&a));
	}
	EXPECT_EQ(differ, 0u);
}
