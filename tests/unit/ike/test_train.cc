#include <gtest/gtest.h>

#include "ike/frag/train.h"
#include "ike/wire/build.h"

namespace
{

/* Appends a message of 'extra' bytes beyond its header. */
void append(struct wr &w, size_t extra)
{
	struct ike_hdr hdr = {};
	size_t at = w.len;

	hdr.spi_i = 1;
	hdr.version = IKE_VERSION;
	hdr.length = static_cast<uint32_t>(IKE_HDR_LEN + extra);
	ike_hdr_build(&w, &hdr);
	wr_patch_u32(&w, at + IKE_HDR_LENGTH_AT, hdr.length);
	wr_zero(&w, extra);
}

} // namespace

TEST(IkeTrain, datagrams_come_off_by_their_own_lengths)
{
	uint8_t buf[200];
	struct wr w = wr_of(buf, sizeof(buf));
	struct bytes train, one;

	append(w, 10);
	append(w, 0);
	append(w, 33);
	train = wr_view(&w);
	EXPECT_EQ(ike_train_count(train), 3u);
	ASSERT_TRUE(ike_train_next(&train, &one));
	EXPECT_EQ(one.len, IKE_HDR_LEN + 10u);
	ASSERT_TRUE(ike_train_next(&train, &one));
	EXPECT_EQ(one.len, static_cast<size_t>(IKE_HDR_LEN));
	ASSERT_TRUE(ike_train_next(&train, &one));
	EXPECT_EQ(one.len, IKE_HDR_LEN + 33u);
	EXPECT_EQ(one.data, buf + 2 * IKE_HDR_LEN + 10);
	EXPECT_FALSE(ike_train_next(&train, &one));
	EXPECT_EQ(ike_train_count(bytes_of(nullptr, 0)), 0u);
}
