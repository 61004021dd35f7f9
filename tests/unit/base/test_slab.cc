#include "base/slab.h"

#include <cstring>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace
{
struct Object {
	uint64_t value[5];
};

class Slab : public ::testing::Test
{
      protected:
	struct slab s;
	struct slab_handle h = {};

	void SetUp() override
	{
		slab_init(&s, sizeof(Object), 1000);
	}

	void TearDown() override
	{
		slab_fini(&s);
	}
};
} // namespace

TEST_F(Slab, gives_zeroed_aligned_objects_that_keep_their_address)
{
	std::vector<std::pair<struct slab_handle, void *>> all;

	for (int i = 0; i < 1000; i++) {
		Object *o = static_cast<Object *>(slab_new(&s, &h));

		ASSERT_NE(o, nullptr);
		EXPECT_EQ(reinterpret_cast<uintptr_t>(o) % 16, 0u);
		EXPECT_EQ(o->value[4], 0u);
		memset(o, 0xff, sizeof(*o));
		all.emplace_back(h, o);
	}
	for (auto &[handle, object] : all)
		EXPECT_EQ(slab_get(&s, handle), object);
	EXPECT_EQ(s.used, 1000u);
}

TEST_F(Slab, the_limit_holds_and_a_free_makes_room)
{
	struct slab_handle first;

	ASSERT_NE(slab_new(&s, &first), nullptr);
	for (int i = 1; i < 1000; i++)
		ASSERT_NE(slab_new(&s, &h), nullptr);
	EXPECT_EQ(slab_new(&s, &h), nullptr);
	slab_free(&s, first);
	EXPECT_NE(slab_new(&s, &h), nullptr);
	EXPECT_EQ(h.index, first.index);
	EXPECT_NE(h.generation, first.generation);
	EXPECT_EQ(slab_new(&s, &h), nullptr);
}

TEST_F(Slab, a_stale_handle_finds_nothing)
{
	struct slab_handle old;

	ASSERT_NE(slab_new(&s, &old), nullptr);
	slab_free(&s, old);
	EXPECT_EQ(slab_get(&s, old), nullptr);
	ASSERT_NE(slab_new(&s, &h), nullptr);
	EXPECT_EQ(h.index, old.index);
	EXPECT_EQ(slab_get(&s, old), nullptr);
	EXPECT_NE(slab_get(&s, h), nullptr);
}

TEST_F(Slab, handles_that_never_were_find_nothing)
{
	EXPECT_EQ(slab_get(&s, { 0, 0 }), nullptr);
	EXPECT_EQ(slab_get(&s, { 0, 1 }), nullptr);
	ASSERT_NE(slab_new(&s, &h), nullptr);
	EXPECT_EQ(slab_get(&s, { h.index, 0 }), nullptr);
	EXPECT_EQ(slab_get(&s, { h.index, h.generation + 1 }), nullptr);
	EXPECT_EQ(slab_get(&s, { h.index + 1, 1 }), nullptr); /* in the chunk, never given out */
	EXPECT_EQ(slab_get(&s, { UINT32_MAX, 1 }), nullptr);
}

TEST_F(Slab, an_object_is_wiped_when_it_goes)
{
	Object *o = static_cast<Object *>(slab_new(&s, &h));

	memset(o, 0xff, sizeof(*o));
	slab_free(&s, h);
	EXPECT_EQ(o->value[0], 0u); /* the slab still owns the memory */
	o = static_cast<Object *>(slab_new(&s, &h));
	EXPECT_EQ(o->value[4], 0u);
}

TEST_F(Slab, freeing_twice_is_a_bug)
{
	ASSERT_NE(slab_new(&s, &h), nullptr);
	slab_free(&s, h);
	EXPECT_DEATH(slab_free(&s, h), "");
}

TEST_F(Slab, walk_sees_the_live_ones_and_may_free_them)
{
	std::vector<struct slab_handle> all;
	std::set<uint32_t> seen;
	uint32_t at = 0;

	for (int i = 0; i < 200; i++) {
		ASSERT_NE(slab_new(&s, &h), nullptr);
		all.push_back(h);
	}
	for (size_t i = 0; i < all.size(); i += 2)
		slab_free(&s, all[i]);
	while (slab_walk(&s, &at, &h) != nullptr) {
		EXPECT_TRUE(seen.insert(h.index).second);
		slab_free(&s, h);
	}
	EXPECT_EQ(seen.size(), 100u);
	EXPECT_EQ(s.used, 0u);
}
