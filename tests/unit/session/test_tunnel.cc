/* Static tunnels: when they are tried, and who serves them when both ends begin. */
#include <cstring>

#include "lab.h"

namespace
{

using namespace lab;

class SessionTunnel : public Star
{
      protected:
	std::string reason(const Box &b, const char *name = "Tunnel0")
	{
		const char *r = session_tunnel_reason(b.hub, name);

		return r == nullptr ? "-" : r;
	}
};

TEST_F(SessionTunnel, R_TUN_03_tried_at_once_and_again_ever_more_slowly)
{
	hub.dead = true;
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	wan.run(120000);
	EXPECT_GE(s.stat(IKE_STAT_INIT_OUT), 2u);
	EXPECT_LE(s.stat(IKE_STAT_INIT_OUT), 4u); /* each attempt takes a minute to give up */
	EXPECT_EQ(s.up(), 0u);
	hub.dead = false;
	up(s, 60000);
	EXPECT_EQ(reason(s), "-");
}

TEST_F(SessionTunnel, a_hub_that_comes_back_isnt_met_by_all_at_once)
{
	std::set<uint64_t> times;

	hub.must_load(HubConfig().text());
	for (unsigned n = 1; n <= 20; n++)
		up(spoke(n));
	struct addr all = {};
	EXPECT_EQ(session_hub_clear(hub.hub, &all), 20u);
	wan.tap = [&](const Packet &p) {
		if (addr_eq(&p.to.addr, &hub.addrs[0]) && p.data[18] == 34 && p.data[19] == 0x08)
			times.insert(wan.now_ms);
		return true;
	};
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 20; }, 5000));
	EXPECT_GE(times.size(), 15u);
}

TEST_F(SessionTunnel, R_TUN_03_routes_of_the_configuration_outlive_the_session)
{
	SpokeConfig c(1);

	c.more = "ip route 10.99.0.0 255.255.0.0 Tunnel0\n";
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	EXPECT_EQ(s.route("10.99.0.0/16"), "");
	for (int round = 0; round < 3; round++) {
		up(s);
		EXPECT_EQ(s.route("10.99.0.0/16"), "S [1/0] Tunnel0");
		struct addr all = {};
		session_hub_clear(s.hub, &all);
		EXPECT_EQ(s.route("10.99.0.0/16"), "");
	}
	up(s);
}

TEST_F(SessionTunnel, R_IKE_22_a_dead_hub_is_left_and_found_again)
{
	SpokeConfig c(1);

	c.profile = " dpd 10 2 periodic\n";
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	up(s);
	hub.dead = true;
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 0; }, 25000));
	EXPECT_EQ(s.routes().size(), 1u);
	EXPECT_EQ(s.host.count("nave0 10.77.0.100/32"), 0u);
	hub.dead = false;
	up(s, 60000);
	wan.run(1000);
	EXPECT_EQ(hub.up(), 1u); /* the former one gave way: the spoke said that it has no other */
	EXPECT_EQ(str(s.session()->assigned), "10.77.0.100");
}

/* Whatever the former configuration's attempts came to: neither their pauses nor one that is under way holds up the next one's. */
TEST_F(SessionTunnel, a_reload_ends_the_pauses_between_attempts)
{
	unsigned n = 0;

	for (uint64_t later_ms : { 0u, 12u, 3000u }) {
		SpokeConfig wrong(++n), right(n);

		wrong.key = "Lab-Example-Key-2";
		hub.must_load(HubConfig().text());
		Box &s = spoke(wrong);
		wan.run(40000);
		uint64_t tries = s.stat(IKE_STAT_INIT_OUT);
		ASSERT_TRUE(wan.run_until([&] { return s.stat(IKE_STAT_INIT_OUT) > tries; }, 16000)) << later_ms;
		wan.run(later_ms);
		EXPECT_EQ(s.up(), 0u);
		s.must_load(right.text());
		up(s, 2000);
	}
}

TEST_F(SessionTunnel, a_lost_link_to_the_datapath_stops_no_session)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	dp_fake_drop(s.fake, 0);
	wan.run(3000);
	EXPECT_EQ(s.up(), 1u);
	dp_fake_raise(s.fake);
	wan.run(100);
	EXPECT_EQ(s.up(), 1u);
}

TEST_F(SessionTunnel, R_TUN_03_the_first_attempt_waits_for_an_SPI)
{
	hub.must_load(HubConfig().text());
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	dp_fake_delay(s.fake, 3000); /* the link comes up, its answers come late */
	s.must_load(SpokeConfig(1).text());
	ASSERT_TRUE(wan.run_until([&] { return dp_fake_pending(s.fake) != 0; }, 100));
	wan.run(2900);
	EXPECT_EQ(reason(s), "no SPI leased yet");
	EXPECT_EQ(s.stat(IKE_STAT_INIT_OUT), 0u);
	dp_fake_delay(s.fake, 1);
	ASSERT_TRUE(wan.run_until([&] { return s.stat(IKE_STAT_INIT_OUT) == 1; }, 200)); /* by the lease, not by a timer */
	up(s);
	EXPECT_EQ(s.stat(IKE_STAT_INIT_OUT), 1u);
	EXPECT_FALSE(s.logged("internal"));
}

TEST_F(SessionTunnel, a_hub_without_SPIs_lets_its_peers_wait)
{
	dp_fake_delay(hub.fake, 1500);
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	wan.run(1400);
	EXPECT_GE(hub.stat(IKE_STAT_NOT_READY), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_NO_SPI), 0u);
	dp_fake_delay(hub.fake, 1);
	up(s, 10000);
	EXPECT_EQ(s.stat(IKE_STAT_INIT_OUT), 1u);
}

/* ---- site to site ---- */

std::string site(
	const std::string &name, const std::string &wan, const std::string &lan, const std::string &far, const std::string &far_lan)
{
	return common(name, " match identity remote any\n") + "crypto ikev2 keyring KR\n peer far\n  address " + far +
	       "\n  pre-shared-key " + psk +
	       "\ncrypto ikev2 authorization policy default\n no route set interface\n route set interface Ethernet0/1\n" +
	       "interface Ethernet0/0\n ip address " + wan + " 255.255.255.0\ninterface Ethernet0/1\n ip address " + lan +
	       " 255.255.255.0\ninterface Tunnel0\n ip unnumbered Ethernet0/1\n tunnel source Ethernet0/0\n tunnel destination " + far +
	       "\n tunnel mode ipsec ipv4\n tunnel protection ipsec profile default\nip route 0.0.0.0 0.0.0.0 Ethernet0/0\nip route " +
	       far_lan + " 255.255.0.0 Tunnel0\n";
}

class SessionSites : public ::testing::Test
{
      protected:
	const std::string a_text = site("a", "198.51.100.1", "10.1.0.1", "203.0.113.1", "10.2.0.0");
	const std::string b_text = site("b", "203.0.113.1", "10.2.0.1", "198.51.100.1", "10.1.0.0");

	static void expect_one(Net &net, Box &a, Box &b, const std::string &what)
	{
		ASSERT_TRUE(net.run_until([&] { return a.up() != 0 && b.up() != 0; }, 20000)) << what;
		net.run(5000);
		ASSERT_EQ(a.up(), 1u) << what;
		ASSERT_EQ(b.up(), 1u) << what;
		a.expect_whole();
		b.expect_whole();
		EXPECT_EQ(a.route("10.2.0.0/16"), "S [1/0] Tunnel0") << what;
		EXPECT_EQ(b.route("10.1.0.0/16"), "S [1/0] Tunnel0") << what;
		EXPECT_EQ(a.route("10.2.0.0/24"), "S [1/1] Tunnel0") << what;
		EXPECT_EQ(b.route("10.1.0.0/24"), "S [1/1] Tunnel0") << what;
		EXPECT_TRUE(a.shown("Tunnel0").up);
		EXPECT_STREQ(a.session()->access.name, "Tunnel0");
		struct ike_sa_info at_a, at_b;
		ASSERT_EQ(ike_engine_info(a.engine, a.session()->ike, &at_a), ERR_OK);
		ASSERT_EQ(ike_engine_info(b.engine, b.session()->ike, &at_b), ERR_OK);
		EXPECT_EQ(memcmp(at_a.low_nonce, at_b.low_nonce, sizeof(at_a.low_nonce)), 0) << what;
	}
};

TEST_F(SessionSites, R_TUN_03_either_end_may_begin)
{
	for (bool from_a : { true, false }) {
		Net net;
		Box &a = net.box("a", { "198.51.100.1" }, lan_and_wan), &b = net.box("b", { "203.0.113.1" }, lan_and_wan);
		Box &first = from_a ? a : b;

		/* The other one waits: its datapath isn't there when it would try. */
		a.must_load(a_text);
		b.must_load(b_text);
		net.tap = [&](const Packet &p) { return p.data[18] != 34 || !addr_eq(&p.to.addr, &first.addrs[0]) || p.data[19] != 8; };
		expect_one(net, a, b, from_a ? "a" : "b");
		EXPECT_EQ(first.session()->role, IKE_INITIATOR);
	}
}

/* cli.md 1.4: of crossing initiations one stays, and both ends agree on it. */
TEST_F(SessionSites, crossing_initiations_leave_one_session)
{
	for (unsigned seed = 0; seed < 25; seed++) {
		Net net;
		std::string n = std::to_string(seed);
		Box &a = net.box("a" + n, { "198.51.100.1" }, lan_and_wan), &b = net.box("b" + n, { "203.0.113.1" }, lan_and_wan);

		net.delay_ms = 5 + seed % 3;
		a.must_load(a_text);
		net.run(seed % 13);
		b.must_load(b_text);
		expect_one(net, a, b, n);
		EXPECT_NE(a.session()->role, b.session()->role);
	}
}

TEST_F(SessionSites, crossing_over_a_bad_network)
{
	for (unsigned seed = 0; seed < 10; seed++) {
		Net net;
		std::string n = std::to_string(seed);
		Box &a = net.box("x" + n, { "198.51.100.1" }, lan_and_wan), &b = net.box("y" + n, { "203.0.113.1" }, lan_and_wan);
		uint64_t dice = seed;

		net.tap = [&](const Packet &) {
			dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			return net.now_ms > 15000 || (dice >> 60) > 4; /* a third is lost */
		};
		a.must_load(a_text);
		b.must_load(b_text);
		net.run(60000);
		expect_one(net, a, b, n);
	}
}

TEST_F(SessionSites, a_far_end_that_lost_its_memory_replaces_the_session)
{
	Net net;
	Box &a = net.box("a", { "198.51.100.1" }, lan_and_wan), &b = net.box("b", { "203.0.113.1" }, lan_and_wan);

	a.must_load(a_text);
	b.must_load(b_text);
	expect_one(net, a, b, "first");
	b.dead = true;
	b.addrs.clear();
	Box &c = net.box("c", { "203.0.113.1" }, lan_and_wan);
	c.must_load(b_text);
	expect_one(net, a, c, "again");
	EXPECT_EQ(c.session()->role, IKE_INITIATOR);
}

TEST_F(SessionSites, when_the_session_that_has_the_tunnel_goes_the_other_takes_it)
{
	Net net;
	Box &a = net.box("a", { "198.51.100.1" }, lan_and_wan), &b = net.box("b", { "203.0.113.1" }, lan_and_wan);

	a.must_load(a_text);
	b.must_load(b_text);
	/* A peer that doesn't end the session that lost: its deletes don't arrive. */
	net.tap = [&](const Packet &p) { return p.data[18] != 37 || net.now_ms > 1400; };
	net.run(1000);
	if (a.up() + b.up() > 2) {
		net.run(400);
		a.expect_whole();
		b.expect_whole();
	}
	net.run(30000);
	expect_one(net, a, b, "after");
}

/* How the datapath routes 'prefix': by enum dp_action; -1: it doesn't. */
int action_of(const Box &s, const std::string &prefix)
{
	for (const auto &item : s.objects(DP_CLASS_ROUTE))
		if (str(item.op.u.route.prefix) == prefix)
			return item.op.u.route.action;
	return -1;
}

/* R-TUN-17: a numbered tunnel is on a network, while it is up; its own address is the box's. */
TEST_F(SessionTunnel, R_TUN_17_a_numbered_tunnel)
{
	SpokeConfig c(1);

	c.address = " ip address 172.16.1.100 255.255.255.0\n";
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	EXPECT_EQ(s.host.count("nave0 172.16.1.100/32"), 1u);
	EXPECT_EQ(action_of(s, "172.16.1.0/24"), -1);
	up(s);
	EXPECT_EQ(action_of(s, "172.16.1.100/32"), DP_ROUTE_LOCAL);
	EXPECT_EQ(action_of(s, "172.16.1.0/24"), DP_ROUTE_TUNNEL);
	s.must_load(with(c.text(), "172.16.1.100", "172.16.2.100"));
	wan.run(1);
	EXPECT_EQ(action_of(s, "172.16.1.0/24"), -1);
	EXPECT_EQ(s.host.count("nave0 172.16.1.100/32"), 0u);
	EXPECT_EQ(s.host.count("nave0 172.16.2.100/32"), 1u);
}

} // namespace
