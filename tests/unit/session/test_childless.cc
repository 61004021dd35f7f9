/* Sessions whose first CHILD_SA comes after IKE_AUTH (RFC 6023), from the configuration to the datapath. */
#include "ike/ability.h"
#include "lab.h"

using namespace lab;

class SessionChildless : public Star
{
};

TEST_F(SessionChildless, RFC6023_a_spoke_with_childless_comes_up_with_address_routes_and_SAs)
{
	HubConfig hubs;
	SpokeConfig spokes{ 1 };
	struct ike_sa_info info;

	spokes.profile = " childless\n";
	hub.must_load(hubs.text());
	Box &s = spoke(spokes);
	up(s);
	EXPECT_EQ(hub.up(), 1u);
	ASSERT_EQ(ike_engine_info(s.engine, s.session()->handle, &info), ERR_OK);
	EXPECT_NE(info.agreed & 1 << IKE_CAN_CHILDLESS, 0);
	EXPECT_EQ(info.msgid_tx, 4u) << "IKE_SA_INIT, IKE_AUTH, CREATE_CHILD_SA and routes";
	hub.expect_whole();
	s.expect_whole();
}

/* R-TUN-10: the mode is that of the selectors whenever they come. */
TEST_F(SessionChildless, RFC6023_mode_auto_waits_for_the_selectors)
{
	SpokeConfig spokes{ 1 };

	spokes.profile = " childless\n";
	hub.must_load(with(
		with(HubConfig().text(), " virtual-template 1\n", " virtual-template 1 mode auto\n"), " tunnel mode ipsec ipv4\n", ""));
	Box &s = spoke(spokes);
	up(s);
	ASSERT_EQ(hub.up(), 1u);
	EXPECT_EQ(hub.session()->access.mode, CFG_TUNNEL_IPSEC_IPV4);
	hub.expect_whole();
}
