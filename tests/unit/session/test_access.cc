#include "lab.h"

namespace
{

using namespace lab;

class SessionAccess : public Star
{
      protected:
	void clear(Box &at, const std::string &peer)
	{
		struct addr a = ip(peer);

		EXPECT_EQ(session_hub_clear(at.hub, &a), 1u);
	}
};

TEST_F(SessionAccess, R_TUN_04_numbers_are_the_smallest_that_are_free)
{
	std::vector<Box *> s;

	hub.must_load(HubConfig().text());
	for (unsigned n = 1; n <= 4; n++) {
		s.push_back(&spoke(n));
		up(*s.back());
		EXPECT_STREQ(
			hub.session("Virtual-Access" + std::to_string(n))->peer, ("spoke" + std::to_string(n) + ".example.net").c_str());
	}
	s[1]->dead = s[2]->dead = true;
	clear(hub, "203.0.113.3");
	clear(hub, "203.0.113.2");
	Box &five = spoke(5), &six = spoke(6);
	up(five);
	EXPECT_STREQ(hub.session("Virtual-Access2")->peer, "spoke5.example.net");
	up(six);
	EXPECT_STREQ(hub.session("Virtual-Access3")->peer, "spoke6.example.net");
	Box &seven = spoke(7);
	up(seven);
	EXPECT_STREQ(hub.session("Virtual-Access5")->peer, "spoke7.example.net");
}

TEST_F(SessionAccess, R_TUN_05_an_unnumbered_tunnel_tells_the_loopbacks_address)
{
	SpokeConfig c(1);

	c.address = " ip unnumbered Loopback1\n";
	c.more = "interface Loopback1\n ip address 10.77.0.11 255.255.255.255\n";
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	up(s);
	EXPECT_EQ(s.route("10.77.0.254/32"), "S [1/1] Tunnel0");
	EXPECT_EQ(hub.route("10.77.0.11/32"), "S [1/1] Virtual-Access1");
}

TEST_F(SessionAccess, R_TUN_15_the_datapaths_tunnel_is_as_the_template_says)
{
	HubConfig c;

	c.more = "crypto ipsec df-bit set\n";
	hub.must_load(with(c.text(), " tunnel mode ipsec ipv4\n", " tunnel mode ipsec ipv4\n ip mtu 1400\n"));
	Box &s = spoke(1);
	up(s);
	auto tunnels = hub.objects(DP_CLASS_TUNNEL);
	ASSERT_EQ(tunnels.size(), 1u);
	const struct dp_tunnel &t = tunnels[0].op.u.tunnel;
	EXPECT_EQ(t.mtu, 1400);
	EXPECT_EQ(t.df, DP_DF_SET);
	EXPECT_EQ(t.feature[DP_V4].mss, 1360) << "what fits ip mtu";
	EXPECT_EQ(t.feature[DP_V6].mss, 1340);
	EXPECT_EQ(str(t.local), "198.51.100.1");
	EXPECT_EQ(str(t.remote), "203.0.113.1");
	EXPECT_STREQ(t.name, "Virtual-Access1");
	EXPECT_EQ(session_hub_by_tunnel(hub.hub, t.id), hub.session());
	EXPECT_EQ(session_hub_by_tunnel(hub.hub, t.id + 1), nullptr);
	EXPECT_EQ(s.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.df, DP_DF_COPY);
	SpokeConfig clear(2);
	clear.more = "crypto ipsec df-bit clear\n";
	Box &two = spoke(clear);
	up(two);
	EXPECT_EQ(two.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.df, DP_DF_CLEAR);
	EXPECT_EQ(two.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.feature[DP_V4].mss, 0);
	EXPECT_EQ(s.objects(DP_CLASS_TUNNEL)[0].op.u.tunnel.feature[DP_V4].mss, 1139) << "what fits 1280 bytes whatever the suite";
	EXPECT_EQ(s.shown("Tunnel0").mss[DP_V6], 1119);
}

/* The router's default: GRE in transport mode, a key if there is one (R-TUN-09, cli.md 3). */
TEST_F(SessionAccess, R_TUN_09_gre_in_both_modes)
{
	const std::string ipsec = " tunnel mode ipsec ipv4\n";

	for (bool transport : { true, false }) {
		HubConfig h;
		SpokeConfig c(transport ? 1 : 2);

		h.more = c.more =
			std::string("crypto ipsec transform-set T esp-gcm 128\n mode ") + (transport ? "transport\n" : "tunnel\n");
		hub.must_load(with(h.text(), ipsec, " tunnel mode gre ip\n tunnel key 77\n"));
		Box &s = wan.box("gre" + std::to_string(c.n), { "203.0.113." + std::to_string(c.n) }, lan_and_wan);
		s.must_load(with(c.text(), ipsec, " tunnel key 77\n"));
		up(s);
		for (Box *b : { &hub, &s }) {
			const struct dp_tunnel t = b->objects(DP_CLASS_TUNNEL)[0].op.u.tunnel;

			EXPECT_EQ(t.mode, DP_TUNNEL_GRE_IPSEC);
			EXPECT_TRUE(t.has_key);
			EXPECT_EQ(t.key, 77u);
			EXPECT_EQ(str(t.remote), b == &hub ? "203.0.113." + std::to_string(c.n) : "198.51.100.1");
			for (auto &o : b->objects(DP_CLASS_SA)) {
				EXPECT_EQ(o.op.u.sa.transport, transport);
				ASSERT_EQ(o.op.u.sa.ts_count, 1);
				EXPECT_EQ(o.op.u.sa.ts[0].remote.proto, 47);
				EXPECT_EQ(str(o.op.u.sa.ts[0].remote.first), str(t.remote));
				EXPECT_EQ(str(o.op.u.sa.ts[0].remote.last), str(t.remote));
			}
		}
		s.dead = true;
		clear(hub, "203.0.113." + std::to_string(c.n));
	}
}

/* R-TUN-10's other side: without `mode auto` each end is what it says. */
TEST_F(SessionAccess, gre_and_ipsec_dont_meet)
{
	hub.must_load(with(HubConfig().text(), " tunnel mode ipsec ipv4\n", " tunnel mode gre ip\n"));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_EQ(hub.up(), 0u);
}

TEST_F(SessionAccess, R_SYS_03_seventeen_tunnels_of_one_spoke)
{
	SpokeConfig c(1);

	c.tunnels = 17;
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 17; }, 10000)) << s.up();
	wan.run(1000);
	EXPECT_EQ(hub.up(), 17u);
	std::set<std::string> names, leases;
	for (const struct session *x : hub.sessions()) {
		names.insert(x->access.name);
		leases.insert(str(x->lease));
	}
	EXPECT_EQ(names.size(), 17u);
	EXPECT_EQ(leases.size(), 17u);
	EXPECT_EQ(hub.routes(true).count("10.20.1.0/24"), 17u);

	/* One that is cleared comes back beside the others, which stay. */
	const struct session *fifth = s.session("Tunnel5");
	ike_engine_delete(s.engine, wan.now_ms, fifth->ike);
	wan.run(200);
	EXPECT_EQ(hub.up(), 16u);
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 17; }, 5000));
	wan.run(100);
	EXPECT_EQ(hub.up(), 17u);
	EXPECT_EQ(hub.stat(IKE_STAT_UP), 18u);

	/* All of them after the spoke lost its memory: the first says that it has no other. */
	s.dead = true;
	Box &again = wan.box("again", { "203.0.113.99" }, lan_and_wan);
	again.must_load(with(c.text(), "203.0.113.1 ", "203.0.113.99 "));
	ASSERT_TRUE(wan.run_until([&] { return again.up() == 17; }, 10000));
	wan.run(1000);
	EXPECT_EQ(hub.up(), 17u);
}

TEST_F(SessionAccess, units_end)
{
	hub.must_load(HubConfig().text());
	Box &one = spoke(1);
	up(one);
	/* All numbers are taken: the next peer is refused, and nothing of it stays. */
	while (hub.hub->unit_words < 1u << 14) {
		uint32_t words = hub.hub->unit_words * 2;

		hub.hub->units = static_cast<uint64_t *>(realloc(hub.hub->units, words * sizeof(uint64_t)));
		hub.hub->unit_words = words;
	}
	memset(hub.hub->units, 0xff, hub.hub->unit_words * sizeof(uint64_t));
	Box &two = spoke(2);
	wan.run(3000);
	EXPECT_EQ(two.up(), 0u);
	EXPECT_EQ(hub.sessions(false).size(), 1u);
}

} // namespace
