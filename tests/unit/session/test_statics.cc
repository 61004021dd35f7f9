#include "lab.h"

namespace
{

using namespace lab;

class SessionStatics : public Star
{
      protected:
	const std::string ports = "interface Ethernet0/0\n ip address 198.51.100.1 255.255.255.0\n"
				  "interface Ethernet0/1\n ip address 10.10.0.1 255.255.255.0\n";

	void load(const std::string &text)
	{
		hub.must_load(ports + text);
		wan.run(50);
	}
};

TEST_F(SessionStatics, each_way_of_writing_one)
{
	load("ip route 0.0.0.0 0.0.0.0 198.51.100.254\n"
	     "ip route 10.1.0.0 255.255.0.0 Ethernet0/1\n"
	     "ip route 10.2.0.0 255.255.0.0 Ethernet0/1 10.10.0.7 20\n"
	     "ip route 10.3.0.0 255.255.0.0 Null0 250\n"
	     "ipv6 route 2001:db8::/32 Null0 9\n");
	EXPECT_EQ(hub.routes(), (std::multimap<std::string, std::string>{ { "0.0.0.0/0", "S [1/0] Ethernet0/0" },
					{ "10.1.0.0/16", "S [1/0] Ethernet0/1" }, { "10.2.0.0/16", "S [20/0] Ethernet0/1" },
					{ "10.3.0.0/16", "S [250/0] Null0" }, { "2001:db8::/32", "S [9/0] Null0" } }));
}

TEST_F(SessionStatics, R_RTE_10_what_changes_and_what_goes)
{
	load("ip route 10.1.0.0 255.255.0.0 Null0\nip route 10.2.0.0 255.255.0.0 Null0\nip route 10.3.0.0 255.255.0.0 10.10.0.7\n");
	load("ip route 10.1.0.0 255.255.0.0 Null0 7 tag 9\nip route 10.3.0.0 255.255.0.0 10.10.0.8\n");
	EXPECT_EQ(hub.routes(true).size(), 2u);
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [7/9] Null0");
	auto hops = hub.objects(DP_CLASS_ADJACENCY);
	ASSERT_EQ(hops.size(), 1u);
	EXPECT_EQ(str(hops[0].op.u.adjacency.next_hop), "10.10.0.8");
	load("");
	EXPECT_TRUE(hub.routes(true).empty());
	EXPECT_TRUE(hub.objects(DP_CLASS_ADJACENCY).empty());
}

TEST_F(SessionStatics, through_what_isnt_there_none_is_added)
{
	load("ip route 10.1.0.0 255.255.0.0 Tunnel9\nip route 10.2.0.0 255.255.0.0 Ethernet0/9\n"
	     "interface Tunnel9\n tunnel source Ethernet0/0\n tunnel destination 192.0.2.1\n tunnel mode ipsec ipv4\n"
	     "interface Ethernet0/9\n ip address 10.9.0.1 255.255.255.0\n");
	EXPECT_TRUE(hub.routes(true).empty());
}

TEST_F(SessionStatics, R_RTE_10_a_port_without_a_carrier_has_no_routes)
{
	dp_event e = {};

	load("ip route 10.1.0.0 255.255.0.0 10.10.0.7\nip route 10.1.0.0 255.255.0.0 Null0 250\nip route 10.2.0.0 255.255.0.0 198.51.100.254\n");
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [1/0] Ethernet0/1");
	e.kind = DP_EV_LINK;
	e.id = 2;
	dp_fake_event(hub.fake, &e);
	wan.run(50);
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [250/0] Null0");
	EXPECT_EQ(hub.route("10.10.0.0/24"), "");
	EXPECT_EQ(hub.route("10.2.0.0/16"), "S [1/0] Ethernet0/0") << "the other port has it still";
	EXPECT_STREQ(hub.shown("Ethernet0/1").reason, "no carrier");
	EXPECT_FALSE(hub.shown("Ethernet0/1").up);
	load("ip route 10.1.0.0 255.255.0.0 10.10.0.7\nip route 10.1.0.0 255.255.0.0 Null0 251\n");
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [251/0] Null0") << "a reload doesn't mend it";
	e.up = true;
	dp_fake_event(hub.fake, &e);
	wan.run(50);
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [1/0] Ethernet0/1");
	EXPECT_EQ(hub.shown("Ethernet0/1").reason, nullptr);
	e.id = 9; /* no port of ours */
	dp_fake_event(hub.fake, &e);
}

TEST_F(SessionStatics, through_a_port_that_is_shut_it_waits)
{
	load("ip route 10.1.0.0 255.255.0.0 Ethernet0/1\nip route 10.1.0.0 255.255.0.0 Null0 250\n");
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [1/0] Ethernet0/1");
	hub.must_load(with(ports, "interface Ethernet0/1\n", "interface Ethernet0/1\n shutdown\n") +
		      "ip route 10.1.0.0 255.255.0.0 Ethernet0/1\nip route 10.1.0.0 255.255.0.0 Null0 250\n");
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [250/0] Null0");
}

TEST_F(SessionStatics, a_tracked_one_comes_and_goes_with_its_track)
{
	const std::string tracked = "track 1 ip route 10.9.0.0 255.255.0.0 reachability\n"
				    "track 2 interface Ethernet0/1 line-protocol\ntrack 3 list boolean and\n object 1\n object 2\n"
				    "ip route 10.1.0.0 255.255.0.0 10.10.0.7 track 3\nip route 10.1.0.0 255.255.0.0 Null0 200\n";
	load(tracked);
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [200/0] Null0");
	load(tracked + "ip route 10.9.0.0 255.255.0.0 Null0\n");
	wan.run(600);
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [1/0] Ethernet0/1");
	EXPECT_TRUE(hub.logged("track=3 state=up"));
	hub.must_load(with(ports, "interface Ethernet0/1\n", "interface Ethernet0/1\n shutdown\n") + tracked +
		      "ip route 10.9.0.0 255.255.0.0 Null0\n");
	wan.run(600);
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [200/0] Null0");
	load("");
	EXPECT_TRUE(hub.routes(true).empty());
}

TEST_F(SessionStatics, delays_stubs_and_lists_of_negated_members)
{
	const std::string lines = "track 1 stub-object\n default-state STATE\ntrack 2 list boolean or\n object 1 not\n"
				  "track 3 list boolean and\n object 1\n delay up 2 down 1\n"
				  "ip route 10.1.0.0 255.255.0.0 Null0 track 2\nip route 10.2.0.0 255.255.0.0 Null0 track 3\n";
	load(with(lines, "STATE", "down"));
	EXPECT_EQ(hub.route("10.1.0.0/16"), "S [1/0] Null0");
	EXPECT_EQ(hub.route("10.2.0.0/16"), "");
	load(with(lines, "STATE", "up"));
	wan.run(1500);
	EXPECT_EQ(hub.route("10.1.0.0/16"), "");
	EXPECT_EQ(hub.route("10.2.0.0/16"), ""); /* not yet */
	wan.run(1500);
	EXPECT_EQ(hub.route("10.2.0.0/16"), "S [1/0] Null0");
	load(with(lines, "STATE", "down"));
	wan.run(500);
	EXPECT_EQ(hub.route("10.2.0.0/16"), "S [1/0] Null0");
	wan.run(1500);
	EXPECT_EQ(hub.route("10.2.0.0/16"), "");
}

/* A track that hangs on the route that hangs on it turns no more often than the timer lets it. */
TEST_F(SessionStatics, a_circle_of_track_and_route_is_bounded)
{
	load("track timer msec 1000\ntrack 1 ip route 10.1.0.0 255.255.0.0 reachability\ntrack 2 list boolean and\n object 1 not\n"
	     "ip route 10.1.0.0 255.255.0.0 Null0 track 2\n");
	wan.run(10000);
	EXPECT_GT(hub.count_logged("track=1 state="), 5u);
	EXPECT_LT(hub.count_logged("track=1 state="), 12u);
}

} // namespace
