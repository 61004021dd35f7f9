/* VRFs of the language: cli.md 3, 4. */
#include "loaded.h"

using namespace cfgtest;

namespace
{

const std::string red = "vrf definition red\n rd 65001:1\n address-family ipv4\n", blue = "vrf definition blue\n address-family ipv4\n";

std::string lacks(const std::string &text, cfg_kind kind, const char *name)
{
	Loaded l(text);
	const cfg_object *o = l.err == ERR_OK ? cfg_find(l.model, kind, name) : nullptr;

	EXPECT_EQ(l.err, ERR_OK) << l.errors();
	return o == nullptr ? "not found" : reasons(o);
}

std::string port(const std::string &lines, const std::string &vrfs = red + blue)
{
	return lacks(vrfs + "interface Ethernet0/1\n" + lines, CFG_KIND_INTERFACE, "Ethernet0/1");
}

TEST(CfgVrf, R_IP6_09_a_definition_has_families)
{
	Loaded l("vrf definition red\n rd 65001:1\n address-family ipv4\n  route-target both 65001:1\n address-family ipv6\n" + blue);
	const cfg_vrf *v = cfg_find_vrf(l.model, "red");

	ASSERT_NE(v, nullptr) << l.errors();
	EXPECT_TRUE(v->object.complete);
	EXPECT_STREQ(v->rd, "65001:1");
	EXPECT_TRUE(v->family[CFG_IPV4] && v->family[CFG_IPV6]);
	ASSERT_EQ(l.model->vrfs, v);
	EXPECT_STREQ(v->next->object.name, "blue");
	EXPECT_EQ(v->next->rd, nullptr);
	EXPECT_FALSE(v->next->family[CFG_IPV6]);
	EXPECT_EQ(port(" vrf forwarding red\n ip address 10.0.0.1 255.0.0.0\n"), "");
	EXPECT_EQ(port(" vrf forwarding red\n ipv6 address 2001:db8::1/64\n"), "'vrf definition red' has no 'address-family ipv6'\n");
	EXPECT_EQ(port(" vrf forwarding red\n ip address 10.0.0.1 255.0.0.0\n", "vrf definition red\n"),
		"'vrf definition red' has no 'address-family ipv4'\n");
}

TEST(CfgVrf, R_TUN_21_an_unknown_one_is_said_and_nothing_is_in_it)
{
	Loaded l(
		"interface Ethernet0/1\n vrf forwarding green\n ip address 10.0.0.1 255.0.0.0\nip route vrf green 10.1.0.0 255.255.0.0 Null0\n");

	EXPECT_EQ(l.warnings(), "2:17 'vrf definition green' isn't defined\n4:14 'vrf definition green' isn't defined\n");
	EXPECT_FALSE(cfg_find_interface(l.model, "Ethernet0/1")->object.complete);
	EXPECT_FALSE(l.model->routes->object.complete);
}

/* R-PBF-02: as on the router, where the line removes what was set in the other table. */
TEST(CfgVrf, R_PBF_02_addresses_above_the_line_go)
{
	Loaded l(red + "interface Ethernet0/1\n ip address 10.0.0.1 255.0.0.0\n ipv6 address 2001:db8::1/64\n vrf forwarding red\n"
		       " ip address 10.0.0.2 255.0.0.0\n");
	const cfg_interface *i = cfg_find_interface(l.model, "Ethernet0/1");

	ASSERT_NE(i, nullptr) << l.errors();
	EXPECT_TRUE(i->object.complete);
	EXPECT_EQ(i->ipv6, nullptr);
	EXPECT_STREQ(i->vrf, "red");
}

TEST(CfgVrf, R_TUN_20_what_belongs_together_is_in_one)
{
	const std::string lender = "interface Loopback1\n vrf forwarding blue\n ip address 10.0.0.9 255.255.255.255\n";
	const std::string wan = "interface Ethernet0/0\n vrf forwarding red\n ip address 192.0.2.1 255.255.255.0\n";
	const std::string tunnel = "crypto ikev2 profile default\n match identity remote any\n authentication local pre-share key k\n"
				   " authentication remote pre-share key k\ncrypto ipsec profile default\n set ikev2-profile default\n"
				   "interface Tunnel1\n tunnel source Ethernet0/0\n tunnel destination 192.0.2.9\n tunnel mode ipsec ipv4\n"
				   " tunnel protection ipsec profile default\n";
	auto route = [&](const std::string &line) {
		Loaded l(red + blue + wan + line);
		return l.err != ERR_OK ? l.errors() : reasons(&l.model->routes->object);
	};

	EXPECT_EQ(port(" vrf forwarding red\n ip unnumbered Loopback1\n", red + blue + lender),
		"'ip unnumbered': Loopback1 is in another VRF\n");
	EXPECT_EQ(port(" vrf forwarding blue\n ip unnumbered Loopback1\n", red + blue + lender), "");
	EXPECT_EQ(lacks(red + wan + tunnel, CFG_KIND_INTERFACE, "Tunnel1"),
		"'tunnel source': Ethernet0/0 isn't in the VRF of 'tunnel vrf'\n");
	EXPECT_EQ(lacks(red + wan + tunnel + " tunnel vrf red\n", CFG_KIND_INTERFACE, "Tunnel1"), "");
	EXPECT_EQ(route("ip route vrf red 10.1.0.0 255.255.0.0 Ethernet0/0 192.0.2.7\n"), "");
	EXPECT_EQ(route("ip route vrf blue 10.1.0.0 255.255.0.0 Ethernet0/0 192.0.2.7\n"), "Ethernet0/0 is in another VRF\n");
	EXPECT_EQ(route("ip route 10.1.0.0 255.255.0.0 Ethernet0/0\n"), "Ethernet0/0 is in another VRF\n");
	EXPECT_EQ(route("ip route vrf red 10.1.0.0 255.255.0.0 Null0\n"), "");
	EXPECT_EQ(route("ipv6 route vrf red 2001:db8::/48 2001:db8:1::1\n"), "");
}

TEST(CfgVrf, R_TUN_21_ivrf_is_the_template_s)
{
	auto profile = [&](const std::string &ivrf, const std::string &tmpl) {
		return lacks(red + blue + "interface Loopback1\n vrf forwarding red\n ip address 10.0.0.9 255.255.255.255\n" +
				     "interface Virtual-Template1 type tunnel\n" + tmpl +
				     " ip unnumbered Loopback1\n tunnel mode ipsec ipv4\n" +
				     "crypto ikev2 profile P\n match identity remote any\n authentication local pre-share key k\n"
				     " authentication remote pre-share key k\n virtual-template 1\n" +
				     ivrf,
			CFG_KIND_PROFILE, "P");
	};

	EXPECT_EQ(profile(" ivrf red\n", ""), "");
	EXPECT_EQ(profile(" ivrf red\n", " vrf forwarding red\n"), "");
	EXPECT_EQ(profile("", " vrf forwarding red\n"), "");
	EXPECT_EQ(profile(" ivrf blue\n", " vrf forwarding red\n"), "Virtual-Template1: is in another VRF than 'ivrf'\n");
	EXPECT_EQ(profile("", ""), "Virtual-Template1: 'ip unnumbered' is in another VRF\n");
}

} // namespace
