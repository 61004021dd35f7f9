#include <gtest/gtest.h>

#include "session/mode.h"

namespace
{

ike_ts any(uint8_t family, uint8_t protocol = 0)
{
	ike_ts ts = ike_ts_any(family);

	ts.protocol = protocol;
	return ts;
}

/* R-TUN-10, R-IP6-01 to R-IP6-04: what the peer proposes says how it wants to be carried, and over what. */
TEST(SessionMode, R_TUN_10_detected_from_selectors_and_transport)
{
	const ike_ts four = any(AF_INET), six = any(AF_INET6), gre = any(AF_INET, 47), both[] = { six, four };

	EXPECT_EQ(CFG_TUNNEL_IPSEC_IPV4, session_mode_of(AF_INET, &four, 1));
	EXPECT_EQ(CFG_TUNNEL_IPSEC_IPV4_V6_OVERLAY, session_mode_of(AF_INET, &six, 1));
	EXPECT_EQ(CFG_TUNNEL_IPSEC_IPV6, session_mode_of(AF_INET6, &six, 1));
	EXPECT_EQ(CFG_TUNNEL_IPSEC_IPV6_V4_OVERLAY, session_mode_of(AF_INET6, &four, 1));
	EXPECT_EQ(CFG_TUNNEL_IPSEC_DUAL, session_mode_of(AF_INET, both, 2));
	EXPECT_EQ(CFG_TUNNEL_GRE_IP, session_mode_of(AF_INET, &gre, 1));
	EXPECT_EQ(CFG_TUNNEL_GRE_IPV6, session_mode_of(AF_INET6, &gre, 1));
	EXPECT_EQ(CFG_TUNNEL_IPSEC_DUAL, session_mode_of(AF_INET, nullptr, 0));
}

} // namespace
