#include "cfg/derive.h"

#include "loaded.h"

namespace
{

using cfgtest::Loaded;

const std::string base = "aaa new-model\n"
			 "aaa authorization network L local\n"
			 "crypto ikev2 keyring KR\n peer any\n  address 0.0.0.0 0.0.0.0\n  pre-shared-key abc\n"
			 "crypto ikev2 profile default\n match identity remote any\n authentication local pre-share\n"
			 " authentication remote pre-share\n keyring local KR\n virtual-template 1\n"
			 "interface Loopback0\n ip address 10.77.0.254 255.255.255.255\n"
			 "interface Loopback1\n ip address 10.78.0.254 255.255.255.255\n"
			 "ip access-list extended WEB\n permit tcp any any eq www\n"
			 "ip access-list extended ALL\n permit ip any any\n"
			 "interface Virtual-Template1 type tunnel\n description of all\n ip unnumbered Loopback0\n ip mtu 1400\n"
			 " ip access-group ALL in\n tunnel mode ipsec ipv4\n tunnel protection ipsec profile default\n";

/* Lines as "u ip mtu 1300", "g ip mtu 1200" on Virtual-Template1 of 'base'. */
struct Derived {
	Loaded m{ base };
	struct cfg_derived *d = nullptr;
	char why[CFG_MESSAGE_TEXT] = "";
	enum err err;

	explicit Derived(const std::vector<std::string> &text)
	{
		std::vector<cfg_derive_line> lines;

		for (const std::string &t : text)
			lines.push_back({ t.c_str() + 2, t[0] == 'u' ? CFG_ORIGIN_USER : CFG_ORIGIN_GROUP });
		const cfg_derive_lines all = { lines.data(), (unsigned)lines.size() };
		EXPECT_TRUE(tmpl()->object.complete);
		err = cfg_derive_new(m.model, tmpl(), &all, why, &d);
	}
	~Derived()
	{
		cfg_derive_free(d);
	}
	Derived(const Derived &) = delete;
	Derived &operator=(const Derived &) = delete;

	const cfg_interface *tmpl() const
	{
		return cfg_find_interface(m.model, "Virtual-Template1");
	}
	/* "ip mtu 1300 [user]" a line. */
	std::vector<std::string> shown() const
	{
		static const char *const names[] = { "template", "user", "group" };
		std::vector<std::string> all;
		char text[256];

		for (const cfg_stmt *s = d == nullptr ? nullptr : cfg_stmt_first(d->lines); s != nullptr; s = cfg_stmt_next(s))
			all.push_back(std::string(cfg_stmt_str(s, text, sizeof(text))) + " [" + names[cfg_derive_origin(d, s)] + "]");
		return all;
	}
};

TEST(CfgDerive, R_AAA_14_R_AAA_24_lines_replace_those_of_the_template_in_order)
{
	Derived x({ "u ip mtu 1300", "u ip verify unicast reverse-path", "g ip mtu 1200", "g ip access-group WEB in",
		"g ip unnumbered Loopback1" });

	ASSERT_EQ(x.err, ERR_OK) << x.why;
	EXPECT_EQ(x.shown(), (std::vector<std::string>{ "description of all [template]", "ip unnumbered Loopback1 [group]",
				     "ip mtu 1200 [group]", "ip access-group WEB in [group]", "tunnel mode ipsec ipv4 [template]",
				     "tunnel protection ipsec profile default [template]", "ip verify unicast reverse-path [user]" }));
	const cfg_interface &i = x.d->interface;
	EXPECT_TRUE(i.object.complete);
	EXPECT_EQ(i.type, CFG_IF_VIRTUAL_TEMPLATE);
	EXPECT_STREQ(i.description, "of all");
	EXPECT_EQ(i.ip_mtu, 1200);
	EXPECT_STREQ(i.feature[CFG_IPV4].acl[CFG_ACL_IN]->object.name, "WEB");
	EXPECT_EQ(i.feature[CFG_IPV4].urpf, CFG_URPF_RX);
	EXPECT_STREQ(i.ip_lender->object.name, "Loopback1");
	EXPECT_EQ(i.tunnel.protection, x.tmpl()->tunnel.protection);
	EXPECT_EQ(i.tunnel.mode, CFG_TUNNEL_IPSEC_IPV4);
	/* the template is as it was */
	EXPECT_EQ(x.tmpl()->ip_mtu, 1400);
	EXPECT_STREQ(x.tmpl()->feature[CFG_IPV4].acl[CFG_ACL_IN]->object.name, "ALL");
}

TEST(CfgDerive, R_AAA_24_a_line_is_taken_back)
{
	Derived x({ "u no ip access-group ALL in", "u ip mtu 1300", "g no ip mtu", "g no shutdown", "g default description" });

	ASSERT_EQ(x.err, ERR_OK) << x.why;
	EXPECT_EQ(x.shown(), (std::vector<std::string>{ "ip unnumbered Loopback0 [template]", "tunnel mode ipsec ipv4 [template]",
				     "tunnel protection ipsec profile default [template]" }));
	EXPECT_EQ(x.d->interface.feature[CFG_IPV4].acl[CFG_ACL_IN], nullptr);
	EXPECT_EQ(x.d->interface.ip_mtu, 0);
	EXPECT_EQ(x.d->interface.description, nullptr);
}

/* Short forms and aliases are what they are in a file, and shown in full. */
TEST(CfgDerive, lines_are_the_languages)
{
	Derived x({ "u ip access-list WEB out", "u ip unn lo1", "u ip nhrp network-id 3" });

	ASSERT_EQ(x.err, ERR_OK) << x.why;
	EXPECT_EQ(x.shown()[1], "ip unnumbered Loopback1 [user]");
	EXPECT_EQ(x.shown()[6], "ip access-group WEB out [user]");
	EXPECT_EQ(x.shown()[7], "ip nhrp network-id 3 [user]");
}

TEST(CfgDerive, R_AAA_24_a_bad_line_says_why)
{
	static const struct {
		std::vector<std::string> lines;
		enum err err;
		const char *why;
	} cases[] = {
		{ { "u ip mtu 1300", "g ip mtoo 9" }, ERR_MALFORMED, "'ip mtoo 9': 'mtoo' is not expected here" },
		{ { "u ip mtu 9" }, ERR_MALFORMED, "'ip mtu 9': '9' is outside 68-9216" },
		{ { "u crypto ikev2 policy X" }, ERR_MALFORMED, "'crypto ikev2 policy X'" },
		{ { "u no such thing" }, ERR_MALFORMED, "'no such thing'" },
		{ { "u ip mtu 1300\nip mtu 1200" }, ERR_MALFORMED, "line 1 is more than one" },
		{ { "u ip access-group NOWHERE in" }, ERR_INCOMPLETE, "'access-list NOWHERE' isn't defined" },
		{ { "u ip address 10.0.0.1 255.255.255.0" }, ERR_INCOMPLETE, "a template has no address of its own" },
		{ { "u tunnel destination 192.0.2.1" }, ERR_INCOMPLETE, "a template has no 'tunnel destination'" },
		{ { "u no tunnel protection ipsec profile default" }, ERR_INCOMPLETE, "needs 'tunnel protection ipsec profile'" },
		{ { "g cts role-based enforcement" }, ERR_INCOMPLETE, "'cts role-based enforcement' isn't enforced yet" },
	};

	for (const auto &c : cases) {
		Derived x(c.lines);

		EXPECT_EQ(x.err, c.err) << c.lines[0];
		EXPECT_EQ(x.d, nullptr);
		EXPECT_NE(std::string(x.why).find(c.why), std::string::npos) << x.why << " for " << c.why;
	}
}

TEST(CfgDerive, none_is_the_template)
{
	Derived x({});

	ASSERT_EQ(x.err, ERR_OK);
	EXPECT_EQ(x.shown().size(), 6u);
	EXPECT_EQ(x.d->interface.ip_mtu, 1400);
}

/* ---- lists in the file ---- */

TEST(CfgAttributes, a_list_and_who_uses_it)
{
	Loaded m("aaa attribute list A\n attribute type interface-config \"ip mtu 1300\"\n attribute type interface-config "
		 "\"no ip mtu\"\naaa attribute list B\n attribute type interface-config \"description one\"\n"
		 "crypto ikev2 authorization policy P\n aaa attribute list B\n aaa attribute list A\n");

	ASSERT_EQ(m.err, ERR_OK) << m.errors();
	EXPECT_EQ(m.warnings(), "");
	const cfg_authz_policy *p = cfg_find_authz_policy(m.model, "P");
	EXPECT_TRUE(p->object.complete);
	ASSERT_NE(p->attributes, nullptr);
	EXPECT_STREQ(p->attributes->list->lines->text, "description one");
	ASSERT_NE(p->attributes->next, nullptr);
	const cfg_attribute *a = p->attributes->next->list->lines;
	EXPECT_STREQ(a->text, "ip mtu 1300");
	EXPECT_STREQ(a->next->text, "no ip mtu");
	EXPECT_EQ(cfg_find_attribute_list(m.model, "A")->lines, a);
	EXPECT_EQ(cfg_find_attribute_list(m.model, "C"), nullptr);
	EXPECT_NE(m.saved().find(" attribute type interface-config \"ip mtu 1300\"\n"), std::string::npos);
}

TEST(CfgAttributes, R_AAA_24_a_line_that_isnt_one_is_an_error_where_it_stands)
{
	Loaded m("aaa attribute list A\n attribute type interface-config \"ip mtu 9\"\n attribute type interface-config shutdwn\n");

	EXPECT_EQ(m.err, ERR_MALFORMED);
	ASSERT_EQ(m.said(CFG_ERROR).size(), 2u) << m.errors();
	EXPECT_EQ(m.said(CFG_ERROR)[0].substr(0, 5), "2:42 ");
	EXPECT_NE(m.said(CFG_ERROR)[0].find("'9' is outside 68-9216"), std::string::npos);
	EXPECT_EQ(m.said(CFG_ERROR)[1].substr(0, 5), "3:34 ");
}

TEST(CfgAttributes, a_line_without_code_or_of_what_isnt_there_leaves_the_policy_unused)
{
	for (const char *line : { "ip access-group NOWHERE in", "cts role-based enforcement" }) {
		Loaded m(std::string("aaa attribute list A\n attribute type interface-config \"") + line +
			 "\"\ncrypto ikev2 authorization policy P\n aaa attribute list A\n");

		ASSERT_EQ(m.err, ERR_OK) << m.errors();
		EXPECT_FALSE(cfg_find_attribute_list(m.model, "A")->object.complete) << line;
		EXPECT_EQ(cfg_find_attribute_list(m.model, "A")->object.reasons->line, 2u);
		EXPECT_FALSE(cfg_find_authz_policy(m.model, "P")->object.complete) << line;
	}
	Loaded none("crypto ikev2 authorization policy P\n aaa attribute list A\n");
	EXPECT_FALSE(cfg_find_authz_policy(none.model, "P")->object.complete);
}

} // namespace
