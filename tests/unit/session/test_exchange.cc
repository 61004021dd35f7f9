#include "lab.h"

#include "cfg/find.h"
#include "session/exchange.h"

namespace
{

using namespace lab;

class SessionExchange : public ::testing::Test
{
      protected:
	struct cfg_model *m = nullptr;
	struct aaa_grant grant = {};

	/* The box of 'text', and what the policy U, or U and G, grant. */
	void grant_of(const std::string &text, bool both = false)
	{
		m = model("interface Loopback0\n ip address 10.77.0.254 255.255.255.255\n ipv6 address 2001:db8:77::254/128\n"
			  "interface Ethernet0/1\n ip address 10.10.0.1 255.255.255.0\n ipv6 address 2001:db8:10::1/64\n"
			  "interface Tunnel0\n ip unnumbered Loopback0\n ipv6 unnumbered Loopback0\n"
			  "interface Tunnel1\n ip address 10.9.0.1 255.255.255.252\n"
			  "interface Tunnel2\n ip address negotiated\n" +
			  text);
		aaa_grant_merge(&grant, cfg_find_authz_policy(m, "U"), both ? cfg_find_authz_policy(m, "G") : nullptr, false);
	}
	const struct cfg_interface *interface(const char *name)
	{
		return cfg_find_interface(m, name);
	}
	std::string routes(enum cfg_tunnel_mode mode, const char *four = "10.77.0.254", const char *six = "2001:db8:77::254")
	{
		struct addr none = { .b = {}, .family = 0 };
		struct addr own[2] = { four ? ip(four) : none, six ? ip(six) : none };
		auto out = std::make_unique<struct ike_config>();
		std::string s;

		session_exchange_routes(&grant, mode, own, out.get());
		for (unsigned i = 0; i < out->prefix_count; i++)
			s += (i ? " " : "") + str(out->prefix[i]);
		return s;
	}
	void TearDown() override
	{
		cfg_model_free(m);
	}
};

TEST_F(SessionExchange, R_TUN_05_own_addresses_and_lenders)
{
	grant_of("");
	EXPECT_EQ(str(session_exchange_own_address(interface("Tunnel0"), AF_INET)), "10.77.0.254");
	EXPECT_EQ(str(session_exchange_own_address(interface("Tunnel0"), AF_INET6)), "2001:db8:77::254");
	EXPECT_EQ(str(session_exchange_own_address(interface("Tunnel1"), AF_INET)), "10.9.0.1");
	EXPECT_EQ(session_exchange_own_address(interface("Tunnel1"), AF_INET6).family, 0);
	EXPECT_EQ(session_exchange_own_address(interface("Tunnel2"), AF_INET).family, 0);
}

TEST_F(SessionExchange, R_RTE_06_route_set_interface_is_the_tunnels_address)
{
	grant_of("crypto ikev2 authorization policy U\n route set interface\n");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_IPV4), "10.77.0.254/32");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_DUAL), "10.77.0.254/32 2001:db8:77::254/128");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_DUAL, nullptr, nullptr), "");
}

TEST_F(SessionExchange, R_RTE_07_route_set_interface_with_a_name_is_what_it_is_connected_to)
{
	grant_of("crypto ikev2 authorization policy U\n route set interface e0/1\n");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_IPV4), "10.10.0.0/24");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_DUAL), "10.10.0.0/24 2001:db8:10::/64");
}

/* R-RTE-19 */
TEST_F(SessionExchange, R_RTE_08_remote_prefixes_of_the_families_that_the_tunnel_carries)
{
	grant_of("crypto ikev2 authorization policy U\n route set remote 10.0.0.0 255.0.0.0\n route set remote ipv6 2001:db8::/32\n");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_IPV4), "10.0.0.0/8");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_IPV6), "2001:db8::/32");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_DUAL), "10.0.0.0/8 2001:db8::/32");
}

TEST_F(SessionExchange, R_RTE_09_what_an_access_list_permits)
{
	grant_of(
		"access-list 99 permit 10.20.0.0 0.0.255.255\naccess-list 99 deny 10.21.0.0 0.0.255.255\naccess-list 99 permit host 10.22.0.7\n"
		"ip access-list extended E\n permit tcp 10.23.0.0 0.0.255.255 any eq www\n permit ip 10.20.0.0 0.0.255.255 any\n"
		"ipv6 access-list SIX\n permit ipv6 2001:db8:20::/48 any\n"
		"crypto ikev2 authorization policy U\n route set access-list 99\n route set access-list E\n route set access-list ipv6 SIX\n");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_IPV4), "10.20.0.0/16 10.22.0.7/32 10.23.0.0/16");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_DUAL), "10.20.0.0/16 10.22.0.7/32 10.23.0.0/16 2001:db8:20::/48");
}

TEST_F(SessionExchange, R_RTE_08_lines_add_up_users_first_and_each_prefix_once)
{
	grant_of("crypto ikev2 authorization policy U\n route set remote 10.2.0.0 255.255.0.0\n route set interface\n"
		 "crypto ikev2 authorization policy G\n route set remote 10.1.0.0 255.255.0.0\n route set remote 10.2.0.0 255.255.0.0\n",
		true);
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_IPV4), "10.2.0.0/16 10.77.0.254/32 10.1.0.0/16");
}

TEST_F(SessionExchange, no_more_prefixes_than_a_message_holds)
{
	std::string lines = "crypto ikev2 authorization policy U\n";

	for (int i = 0; i < IKE_CONFIG_PREFIXES + 10; i++)
		lines += " route set remote 10." + std::to_string(i) + ".0.0 255.255.0.0\n route set local 10." + std::to_string(i) +
			 ".0.0 255.255.0.0\n";
	grant_of(lines);
	std::string all = routes(CFG_TUNNEL_IPSEC_IPV4);
	EXPECT_EQ(std::count(all.begin(), all.end(), ' '), IKE_CONFIG_PREFIXES - 1);

	struct addr_prefix local[IKE_CONFIG_PREFIXES];
	EXPECT_EQ(
		session_exchange_local_routes(&grant, CFG_TUNNEL_IPSEC_IPV4, local, IKE_CONFIG_PREFIXES), unsigned{ IKE_CONFIG_PREFIXES });
}

TEST_F(SessionExchange, R_RTE_13_local_routes_are_not_told_but_installed)
{
	struct addr_prefix local[4];

	grant_of("crypto ikev2 authorization policy U\n route set local 10.3.0.0 255.255.0.0\n route set local ipv6 2001:db8:3::/48\n");
	EXPECT_EQ(routes(CFG_TUNNEL_IPSEC_DUAL), "");
	ASSERT_EQ(session_exchange_local_routes(&grant, CFG_TUNNEL_IPSEC_IPV4, local, 4), 1u);
	EXPECT_EQ(str(local[0]), "10.3.0.0/16");
	EXPECT_EQ(session_exchange_local_routes(&grant, CFG_TUNNEL_IPSEC_DUAL, local, 4), 2u);
	EXPECT_EQ(session_exchange_local_routes(&grant, CFG_TUNNEL_IPSEC_DUAL, local, 1), 1u);
}

TEST_F(SessionExchange, R_RTE_05_which_prefixes_are_accepted)
{
	const struct {
		const char *prefix;
		bool four, dual;
	} rows[] = {
		{ "10.20.0.0/16", true, true },
		{ "0.0.0.0/0", true, true },
		{ "0.0.0.0/1", true, true },
		{ "128.0.0.0/1", true, true },
		{ "::/0", false, true },
		{ "2001:db8::/32", false, true },
		{ "0.0.0.0/8", false, false },
		{ "0.0.0.0/32", false, false },
		{ "127.0.0.0/8", false, false },
		{ "127.0.0.1/32", false, false },
		{ "169.254.1.0/24", false, false },
		{ "224.0.0.5/32", false, false },
		{ "255.255.255.255/32", false, false },
		{ "::/128", false, false },
		{ "::1/128", false, false },
		{ "fe80::/64", false, false },
		{ "ff02::/16", false, false },
		{ "240.0.0.0/4", false, false },
	};

	grant_of("crypto ikev2 authorization policy U\n");
	for (const auto &r : rows) {
		struct addr_prefix p = net(r.prefix);

		EXPECT_EQ(session_exchange_accepts(&grant, CFG_TUNNEL_IPSEC_IPV4, &p), r.four) << r.prefix;
		EXPECT_EQ(session_exchange_accepts(&grant, CFG_TUNNEL_IPSEC_DUAL, &p), r.dual) << r.prefix;
	}
}

TEST_F(SessionExchange, R_RTE_14_nothing_is_accepted_where_the_grant_says_so)
{
	struct addr_prefix p = net("10.20.0.0/16");
	struct aaa_grant inactive = {};

	grant_of("crypto ikev2 authorization policy U\n no route accept any\n");
	EXPECT_FALSE(session_exchange_accepts(&grant, CFG_TUNNEL_IPSEC_IPV4, &p));
	inactive.route_accept = true;
	EXPECT_FALSE(session_exchange_accepts(&inactive, CFG_TUNNEL_IPSEC_IPV4, &p));
}

/* RFC7296-2.19-c */
TEST_F(SessionExchange, R_RTE_01_what_an_initiator_asks_for)
{
	struct ike_config want;
	struct cfg_interface t = {};

	grant_of("");
	t = *interface("Tunnel2");
	t.tunnel.mode = CFG_TUNNEL_IPSEC_IPV4;
	session_exchange_wants(&t, &want); /* R-TUN-06 */
	EXPECT_EQ(want.want, IKE_WANT_VERSION | IKE_WANT_SUBNET4 | IKE_WANT_IP4 | IKE_WANT_NETMASK | IKE_WANT_DNS4);
	t = *interface("Tunnel1");
	t.tunnel.mode = CFG_TUNNEL_IPSEC_DUAL;
	session_exchange_wants(&t, &want);
	EXPECT_EQ(want.want, IKE_WANT_VERSION | IKE_WANT_SUBNET4 | IKE_WANT_SUBNET6);
}

} // namespace
