#include "lab.h"

namespace
{

using namespace lab;

class SessionIface : public Alone
{
};

using Set = std::set<std::string>;

TEST_F(SessionIface, ports_addresses_and_routes_in_three_places)
{
	load(ports + "interface Loopback0\n ip address 10.77.0.254 255.255.255.0\n");
	auto p = hub.objects(DP_CLASS_PORT);
	ASSERT_EQ(p.size(), 2u);
	if (p[0].op.u.port.id != 1)
		std::swap(p[0], p[1]);
	EXPECT_STREQ(p[0].op.u.port.name, "Ethernet0/0");
	EXPECT_STREQ(p[0].op.u.port.spec, "eth0");
	EXPECT_EQ(p[0].op.u.port.role, DP_ROLE_WAN);
	EXPECT_EQ(p[1].op.u.port.role, DP_ROLE_LAN);
	EXPECT_TRUE(p[0].op.u.port.up);
	EXPECT_EQ(locals(), (Set{ "1 198.51.100.1/24", "1 2001:db8:1::1/64", "2 10.10.0.1/24", "0 10.77.0.254/32" }));
	EXPECT_EQ(hub.host, (Set{ "eth0 198.51.100.1/24", "eth0 2001:db8:1::1/64", "eth1 10.10.0.1/24", "nave0 10.77.0.254/32" }));
	EXPECT_EQ(routes(), (Set{ "198.51.100.0/24 port", "198.51.100.1/32 local", "2001:db8:1::/64 port", "2001:db8:1::1/128 local",
				    "10.10.0.0/24 port", "10.10.0.1/32 local", "10.77.0.254/32 local" }));
	auto v = hub.objects(DP_CLASS_VRF);
	ASSERT_EQ(v.size(), 1u);
	EXPECT_STREQ(v[0].op.u.vrf.tun, "nave0");
	EXPECT_STREQ(session_hub_netdev(hub.hub, 0, { ROUTE_IF_TUNNEL, 5 }), "nave0");
	EXPECT_STREQ(session_hub_netdev(hub.hub, 0, { ROUTE_IF_PORT, 2 }), "eth1");
	EXPECT_EQ(session_hub_netdev(hub.hub, 0, { ROUTE_IF_PORT, 9 }), nullptr);
	EXPECT_STREQ(session_hub_port_name(hub.hub, 1), "Ethernet0/0");
	EXPECT_EQ(session_hub_port_name(hub.hub, 9), nullptr);
}

TEST_F(SessionIface, R_DEF_the_rate_of_a_source_goes_with_each_port)
{
	load(ports + "crypto ikev2 limit source rate 20 burst 60\n");
	for (auto &p : hub.objects(DP_CLASS_PORT)) {
		EXPECT_EQ(p.op.u.port.init_rate, 20u);
		EXPECT_EQ(p.op.u.port.init_burst, 60u);
	}
	load(ports);
	EXPECT_EQ(hub.objects(DP_CLASS_PORT)[0].op.u.port.init_rate, 0u);
}

TEST_F(SessionIface, what_the_next_configuration_hasnt_goes)
{
	load(ports);
	load("interface Ethernet0/1\n ip address 10.10.0.2 255.255.255.0\n");
	EXPECT_EQ(locals(), (Set{ "2 10.10.0.2/24" }));
	EXPECT_EQ(hub.host, (Set{ "eth1 10.10.0.2/24" }));
	EXPECT_EQ(routes(), (Set{ "10.10.0.0/24 port", "10.10.0.2/32 local" }));
	EXPECT_EQ(hub.objects(DP_CLASS_PORT).size(), 1u);
	load("");
	EXPECT_TRUE(locals().empty());
	EXPECT_TRUE(hub.host.empty());
	EXPECT_TRUE(routes().empty());
	EXPECT_TRUE(hub.objects(DP_CLASS_PORT).empty());
	load(ports);
	EXPECT_EQ(hub.objects(DP_CLASS_PORT).size(), 2u);
}

TEST_F(SessionIface, an_interface_that_is_shut_has_no_addresses)
{
	const std::string shut = with(ports, "interface Ethernet0/1\n", "interface Ethernet0/1\n shutdown\n") +
				 "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n shutdown\n";

	load(ports);
	load(shut);
	EXPECT_EQ(locals(), (Set{ "1 198.51.100.1/24", "1 2001:db8:1::1/64" }));
	EXPECT_EQ(hub.host.count("eth1 10.10.0.1/24"), 0u);
	for (const auto &item : hub.objects(DP_CLASS_PORT))
		EXPECT_EQ(item.op.u.port.up, item.op.u.port.id == 1);
	EXPECT_FALSE(hub.shown("Ethernet0/1").up);
	EXPECT_FALSE(hub.shown("Ethernet0/1").admin_up);
	load(ports);
	EXPECT_EQ(hub.host.count("eth1 10.10.0.1/24"), 1u);
}

TEST_F(SessionIface, a_port_of_the_nic_has_a_twin_with_its_addresses)
{
	Box &b = wan.box("nic", { "198.51.100.9" }, "port Ethernet0/0 vdev net_nave0,socket=/run/x\n role wan\n");

	b.must_load("interface Ethernet0/0\n ip address 198.51.100.9 255.255.255.0\n");
	wan.run(50);
	auto p = b.objects(DP_CLASS_PORT);
	ASSERT_EQ(p.size(), 1u);
	EXPECT_EQ(p[0].op.u.port.kind, DP_PORT_VDEV);
	EXPECT_STREQ(p[0].op.u.port.twin, "Et0-0");
	EXPECT_EQ(b.host, (Set{ "Et0-0 198.51.100.9/24" }));
}

TEST_F(SessionIface, an_interface_without_a_port_is_shown_and_not_used)
{
	load("interface Ethernet0/7\n ip address 10.7.0.1 255.255.255.0\n");
	EXPECT_TRUE(locals().empty());
	EXPECT_STREQ(hub.shown("Ethernet0/7").reason, "no port");
	EXPECT_FALSE(hub.shown("Ethernet0/7").up);
}

TEST_F(SessionIface, a_device_that_the_datapath_made_is_told_its_addresses)
{
	hub.must_load(ports + "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n");
	hub.host.clear(); /* the host had no such devices yet */
	wan.run(50);
	EXPECT_EQ(hub.host, (Set{ "eth0 198.51.100.1/24", "eth0 2001:db8:1::1/64", "eth1 10.10.0.1/24", "nave0 10.0.0.1/32" }));
}

TEST_F(SessionIface, a_port_that_the_datapath_refuses_is_logged)
{
	wan.run(20);
	dp_model_fail(hub.datapath, 1, ERR_IO);
	load(ports);
	EXPECT_TRUE(hub.logged("port.put interface=Ethernet0/0 err=IO"));
	wan.run(3000); /* tried again */
	EXPECT_EQ(hub.objects(DP_CLASS_PORT).size(), 2u);
}

} // namespace
