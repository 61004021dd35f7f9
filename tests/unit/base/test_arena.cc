#include "base/arena.h"

#include <cstdint>
#include <cstring>

#include <gtest/gtest.h>

namespace
{
class Arena : public ::testing::Test
{
      protected:
	struct arena a = {};

	void TearDown() override
	{
		arena_fini(&a);
	}
};
} // namespace

TEST_F(Arena, gives_zeroed_aligned_memory_that_does_not_overlap)
{
	uint8_t *last = nullptr;

	for (size_t size = 1; size < 3000; size += 37) {
		uint8_t *p = static_cast<uint8_t *>(arena_alloc(&a, size));

		ASSERT_NE(p, nullptr);
		EXPECT_EQ(reinterpret_cast<uintptr_t>(p) % 16, 0u);
		for (size_t i = 0; i < size; i++)
			ASSERT_EQ(p[i], 0);
		memset(p, 0xff, size);
		EXPECT_NE(p, last);
		last = p;
	}
}

TEST_F(Arena, the_limit_counts_rounded_sizes_and_is_exact)
{
	a.limit = 64;
	EXPECT_NE(arena_alloc(&a, 17), nullptr);
	EXPECT_EQ(arena_alloc(&a, 33), nullptr);
	EXPECT_NE(arena_alloc(&a, 32), nullptr);
	EXPECT_EQ(arena_alloc(&a, 1), nullptr);
	EXPECT_EQ(a.used, 64u);
}

TEST_F(Arena, sizes_that_overflow_are_refused)
{
	EXPECT_EQ(arena_alloc(&a, SIZE_MAX), nullptr);
	EXPECT_EQ(arena_alloc(&a, SIZE_MAX - 15), nullptr);
	EXPECT_EQ(arena_alloc(&a, SIZE_MAX - 31), nullptr);
	EXPECT_EQ(arena_alloc(&a, PTRDIFF_MAX), nullptr);
	EXPECT_EQ(a.used, 0u);
}

TEST_F(Arena, a_block_of_its_own_for_what_is_larger)
{
	uint8_t *p = static_cast<uint8_t *>(arena_alloc(&a, 100000));

	ASSERT_NE(p, nullptr);
	memset(p, 1, 100000);
	EXPECT_NE(arena_alloc(&a, 16), nullptr);
}

TEST_F(Arena, copies_strings)
{
	const char text[] = { 'a', 'b', 'c', 'd' };
	char *s = arena_str(&a, "hello");
	char *b = arena_str_of(&a, bytes_of(text, 3));

	EXPECT_STREQ(s, "hello");
	EXPECT_STREQ(b, "abc");
	EXPECT_STREQ(arena_str_of(&a, bytes_of(nullptr, 0)), "");
}

TEST_F(Arena, is_ready_again_after_fini)
{
	a.limit = 32;
	EXPECT_NE(arena_alloc(&a, 32), nullptr);
	arena_fini(&a);
	EXPECT_NE(arena_alloc(&a, 32), nullptr);
	EXPECT_EQ(arena_alloc(&a, 1), nullptr);
}
