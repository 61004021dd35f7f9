#include "lab.h"

/* Policies of tunnels: R-PBF-03, R-TUN-22. */
namespace
{

using namespace lab;

class SessionRate : public Star
{
      protected:
	const dp_rate *rate(Box &b)
	{
		found = b.objects(DP_CLASS_TUNNEL);
		EXPECT_EQ(found.size(), 1u);
		return found.empty() ? nullptr : found[0].op.u.tunnel.rate;
	}
	std::vector<dp_item> found;
};

TEST_F(SessionRate, R_PBF_03_R_TUN_22_each_access_has_its_policies_and_a_changed_one_at_once)
{
	const std::string service = " tunnel mode ipsec ipv4\n service-policy output DOWN\n service-policy input UP\n";
	const std::string up_map =
		"policy-map UP\n class class-default\n  police cir 1000000 20000 conform-action transmit exceed-action drop\n";
	HubConfig c;

	c.more = up_map + "policy-map DOWN\n class class-default\n  shape average 2000000\n";
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n", service));
	Box &s = spoke(1);
	up(s);
	ASSERT_NE(rate(hub), nullptr);
	EXPECT_EQ(rate(hub)[DP_IN].police_bps, 1000000u);
	EXPECT_EQ(rate(hub)[DP_IN].burst, 20000u);
	EXPECT_EQ(rate(hub)[DP_OUT].shape_bps, 2000000u);
	EXPECT_EQ(rate(hub)[DP_OUT].police_bps, 0u);
	const struct session *was = hub.session();
	c.more = up_map + "policy-map DOWN\n class class-default\n  shape average 3000000\n  police 64000000\n";
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n", service));
	wan.run(1000);
	EXPECT_EQ(hub.session(), was);
	EXPECT_EQ(rate(hub)[DP_OUT].shape_bps, 3000000u);
	EXPECT_EQ(rate(hub)[DP_OUT].police_bps, 64000000u);
	EXPECT_EQ(rate(hub)[DP_OUT].burst, 2000000u) << "a quarter of a second";
}

} // namespace
