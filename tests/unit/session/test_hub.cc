/* The hub as a whole: sessions come and go, the datapath speaks, operators clear. */
#include <ctime>

#include "lab.h"

namespace
{

using namespace lab;

class SessionHub : public Star
{
};

/* R-RTE-01 R-RTE-02 R-RTE-03 R-RTE-04 R-RTE-05 R-RTE-06 R-RTE-07 R-RTE-08 R-TUN-06 R-SYS-09 */
/* RFC7296-4-c RFC7296-4-h */
TEST_F(SessionHub, a_session_with_lease_and_routes_on_both_sides)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);

	const struct session *h = hub.session("Virtual-Access1"), *mine = s.session("Tunnel0");
	ASSERT_NE(h, nullptr);
	ASSERT_NE(mine, nullptr);
	EXPECT_EQ(str(h->lease), "10.77.0.100");
	EXPECT_EQ(str(mine->assigned), "10.77.0.100");
	EXPECT_STREQ(h->peer, "spoke1.example.net");
	EXPECT_STREQ(mine->peer, "hub.example.net");
	EXPECT_EQ(h->role, IKE_RESPONDER);
	EXPECT_EQ(mine->role, IKE_INITIATOR);
	EXPECT_EQ(hub.route("10.77.0.100/32"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(s.route("10.77.0.254/32"), "S [1/1] Tunnel0");
	EXPECT_EQ(s.route("10.10.0.0/24"), "S [1/1] Tunnel0");
	EXPECT_EQ(hub.routes().size(), 3u); /* and the default route */
	EXPECT_EQ(s.routes().size(), 3u);
	EXPECT_EQ(s.host.count("nave0 10.77.0.100/32"), 1u);
	EXPECT_EQ(h->prefixes_accepted, 2u);
	EXPECT_EQ(h->prefixes_refused, 0u);
	EXPECT_TRUE(s.logged("sent=2 accepted=2"));
	EXPECT_TRUE(hub.logged("session.up interface=Virtual-Access1 peer=spoke1.example.net profile=default"));
}

TEST_F(SessionHub, clear_by_peer_and_all)
{
	struct addr second = ip("203.0.113.2"), nobody = ip("192.0.2.1"), all = {};

	hub.must_load(HubConfig().text());
	for (unsigned n = 1; n <= 3; n++)
		up(spoke(n));
	EXPECT_EQ(session_hub_clear(hub.hub, &nobody), 0u);
	EXPECT_EQ(session_hub_clear(hub.hub, &second), 1u);
	EXPECT_EQ(hub.up(), 2u);
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 3; }, 5000));
	EXPECT_EQ(session_hub_clear(hub.hub, &all), 3u);
	EXPECT_EQ(hub.up(), 0u);
	EXPECT_EQ(hub.routes().size(), 1u);
	wan.run(100);
	hub.expect_empty();
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 3; }, 5000)); /* they come back by themselves */
}

TEST_F(SessionHub, R_IKE_22_on_demand_dpd_is_driven_by_the_datapaths_activity)
{
	HubConfig c;
	struct dp_event e = {};

	c.profile = " dpd 10 2 on-demand\n";
	hub.must_load(c.text());
	Box &s = spoke(1);
	up(s);
	wan.run(60000);
	EXPECT_EQ(hub.stat(IKE_STAT_PROBE), 0u); /* idle: nobody asks */
	s.dead = true;
	e.kind = DP_EV_ACTIVITY;
	e.id = hub.session()->access.tunnel;
	e.idle_in_ms = UINT32_MAX;
	e.idle_out_ms = 0;
	dp_fake_event(hub.fake, &e);
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 0; }, 21000));
	EXPECT_EQ(hub.stat(IKE_STAT_DEAD_PEER), 1u);
	e.id = 4000000;
	dp_fake_event(hub.fake, &e); /* of a tunnel that nobody has */
	wan.run(100);
	hub.expect_empty();
}

/* R-TUN-15: what the tunnel takes is the lesser of its own MTU and its path's. */
TEST_F(SessionHub, R_TUN_15_the_datapath_tells_what_a_path_takes)
{
	struct dp_event e = {};

	hub.must_load(with(HubConfig().text(), " ip unnumbered Loopback0\n", " ip unnumbered Loopback0\n ip mtu 1400\n"));
	Box &s = spoke(1);
	up(s);
	e.kind = DP_EV_PMTU;
	e.mtu = 1446;
	e.id = hub.session()->access.tunnel;
	dp_fake_event(hub.fake, &e);
	e.id = s.session()->access.tunnel;
	EXPECT_EQ(session_access_mtu(&s.session()->access), 0u);
	dp_fake_event(s.fake, &e);
	wan.run(10);
	EXPECT_EQ(session_access_mtu(&hub.session()->access), 1400u);
	EXPECT_EQ(session_access_mtu(&s.session()->access), 1446u);
	e.id = 4000000;
	dp_fake_event(hub.fake, &e); /* of a tunnel that nobody has */
	e.id = hub.session()->access.tunnel;
	e.mtu = 1322;
	dp_fake_event(hub.fake, &e);
	wan.run(10);
	EXPECT_EQ(session_access_mtu(&hub.session()->access), 1322u);
}

TEST_F(SessionHub, esp_of_nobody_is_answered_and_makes_the_peer_look)
{
	struct dp_event e = {};

	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	/* The hub lost the session and the spoke doesn't know. */
	wan.tap = [&](const Packet &p) { return !addr_eq(&p.from.addr, &hub.addrs[0]); };
	struct addr all = {};
	session_hub_clear(hub.hub, &all);
	wan.run(64000);
	wan.tap = nullptr;
	EXPECT_EQ(s.up(), 1u);
	e.kind = DP_EV_UNKNOWN_SPI;
	e.spi = list_of(list_first(&s.session()->children), struct session_child, link)->spi_out;
	e.local = ip("198.51.100.1");
	e.remote = { ip("203.0.113.1"), 0 };
	dp_fake_event(hub.fake, &e);
	wan.run(100);
	EXPECT_EQ(s.stat(IKE_STAT_HINT), 1u);
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 1; }, 20000));
	wan.run(100);
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(s.stat(IKE_STAT_UP), 2u);
	e.remote.port = 4500; /* in UDP: answered there */
	wan.tap = [&](const Packet &p) {
		EXPECT_TRUE(p.natt);
		EXPECT_EQ(p.from.port, 4500);
		EXPECT_EQ(p.to.port, 4500);
		return true;
	};
	dp_fake_event(hub.fake, &e);
	wan.run(20);
	wan.tap = nullptr;
}

TEST_F(SessionHub, an_sa_near_its_end_gets_a_successor_that_sends)
{
	struct dp_event e = {};

	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	for (enum dp_event_kind kind : { DP_EV_SEQUENCE, DP_EV_LIFETIME }) {
		uint32_t before = session_senders_of(hub.session(), 1)->spi_in;

		e.kind = kind;
		e.id = list_of(list_first(&hub.session()->children), struct session_child, link)->sa_out;
		dp_fake_event(hub.fake, &e);
		wan.run(500);
		EXPECT_NE(session_senders_of(hub.session(), 1)->spi_in, before);
		const struct session_child *c = list_of(hub.session()->children.prev, struct session_child, link);
		EXPECT_TRUE(c->sends);
		EXPECT_EQ(hub.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.sa_out, c->sa_out);
		EXPECT_EQ(hub.objects(DP_CLASS_SA).size(), 4u) << "the old pair receives still";
		wan.run(6000);
		EXPECT_EQ(hub.objects(DP_CLASS_SA).size(), 2u);
		hub.expect_whole();
	}
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_CHILD_REKEY), 2u);
}

/* R-DEF */
TEST_F(SessionHub, limits_are_the_configurations)
{
	struct ike_tuning t;

	hub.must_load(HubConfig().text() + "crypto ikev2 limit max-sa 7\ncrypto ikev2 limit max-in-negotiation-sa 6\n"
					   "crypto ikev2 limit source rate 5 burst 4\ncrypto ikev2 limit source half-open 3\n"
					   "crypto ikev2 cookie-challenge 2\n");
	ike_engine_tuned(hub.engine, &t);
	EXPECT_EQ(t.sa_limit, 7u);
	EXPECT_EQ(t.half_open_limit, 6u);
	EXPECT_EQ(t.source.rate, 5u);
	EXPECT_EQ(t.source.burst, 4u);
	EXPECT_EQ(t.source.half_open, 3u);
	EXPECT_EQ(t.cookie_threshold, 2u);
	EXPECT_FALSE(t.cookie_always);
	hub.must_load(HubConfig().text() + "crypto ikev2 cookie-challenge 0\n");
	ike_engine_tuned(hub.engine, &t);
	EXPECT_TRUE(t.cookie_always);
	EXPECT_EQ(t.source.rate, 0u);
	Box &s = spoke(1);
	up(s);
	EXPECT_EQ(hub.stat(IKE_STAT_COOKIE_SENT), 1u);
}

TEST_F(SessionHub, an_sa_at_its_end_is_over)
{
	struct dp_event e = {};

	e.hard = true;

	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);
	for (enum dp_event_kind kind : { DP_EV_SEQUENCE, DP_EV_LIFETIME }) {
		e.kind = kind;
		e.id = list_of(list_first(&hub.session()->children), struct session_child, link)->sa_out;
		dp_fake_event(hub.fake, &e);
		EXPECT_EQ(hub.up(), 0u);
		dp_fake_event(hub.fake, &e); /* again: nobody's now */
		up(s);
	}
}

TEST_F(SessionHub, what_the_datapath_tells_is_logged)
{
	struct dp_event e = {};

	hub.must_load(HubConfig().text());
	up(spoke(1));
	e.kind = DP_EV_PLACEMENT;
	e.placement = DP_PLACE_SOFT;
	e.reason = DP_WHY_DEVICE_DOWN;
	dp_fake_event(hub.fake, &e);
	EXPECT_TRUE(hub.logged("placement=software reason=device-down"));
	e.kind = DP_EV_DEVICE;
	e.id = 1;
	dp_fake_event(hub.fake, &e);
	EXPECT_TRUE(hub.logged("port.device"));
	e.kind = DP_EV_LINK;
	dp_fake_event(hub.fake, &e);
	EXPECT_TRUE(hub.logged("port.link"));
	e.kind = DP_EV_PMTU;
	dp_fake_event(hub.fake, &e);
	wan.run(100);
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionHub, R_SYS_02_behind_a_nat_esp_travels_in_udp)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	s.nat_addr = ip("192.0.2.7");
	up(s);
	for (const auto &item : hub.objects(DP_CLASS_SA))
		EXPECT_TRUE(item.op.u.sa.udp_encap);
	for (const auto &item : s.objects(DP_CLASS_SA))
		EXPECT_TRUE(item.op.u.sa.udp_encap);
	EXPECT_EQ(str(hub.session()->path.remote.addr), "192.0.2.7");
	wan.run(65000);
	EXPECT_GE(s.keepalives, 3u);
	EXPECT_EQ(hub.keepalives, 0u);
}

/* Two spokes behind one NAT, with the same private address. */
TEST_F(SessionHub, two_peers_with_one_address)
{
	hub.must_load(HubConfig().text());
	Box &one = spoke(1), &two = spoke(2);
	one.nat_addr = two.nat_addr = ip("192.0.2.7");
	two.nat_base = 41000;
	up(one);
	up(two);
	EXPECT_EQ(hub.up(), 2u);
	struct addr nat = ip("192.0.2.7");
	EXPECT_EQ(session_hub_clear(hub.hub, &nat), 2u);
	up(one);
	up(two);
}

TEST_F(SessionHub, over_a_bad_network)
{
	uint64_t dice = 1;

	wan.tap = [&](const Packet &) {
		dice = dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		return (dice >> 60) > 3; /* a quarter is lost */
	};
	hub.must_load(HubConfig().text());
	for (unsigned n = 1; n <= 10; n++)
		spoke(n);
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 10; }, 120000));
	wan.tap = nullptr;
	wan.run(60000);
	EXPECT_EQ(hub.up(), 10u);
	for (auto &b : wan.boxes)
		EXPECT_EQ(b->up(), b.get() == &hub ? 10u : 1u) << b->name;
	EXPECT_EQ(hub.routes().size(), 21u);
}

TEST_F(SessionHub, the_end_of_the_engine_frees_every_session)
{
	hub.must_load(HubConfig().text());
	for (unsigned n = 1; n <= 3; n++)
		up(spoke(n));
	wan.boxes[1]->stop();
	hub.stop();
	EXPECT_EQ(hub.engine, nullptr);
}

/* CPU time of making 'count' sessions, in seconds. */
double cost(unsigned count)
{
	Net wan;
	Box &hub = wan.box("hub", { "198.51.100.1" }, lan_and_wan);
	HubConfig h;
	std::clock_t begin;

	h.pool = "ip local pool P 10.78.0.1 10.78.255.254\n";
	hub.must_load(h.text());
	for (unsigned n = 1; n * 100 <= count; n++) {
		SpokeConfig c(n);
		Box &s = wan.box("spoke" + std::to_string(n), { "203.0.113." + std::to_string(n) }, lan_and_wan);

		c.tunnels = 100;
		s.must_load(c.text());
	}
	begin = std::clock();
	EXPECT_TRUE(wan.run_until([&] { return hub.hub->sessions.used == count && hub.up() == count; }, 60000)) << hub.up();
	double seconds = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
	wan.run(1000);
	for (auto &b : wan.boxes)
		b->expect_whole();
	hub.must_load(h.text() + "ip route 10.99.0.0 255.255.0.0 Null0\n"); /* a reload touches none of them */
	EXPECT_EQ(hub.up(), count);

	struct addr all = {};
	for (auto &b : wan.boxes)
		b->dead = b.get() != &hub;
	EXPECT_EQ(session_hub_clear(hub.hub, &all), count);
	wan.run(1000);
	hub.expect_empty();
	return seconds;
}

/* Each session costs the same, whether few or many are there. */
TEST_F(SessionHub, R_SYS_03_a_thousand_sessions_come_and_go_at_linear_cost)
{
	double few = cost(200) / 200, many = cost(1000) / 1000;

	EXPECT_LT(many, 3 * few);
}

} // namespace
