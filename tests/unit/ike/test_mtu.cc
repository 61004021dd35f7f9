#include <gtest/gtest.h>

#include "ike/core.h"
#include "ike/frag/mtu.h"

namespace
{

class IkeMtu : public ::testing::Test
{
      protected:
	std::unique_ptr<struct ike_engine> engine = std::make_unique<struct ike_engine>();
	struct ike_sa sa = {};

	void SetUp() override
	{
		sa.engine = engine.get();
	}
	static struct ike_path path(const char *remote, bool natt = false)
	{
		struct ike_path p = {};

		EXPECT_EQ(addr_parse(remote, &p.remote.addr), ERR_OK);
		p.natt = natt;
		return p;
	}
};

} // namespace

TEST_F(IkeMtu, RFC7383_2_5_1_what_any_path_carries_unless_configured)
{
	struct ike_path four = path("192.0.2.1"), six = path("2001:db8::1");

	EXPECT_EQ(ike_mtu_of(&sa, &four), 576);
	EXPECT_EQ(ike_mtu_of(&sa, &six), 1280);
	engine->cfg.frag_mtu = 1400;
	EXPECT_EQ(ike_mtu_of(&sa, &four), 1400);
	EXPECT_EQ(ike_mtu_of(&sa, &six), 1400);
	sa.frag_mtu = 1280;
	EXPECT_EQ(ike_mtu_of(&sa, &four), 1280) << "what was found on the path";
}

TEST_F(IkeMtu, headers_and_the_marker_take_their_room)
{
	struct ike_path four = path("192.0.2.1"), six = path("2001:db8::1"), natt = path("192.0.2.1", true);

	EXPECT_EQ(ike_mtu_room(576, &four), 548u);
	EXPECT_EQ(ike_mtu_room(576, &natt), 544u);
	EXPECT_EQ(ike_mtu_room(1280, &six), 1232u);
	EXPECT_EQ(ike_mtu_room(20, &four), 0u);
}

TEST_F(IkeMtu, RFC7383_2_5_2_smaller_sizes_that_would_change_anything)
{
	struct ike_path four = path("192.0.2.1"), six = path("2001:db8::1");

	engine->cfg.frag_mtu = 1500;
	EXPECT_EQ(ike_mtu_below(&sa, &four, 1400), 1280);
	EXPECT_EQ(ike_mtu_below(&sa, &four, 1252), 576) << "fits into 1280";
	EXPECT_EQ(ike_mtu_below(&sa, &four, 548), 0);
	EXPECT_EQ(ike_mtu_below(&sa, &six, 1400), 1280);
	EXPECT_EQ(ike_mtu_below(&sa, &six, 1200), 0) << "IPv6 carries that everywhere";
	sa.frag_mtu = 576;
	EXPECT_EQ(ike_mtu_below(&sa, &four, 1400), 0);
}
