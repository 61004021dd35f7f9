#include "base/counter.h"

#include <gtest/gtest.h>

namespace
{
#define UDP_COUNTERS(X) X(RX, "rx") X(SHORT, "short") X(BAD_MARKER, "bad-marker")
#define AS_ENUM(name, text) UDP_C_##name,
#define AS_TEXT(name, text) text,
enum udp_counter { UDP_COUNTERS(AS_ENUM) UDP_C_COUNT };
const char *const names[] = { UDP_COUNTERS(AS_TEXT) };

struct Counters {
	uint64_t value[UDP_C_COUNT] = {};
	struct counter_set set = { names, value, UDP_C_COUNT };
};
} // namespace

TEST(Counter, found_by_name)
{
	Counters c;
	uint64_t value = 77;

	c.value[UDP_C_SHORT]++;
	EXPECT_TRUE(counter_find(&c.set, "short", &value));
	EXPECT_EQ(value, 1u);
	EXPECT_FALSE(counter_find(&c.set, "shor", &value));
	EXPECT_EQ(value, 1u);
}

TEST(Counter, sets_of_workers_add_up)
{
	Counters a, b;

	a.value[UDP_C_RX] = 5;
	b.value[UDP_C_RX] = 7;
	b.value[UDP_C_BAD_MARKER] = 1;
	counter_add(&a.set, &b.set);
	EXPECT_EQ(a.value[UDP_C_RX], 12u);
	EXPECT_EQ(a.value[UDP_C_BAD_MARKER], 1u);
	EXPECT_EQ(b.value[UDP_C_RX], 7u);
}

TEST(Counter, text_leaves_zeroes_out_and_is_cut_at_a_whole_counter)
{
	Counters c;
	char text[64];

	EXPECT_STREQ(counter_text(&c.set, text, sizeof(text)), "");
	c.value[UDP_C_RX] = UINT64_MAX;
	c.value[UDP_C_BAD_MARKER] = 3;
	EXPECT_STREQ(counter_text(&c.set, text, sizeof(text)), "rx=18446744073709551615 bad-marker=3");
	EXPECT_STREQ(counter_text(&c.set, text, 36), "rx=18446744073709551615");
	EXPECT_STREQ(counter_text(&c.set, text, 23), "");
	EXPECT_STREQ(counter_text(&c.set, text, 1), "");
}
