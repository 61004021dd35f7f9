#include "base/secret.h"

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace
{
class Secret : public ::testing::Test
{
      protected:
	struct secret s = {};
	struct secret other = {};

	void TearDown() override
	{
		secret_fini(&s);
		secret_fini(&other);
	}
};

/* The VmFlags of the mapping that holds 'p'. */
std::string flags_of(const void *p)
{
	FILE *f = fopen("/proc/self/smaps", "r");
	char line[512];
	bool inside = false;
	std::string out;

	while (f != nullptr && fgets(line, sizeof(line), f) != nullptr) {
		unsigned long from, to;

		if (sscanf(line, "%lx-%lx ", &from, &to) == 2)
			inside = reinterpret_cast<uintptr_t>(p) >= from && reinterpret_cast<uintptr_t>(p) < to;
		if (inside && strncmp(line, "VmFlags:", 8) == 0)
			out = line;
	}
	if (f != nullptr)
		(void)fclose(f);
	return out;
}
} // namespace

TEST_F(Secret, holds_a_copy)
{
	char text[] = "hunter2";

	ASSERT_EQ(secret_set(&s, bytes_str(text)), ERR_OK);
	memset(text, 'x', 7);
	EXPECT_TRUE(secret_eq(secret_view(&s), bytes_str("hunter2")));
}

TEST_F(Secret, every_size_up_to_the_limit)
{
	for (size_t len : { 1u, 31u, 32u, 33u, 64u, 65u, 1000u, 4095u, 4096u }) {
		ASSERT_EQ(secret_new(&s, len), ERR_OK);
		ASSERT_EQ(s.len, len);
		for (size_t i = 0; i < len; i++)
			ASSERT_EQ(s.data[i], 0);
		memset(s.data, 0xff, len);
	}
	EXPECT_EQ(secret_new(&s, SECRET_MAX + 1), ERR_RANGE);
	EXPECT_EQ(s.data, nullptr);
}

TEST_F(Secret, empty_is_no_memory)
{
	ASSERT_EQ(secret_set(&s, bytes_of(nullptr, 0)), ERR_OK);
	EXPECT_EQ(s.data, nullptr);
	EXPECT_EQ(secret_view(&s).len, 0u);
	secret_fini(&s);
	secret_fini(&s);
}

TEST_F(Secret, is_wiped_when_dropped_and_its_room_used_again)
{
	uint8_t *old;

	ASSERT_EQ(secret_set(&s, bytes_str("0123456789abcdef0123456789abcde")), ERR_OK);
	old = s.data;
	secret_fini(&s);
	/* Beyond the free list's link nothing of it is left (the heap still owns the memory). */
	for (size_t i = sizeof(void *); i < 31; i++)
		EXPECT_EQ(old[i], 0);
	EXPECT_NE(memcmp(old, "01234567", 8), 0);
	ASSERT_EQ(secret_new(&s, 20), ERR_OK);
	EXPECT_EQ(s.data, old);
	for (size_t i = 0; i < 20; i++)
		EXPECT_EQ(s.data[i], 0);
}

TEST_F(Secret, take_moves_and_wipes_what_was_there)
{
	uint8_t *moved;

	ASSERT_EQ(secret_set(&s, bytes_str("old")), ERR_OK);
	ASSERT_EQ(secret_set(&other, bytes_str("new")), ERR_OK);
	moved = other.data;
	secret_take(&s, &other);
	EXPECT_EQ(s.data, moved);
	EXPECT_EQ(other.data, nullptr);
	EXPECT_EQ(other.len, 0u);
	secret_take(&s, &s);
	EXPECT_TRUE(secret_eq(secret_view(&s), bytes_str("new")));
}

TEST_F(Secret, may_be_set_from_itself)
{
	ASSERT_EQ(secret_set(&s, bytes_str("0123456789")), ERR_OK);
	ASSERT_EQ(secret_set(&s, bytes_of(s.data + 5, 5)), ERR_OK);
	EXPECT_TRUE(secret_eq(secret_view(&s), bytes_str("56789")));
}

TEST_F(Secret, stays_out_of_core_dumps)
{
	ASSERT_EQ(secret_new(&s, 32), ERR_OK);
	EXPECT_NE(flags_of(s.data).find(" dd"), std::string::npos) << flags_of(s.data);
	EXPECT_EQ(flags_of(&s).find(" dd"), std::string::npos); /* and nothing else does */
}

TEST_F(Secret, survives_many_more_than_one_region)
{
	std::vector<struct secret> many(3000);

	for (size_t i = 0; i < many.size(); i++) {
		ASSERT_EQ(secret_new(&many[i], 64), ERR_OK);
		memset(many[i].data, static_cast<int>(i & 0xff), 64);
	}
	for (size_t i = 0; i < many.size(); i++)
		ASSERT_EQ(many[i].data[63], i & 0xff);
	for (struct secret &one : many)
		secret_fini(&one);
}

TEST_F(Secret, comparison)
{
	EXPECT_TRUE(secret_eq(bytes_str("abc"), bytes_str("abc")));
	EXPECT_FALSE(secret_eq(bytes_str("abc"), bytes_str("abd")));
	EXPECT_FALSE(secret_eq(bytes_str("bbc"), bytes_str("abc")));
	EXPECT_FALSE(secret_eq(bytes_str("abc"), bytes_str("ab")));
	EXPECT_TRUE(secret_eq(bytes_of(nullptr, 0), bytes_of(nullptr, 0)));
}
