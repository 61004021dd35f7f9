/* Who gets in and what it gets: the bridge between IKE, policy and grant. */
#include "lab.h"

namespace
{

using namespace lab;

class SessionBind : public Star
{
};

TEST_F(SessionBind, R_IKE_17_a_wrong_key_is_refused_and_leaves_nothing)
{
	SpokeConfig c(1);

	hub.must_load(HubConfig().text());
	c.key = "another";
	Box &s = spoke(c);
	wan.run(3000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_GE(hub.stat(IKE_STAT_AUTH_FAILED), 1u);
	EXPECT_GE(s.stat(IKE_STAT_AUTH_REJECTED), 1u);
	wan.run(20000); /* it tries on, ever more slowly */
	EXPECT_LE(hub.stat(IKE_STAT_AUTH_FAILED), 6u);
	hub.expect_empty();

	c.key = psk;
	s.must_load(c.text());
	up(s);
}

TEST_F(SessionBind, R_IKE_07_an_unknown_identity_has_no_profile)
{
	SpokeConfig c(1);

	hub.must_load(HubConfig().text());
	c.identity = "spoke1.example.com";
	Box &s = spoke(c);
	wan.run(3000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(hub.logged("why=no-profile"));
	hub.expect_empty();
}

/* An address of the template's `tunnel source` is the only one that its peers come in by, and their packets' source. */
TEST_F(SessionBind, R_TUN_16_a_templates_source)
{
	const std::string text = HubConfig().text(), tmpl = " ip unnumbered Loopback0\n tunnel mode";
	const std::string other = "interface Loopback1\n ip address 198.51.100.9 255.255.255.255\n";
	const std::string refused[] = { "Loopback1", "198.51.100.9" }, taken[] = { "Ethernet0/0", "198.51.100.1" };
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);

	for (const std::string &source : refused) {
		hub.must_load(with(text, tmpl, " tunnel source " + source + "\n" + tmpl) + other);
		s.must_load(SpokeConfig(1).text());
		wan.run(3000);
		EXPECT_EQ(s.up() + hub.up(), 0u) << source;
		EXPECT_TRUE(hub.logged("why=no-interface"));
		s.must_load("hostname spoke1\n");
		hub.expect_empty();
	}
	for (const std::string &source : taken) {
		hub.must_load(with(text, tmpl, " tunnel source " + source + "\n" + tmpl) + other);
		s.must_load(SpokeConfig(1).text());
		up(s);
		ASSERT_EQ(hub.objects(DP_CLASS_TUNNEL).size(), 1u) << source;
		EXPECT_EQ(str(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.local), "198.51.100.1");
		s.must_load("hostname spoke1\n");
		wan.run(1000);
		hub.expect_empty();
	}
}

TEST_F(SessionBind, R_IKE_10_match_any_and_an_address_as_identity)
{
	hub.must_load(with(HubConfig().text(), "remote fqdn domain example.net", "remote any"));
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(with(SpokeConfig(1).text(), " identity local fqdn spoke1.example.net\n", ""));
	up(s);
	EXPECT_STREQ(hub.session()->peer, "203.0.113.1");
	EXPECT_EQ(hub.session()->peer_type, CFG_ID_ADDRESS);
}

/* RFC7296-4-c */
TEST_F(SessionBind, R_IKE_09_a_key_id)
{
	hub.must_load(with(HubConfig().text(), "remote fqdn domain example.net", "remote key-id branch"));
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(with(SpokeConfig(1).text(), "local fqdn spoke1.example.net", "local key-id branch"));
	up(s);
	EXPECT_STREQ(hub.session()->peer, "branch");
}

TEST_F(SessionBind, the_initiator_wants_the_identity_that_its_profile_matches)
{
	hub.must_load(with(HubConfig().text(), "local fqdn hub.example.net", "local fqdn bad.example.net"));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	EXPECT_TRUE(s.logged("why=no-profile"));
	wan.run(500);
	EXPECT_TRUE(hub.objects(DP_CLASS_SA).empty());
}

TEST_F(SessionBind, R_IKE_18_no_key_in_the_keyring)
{
	hub.must_load(with(HubConfig().text(), "address 0.0.0.0 0.0.0.0", "address 192.0.2.0 255.255.255.0"));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(hub.logged("why=no-key"));
	hub.expect_empty();
}

TEST_F(SessionBind, R_IKE_14_the_more_specific_profile_decides)
{
	HubConfig c;

	c.more = "crypto ikev2 authorization policy special\n route set remote 10.99.0.0 255.255.0.0\n"
		 "crypto ikev2 profile special\n match identity remote fqdn spoke2.example.net\n identity local fqdn hub.example.net\n"
		 " authentication remote pre-share\n authentication local pre-share\n keyring local KR\n"
		 " aaa authorization group psk list default special\n virtual-template 1\n";
	hub.must_load(c.text());
	SpokeConfig second(2);
	second.address = " ip unnumbered Ethernet0/1\n";
	Box &one = spoke(1), &two = spoke(second);
	up(one);
	up(two);
	EXPECT_EQ(one.route("10.10.0.0/24"), "S [1/1] Tunnel0");
	EXPECT_EQ(two.route("10.99.0.0/16"), "S [1/1] Tunnel0");
	EXPECT_EQ(two.route("10.10.0.0/24"), "");
}

TEST_F(SessionBind, an_authorization_that_fails_ends_the_ike_sa)
{
	hub.must_load(with(HubConfig().text(), "psk list default default", "psk list default missing"));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	hub.expect_empty();
}

TEST_F(SessionBind, R_RTE_12_without_authorization_there_is_no_configuration_exchange)
{
	const std::string line = " aaa authorization group psk list default default\n";
	SpokeConfig c(1);

	c.address = " ip unnumbered Ethernet0/1\n";
	hub.must_load(with(HubConfig().text(), line, ""));
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(with(c.text(), line, ""));
	up(s);
	EXPECT_EQ(hub.routes().size(), 1u); /* the default route */
	EXPECT_EQ(s.routes().size(), 1u);

	/* A CFG_SET is answered, and none of it accepted. */
	struct ike_config routes = {};
	routes.prefix_count = 1;
	routes.prefix[0] = net("10.20.1.0/24");
	ike_engine_send_routes(s.engine, wan.now_ms, s.session()->ike, &routes);
	wan.run(100);
	EXPECT_TRUE(s.logged("accepted=0"));
	EXPECT_EQ(hub.routes().size(), 1u);
	EXPECT_EQ(s.up(), 1u);
}

/* A peer that asks for nothing may tell its prefixes nevertheless. */
/* RFC7296-2.19-d */
TEST_F(SessionBind, R_RTE_04_prefixes_are_taken_without_a_request)
{
	SpokeConfig c(1);

	c.address = " ip unnumbered Ethernet0/1\n";
	hub.must_load(HubConfig().text());
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(with(c.text(), " aaa authorization group psk list default default\n", ""));
	up(s);
	struct ike_config routes = {};
	routes.prefix_count = 1;
	routes.prefix[0] = net("10.20.1.0/24");
	ike_engine_send_routes(s.engine, wan.now_ms, s.session()->ike, &routes);
	wan.run(100);
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
}

TEST_F(SessionBind, R_AAA_22_an_empty_pool_is_told_and_the_next_address_that_comes_free_is_given)
{
	HubConfig c;

	c.pool = "ip local pool P 10.77.0.100\n";
	hub.must_load(c.text());
	Box &one = spoke(1);
	up(one);
	Box &two = spoke(2);
	wan.run(3000);
	EXPECT_EQ(two.up(), 0u);
	EXPECT_GE(hub.stat(IKE_STAT_NO_ADDRESS), 1u);
	EXPECT_EQ(two.routes().size(), 1u);
	wan.run(60000); /* it didn't give up; the hub keeps nothing of its attempts */
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_LE(hub.sessions(false).size(), 2u);

	struct addr all = {};
	one.dead = true; /* it doesn't come back */
	hub.must_load(c.text());
	EXPECT_EQ(session_hub_clear(hub.hub, &all), 1u);
	up(two, 30000);
	EXPECT_EQ(str(two.session()->assigned), "10.77.0.100");
	hub.expect_whole();
}

TEST_F(SessionBind, R_BKP_15_the_hub_selects_the_address)
{
	HubConfig c;

	hub.must_load(c.text());
	Box &s = spoke(1);
	up(s);
	EXPECT_EQ(s.host.count("nave0 10.77.0.100/32"), 1u);
	EXPECT_EQ(hub.route("10.77.0.100/32"), "S [1/1] Virtual-Access1");
	c.pool = "ip local pool P 10.88.0.7 10.88.0.9\n";
	hub.must_load(c.text());
	up(s, 30000);
	EXPECT_EQ(str(s.session()->assigned), "10.88.0.7");
	EXPECT_EQ(str(s.shown("Tunnel0").addr), "10.88.0.7");
	EXPECT_EQ(s.host.count("nave0 10.77.0.100/32"), 0u);
	EXPECT_EQ(s.host.count("nave0 10.88.0.7/32"), 1u);
	EXPECT_EQ(hub.route("10.77.0.100/32"), "");
	EXPECT_NE(hub.route("10.88.0.7/32"), "");
}

TEST_F(SessionBind, R_RTE_03_a_peer_that_wants_no_address_gets_none)
{
	SpokeConfig c(1);

	c.address = " ip address 10.77.0.11 255.255.255.255\n";
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	up(s);
	EXPECT_EQ(hub.session()->lease.family, 0);
	EXPECT_EQ(hub.route("10.77.0.11/32"), "S [1/1] Virtual-Access1"); /* R-DEF-07: its own address, told */
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
}

TEST_F(SessionBind, R_DEF_07_the_default_policy_exchanges_tunnel_addresses)
{
	HubConfig h;
	SpokeConfig c(1);

	h.pool = "";
	c.address = " ip address 10.77.0.11 255.255.255.255\n";
	hub.must_load(with(h.text(), "crypto ikev2 authorization policy default\n no route set interface\n" + h.policy, ""));
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(with(c.text(), "crypto ikev2 authorization policy default\n no route set interface\n" + c.policy, ""));
	up(s);
	EXPECT_EQ(hub.route("10.77.0.11/32"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(s.route("10.77.0.254/32"), "S [1/1] Tunnel0");
	EXPECT_EQ(hub.routes().size(), 2u);
	EXPECT_EQ(s.routes().size(), 2u);
}

TEST_F(SessionBind, a_template_that_isnt_complete_has_no_place)
{
	hub.must_load(with(HubConfig().text(), " ip unnumbered Loopback0\n", " ip unnumbered Loopback9\n"));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up() + hub.up(), 0u);
	hub.expect_empty();
}

TEST_F(SessionBind, the_limit_of_sessions_refuses)
{
	hub.must_load(HubConfig().text());
	hub.hub->sessions.limit = 1;
	Box &one = spoke(1);
	up(one);
	Box &two = spoke(2);
	wan.run(3000);
	EXPECT_EQ(two.up(), 0u);
	EXPECT_EQ(hub.up(), 1u);
}

} // namespace
