#include "lab.h"

namespace
{

using namespace lab;

class SessionAddress : public Alone
{
};

using Set = std::set<std::string>;

TEST_F(SessionAddress, an_address_that_moves_is_there_throughout)
{
	load("interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n");
	load("interface Loopback1\n ip address 10.0.0.1 255.255.255.255\n");
	EXPECT_EQ(locals(), (Set{ "0 10.0.0.1/32" }));
	EXPECT_EQ(hub.host, (Set{ "nave0 10.0.0.1/32" }));
	EXPECT_EQ(routes(), (Set{ "10.0.0.1/32 local" }));
	load("interface Ethernet0/1\n ip address 10.0.0.1 255.255.255.0\n");
	EXPECT_EQ(locals(), (Set{ "1 10.0.0.1/24" }));
	EXPECT_EQ(hub.host, (Set{ "eth1 10.0.0.1/24" }));
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/24 port", "10.0.0.1/32 local" }));
	load("interface Ethernet0/1\n ip address 10.0.0.1 255.255.0.0\n");
	EXPECT_EQ(locals(), (Set{ "1 10.0.0.1/16" }));
	EXPECT_EQ(hub.host, (Set{ "eth1 10.0.0.1/16" }));
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/16 port", "10.0.0.1/32 local" }));
}

TEST_F(SessionAddress, R_TUN_06_an_address_of_two_sessions_stays_until_both_are_gone)
{
	struct addr a = ip("10.77.0.5");

	load(ports);
	ASSERT_EQ(session_address_take(hub.hub, 0, &a), ERR_OK);
	ASSERT_EQ(session_address_take(hub.hub, 0, &a), ERR_OK);
	wan.run(50);
	EXPECT_EQ(hub.host.count("nave0 10.77.0.5/32"), 1u);
	load(ports + "ip route 10.9.0.0 255.255.0.0 Null0\n"); /* no configuration takes it back */
	EXPECT_EQ(hub.host.count("nave0 10.77.0.5/32"), 1u);
	session_address_give(hub.hub, 0, &a);
	EXPECT_EQ(hub.host.count("nave0 10.77.0.5/32"), 1u);
	session_address_give(hub.hub, 0, &a);
	session_address_give(hub.hub, 0, &a); /* nobody's */
	wan.run(50);
	EXPECT_EQ(hub.host.count("nave0 10.77.0.5/32"), 0u);
	EXPECT_EQ(routes().count("10.77.0.5/32 local"), 0u);
}

TEST_F(SessionAddress, of_a_port_whose_addresses_are_the_hosts_own_matter)
{
	Box &b = wan.box("host", { "198.51.100.9" }, "port Ethernet0/0 netdev eth0\n role wan\n addresses host\n");

	b.must_load("interface Ethernet0/0\n ip address 198.51.100.9 255.255.255.0\ninterface Loopback0\n ip address 10.0.0.1 "
		    "255.255.255.255\n");
	wan.run(50);
	EXPECT_EQ(b.host, (Set{ "nave0 10.0.0.1/32" }));
	EXPECT_EQ(b.expected, (Set{ "eth0 198.51.100.9/24" }));
	EXPECT_TRUE(session_hub_by_host(b.hub, { ROUTE_IF_PORT, 1 }));
	EXPECT_FALSE(session_hub_by_host(b.hub, { ROUTE_IF_TUNNEL, 1 }));
	EXPECT_EQ(b.objects(DP_CLASS_LOCAL).size(), 2u);
	b.must_load("");
	wan.run(50);
	EXPECT_TRUE(b.objects(DP_CLASS_LOCAL).empty());
	EXPECT_TRUE(b.expected.empty());
}

TEST_F(SessionAddress, of_a_file_whose_addresses_are_the_hosts_own_matter)
{
	Box &b = wan.box("host", { "198.51.100.9" }, "addresses host\nport Ethernet0/0 netdev eth0\n role wan\n addresses nave\n");

	b.must_load("interface Ethernet0/0\n ip address 198.51.100.9 255.255.255.0\ninterface Loopback0\n ip address 10.0.0.1 "
		    "255.255.255.255\n");
	wan.run(50);
	EXPECT_EQ(b.host, (Set{ "eth0 198.51.100.9/24" }));
	EXPECT_EQ(b.expected, (Set{ "nave0 10.0.0.1/32" }));
	EXPECT_TRUE(session_hub_by_host(b.hub, { ROUTE_IF_TUNNEL, 1 }));
}

TEST_F(SessionAddress, which_ones_tunnels_may_come_from)
{
	const std::string loopback = "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n";
	auto underlay = [&] {
		Set out;

		for (const auto &item : hub.objects(DP_CLASS_LOCAL))
			if (item.op.u.local.underlay)
				out.insert(str(item.op.u.local.prefix));
		return out;
	};

	load(ports + loopback);
	EXPECT_EQ(underlay(), (Set{ "198.51.100.1/24", "2001:db8:1::1/64" }));
	load(ports + loopback + "interface Tunnel3\n tunnel source Loopback0\n tunnel destination 192.0.2.1\n");
	EXPECT_EQ(underlay(), (Set{ "198.51.100.1/24", "2001:db8:1::1/64", "10.0.0.1/32" }));
	load(ports + loopback + "interface Tunnel3\n tunnel source 10.10.0.1\n tunnel destination 192.0.2.1\n");
	EXPECT_EQ(underlay(), (Set{ "198.51.100.1/24", "2001:db8:1::1/64", "10.10.0.1/24" }));
	load(ports + loopback);
	EXPECT_EQ(underlay(), (Set{ "198.51.100.1/24", "2001:db8:1::1/64" }));
}

TEST_F(SessionAddress, one_that_the_datapath_has_no_room_for_leaves_nothing)
{
	struct session_place place = { { ROUTE_IF_PORT, 1 }, 0, "eth0", false, true };
	struct addr_prefix bad = net("198.51.100.1/24");

	load(ports);
	bad.len = 77;
	EXPECT_NE(session_address_mark(hub.hub, &place, &bad), ERR_OK);
	EXPECT_EQ(hub.host.count("eth0 198.51.100.1/24"), 1u);
	EXPECT_EQ(routes().count("198.51.100.1/32 local"), 1u); /* its neighbour's */
}

} // namespace
