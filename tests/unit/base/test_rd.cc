#include "base/rd.h"

#include <gtest/gtest.h>

TEST(Rd, reads_network_order_and_asks_once)
{
	const uint8_t raw[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f };
	struct rd r = rd_of(bytes_of(raw, sizeof(raw)));

	EXPECT_EQ(rd_u8(&r), 0x01);
	EXPECT_EQ(rd_u16(&r), 0x0203);
	EXPECT_EQ(rd_u32(&r), 0x04050607u);
	EXPECT_EQ(rd_done(&r), ERR_TRAILING);
	EXPECT_EQ(rd_u64(&r), UINT64_C(0x08090a0b0c0d0e0f));
	EXPECT_EQ(rd_done(&r), ERR_OK);
}
