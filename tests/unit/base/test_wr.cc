#include "base/wr.h"

#include <cstring>
#include <vector>

#include <gtest/gtest.h>

TEST(Wr, writes_network_order)
{
	uint8_t buf[32];
	struct wr w = wr_of(buf, sizeof(buf));
	const uint8_t expect[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 'a', 'b', 0, 0 };

	wr_u8(&w, 0x01);
	wr_u16(&w, 0x0203);
	wr_u32(&w, 0x04050607);
	wr_u64(&w, UINT64_C(0x08090a0b0c0d0e0f));
	wr_bytes(&w, bytes_str("ab"));
	wr_zero(&w, 2);
	EXPECT_EQ(wr_done(&w), ERR_OK);
	EXPECT_TRUE(bytes_eq(wr_view(&w), bytes_of(expect, sizeof(expect))));
}

TEST(Wr, what_does_not_fit_writes_nothing_and_sticks)
{
	uint8_t buf[4] = { 9, 9, 9, 9 };
	struct wr w = wr_of(buf, 3);

	wr_u16(&w, 0x0102);
	wr_u16(&w, 0x0304);
	wr_u8(&w, 5); /* would fit, but the cursor has failed */
	EXPECT_EQ(wr_done(&w), ERR_FULL);
	EXPECT_EQ(wr_view(&w).len, 2u);
	EXPECT_EQ(buf[2], 9);
	EXPECT_EQ(buf[3], 9);
}

TEST(Wr, fills_the_buffer_exactly)
{
	uint8_t buf[8];
	struct wr w = wr_of(buf, sizeof(buf));

	wr_u64(&w, 1);
	EXPECT_EQ(wr_done(&w), ERR_OK);
	wr_bytes(&w, bytes_of(nullptr, 0));
	EXPECT_EQ(wr_done(&w), ERR_OK);
	wr_u8(&w, 1);
	EXPECT_EQ(wr_done(&w), ERR_FULL);
}

TEST(Wr, reserve_gives_zeroed_room)
{
	uint8_t buf[8];
	struct wr w = wr_of(buf, sizeof(buf));
	uint8_t *at;

	memset(buf, 0xff, sizeof(buf));
	at = wr_reserve(&w, 4);
	ASSERT_EQ(at, buf);
	EXPECT_EQ(memcmp(buf, "\0\0\0\0\xff", 5), 0);
	EXPECT_EQ(wr_reserve(&w, 5), nullptr);
	EXPECT_EQ(wr_reserve(&w, SIZE_MAX), nullptr);
	EXPECT_EQ(wr_done(&w), ERR_FULL);
}

TEST(Wr, length_field_counts_its_content_and_what_is_told)
{
	uint8_t buf[16];
	struct wr w = wr_of(buf, sizeof(buf));
	size_t mark;

	wr_u8(&w, 0xaa);
	mark = wr_mark_u16(&w);
	wr_u32(&w, 1);
	wr_close_u16(&w, mark, 3);
	EXPECT_EQ(wr_done(&w), ERR_OK);
	EXPECT_EQ(buf[1], 0);
	EXPECT_EQ(buf[2], 7);
}

TEST(Wr, length_fields_nest)
{
	uint8_t buf[16];
	struct wr w = wr_of(buf, sizeof(buf));
	size_t outer = wr_mark_u16(&w);
	size_t inner = wr_mark_u16(&w);

	wr_u8(&w, 1);
	wr_close_u16(&w, inner, 0);
	wr_close_u16(&w, outer, 0);
	EXPECT_EQ(buf[1], 3);
	EXPECT_EQ(buf[3], 1);
}

TEST(Wr, length_above_16_bits_is_out_of_range)
{
	std::vector<uint8_t> buf(70000);
	struct wr w = wr_of(buf.data(), buf.size());
	size_t mark = wr_mark_u16(&w);

	wr_zero(&w, 65535);
	wr_close_u16(&w, mark, 0);
	EXPECT_EQ(wr_done(&w), ERR_OK);
	wr_close_u16(&w, mark, 1);
	EXPECT_EQ(wr_done(&w), ERR_RANGE);
}

TEST(Wr, closing_a_field_that_did_not_fit_touches_nothing)
{
	uint8_t buf[4] = { 9, 9, 9, 9 };
	struct wr w = wr_of(buf, 1);
	size_t mark = wr_mark_u16(&w);

	wr_close_u16(&w, mark, 0);
	EXPECT_EQ(wr_done(&w), ERR_FULL);
	EXPECT_EQ(buf[0], 9);
}

TEST(Wr, patch_stays_within_what_was_written)
{
	uint8_t buf[8] = {};
	struct wr w = wr_of(buf, sizeof(buf));

	wr_u32(&w, 0);
	wr_patch_u8(&w, 0, 1);
	wr_patch_u16(&w, 1, 0x0203);
	wr_patch_u32(&w, 0, 0x0a0b0c0d);
	EXPECT_EQ(memcmp(buf, "\x0a\x0b\x0c\x0d", 4), 0);
	EXPECT_EQ(wr_done(&w), ERR_OK);
	wr_patch_u16(&w, 3, 1);
	EXPECT_EQ(wr_done(&w), ERR_RANGE);
	EXPECT_EQ(buf[3], 0x0d);
}

TEST(Wr, the_first_error_stands)
{
	uint8_t buf[2];
	struct wr w = wr_of(buf, sizeof(buf));

	wr_fail(&w, ERR_UNSUPPORTED);
	wr_u64(&w, 1);
	wr_patch_u32(&w, 100, 1);
	EXPECT_EQ(wr_done(&w), ERR_UNSUPPORTED);
}
