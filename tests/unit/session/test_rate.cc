#include "dp/policy.h"
#include "lab.h"

/* Policies of tunnels and ports: R-PBF-03, R-TUN-22. */
namespace
{

using namespace lab;

class SessionRate : public Star
{
      protected:
	/* The policy's classes as the datapath has them; empty: it hasn't the policy. */
	std::vector<dp_traffic> classes(Box &b, uint32_t id)
	{
		found = b.objects(DP_CLASS_POLICY);
		for (auto &item : found) {
			if (item.op.u.policy.id != id)
				continue;
			std::vector<dp_traffic> all(item.op.u.policy.count);
			struct rd r = rd_of(item.op.u.policy.classes);
			for (auto &t : all)
				dp_policy_read(&r, &t);
			EXPECT_EQ(rd_done(&r), ERR_OK);
			return all;
		}
		return {};
	}
	const uint32_t *ids(Box &b)
	{
		tunnels = b.objects(DP_CLASS_TUNNEL);
		EXPECT_EQ(tunnels.size(), 1u);
		return tunnels.empty() ? nullptr : tunnels[0].op.u.tunnel.policy;
	}
	std::vector<dp_item> found, tunnels;
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
	ASSERT_NE(ids(hub), nullptr);
	auto in = classes(hub, ids(hub)[DP_IN]), out = classes(hub, ids(hub)[DP_OUT]);
	ASSERT_EQ(in.size(), 1u);
	ASSERT_EQ(out.size(), 1u);
	EXPECT_EQ(in[0].police.cir, 1000000u);
	EXPECT_EQ(in[0].police.bc, 20000u);
	EXPECT_EQ(in[0].police.action[DP_EXCEED], DP_POLICE_DROP);
	EXPECT_EQ(out[0].shape_bps, 2000000u);
	EXPECT_EQ(out[0].police.cir, 0u);
	const struct session *was = hub.session();
	uint32_t id = ids(hub)[DP_OUT];
	c.more = up_map + "policy-map DOWN\n class class-default\n  shape average 3000000\n  police 64000000\n";
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n", service));
	wan.run(1000);
	EXPECT_EQ(hub.session(), was);
	EXPECT_EQ(ids(hub)[DP_OUT], id);
	out = classes(hub, id);
	ASSERT_EQ(out.size(), 1u);
	EXPECT_EQ(out[0].shape_bps, 3000000u);
	EXPECT_EQ(out[0].police.cir, 64000000u);
	EXPECT_EQ(out[0].police.bc, 2000000u) << "a quarter of a second";
}

/* A parent, its child's classes in order, the lists that they name; and all of it goes when nobody names it. */
TEST_F(SessionRate, R_PBF_03_classes_lists_and_children)
{
	const std::string service = " tunnel mode ipsec ipv4\n service-policy output PARENT\n";
	HubConfig c;

	c.more =
		"ip access-list extended WEB\n permit tcp any any eq 80\n"
		"class-map match-any VOICE\n match dscp ef\n match access-group name WEB\n"
		"policy-map PARENT\n class class-default\n  shape average 2000000\n  service-policy CHILD\n"
		"policy-map CHILD\n class VOICE\n  police 64000 1500 conform-action set-dscp-transmit cs1 exceed-action drop\n  set dscp af11\n";
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n", service));
	Box &s = spoke(1);
	up(s);
	auto out = classes(hub, ids(hub)[DP_OUT]);
	ASSERT_EQ(out.size(), 3u);
	EXPECT_STREQ(out[0].name, "class-default");
	EXPECT_EQ(out[0].shape_bps, 2000000u);
	EXPECT_STREQ(out[1].name, "VOICE");
	EXPECT_EQ(out[1].depth, 1);
	EXPECT_TRUE(out[1].any);
	EXPECT_EQ(out[1].dscp, 10);
	EXPECT_EQ(out[1].police.action[DP_CONFORM], DP_POLICE_MARK);
	EXPECT_EQ(out[1].police.dscp[DP_CONFORM], 8);
	ASSERT_EQ(out[1].match_count, 2);
	EXPECT_EQ(out[1].match[0].dscp, UINT64_C(1) << 46);
	EXPECT_EQ(out[1].match[0].families, 1u << DP_V4 | 1u << DP_V6);
	EXPECT_EQ(out[1].match[1].kind, DP_MATCH_FILTER);
	ASSERT_EQ(hub.objects(DP_CLASS_FILTER).size(), 1u);
	EXPECT_EQ(out[1].match[1].filter, hub.objects(DP_CLASS_FILTER)[0].op.u.filter.id);
	EXPECT_STREQ(out[2].name, "class-default");
	EXPECT_EQ(out[2].depth, 1);
	hub.must_load(c.text());
	wan.run(5000);
	hub.must_load(c.text()); /* the session that began with them is over */
	wan.run(100);
	EXPECT_TRUE(hub.objects(DP_CLASS_POLICY).empty());
	EXPECT_TRUE(hub.objects(DP_CLASS_FILTER).empty());
}

TEST_F(SessionRate, ports_have_policies)
{
	HubConfig c;

	c.more = "policy-map P\n class class-default\n  police 64000\ninterface Ethernet0/0\n service-policy input P\n";
	hub.must_load(c.text());
	wan.run(100);
	auto policies = hub.objects(DP_CLASS_POLICY);
	ASSERT_EQ(policies.size(), 1u);
	bool named = false;
	for (auto &p : hub.objects(DP_CLASS_PORT))
		named = named || p.op.u.port.policy[DP_IN] == policies[0].op.u.policy.id;
	EXPECT_TRUE(named);
}

} // namespace
