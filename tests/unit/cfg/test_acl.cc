/* Access lists as objects. */
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

} // namespace
