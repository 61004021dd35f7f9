/* The lexical rules of the language: cli.md 0. */
#include "loaded.h"

using namespace cfgtest;

namespace
{

TEST(CfgRules, keywords_may_be_short_and_of_any_case)
{
	Loaded l("cr IK profi A\n MATCH ident rem any\nint Tu0\n tun so 192.0.2.1\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_NE(cfg_find_profile(l.model, "A"), nullptr);
	EXPECT_EQ(l.saved(), "crypto ikev2 profile A\n match identity remote any\n!\ninterface Tunnel0\n tunnel source 192.0.2.1\n!\n");
}

TEST(CfgRules, names_keep_their_case)
{
	Loaded l("crypto ikev2 keyring KR\n peer p\n  address 192.0.2.1\n  pre-shared-key k\ncrypto ikev2 keyring kr\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_NE(cfg_find_keyring(l.model, "KR"), cfg_find_keyring(l.model, "kr"));
	EXPECT_EQ(cfg_find_keyring(l.model, "Kr"), nullptr);
}

TEST(CfgRules, an_ambiguous_prefix_is_an_error_that_lists_what_it_is_short_for)
{
	Loaded l("crypto i profile A\n");

	EXPECT_EQ(l.errors(), "1:8 'i' is short for several: ikev2, ipsec\n");
	EXPECT_EQ(Loaded("interface t0\n").errors(), "1:11 't0' is short for several interface types\n");
	EXPECT_EQ(Loaded("interface e0/0\n i\n").errors(), "2:2 'i' is short for several: ip, ipv6\n");
}

TEST(CfgRules, a_whole_keyword_is_not_short_for_a_longer_one)
{
	EXPECT_EQ(Loaded("interface e0/0\n ip address 192.0.2.1 255.255.255.0\n ipv6 enable\n").err, ERR_OK);
	EXPECT_EQ(Loaded("crypto ipsec profile p\n set pfs group1\n set pfs group14\n").err, ERR_OK);
}

TEST(CfgRules, a_number_is_not_short_for_a_longer_one)
{
	EXPECT_NE(Loaded("crypto ipsec profile p\n set pfs group3\n").err, ERR_OK);
	EXPECT_NE(Loaded("crypto ipsec transform-set t esp-aes 2 esp-sha256-hmac\n").err, ERR_OK);
	EXPECT_NE(Loaded("crypto ikev2 proposal p\n integrity sha5\n").err, ERR_OK);
	EXPECT_EQ(Loaded("crypto ikev2 proposal p\n encryption 3\n").err, ERR_OK) << "3des";
}

TEST(CfgRules, a_name_does_not_lose_to_an_abbreviation)
{
	Loaded l("crypto ikev2 keyring loc\ncrypto ikev2 profile A\n keyring loc\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_STREQ(cfg_find_profile(l.model, "A")->keyring->object.name, "loc");
}

TEST(CfgRules, indentation_is_decoration)
{
	Loaded flat("crypto ikev2 keyring K\npeer a\naddress 192.0.2.1\npre-shared-key x\nhostname h\n");

	ASSERT_EQ(flat.err, ERR_OK) << flat.errors();
	EXPECT_STREQ(flat.model->hostname, "nave"); /* the peer's own `hostname` took it */
	EXPECT_STREQ(cfg_find_keyring(flat.model, "K")->peers->hostname, "h");
}

TEST(CfgRules, a_line_falls_out_to_the_mode_that_takes_it)
{
	Loaded l(
		"interface e0/0\n ip address 192.0.2.1 255.255.255.0\nip route 0.0.0.0 0.0.0.0 192.0.2.254\n"
		"crypto ikev2 keyring K\n peer a\n  address 192.0.2.1\n  pre-shared-key x\n peer b\n  address 192.0.2.2\n  pre-shared-key y\n"
		"crypto ikev2 profile P\n aaa authorization network default local\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_NE(l.model->routes, nullptr);
	EXPECT_STREQ(cfg_find_keyring(l.model, "K")->peers->next->object.name, "b");
	EXPECT_NE(cfg_find_aaa_list(l.model, "default"), nullptr);
}

TEST(CfgRules, a_line_that_nobody_takes_leaves_the_mode_as_it_is)
{
	Loaded l("crypto ikev2 profile P\n rubbish 1\n match identity remote any\n");

	EXPECT_EQ(l.errors(), "2:2 'rubbish' is no command in 'crypto ikev2 profile' or outside it\n");
}

TEST(CfgRules, exit_and_end_leave_modes_and_never_err)
{
	Loaded l("exit\nend\n!\ncrypto ikev2 keyring K\n peer a\n  exit\n exit\nhostname one\n"
		 "crypto ikev2 keyring K\n peer a\n  end\nhostname two\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_STREQ(l.model->hostname, "two");
}

TEST(CfgRules, exit_address_family_pops_one)
{
	Loaded l(
		"router bgp 65001\n address-family ipv4\n  neighbor 192.0.2.1 activate\n exit-address-family\n bgp log-neighbor-changes\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(without_bangs(l.saved()),
		"router bgp 65001\n address-family ipv4\n  neighbor 192.0.2.1 activate\n bgp log-neighbor-changes\n");
}

/* ---- errors ---- */

TEST(CfgRules, errors_carry_line_column_and_what_would_be_right)
{
	EXPECT_EQ(Loaded("crypto ikev2 profile P\n dpd 5 2 on-demand\n").errors(), "2:6 '5' is outside 10-3600\n");
	EXPECT_EQ(Loaded("crypto ikev2 profile P\n dpd 10 2\n").errors(), "2:10 the line ends too early; expected on-demand, periodic\n");
	EXPECT_EQ(Loaded("crypto ikev2 profile P\n dpd 10 2 sometimes\n").errors(),
		"2:11 'sometimes' is not expected here; expected on-demand, periodic\n");
	EXPECT_EQ(Loaded("hostname a b\n").errors(), "1:12 nothing more is expected from 'b' on\n");
	EXPECT_EQ(Loaded("interface e0/0\n ip address 192.0.2.1 255.0.255.0\n").errors(),
		"2:23 '255.0.255.0' is no netmask: its ones must come before its zeroes\n");
	EXPECT_EQ(Loaded("interface Tunnel0/1\n").errors(), "1:11 'Tunnel0/1' is no unit of Tunnel\n");
	EXPECT_EQ(Loaded("interface tunnel 0/1\n").errors(), "1:11 'tunnel 0/1' is no interface\n");
}

TEST(CfgRules, did_you_mean)
{
	EXPECT_EQ(Loaded("crpyto ikev2 profile P\n").errors(),
		"1:1 'crpyto' is no command in 'global configuration'; did you mean 'crypto'?\n");
	EXPECT_EQ(Loaded("crypto ikev2 profile P\n dpdd 10 2 periodic\n").errors(),
		"2:2 'dpdd' is no command in 'crypto ikev2 profile' or outside it; did you mean 'dpd'?\n");
	EXPECT_EQ(Loaded("interface e0/0\n ip adress 192.0.2.1 255.255.255.0\n").errors(),
		"2:5 'adress' is not expected here; did you mean 'address'?\n");
	/* the outer mode's commands count too, the inner mode is named */
	EXPECT_EQ(Loaded("crypto ikev2 profile P\nhostnaem x\n").errors(),
		"2:1 'hostnaem' is no command in 'crypto ikev2 profile' or outside it; did you mean 'hostname'?\n");
}

TEST(CfgRules, a_line_of_another_mode_is_told_where_it_belongs)
{
	EXPECT_EQ(Loaded("dpd 10 2 on-demand\n").errors(),
		"1:1 'dpd' is no command in 'global configuration'; it belongs under 'crypto ikev2 profile'\n");
}

TEST(CfgRules, all_errors_are_reported_at_once_and_nothing_is_loaded)
{
	Loaded l("one\ncrypto ikev2 proposal P\n group 3\n encryption aes-cbc-128 aes-gcm-128\ntwo\n");

	EXPECT_EQ(l.err, ERR_MALFORMED);
	EXPECT_EQ(l.model, nullptr);
	EXPECT_EQ(l.said(CFG_ERROR).size(), 4u) << l.errors();
}

TEST(CfgRules, a_failed_load_leaves_the_previous_model)
{
	cfg_messages messages{};
	cfg_model *m = nullptr, *before;

	ASSERT_EQ(cfg_load(lang(), "a", bytes_str("hostname a\n"), &messages, &m), ERR_OK);
	before = m;
	ASSERT_EQ(cfg_load(lang(), "b", bytes_str("hostname b\nrubbish\n"), &messages, &m), ERR_MALFORMED);
	EXPECT_EQ(m, before);
	EXPECT_STREQ(m->hostname, "a");
	cfg_model_free(m);
	cfg_message_fini(&messages);
}

TEST(CfgRules, an_error_never_shows_a_secret)
{
	const char *bad[] = { "pre-shared-key Zecret one", "pre-shared-key local Zecret x", "pre-shared-key 7 Zecret",
		"pre-shared-key 6 Zecret", "pre-shared-key my Zecret" };

	for (const char *line : bad) {
		Loaded l(std::string("crypto ikev2 keyring K\npeer a\n") + line + "\n");

		EXPECT_EQ(l.err, ERR_MALFORMED) << line;
		EXPECT_EQ(l.errors().find("Zecret"), std::string::npos) << l.errors();
		EXPECT_EQ(l.errors().find("'one'"), std::string::npos) << l.errors();
	}
}

TEST(CfgRules, rubbish_gives_a_bounded_number_of_messages)
{
	std::string text;

	for (int i = 0; i < 5000; i++)
		text += "rubbish\n";
	Loaded l(text);
	EXPECT_EQ(l.messages.count[CFG_ERROR], 5000u);
	EXPECT_EQ(l.said(CFG_ERROR).size(), static_cast<size_t>(CFG_MESSAGE_MAX));
	EXPECT_EQ(l.messages.dropped, 4000u);
}

/* ---- no, default ---- */

TEST(CfgRules, no_removes_a_line)
{
	Loaded l(
		"hostname x\nno hostname\ninterface e0/0\n ip address 192.0.2.1 255.255.255.0\n no ip address\n description a b\n no description\n"
		"ip route 0.0.0.0 0.0.0.0 192.0.2.1\nip route 10.0.0.0 255.0.0.0 192.0.2.1 20\nno ip route 0.0.0.0 0.0.0.0 192.0.2.1\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_STREQ(l.model->hostname, "nave");
	EXPECT_EQ(cfg_find_interface(l.model, "Ethernet0/0")->ip_how, CFG_IP_NONE);
	EXPECT_EQ(cfg_find_interface(l.model, "Ethernet0/0")->description, nullptr);
	ASSERT_NE(l.model->routes, nullptr);
	EXPECT_EQ(l.model->routes->next, nullptr);
	EXPECT_EQ(l.model->routes->distance, 20);
}

TEST(CfgRules, no_with_the_beginning_of_a_line)
{
	Loaded l(
		"ip route 10.0.0.0 255.0.0.0 192.0.2.1\nip route 10.0.0.0 255.0.0.0 192.0.2.2 tag 4\nip route 11.0.0.0 255.0.0.0 192.0.2.2\n"
		"no ip route 10.0.0.0 255.0.0.0\n"
		"crypto ikev2 client flexvpn c\n peer 1 192.0.2.1\n peer 2 192.0.2.2\n no peer 1\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(without_bangs(l.saved()), "ip route 11.0.0.0 255.0.0.0 192.0.2.2\ncrypto ikev2 client flexvpn c\n peer 2 192.0.2.2\n");
}

TEST(CfgRules, no_needs_enough_words)
{
	EXPECT_EQ(Loaded("no crypto\n").errors(), "1:10 the line ends too early; expected ikev2, ipsec, pki\n");
	EXPECT_NE(Loaded("ip route 10.0.0.0 255.0.0.0 192.0.2.1\nno ip route\n").err, ERR_OK);
	EXPECT_NE(Loaded("no crypto ikev2 profile\n").err, ERR_OK);
	EXPECT_NE(Loaded("no rubbish\n").err, ERR_OK);
}

TEST(CfgRules, no_of_what_is_not_there_is_fine)
{
	EXPECT_EQ(
		Loaded("no crypto ikev2 profile P\nno ip route 10.0.0.0 255.0.0.0 192.0.2.1\ninterface e0/0\n no shutdown\n").err, ERR_OK);
}

TEST(CfgRules, removing_an_object_in_use_is_refused)
{
	Loaded l("ip local pool P 192.0.2.1\ncrypto ikev2 authorization policy A\n pool P\nno ip local pool P\n");

	EXPECT_EQ(l.errors(), "4:1 in use by 'crypto ikev2 authorization policy A' (line 2)\n");
	EXPECT_EQ(Loaded("interface Virtual-Template1\ncrypto ikev2 profile P\n virtual-template 1\nno interface Virtual-Template1\n")
			  .errors(),
		"4:1 in use by 'crypto ikev2 profile P' (line 2)\n");
	EXPECT_EQ(Loaded("ip local pool P 192.0.2.1\ncrypto ikev2 authorization policy A\n pool P\n no pool\nno ip local pool P\n").err,
		ERR_OK);
	EXPECT_EQ(Loaded("ip local pool P 192.0.2.1\ncrypto ikev2 authorization policy A\n pool P\nno crypto ikev2 authorization policy A\n"
			 "no ip local pool P\n")
			  .err,
		ERR_OK);
}

TEST(CfgRules, default_removes_what_was_set)
{
	Loaded l("interface e0/0\n ip mtu 1400\n default ip mtu\n shutdown\n default shutdown\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(cfg_find_interface(l.model, "Ethernet0/0")->ip_mtu, 0);
	EXPECT_FALSE(cfg_find_interface(l.model, "Ethernet0/0")->shutdown);
}

TEST(CfgRules, no_is_kept_where_the_opposite_would_hold)
{
	Loaded l("crypto ikev2 authorization policy A\n no route accept any\ninterface Virtual-Template1\n no ip address\n"
		 "crypto ikev2 cluster\n no shutdown\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_FALSE(cfg_find_authz_policy(l.model, "A")->route_accept);
	EXPECT_EQ(without_bangs(l.saved()),
		"crypto ikev2 authorization policy A\n no route accept any\ninterface Virtual-Template1 type tunnel\n"
		" no ip address\ncrypto ikev2 cluster\n no shutdown\n");
	Loaded back("crypto ikev2 authorization policy A\n no route accept any\n default route accept any\n");
	EXPECT_TRUE(cfg_find_authz_policy(back.model, "A")->route_accept);
}

/* ---- one line, many lines ---- */

TEST(CfgRules, a_later_line_of_the_same_meaning_replaces)
{
	Loaded l(
		"hostname a\nhostname b\ninterface e0/0\n ip address negotiated\n ip unnumbered Loopback0\n ip address 192.0.2.1 255.255.255.0\n"
		"interface Loopback0\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(
		without_bangs(l.saved()), "hostname b\ninterface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\ninterface Loopback0\n");
}

TEST(CfgRules, lines_that_add_up_are_kept_once)
{
	Loaded l("crypto ikev2 authorization policy A\n route set remote 10.0.0.0 255.0.0.0\n route set remote 11.0.0.0 255.0.0.0\n"
		 " route set remote ipv4 10.0.0.0 255.0.0.0\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(without_bangs(l.saved()),
		"crypto ikev2 authorization policy A\n route set remote 10.0.0.0 255.0.0.0\n route set remote 11.0.0.0 255.0.0.0\n");
}

TEST(CfgRules, a_container_may_be_entered_again)
{
	Loaded l("interface e0/0\n ip mtu 1400\nhostname x\ninterface Ethernet 0/0\n ipv6 enable\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(l.model->interfaces->next, nullptr);
	EXPECT_EQ(l.model->interfaces->object.line, 1u);
	EXPECT_TRUE(l.model->interfaces->ipv6_enable);
	EXPECT_EQ(l.model->interfaces->ip_mtu, 1400);
}

/* ---- references ---- */

TEST(CfgRules, references_may_point_forward)
{
	Loaded l("interface Tunnel0\n ip unnumbered Loopback0\ninterface Loopback0\n ip address 192.0.2.1 255.255.255.255\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(cfg_find_interface(l.model, "Tunnel0")->ip_lender, cfg_find_interface(l.model, "Loopback0"));
	EXPECT_EQ(l.warnings(), "");
}

TEST(CfgRules, a_dangling_reference_is_a_warning_and_its_object_incomplete)
{
	Loaded l("crypto ikev2 authorization policy A\n pool Q\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(l.warnings(), "2:7 'ip local pool Q' isn't defined\n");
	EXPECT_EQ(reasons(&cfg_find_authz_policy(l.model, "A")->object), "'ip local pool Q' isn't defined\n");
	EXPECT_EQ(Loaded("ip route 10.0.0.0 255.0.0.0 Null0\n").warnings(), "");
}

/* ---- the classes of lines ---- */

TEST(CfgRules, harmless_lines_are_kept_with_one_warning)
{
	std::string text =
		"version 15.9\nservice timestamps debug datetime msec\nboot-start-marker\nno ip http server\nline vty 0 4\n transport input ssh\n"
		" login local\nntp server 192.0.2.9\nbanner motd ^C\n two lines ! of\n text ^C\ninterface Ethernet0/0\n duplex auto\n"
		" no ip redirects\nusername joe privilege 15 secret 5 $1$abc\n";
	Loaded l(text);

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(l.warnings(), "1:0 12 lines have no meaning here and are kept as they are\n");
	EXPECT_EQ(without_bangs(l.saved()), text);
	EXPECT_TRUE(cfg_find_interface(l.model, "Ethernet0/0")->object.complete);
	EXPECT_NE(l.saved(CFG_SECRETS_HIDDEN).find("username joe <removed>"), std::string::npos);
}

TEST(CfgRules, an_open_banner_is_an_error)
{
	EXPECT_EQ(Loaded("banner motd ^C\n text\n").errors(), "1:1 the text that begins here is never closed by '^C'\n");
	EXPECT_EQ(Loaded("banner motd #one line#\nhostname x\n").err, ERR_OK);
}

TEST(CfgRules, a_certificate_is_skipped_to_its_quit)
{
	Loaded l(
		"crypto pki trustpoint T\ncrypto pki certificate chain T\n certificate ca 01\n  30820201 30820130\n  0101\n  \tquit\nhostname x\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_STREQ(l.model->hostname, "x");
}

TEST(CfgRules, a_line_without_code_makes_its_object_incomplete)
{
	Loaded l("interface Ethernet0/0\n ip address 192.0.2.1 255.255.255.0\n ip pim sparse-mode\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(reasons(&cfg_find_interface(l.model, "Ethernet0/0")->object), "'ip pim sparse-mode' isn't implemented yet\n");
	ASSERT_EQ(l.said(CFG_NOT_YET).size(), 1u);
	EXPECT_EQ(l.said(CFG_NOT_YET)[0], "3:2 'ip pim sparse-mode': 'interface Ethernet0/0' isn't used");
}

TEST(CfgRules, what_a_restricting_line_guards_is_not_used)
{
	Loaded u("interface Ethernet0/0\n cts role-based enforcement\n");

	EXPECT_EQ(reasons(&cfg_find_interface(u.model, "Ethernet0/0")->object), "'cts role-based enforcement' isn't enforced yet\n");
}

TEST(CfgRules, tags_go_in_the_packets_or_are_negotiated)
{
	EXPECT_EQ(Loaded("crypto ikev2 cts sgt\ninterface Tunnel0\n cts sgt inline\n").errors(),
		"3:2 isn't possible beside 'crypto ikev2 cts sgt'\n");
	EXPECT_EQ(Loaded("interface Tunnel0\n cts sgt inline\ncrypto ikev2 cts sgt\n").errors(),
		"3:1 isn't possible beside 'cts sgt inline' of Tunnel0\n");
}

TEST(CfgRules, a_subinterface_has_its_tag)
{
	Loaded l("interface Ethernet0/0.10\n encapsulation dot1Q 10\n ip address 192.0.2.1 255.255.255.0\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(l.model->interfaces->object.complete);
	EXPECT_EQ(Loaded("interface Ethernet0/0\n encapsulation dot1Q 10\n").errors(),
		"2:2 belongs under a subinterface, such as 'Ethernet0/0.1'\n");
}

TEST(CfgRules, a_line_for_later_counts_as_implemented)
{
	Loaded l("interface Ethernet0/0\n ipv6 ospf 1 area 0\n ip nhrp network-id 1\n ip nhrp redirect\n cts sgt inline\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_TRUE(cfg_find_interface(l.model, "Ethernet0/0")->object.complete);
	EXPECT_TRUE(l.said(CFG_NOT_YET).empty());
	Loaded r("interface Ethernet0/0\n ip nhrp authentication word\n cts role-based enforcement\n");
	EXPECT_FALSE(cfg_find_interface(r.model, "Ethernet0/0")->object.complete);
}

/* ---- aliases: accepted, rewritten ---- */

struct Alias {
	const char *mode, *typed, *printed;
};

void PrintTo(const Alias &a, std::ostream *out)
{
	*out << a.typed;
}

class CfgAlias : public testing::TestWithParam<Alias>
{
};

TEST_P(CfgAlias, is_printed_in_full)
{
	std::string mode = GetParam().mode, in = mode.empty() ? "" : " ";
	Loaded l(mode + in + GetParam().typed + "\n"), full(mode + in + GetParam().printed + "\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	ASSERT_EQ(full.err, ERR_OK) << full.errors();
	EXPECT_EQ(l.saved(), full.saved());
	EXPECT_NE(l.saved().find(in + GetParam().printed + "\n"), std::string::npos) << l.saved();
}

const Alias aliases[] = {
	{ "crypto ipsec profile x\n", "set crypto ikev2 profile A", "set ikev2-profile A" },
	{ "", "crypto ikev2 flexvpn client remote1", "crypto ikev2 client flexvpn remote1" },
	{ "crypto ikev2 profile P\n", "virtual template 1 mode auto", "virtual-template 1 mode auto" },
	{ "crypto ikev2 profile P\n", "virtual template 1", "virtual-template 1" },
	{ "crypto ikev2 profile P\n", "authentication local pre-shared", "authentication local pre-share" },
	{ "crypto ikev2 profile P\n", "authentication local pre-shared key K", "authentication local pre-share key K" },
	{ "crypto ikev2 profile P\n", "authentication remote pre-shared K", "authentication remote pre-share key K" },
	{ "crypto ikev2 profile P\n", "match identity any", "match identity remote any" },
	{ "crypto ikev2 profile P\n", "match identity fqdn domain example.net", "match identity remote fqdn domain example.net" },
	{ "crypto ikev2 profile P\n", "match identity remote 203.0.113.9", "match identity remote address 203.0.113.9" },
	{ "crypto ikev2 client flexvpn c\n", "peer 198.51.100.1", "peer 1 198.51.100.1" },
	{ "crypto ikev2 client flexvpn c\n", "source 1 Cellular0/0 track 106", "source 1 interface Cellular0/0 track 106" },
	{ "crypto ikev2 proposal p\n", "integrity sha512 sha 256 sha1", "integrity sha512 sha256 sha1" },
	{ "crypto ikev2 profile P\n", "keyring KR", "keyring local KR" },
	{ "interface Ethernet0/0\n", "ip access-list 100 in", "ip access-group 100 in" },
	{ "crypto ikev2 policy p\n", "match fvrfl any", "match fvrf any" },
	{ "", "interface virtual-template 1", "interface Virtual-Template1 type tunnel" },
	{ "interface Ethernet0/0\n", "ip vrf forwarding RED", "vrf forwarding RED" },
	{ "", "route-map TAG2", "route-map TAG2 permit 10" },
};

INSTANTIATE_TEST_SUITE_P(all, CfgAlias, testing::ValuesIn(aliases));

TEST(CfgRules, a_peer_without_a_number_gets_the_next_one)
{
	Loaded l("crypto ikev2 client flexvpn c\n peer 5 192.0.2.5\n peer 192.0.2.6\n peer hub.example.net dynamic\n peer 6 192.0.2.7\n");

	ASSERT_EQ(l.err, ERR_OK) << l.errors();
	EXPECT_EQ(without_bangs(l.saved()),
		"crypto ikev2 client flexvpn c\n peer 5 192.0.2.5\n peer 6 192.0.2.7\n peer 7 hub.example.net dynamic\n");
}

} // namespace
