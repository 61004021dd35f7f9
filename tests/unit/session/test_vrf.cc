/* Front and inner VRFs: two customers with the same addresses behind one hub. */
#include "lab.h"
#include "session/policy.h"

namespace
{

using namespace lab;
using Set = std::set<std::string>;

const std::string platform_text =
	"vrf red netns nsred\nvrf blue netns nsblue\nvrf wan netns nswan\nport Ethernet0/0 netdev eth0\n role wan\n"
	"port Ethernet0/1 netdev red0\nport Ethernet0/2 netdev blue0\nport Ethernet0/3 netdev eth3\n";

/* A VRF, its LAN, loopback, pool, template, and the profile of its customer; all customers' addresses are the same. */
std::string customer(const std::string &name, const std::string &n, const std::string &front)
{
	return "vrf definition " + name + "\n address-family ipv4\nip local pool " + name + " 10.77.0.100 10.77.0.109\n" +
	       "crypto ikev2 authorization policy " + name + "\n pool " + name + "\n route set interface\n" + "crypto ikev2 profile " +
	       name + "\n" + front + " match identity remote fqdn " + name +
	       ".example.net\n identity local fqdn hub.example.net\n authentication remote pre-share key k\n authentication local pre-share key k\n" +
	       " aaa authorization group psk list default " + name + "\n virtual-template " + n + "\n" + "crypto ipsec profile " + name +
	       "\n set ikev2-profile " + name + "\n" + "interface Loopback" + n + "\n vrf forwarding " + name +
	       "\n ip address 10.77.0.254 255.255.255.255\n" + "interface Ethernet0/" + n + "\n vrf forwarding " + name +
	       "\n ip address 10.10.0.1 255.255.255.0\n" + "interface Virtual-Template" + n + " type tunnel\n vrf forwarding " + name +
	       "\n ip unnumbered Loopback" + n + "\n tunnel mode ipsec ipv4\n tunnel protection ipsec profile " + name + "\n";
}

const std::string hub_text = "aaa new-model\naaa authorization network default local\nvrf definition wan\n address-family ipv4\n"
			     "crypto ikev2 policy P\n match fvrf wan\n proposal default\n"
			     "interface Ethernet0/0\n vrf forwarding wan\n ip address 198.51.100.1 255.255.255.0\n"
			     "ip route vrf wan 0.0.0.0 0.0.0.0 198.51.100.254\n";
const std::string red = customer("red", "1", " match fvrf wan\n"), blue = customer("blue", "2", " match fvrf any\n");

std::string spoke_text(const std::string &identity, const std::string &address)
{
	return "aaa new-model\naaa authorization network default local\ncrypto ikev2 authorization policy default\n route set interface\n"
	       " route set interface Ethernet0/1\ncrypto ikev2 profile default\n match identity remote fqdn hub.example.net\n"
	       " identity local fqdn " +
	       identity +
	       "\n authentication remote pre-share key k\n authentication local pre-share key k\n"
	       " aaa authorization group psk list default default\ncrypto ipsec profile default\n set ikev2-profile default\n"
	       "interface Ethernet0/0\n ip address " +
	       address +
	       " 255.255.255.0\ninterface Ethernet0/1\n ip address 10.20.1.1 255.255.255.0\n"
	       "interface Tunnel0\n ip address negotiated\n tunnel source Ethernet0/0\n tunnel destination 198.51.100.1\n"
	       " tunnel mode ipsec ipv4\n tunnel protection ipsec profile default\nip route 0.0.0.0 0.0.0.0 203.0.113.254\n";
}

class SessionVrf : public ::testing::Test
{
      protected:
	Net wan;
	Box &hub = wan.box("hub", { "198.51.100.1" }, platform_text);
	Box &one = wan.box("one", { "203.0.113.1" }, lan_and_wan), &two = wan.box("two", { "203.0.113.2" }, lan_and_wan);

	void both_up()
	{
		hub.front = "wan";
		hub.must_load(hub_text + red + blue);
		one.must_load(spoke_text("red.example.net", "203.0.113.1"));
		two.must_load(spoke_text("blue.example.net", "203.0.113.2"));
		ASSERT_TRUE(wan.run_until([&] { return hub.up() == 2 && one.up() == 1 && two.up() == 1; }, 10000));
		wan.run(200);
	}

	const struct session *of(const std::string &vrf)
	{
		for (const struct session *s : hub.sessions())
			if (s->access.vrf == session_vrf_id(vrf.c_str()))
				return s;
		return nullptr;
	}

	/* The datapath's tunnel to which 'prefix' leads in a VRF; 0: none. */
	uint32_t leads(const char *vrf, const std::string &prefix)
	{
		for (const auto &item : hub.objects(DP_CLASS_ROUTE))
			if (item.op.u.route.vrf == session_vrf_id(vrf) && str(item.op.u.route.prefix) == prefix)
				return item.op.u.route.target;
		return 0;
	}
};

TEST_F(SessionVrf, an_id_follows_from_the_name)
{
	EXPECT_EQ(session_vrf_id(nullptr), 0u);
	EXPECT_NE(session_vrf_id("red"), session_vrf_id("blue"));
	EXPECT_NE(session_vrf_id("red"), 0u);
	EXPECT_EQ(session_vrf_id("red"), session_vrf_id(std::string("red").c_str()));
	EXPECT_NE(session_vrf_id(""), 0u);
}

TEST_F(SessionVrf, R_TUN_21_the_box_has_the_same_addresses_in_two_vrfs)
{
	hub.must_load(hub_text + red + blue);
	wan.run(50);
	EXPECT_EQ(hub.host, (Set{ "wan:eth0 198.51.100.1/24", "red:red0 10.10.0.1/24", "blue:blue0 10.10.0.1/24",
				    "red:nave0 10.77.0.254/32", "blue:nave0 10.77.0.254/32" }));
	for (const auto &item : hub.objects(DP_CLASS_VRF)) {
		const dp_vrf &v = item.op.u.vrf;

		EXPECT_EQ(std::string(v.netns), v.id == 0 ? "" : "ns" + std::string(v.name));
		EXPECT_STREQ(v.tun, "nave0");
	}
	EXPECT_EQ(hub.objects(DP_CLASS_VRF).size(), 4u);
	for (const auto &item : hub.objects(DP_CLASS_PORT))
		EXPECT_NE(item.op.u.port.vrf, 0u);
	EXPECT_EQ(session_hub_key(hub.hub, session_vrf_id("red"), "red0").kind, ROUTE_IF_PORT);
	EXPECT_EQ(session_hub_key(hub.hub, session_vrf_id("blue"), "red0").kind, ROUTE_IF_NONE) << "it is elsewhere";
	EXPECT_STREQ(session_vrf_name(hub.hub, session_vrf_id("red")), "red");
	EXPECT_EQ(session_vrf_name(hub.hub, 0), nullptr);
}

TEST_F(SessionVrf, R_TUN_20_R_UC_03_two_sessions_of_the_same_prefixes)
{
	both_up();
	const struct session *r = of("red"), *b = of("blue");

	ASSERT_NE(r, nullptr);
	ASSERT_NE(b, nullptr);
	EXPECT_STREQ(r->profile->object.name, "red");
	EXPECT_STREQ(b->profile->object.name, "blue");
	EXPECT_EQ(str(r->lease), str(b->lease)) << "each has a pool of its own";
	EXPECT_EQ(leads("red", "10.20.1.0/24"), r->access.tunnel);
	EXPECT_EQ(leads("blue", "10.20.1.0/24"), b->access.tunnel);
	EXPECT_EQ(leads(nullptr, "10.20.1.0/24"), 0u);
	EXPECT_EQ(leads("wan", "10.20.1.0/24"), 0u);
	for (const auto &item : hub.objects(DP_CLASS_TUNNEL)) {
		EXPECT_EQ(item.op.u.tunnel.front_vrf, session_vrf_id("wan"));
		EXPECT_EQ(item.op.u.tunnel.inner_vrf, item.op.u.tunnel.id == r->access.tunnel ? r->access.vrf : b->access.vrf);
	}
	hub.expect_whole();
}

TEST_F(SessionVrf, R_IKE_12_R_IKE_24_a_packet_of_another_front_vrf_meets_other_profiles_and_policies)
{
	both_up();
	struct addr all = {};

	session_hub_clear(hub.hub, &all);
	hub.front = nullptr;
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 1; }, 60000)) << "by the built-in policy";
	wan.run(30000);
	EXPECT_EQ(hub.up(), 1u);
	ASSERT_NE(of("blue"), nullptr) << "whose profile is for any";
	struct session_policy_path in_wan = { session_vrf_id("wan"), ip("198.51.100.1"), ip("203.0.113.1") }, outside = in_wan;

	outside.vrf = 0;
	EXPECT_STREQ(session_policy_ike(session_hub_model(hub.hub), &in_wan)->object.name, "P");
	EXPECT_STREQ(session_policy_ike(session_hub_model(hub.hub), &outside)->object.name, "default");
}

TEST_F(SessionVrf, R_TUN_21_a_vrf_goes_with_its_sessions_and_no_others)
{
	both_up();
	uint32_t tunnel = of("red")->access.tunnel;

	hub.must_load(hub_text + red);
	ASSERT_TRUE(wan.run_until([&] { return hub.objects(DP_CLASS_VRF).size() == 3; }, 10000)) << "global, wan, red";
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(of("red")->access.tunnel, tunnel);
	EXPECT_EQ(hub.host.count("blue:nave0 10.77.0.254/32"), 0u);
	EXPECT_EQ(leads("red", "10.20.1.0/24"), tunnel);
	hub.must_load(hub_text + blue + red);
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 2; }, 60000));
	EXPECT_EQ(of("red")->access.tunnel, tunnel);
}

TEST_F(SessionVrf, R_TUN_21_a_vrf_on_a_device_of_the_kernel_has_a_tun_of_its_name)
{
	Box &box = wan.box("box", { "198.51.100.9" }, "vrf red device red\nvrf blue device a-long-device\nport Ethernet0/1 netdev red0\n");

	box.must_load("interface Loopback0\n ip address 10.77.0.254 255.255.255.255\nvrf definition blue\n address-family ipv4\n"
		      "interface Loopback2\n vrf forwarding blue\n ip address 10.77.0.254 255.255.255.255\n"
		      "vrf definition red\n address-family ipv4\ninterface Loopback1\n vrf forwarding red\n"
		      " ip address 10.77.0.254 255.255.255.255\n"
		      "interface Ethernet0/1\n vrf forwarding red\n ip address 10.10.0.1 255.255.255.0\n");
	wan.run(50);
	for (const auto &item : box.objects(DP_CLASS_VRF)) {
		const dp_vrf &v = item.op.u.vrf;
		const std::string name = v.name;

		EXPECT_STREQ(v.netns, "");
		EXPECT_EQ(std::string(v.device), name == "global" ? "" : name == "red" ? "red" : "a-long-device");
		EXPECT_STREQ(v.tun, session_vrf_tun(box.hub, v.id));
	}
	const uint32_t id = session_vrf_id("red");
	const std::string tun_blue = session_vrf_tun(box.hub, session_vrf_id("blue"));

	EXPECT_STREQ(session_vrf_tun(box.hub, 0), "nave0");
	EXPECT_STREQ(session_vrf_tun(box.hub, id), "nave-red");
	EXPECT_EQ(tun_blue.size(), 13u) << tun_blue;
	EXPECT_EQ(box.host, (Set{ "nave0 10.77.0.254/32", "red:nave-red 10.77.0.254/32", "red:red0 10.10.0.1/24",
				    "blue:" + tun_blue + " 10.77.0.254/32" }));
	EXPECT_STREQ(session_hub_netdev(box.hub, id, { ROUTE_IF_TUNNEL, 5 }), "nave-red");
	EXPECT_EQ(session_hub_key(box.hub, id, "nave-red").kind, ROUTE_IF_TUNNEL);
	EXPECT_EQ(session_hub_key(box.hub, id, "nave0").kind, ROUTE_IF_NONE);
	EXPECT_EQ(session_hub_key(box.hub, 0, "nave-red").kind, ROUTE_IF_NONE);
}

TEST_F(SessionVrf, a_vrf_without_a_place_in_the_host_has_no_ports)
{
	hub.must_load(
		"vrf definition green\n address-family ipv4\ninterface Ethernet0/3\n vrf forwarding green\n ip address 10.0.0.1 255.0.0.0\n");
	wan.run(50);
	EXPECT_TRUE(hub.objects(DP_CLASS_PORT).empty());
	EXPECT_TRUE(hub.host.empty());
	EXPECT_STREQ(hub.shown("Ethernet0/3").reason, "VRF without a place in the host");
	EXPECT_TRUE(hub.logged("vrf.place"));
}

} // namespace
