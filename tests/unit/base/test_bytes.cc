#include "base/bytes.h"

#include <cstring>

#include <gtest/gtest.h>

TEST(Bytes, equal_in_length_and_content)
{
	EXPECT_TRUE(bytes_eq(bytes_str("abc"), bytes_of("abcd", 3)));
	EXPECT_FALSE(bytes_eq(bytes_str("abc"), bytes_str("abcd")));
	EXPECT_FALSE(bytes_eq(bytes_str("abc"), bytes_str("abd")));
	EXPECT_TRUE(bytes_eq(bytes_of(nullptr, 0), bytes_str("")));
}

TEST(Bytes, order_is_by_content_then_by_length)
{
	EXPECT_LT(bytes_cmp(bytes_str("a"), bytes_str("ab")), 0);
	EXPECT_GT(bytes_cmp(bytes_str("b"), bytes_str("ab")), 0);
	EXPECT_EQ(bytes_cmp(bytes_str("ab"), bytes_str("ab")), 0);
	EXPECT_LT(bytes_cmp(bytes_of(nullptr, 0), bytes_str("a")), 0);
	EXPECT_EQ(bytes_cmp(bytes_of(nullptr, 0), bytes_of(nullptr, 0)), 0);
	EXPECT_LT(bytes_cmp(bytes_str("\x7f"), bytes_str("\x80")), 0); /* unsigned */
}

TEST(Bytes, hex_is_cut_at_a_whole_byte)
{
	char text[8];

	bytes_hex(bytes_str("\x01\xab"), text, sizeof(text));
	EXPECT_STREQ(text, "01ab");
	bytes_hex(bytes_str("\x01\xab\xcd\xef"), text, sizeof(text));
	EXPECT_STREQ(text, "01abcd");
	bytes_hex(bytes_str("\x01"), text, 2);
	EXPECT_STREQ(text, "");
	memcpy(text, "x", 2);
	bytes_hex(bytes_str("\x01"), text, 0);
	EXPECT_STREQ(text, "x");
}

TEST(Bytes, append_cuts_what_does_not_fit)
{
	char text[8];

	EXPECT_EQ(0u, bytes_append(text, sizeof(text), 0, ""));
	EXPECT_STREQ("", text);
	EXPECT_EQ(3u, bytes_append(text, sizeof(text), 0, "abc"));
	EXPECT_EQ(5u, bytes_append(text, sizeof(text), 3, "de"));
	EXPECT_STREQ("abcde", text);
	EXPECT_EQ(7u, bytes_append(text, sizeof(text), 5, "fg"));
	EXPECT_EQ(7u, bytes_append(text, sizeof(text), 5, "fgh"));
	EXPECT_STREQ("abcdefg", text);
	EXPECT_EQ(7u, bytes_append(text, sizeof(text), 7, "x"));
	EXPECT_STREQ("abcdefg", text);
}

TEST(Bytes, wipe_leaves_nothing)
{
	char text[] = "secret";

	bytes_wipe(text, sizeof(text));
	for (char c : text)
		EXPECT_EQ(c, 0);
	bytes_wipe(nullptr, 0);
}
