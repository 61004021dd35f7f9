/* Access lists as objects, and `tunnel protection ipsec policy`. */
#include "loaded.h"

#include "cfg/acl.h"

using namespace cfgtest;

namespace
{

std::string side(const cfg_ace_side &s)
{
	char text[ADDR_PREFIX_TEXT];
	struct addr_prefix p;
	std::string out = cfg_acl_prefix(&s, &p) == ERR_OK ? addr_prefix_str(&p, text) : "holes";

	if (s.port_first != 0 || s.port_last != 65535)
		out += std::string(s.port_except ? " not " : " ") + std::to_string(s.port_first) + "-" + std::to_string(s.port_last);
	return out;
}

/* "10 permit 6 10.0.0.0/8 0.0.0.0/0 80-80", one a line. */
std::string entries(const Loaded &l, const char *name)
{
	const cfg_acl *acl = cfg_find_acl(l.model, name);
	std::string all;

	for (const cfg_ace *e = acl == nullptr ? nullptr : acl->entries; e != nullptr; e = e->next)
		all += std::to_string(e->seq) + (e->permit ? " permit " : " deny ") + std::to_string(e->protocol) + " " + side(e->source) +
		       " " + side(e->destination) + (e->only != nullptr ? std::string(" ") + e->only : "") + (e->log ? " log" : "") + "\n";
	return all;
}

TEST(CfgAcl, R_TUN_12_an_extended_list)
{
	Loaded l(
		"ip access-list extended A\n permit ip 10.31.1.0 0.0.0.255 host 10.32.3.1\n deny tcp any eq bgp any range 80 90 established log\n"
		" permit udp 10.0.0.1 0.0.255.0 any neq domain\n permit 89 any any\n 5 permit icmp any any echo\n"
		" permit tcp any lt 1024 any gt 1023\n remark nothing\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(entries(l, "A"), "5 permit 1 0.0.0.0/0 0.0.0.0/0 echo\n"
				   "10 permit 0 10.31.1.0/24 10.32.3.1/32\n"
				   "20 deny 6 0.0.0.0/0 179-179 0.0.0.0/0 80-90 established log\n"
				   "30 permit 17 holes 0.0.0.0/0 not 53-53\n"
				   "40 permit 89 0.0.0.0/0 0.0.0.0/0\n"
				   "50 permit 6 0.0.0.0/0 0-1023 0.0.0.0/0 1024-65535\n");
	EXPECT_TRUE(cfg_find_acl(l.model, "A")->object.complete);
	EXPECT_TRUE(l.said(CFG_NOT_YET).empty());
}

TEST(CfgAcl, standard_numbered_and_IPv6_lists)
{
	Loaded l("access-list 7 permit 10.0.0.0 0.0.0.255\naccess-list 7 permit host 10.1.1.1\naccess-list 7 permit 10.2.2.2 log\n"
		 "access-list 7 deny any\naccess-list 101 permit ip any any\nipv6 access-list S\n permit tcp 2001:db8:1::/64 any eq www\n"
		 " permit icmp host 2001:db8::1 any\n permit ipv6 any any\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(entries(l, "7"), "10 permit 0 10.0.0.0/24 0.0.0.0/0\n20 permit 0 10.1.1.1/32 0.0.0.0/0\n"
				   "30 permit 0 10.2.2.2/32 0.0.0.0/0 log\n40 deny 0 0.0.0.0/0 0.0.0.0/0\n");
	EXPECT_FALSE(cfg_find_acl(l.model, "7")->extended);
	EXPECT_EQ(entries(l, "101"), "10 permit 0 0.0.0.0/0 0.0.0.0/0\n");
	EXPECT_EQ(entries(l, "S"), "10 permit 6 2001:db8:1::/64 ::/0 80-80\n20 permit 58 2001:db8::1/128 ::/0\n30 permit 0 ::/0 ::/0\n");
	EXPECT_EQ(cfg_find_acl(l.model, "S")->family, AF_INET6);
}

/* ---- tunnel protection ipsec policy ---- */

std::string tunnel(const std::string &acl, const std::string &lines = " tunnel mode ipsec ipv4\n", const std::string &family = "ipv4")
{
	return "crypto ikev2 profile default\n match identity remote any\n authentication remote pre-share key k\n authentication local pre-share key k\n" +
	       acl +
	       "interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n"
	       "interface Tunnel1\n tunnel source Ethernet0/0\n tunnel destination 192.0.2.2\n" +
	       lines + " tunnel protection ipsec policy " + family + " A\n tunnel protection ipsec profile default\n";
}

std::string lacks(const std::string &acl, const std::string &lines = " tunnel mode ipsec ipv4\n", const std::string &family = "ipv4")
{
	Loaded l(tunnel(acl, lines, family));

	return l.err != ERR_OK ? l.errors() : reasons(&cfg_find_interface(l.model, "Tunnel1")->object);
}

const std::string head = "ip access-list extended A\n";

TEST(CfgAcl, R_TUN_12_a_policy_of_permit_lines)
{
	EXPECT_EQ(lacks(head + " permit ip 10.1.0.0 0.0.0.255 10.2.0.0 0.0.0.255\n permit tcp any eq 80 any log\n"), "");
	EXPECT_EQ(lacks("access-list 100 permit ip any any\nipv6 access-list A\n permit ipv6 2001:db8::/64 any\n",
			  " tunnel mode ipsec ipv4 v6-overlay\n", "ipv6"),
		"");
}

TEST(CfgAcl, R_TUN_12_what_no_selector_can_say)
{
	EXPECT_EQ(lacks(head + " permit ip any any\n deny ip any any\n"),
		"a line of 'ip access-list extended A' denies: a policy permits alone\n");
	EXPECT_EQ(lacks(head + " permit ip 10.0.0.0 0.255.0.255 any\n"),
		"a line of 'ip access-list extended A' has a wildcard with holes, which no selector has\n");
	EXPECT_EQ(lacks(head + " permit tcp any neq 80 any\n"), "a line of 'ip access-list extended A' has 'neq', which no selector has\n");
	EXPECT_EQ(
		lacks(head + " permit ip any eq 80 any\n"), "a line of 'ip access-list extended A' has ports, which its protocol hasn't\n");
	EXPECT_EQ(lacks(head + " permit tcp any any established\n"),
		"a line of 'ip access-list extended A' asks for more than addresses, protocol and ports, which no selector has\n");
	EXPECT_EQ(lacks(head), "'tunnel protection ipsec policy': no line of the access list permits anything\n");
	EXPECT_EQ(lacks(""),
		"'access-list A' isn't defined\n'tunnel protection ipsec policy': no line of the access list permits anything\n");
	EXPECT_EQ(lacks("ip access-list standard A\n permit any\n"),
		"'tunnel protection ipsec policy ipv4' needs an extended IPv4 access list: 'ip access-list standard A' is none\n");
	EXPECT_EQ(lacks(head + " permit ip any any\n", " tunnel mode ipsec ipv4 v6-overlay\n"),
		"'tunnel protection ipsec policy ipv4': 'tunnel mode ipsec ipv4 v6-overlay' doesn't carry it\n");
	std::string many = head;
	for (int n = 0; n <= CFG_POLICY_LINES; n++)
		many += " permit ip host 10.0.0." + std::to_string(n) + " any\n";
	EXPECT_EQ(lacks(many), "'tunnel protection ipsec policy': 101 lines, and a tunnel has 100 CHILD_SAs at most\n");
}

TEST(CfgAcl, R_TUN_12_is_refused_on_GRE_and_on_templates)
{
	EXPECT_EQ(lacks(head + " permit ip any any\n", ""),
		"12:2 'tunnel protection ipsec policy' needs 'tunnel mode ipsec', not 'tunnel mode gre ip'\n");
	Loaded l("ip access-list extended A\n permit ip any any\ninterface Virtual-Template1 type tunnel\n tunnel mode ipsec ipv4\n"
		 " tunnel protection ipsec policy ipv4 A\n");
	EXPECT_EQ(l.errors(), "5:2 'tunnel protection ipsec policy' is for a static Tunnel\n");
}

TEST(CfgAcl, R_TUN_14_reverse_route)
{
	Loaded l(
		"crypto ipsec profile P\n reverse-route tag 7 distance 20\ncrypto ipsec profile Q\n reverse-route\ncrypto ipsec profile R\n");
	const cfg_ipsec_profile *p = cfg_find_ipsec_profile(l.model, "P"), *q = cfg_find_ipsec_profile(l.model, "Q");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(p->reverse_route);
	EXPECT_EQ(p->reverse_tag, 7u);
	EXPECT_EQ(p->reverse_distance, 20);
	EXPECT_TRUE(q->reverse_route);
	EXPECT_EQ(q->reverse_distance, 1);
	EXPECT_FALSE(cfg_find_ipsec_profile(l.model, "R")->reverse_route);
}

TEST(CfgAcl, a_filter_that_asks_for_what_no_packet_has_keeps_its_interface_out)
{
	for (const char *line : { "permit ip any eq 80 any", "permit tcp any lt 0 any", "permit tcp any gt 65535 any",
		     "permit tcp any range 9 8 any", "permit udp any any established", "permit tcp any any echo" }) {
		Loaded l(std::string("access-list 101 ") + line + "\ninterface Ethernet0/0\n ip access-group 101 in\n");

		ASSERT_EQ(l.err, ERR_OK) << l.errors();
		EXPECT_FALSE(cfg_find_interface(l.model, "Ethernet0/0")->object.complete) << line;
	}
}

TEST(CfgAcl, R_PBF_04_R_PBF_05_R_TUN_18_features_of_an_interface)
{
	Loaded l("access-list 7 permit any\n"
		 "ipv6 access-list SIX\n permit ipv6 any any\n"
		 "interface Virtual-Template1 type tunnel\n"
		 " ip access-group 7 in\n"
		 " ip access-group 7 out\n"
		 " ip verify unicast reverse-path\n"
		 " ip tcp adjust-mss 1360\n"
		 " ipv6 traffic-filter SIX out\n"
		 " ipv6 verify unicast source reachable-via any\n"
		 " ipv6 tcp adjust-mss 1340\n");
	const cfg_interface *i = cfg_find_interface(l.model, "Virtual-Template1");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(l.said(CFG_NOT_YET).empty());
	EXPECT_EQ(i->feature[CFG_IPV4].acl[CFG_ACL_IN], cfg_find_acl(l.model, "7"));
	EXPECT_EQ(i->feature[CFG_IPV4].acl[CFG_ACL_OUT], cfg_find_acl(l.model, "7"));
	EXPECT_EQ(i->feature[CFG_IPV4].urpf, CFG_URPF_RX);
	EXPECT_EQ(i->feature[CFG_IPV4].mss, 1360);
	EXPECT_EQ(i->feature[CFG_IPV6].acl[CFG_ACL_IN], nullptr);
	EXPECT_EQ(i->feature[CFG_IPV6].acl[CFG_ACL_OUT], cfg_find_acl(l.model, "SIX"));
	EXPECT_EQ(i->feature[CFG_IPV6].urpf, CFG_URPF_ANY);
	EXPECT_EQ(i->feature[CFG_IPV6].mss, 1340);
}

TEST(CfgAcl, a_filter_that_can_do_nothing_keeps_its_interface_out)
{
	Loaded l("ip access-list extended NONE\ninterface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n ip access-group NONE in\n"
		 "interface Loopback0\n ip address 10.0.0.1 255.255.255.255\n ip verify unicast reverse-path\n"
		 "interface Ethernet0/1\n ip access-group NOWHERE out\n"
		 "access-list 7 permit any\ninterface Ethernet0/2\n ipv6 traffic-filter 7 in\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	for (const char *name : { "Ethernet0/0", "Loopback0", "Ethernet0/1", "Ethernet0/2" })
		EXPECT_FALSE(cfg_find_interface(l.model, name)->object.complete) << name;
}

TEST(CfgAcl, the_text_of_an_entry)
{
	Loaded l("ip access-list extended A\n 15 permit tcp any host 10.0.0.1 eq 80\naccess-list 7 deny any\n");
	char text[128];

	EXPECT_STREQ(cfg_acl_text(cfg_find_acl(l.model, "A")->entries, text, sizeof(text)), "permit tcp any host 10.0.0.1 eq 80");
	EXPECT_STREQ(cfg_acl_text(cfg_find_acl(l.model, "7")->entries, text, sizeof(text)), "deny any");
}

} // namespace
