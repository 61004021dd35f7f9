/* The segments that fit a tunnel of which nobody wrote anything. */
#include "session/clamp.h"

#include <gtest/gtest.h>
#include <netinet/in.h>

namespace
{

class SessionClamp : public testing::Test
{
      protected:
	SessionClamp()
	{
		clamp.source = &source;
		clamp.family = AF_INET;
		clamp.esp = true;
	}
	uint16_t mss(enum dp_family inner = DP_V4)
	{
		return session_clamp_mss(&clamp, inner);
	}
	struct cfg_interface source = {};
	struct session_clamp clamp = {};
};

/* Outer header, UDP, ESP with its vector, 15 bytes of padding, trailer and check value; GRE with key and header of its own. */
TEST_F(SessionClamp, what_is_around_and_the_segments_headers_fit_1280_bytes)
{
	const unsigned esp = 8 + 8 + 16 + 15 + 2 + 32, gre = 8;

	EXPECT_EQ(mss(), 1280 - 20 - esp - 20 - 20);
	EXPECT_EQ(mss(DP_V6), 1280 - 20 - esp - 40 - 20);
	clamp.gre = true;
	EXPECT_EQ(mss(), 1280 - 20 - esp - 20 - gre - 20 - 20);
	clamp.family = AF_INET6;
	EXPECT_EQ(mss(), 1280 - 40 - esp - 40 - gre - 20 - 20);
	clamp.esp = false;
	EXPECT_EQ(mss(DP_V6), 1280 - 40 - gre - 40 - 20);
}

TEST_F(SessionClamp, what_is_written_counts)
{
	source.ip_mtu = 1400;
	EXPECT_EQ(mss(), 1360);
	EXPECT_EQ(mss(DP_V6), 1340);
	source.feature[CFG_IPV4].mss = 1452;
	EXPECT_EQ(mss(), 1452);
	EXPECT_EQ(mss(DP_V6), 1340);
	source.ip_mtu = 559;
	EXPECT_EQ(mss(DP_V6), 0);
	source.ip_mtu = 560;
	EXPECT_EQ(mss(DP_V6), 500);
}

TEST_F(SessionClamp, nothing_where_routers_speak_or_cut)
{
	clamp.df = DP_DF_CLEAR;
	EXPECT_EQ(mss(), 0);
	clamp.family = AF_INET6;
	EXPECT_NE(mss(), 0) << "no router cuts IPv6";
	source.tunnel.path_mtu_discovery = true;
	EXPECT_EQ(mss(), 0);
	source.feature[CFG_IPV4].mss = 1300;
	EXPECT_EQ(mss(), 1300);
}

} // namespace
