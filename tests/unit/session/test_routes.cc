#include "lab.h"

namespace
{

using namespace lab;

class SessionRoutes : public Star
{
      protected:
	/* The spoke tells these prefixes now. */
	void tell(Box &s, const std::vector<std::string> &prefixes)
	{
		struct ike_config routes = {};

		for (const std::string &p : prefixes)
			routes.prefix[routes.prefix_count++] = net(p);
		ike_engine_send_routes(s.engine, wan.now_ms, s.session()->ike, &routes);
		wan.run(100);
	}
};

TEST_F(SessionRoutes, R_RTE_14_refused_prefixes_are_counted_and_not_installed)
{
	HubConfig c;

	c.policy += " no route accept any\n";
	hub.must_load(c.text());
	Box &s = spoke(1);
	up(s);
	EXPECT_EQ(hub.session()->prefixes_refused, 2u);
	EXPECT_EQ(hub.session()->prefixes_accepted, 0u);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "");
	EXPECT_EQ(hub.route("10.77.0.100/32"), "S [1/1] Virtual-Access1"); /* the lease's, whatever the peer says */
	EXPECT_EQ(s.route("10.10.0.0/24"), "S [1/1] Tunnel0");
}

TEST_F(SessionRoutes, a_spoke_that_refuses_installs_nothing)
{
	SpokeConfig c(1);

	c.policy += " no route accept any\n";
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	up(s);
	EXPECT_EQ(s.session()->prefixes_refused, 2u);
	EXPECT_EQ(s.routes().size(), 1u);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
}

TEST_F(SessionRoutes, R_RTE_10_distance_and_tag_of_the_policy)
{
	HubConfig h;
	SpokeConfig c(1);

	h.policy += " route accept any tag 7 distance 210\n";
	c.policy += " route accept any distance 210\n";
	h.more = "ip route 10.20.1.0 255.255.255.0 Null0 250\n"; /* waits behind it */
	hub.must_load(h.text());
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [250/0] Null0");
	Box &s = spoke(c);
	up(s);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [210/7] Virtual-Access1");
	EXPECT_EQ(hub.route("10.77.0.100/32"), "S [210/7] Virtual-Access1");
	EXPECT_EQ(s.route("10.77.0.254/32"), "S [210/1] Tunnel0");
	s.dead = true;
	struct addr all = {};
	session_hub_clear(hub.hub, &all);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [250/0] Null0");
}

TEST_F(SessionRoutes, R_RTE_13_local_routes_are_installed_without_the_peers_word)
{
	HubConfig c;

	c.policy += " route set local 10.30.0.0 255.255.0.0\n no route accept any\n";
	hub.must_load(c.text());
	Box &s = spoke(1);
	up(s);
	EXPECT_EQ(hub.route("10.30.0.0/16"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(s.route("10.30.0.0/16"), "");
}

TEST_F(SessionRoutes, R_RTE_15_the_specifics_live_at_the_hub_alone)
{
	HubConfig c;

	c.policy = " pool P\n route set interface\n route set remote 10.20.0.0 255.255.0.0\n";
	hub.must_load(c.text());
	Box &one = spoke(1), &two = spoke(2);
	up(one);
	up(two);
	EXPECT_EQ(one.routes().size(), 3u);
	EXPECT_EQ(two.routes().size(), 3u);
	EXPECT_EQ(hub.routes().size(), 5u);
}

/* What a peer tells takes the place of what it told: an authentic peer can't fill the table. */
TEST_F(SessionRoutes, R_RTE_04_a_later_set_replaces_the_former)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	tell(s, { "10.21.0.0/16", "10.22.0.0/16" });
	EXPECT_EQ(hub.route("10.20.1.0/24"), "");
	EXPECT_EQ(hub.route("10.21.0.0/16"), "S [1/1] Virtual-Access1");
	tell(s, { "10.22.0.0/16", "127.0.0.0/8", "10.77.0.100/32" });
	EXPECT_EQ(hub.session()->prefixes_accepted, 2u);
	EXPECT_EQ(hub.session()->prefixes_refused, 1u);
	tell(s, { "10.23.0.0/16" });
	EXPECT_EQ(hub.route("10.22.0.0/16"), "");
	EXPECT_EQ(hub.route("10.77.0.100/32"), "S [1/1] Virtual-Access1"); /* the lease isn't the peer's to take back */
	for (unsigned i = 0; i < 50; i++)
		tell(s, { "10." + std::to_string(100 + i) + ".0.0/16" });
	EXPECT_EQ(hub.routes().size(), 3u); /* the default route, the lease, the last */
}

/* What the spoke's own table comes to have is no concern of its hub's: no redistribution. */
TEST_F(SessionRoutes, R_RTE_16_later_routes_of_the_box_are_not_told)
{
	const std::string text = SpokeConfig(1).text();

	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	s.must_load(text + "ip route 10.60.0.0 255.255.0.0 10.20.1.9\n");
	wan.run(5000);
	EXPECT_EQ(s.route("10.60.0.0/16"), "S [1/0] Ethernet0/1");
	EXPECT_EQ(s.stat(IKE_STAT_UP), 1u);
	EXPECT_EQ(hub.route("10.60.0.0/16"), "");
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
}

TEST_F(SessionRoutes, two_peers_of_one_prefix_and_the_second_stays)
{
	SpokeConfig c(2);

	hub.must_load(HubConfig().text());
	c.policy = " route set remote 10.20.1.0 255.255.255.0\n";
	Box &one = spoke(1);
	up(one);
	Box &two = spoke(c);
	up(two);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(hub.routes(true).count("10.20.1.0/24"), 2u);
	one.dead = true;
	struct addr first = ip("203.0.113.1");
	EXPECT_EQ(session_hub_clear(hub.hub, &first), 1u);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access2");
}

/* R-RTE-19 */
TEST_F(SessionRoutes, six_over_a_dual_overlay)
{
	HubConfig h;
	SpokeConfig c(1);

	h.policy += " route set remote ipv6 2001:db8:10::/64\n";
	c.policy += " route set remote ipv6 2001:db8:20::/64\n";
	hub.must_load(with(h.text(), "tunnel mode ipsec ipv4", "tunnel mode ipsec dual-overlay"));
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(with(c.text(), "tunnel mode ipsec ipv4", "tunnel mode ipsec dual-overlay"));
	up(s);
	EXPECT_EQ(hub.route("2001:db8:20::/64"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(s.route("2001:db8:10::/64"), "S [1/1] Tunnel0");
	for (const auto &item : hub.objects(DP_CLASS_SA))
		EXPECT_EQ(item.op.u.sa.ts_count, 2); /* of the four pairs those of one family */
}

TEST_F(SessionRoutes, all_goes_with_the_session)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	s.dead = true;
	struct addr all = {};
	session_hub_clear(hub.hub, &all);
	wan.run(200);
	EXPECT_EQ(hub.routes(true).size(), 1u);
	hub.expect_empty();
}

} // namespace
