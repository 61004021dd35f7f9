#include "db/fib.h"

#include <chrono>
#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace
{

struct Prefix {
	db_key key;
	uint32_t len;
	bool operator<(const Prefix &o) const
	{
		return std::tie(len, key.hi, key.lo) < std::tie(o.len, o.key.hi, o.key.lo);
	}
};

class Fib : public testing::Test
{
      protected:
	void SetUp() override
	{
		ASSERT_EQ(db_pool_init(&pool, sizeof(db_fib_node), 400000), ERR_OK);
		ASSERT_EQ(db_rcu_new(&rcu, 1), ERR_OK);
		db_fib_init(&fib, &pool, rcu);
	}
	void TearDown() override
	{
		db_fib_fini(&fib);
		db_rcu_wait(rcu);
		EXPECT_EQ(db_pool_used(&pool), 0u) << "nodes leaked";
		db_rcu_free(rcu);
		db_pool_fini(&pool);
	}
	void set(db_key key, uint32_t len, uint32_t hop)
	{
		Prefix p = { db_key_and(key, db_key_mask(len)), len };

		ASSERT_EQ(db_fib_set(&fib, p.key, len, hop), ERR_OK);
		if (hop != 0)
			model[p] = hop;
		else
			model.erase(p);
	}
	uint32_t naive(db_key key) const
	{
		uint32_t hop = 0;

		for (const auto &[p, h] : model) /* by rising length */
			if (db_key_eq(db_key_and(key, db_key_mask(p.len)), p.key))
				hop = h;
		return hop;
	}
	db_pool pool = {};
	db_rcu *rcu = nullptr;
	db_fib fib = {};
	std::map<Prefix, uint32_t> model;
};

db_key v4(uint32_t a)
{
	db_key k = { (uint64_t)a << 32, 0 };

	return k;
}

} // namespace

TEST_F(Fib, empty_has_no_route_and_no_node)
{
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a000001)), 0u);
	EXPECT_EQ(db_pool_used(&pool), 0u);
}

TEST_F(Fib, longest_wins_and_shows_the_shorter_again)
{
	set(v4(0), 0, 1);
	set(v4(0x0a000000), 8, 2);
	set(v4(0x0a010000), 16, 3);
	set(v4(0x0a010200), 23, 4);
	set(v4(0x0a010203), 32, 5);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0b000000)), 1u);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a000000)), 2u);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a01ffff)), 3u);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a010302)), 4u);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a010203)), 5u);
	set(v4(0x0a010203), 32, 0);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a010203)), 4u);
	set(v4(0x0a010200), 23, 0);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a010203)), 3u);
	set(v4(0x0a000000), 8, 0);
	set(v4(0), 0, 0);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a010203)), 3u);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0b000000)), 0u);
}

TEST_F(Fib, every_length_at_one_address)
{
	for (uint32_t len = 0; len <= 128; len++)
		set(db_key{ UINT64_MAX, UINT64_MAX }, len, len + 1);
	for (uint32_t bit = 0; bit <= 128; bit++) {
		db_key k = db_key_mask(bit); /* agrees with the prefix in exactly 'bit' bits */

		EXPECT_EQ(db_fib_lookup(&fib, k), bit + 1);
	}
	for (uint32_t len = 128; len > 0; len -= 2)
		set(db_key{ UINT64_MAX, UINT64_MAX }, len, 0);
	for (uint32_t bit = 0; bit <= 128; bit++)
		EXPECT_EQ(db_fib_lookup(&fib, db_key_mask(bit)), naive(db_key_mask(bit)));
}

TEST_F(Fib, removing_what_is_not_there_changes_nothing)
{
	set(v4(0x0a000000), 8, 2);
	EXPECT_EQ(db_fib_set(&fib, v4(0x0a000000), 9, 0), ERR_OK);
	EXPECT_EQ(db_fib_set(&fib, v4(0x0a000000), 24, 0), ERR_OK);
	EXPECT_EQ(db_fib_set(&fib, v4(0x14000000), 8, 0), ERR_OK);
	EXPECT_EQ(db_fib_lookup(&fib, v4(0x0a000001)), 2u);
}

/* Random prefixes of both shapes, some close together, put and taken; after each step some lookups, at the end many. */
TEST_F(Fib, agrees_with_the_naive_model)
{
	std::mt19937_64 rnd(42);

	for (int round = 0; round < 6; round++) {
		bool v6 = round % 2 == 1;
		std::vector<db_key> seen;

		for (int i = 0; i < 1500; i++) {
			uint32_t len = (uint32_t)(rnd() % (v6 ? 129 : 33));
			db_key k = { v6 ? rnd() : rnd() & 0xffffffff00000000u, v6 ? rnd() : 0 };

			if (!seen.empty() && rnd() % 2 == 0) { /* near another one: shares a random number of bits */
				db_key near = seen[rnd() % seen.size()];
				db_key mask = db_key_mask((uint32_t)(rnd() % (v6 ? 129 : 33)));

				k = db_key{ (near.hi & mask.hi) | (k.hi & ~mask.hi), (near.lo & mask.lo) | (k.lo & ~mask.lo) };
			}
			seen.push_back(k);
			set(k, len, rnd() % 3 == 0 ? 0 : (uint32_t)(rnd() % 1000 + 1));
			if (rnd() % 3 == 0 && !model.empty()) {
				auto it = model.begin();

				std::advance(it, rnd() % model.size());
				Prefix p = it->first;
				set(p.key, p.len, 0);
			}
			for (int j = 0; j < 3; j++) {
				db_key probe = seen[rnd() % seen.size()];

				probe.hi ^= rnd() % 4 == 0 ? UINT64_C(1) << (rnd() % 32 + 32) : 0;
				ASSERT_EQ(db_fib_lookup(&fib, probe), naive(probe));
				if (!v6) {
					ASSERT_EQ(db_fib_lookup4(&fib, probe.hi), naive(probe));
				}
			}
		}
		db_rcu_wait(rcu);
		EXPECT_LE(db_pool_used(&pool), 2 * model.size() + 1);
		while (!model.empty()) {
			Prefix p = model.begin()->first;

			set(p.key, p.len, 0);
		}
		db_rcu_wait(rcu);
		EXPECT_EQ(db_pool_used(&pool), 0u);
	}
}

TEST_F(Fib, full_pool_refuses_and_changes_nothing)
{
	db_pool small = {};
	db_fib f;
	uint32_t put = 0;

	ASSERT_EQ(db_pool_init(&small, sizeof(db_fib_node), 8), ERR_OK);
	db_fib_init(&f, &small, rcu);
	for (uint32_t i = 0; i < 64; i++) {
		enum err err = db_fib_set(&f, v4(i * 0x04030201u), 32, i + 1);

		if (err == ERR_OK)
			put |= 1;
		else
			EXPECT_EQ(err, ERR_FULL);
		EXPECT_EQ(db_fib_lookup(&f, v4(i * 0x04030201u)), err == ERR_OK ? i + 1 : 0);
	}
	EXPECT_EQ(db_fib_lookup(&f, v4(0)), 1u);
	db_fib_fini(&f);
	db_rcu_wait(rcu);
	EXPECT_EQ(db_pool_used(&small), 0u);
	db_pool_fini(&small);
}

TEST_F(Fib, hundred_thousand_routes_are_quick)
{
	std::mt19937_64 rnd(7);
	auto start = std::chrono::steady_clock::now();
	const int count = 100000;

	for (int i = 0; i < count; i++) {
		uint32_t len = i % 3 == 0 ? 32 : 24;
		db_key k = db_key_and(v4((uint32_t)rnd()), db_key_mask(len));

		ASSERT_EQ(db_fib_set(&fib, k, len, (uint32_t)i + 1), ERR_OK);
	}
	auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count();

	RecordProperty("milliseconds", (int)took);
	EXPECT_LT(took, 2000);
	EXPECT_LT(db_pool_used(&pool), 200000u);
}
