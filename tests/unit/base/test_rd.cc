#include "base/rd.h"

#include <cstring>

#include <gtest/gtest.h>

namespace
{
const uint8_t raw[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f };

struct rd reader(size_t len = sizeof(raw))
{
	return rd_of(bytes_of(raw, len));
}
} // namespace

TEST(Rd, reads_network_order_and_asks_once)
{
	struct rd r = reader();

	EXPECT_EQ(rd_u8(&r), 0x01);
	EXPECT_EQ(rd_u16(&r), 0x0203);
	EXPECT_EQ(rd_u32(&r), 0x04050607u);
	EXPECT_EQ(rd_done(&r), ERR_TRAILING);
	EXPECT_EQ(rd_u64(&r), UINT64_C(0x08090a0b0c0d0e0f));
	EXPECT_EQ(rd_done(&r), ERR_OK);
}

TEST(Rd, a_short_read_takes_nothing_and_sticks)
{
	struct rd r = reader(3);

	EXPECT_EQ(rd_u32(&r), 0u);
	EXPECT_EQ(rd_left(&r), 0u);
	EXPECT_EQ(rd_u8(&r), 0u); /* three bytes are there, but the cursor has failed */
	EXPECT_EQ(rd_done(&r), ERR_TRUNCATED);
}

TEST(Rd, every_width_stops_at_the_end)
{
	for (size_t len = 0; len < 8; len++) {
		struct rd r8 = reader(len), r16 = reader(len), r32 = reader(len), r64 = reader(len);

		EXPECT_EQ(rd_u8(&r8) != 0, len >= 1);
		EXPECT_EQ(rd_u16(&r16) != 0, len >= 2);
		EXPECT_EQ(rd_u32(&r32) != 0, len >= 4);
		EXPECT_EQ(rd_u64(&r64), 0u);
		EXPECT_EQ(r64.err, ERR_TRUNCATED);
	}
}

TEST(Rd, empty_input_is_done_and_gives_nothing)
{
	struct rd r = rd_of(bytes_of(nullptr, 0));
	uint8_t copy[4] = { 1, 2, 3, 4 };

	EXPECT_EQ(rd_done(&r), ERR_OK);
	EXPECT_EQ(rd_rest(&r).len, 0u);
	rd_copy(&r, copy, 0);
	EXPECT_EQ(rd_done(&r), ERR_OK);
	rd_copy(&r, copy, 4);
	EXPECT_EQ(rd_done(&r), ERR_TRUNCATED);
	EXPECT_EQ(memcmp(copy, "\0\0\0\0", 4), 0);
}

TEST(Rd, views_borrow_and_the_rest_is_what_is_left)
{
	struct rd r = reader();
	struct bytes head = rd_bytes(&r, 5);
	struct bytes rest = rd_rest(&r);

	EXPECT_EQ(head.data, raw);
	EXPECT_EQ(head.len, 5u);
	EXPECT_EQ(rest.data, raw + 5);
	EXPECT_EQ(rest.len, sizeof(raw) - 5);
	EXPECT_EQ(rd_done(&r), ERR_OK);
}

TEST(Rd, a_view_longer_than_the_input_is_empty)
{
	struct rd r = reader();

	EXPECT_EQ(rd_bytes(&r, sizeof(raw) + 1).len, 0u);
	EXPECT_EQ(rd_bytes(&r, SIZE_MAX).len, 0u);
	EXPECT_EQ(rd_done(&r), ERR_TRUNCATED);
}

TEST(Rd, sub_cursor_is_bounded_and_the_outer_one_goes_on_behind_it)
{
	struct rd r = reader();
	struct rd sub = rd_sub(&r, 3);

	EXPECT_EQ(rd_u16(&sub), 0x0102);
	EXPECT_EQ(rd_u16(&sub), 0);
	EXPECT_EQ(rd_done(&sub), ERR_TRUNCATED);
	EXPECT_EQ(rd_u8(&r), 0x04);
	EXPECT_EQ(r.err, ERR_OK);
}

TEST(Rd, sub_cursor_inherits_the_error)
{
	struct rd r = reader(2);
	struct rd sub = rd_sub(&r, 3);

	EXPECT_EQ(rd_done(&sub), ERR_TRUNCATED);
	EXPECT_EQ(rd_done(&r), ERR_TRUNCATED);
}

TEST(Rd, the_first_error_stands)
{
	struct rd r = reader();

	rd_fail(&r, ERR_VERSION);
	rd_fail(&r, ERR_RANGE);
	EXPECT_EQ(rd_u8(&r), 0u);
	EXPECT_EQ(rd_done(&r), ERR_VERSION);
}
