#include "base/map.h"

#include <cstring>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace
{
const uint8_t key[16] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15 };

struct Item {
	struct map_node node;
	uint32_t id;
};

Item *item_of(struct map_node *n)
{
	return reinterpret_cast<Item *>(n);
}

class Map : public ::testing::Test
{
      protected:
	struct map m = {};

	void SetUp() override
	{
		ASSERT_EQ(map_init(&m, key), ERR_OK);
	}

	void TearDown() override
	{
		map_fini(&m);
	}

	uint64_t hash(uint32_t id)
	{
		return map_hash(&m, bytes_of(&id, sizeof(id)));
	}

	Item *find(uint32_t id)
	{
		for (struct map_node *n = map_find(&m, hash(id)); n != nullptr; n = map_find_next(n))
			if (item_of(n)->id == id)
				return item_of(n);
		return nullptr;
	}
};
} // namespace

TEST(SipHash, reference_vectors)
{
	/* The reference implementation's table: key 00 .. 0f, input 00 .. len-1. */
	const struct {
		size_t len;
		uint64_t hash;
	} vector[] = {
		{ 0, UINT64_C(0x726fdb47dd0e0e31) },
		{ 1, UINT64_C(0x74f839c593dc67fd) },
		{ 7, UINT64_C(0xab0200f58b01d137) },
		{ 8, UINT64_C(0x93f5f5799a932462) },
		{ 15, UINT64_C(0xa129ca6149be45e5) },
		{ 16, UINT64_C(0x3f2acc7f57c29bdb) },
		{ 63, UINT64_C(0x958a324ceb064572) },
	};
	const uint64_t k[2] = { UINT64_C(0x0706050403020100), UINT64_C(0x0f0e0d0c0b0a0908) };
	uint8_t in[64];

	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = static_cast<uint8_t>(i);
	for (const auto &v : vector)
		EXPECT_EQ(map_siphash(k, bytes_of(in, v.len)), v.hash) << v.len;
}

TEST(MapZero, zeroed_map_is_empty)
{
	struct map m = {};

	EXPECT_EQ(map_find(&m, 1), nullptr);
	EXPECT_EQ(map_walk(&m, nullptr), nullptr);
	map_fini(&m);
}

TEST_F(Map, the_key_changes_the_hash)
{
	uint8_t other[16] = {};
	struct map n;

	ASSERT_EQ(map_init(&n, other), ERR_OK);
	EXPECT_NE(map_hash(&m, bytes_str("x")), map_hash(&n, bytes_str("x")));
	map_fini(&n);
}

TEST_F(Map, finds_all_through_growth)
{
	std::vector<Item> item(5000);

	for (uint32_t i = 0; i < item.size(); i++) {
		item[i].id = i;
		map_add(&m, &item[i].node, hash(i));
		ASSERT_EQ(find(i), &item[i]);
	}
	EXPECT_EQ(m.count, item.size());
	EXPECT_GE(m.bucket_count, item.size());
	for (uint32_t i = 0; i < item.size(); i++)
		ASSERT_EQ(find(i), &item[i]);
	EXPECT_EQ(find(5000), nullptr);
}

TEST_F(Map, walk_sees_each_once)
{
	std::vector<Item> item(777);
	std::set<uint32_t> seen;

	for (uint32_t i = 0; i < item.size(); i++) {
		item[i].id = i;
		map_add(&m, &item[i].node, hash(i));
	}
	for (struct map_node *n = map_walk(&m, nullptr); n != nullptr; n = map_walk(&m, n))
		EXPECT_TRUE(seen.insert(item_of(n)->id).second);
	EXPECT_EQ(seen.size(), item.size());
}

TEST_F(Map, walk_may_remove_behind_itself)
{
	std::vector<Item> item(300);

	for (uint32_t i = 0; i < item.size(); i++) {
		item[i].id = i;
		map_add(&m, &item[i].node, hash(i));
	}
	for (struct map_node *n = map_walk(&m, nullptr), *next; n != nullptr; n = next) {
		next = map_walk(&m, n);
		if (item_of(n)->id % 3 != 0)
			map_del(&m, n);
	}
	EXPECT_EQ(m.count, 100u);
	for (uint32_t i = 0; i < item.size(); i++)
		EXPECT_EQ(find(i), i % 3 == 0 ? &item[i] : nullptr);
}

TEST_F(Map, several_nodes_may_share_a_hash)
{
	Item a = { {}, 1 }, b = { {}, 2 }, c = { {}, 3 };
	std::set<uint32_t> seen;

	map_add(&m, &a.node, 42);
	map_add(&m, &b.node, 42);
	map_add(&m, &c.node, 42 + 16); /* same bucket, another hash */
	for (struct map_node *n = map_find(&m, 42); n != nullptr; n = map_find_next(n))
		seen.insert(item_of(n)->id);
	EXPECT_EQ(seen, (std::set<uint32_t>{ 1, 2 }));
	map_del(&m, &a.node);
	EXPECT_EQ(item_of(map_find(&m, 42))->id, 2u);
	map_del(&m, &b.node);
	EXPECT_EQ(map_find(&m, 42), nullptr);
	EXPECT_EQ(item_of(map_find(&m, 58))->id, 3u);
}

TEST_F(Map, a_removed_node_may_be_added_again)
{
	Item a = { {}, 1 };

	for (int i = 0; i < 3; i++) {
		map_add(&m, &a.node, hash(1));
		EXPECT_EQ(find(1), &a);
		map_del(&m, &a.node);
		EXPECT_EQ(find(1), nullptr);
	}
	EXPECT_EQ(m.count, 0u);
}

TEST_F(Map, removing_a_stranger_is_a_bug)
{
	Item a = { {}, 1 };

	EXPECT_DEATH(map_del(&m, &a.node), "");
}
