#include "lab.h"
#include "session/clone.h"
#include "session/derived.h"

namespace
{

using namespace lab;

class SessionClone : public Star
{
      protected:
	/* A hub whose spokes have policies of their own, by their host names, over the group's. */
	static std::string config(const std::string &users, const std::string &group, const std::string &more = "")
	{
		HubConfig c;

		c.profile = " aaa authorization user psk list default name-mangler HOST\n";
		c.policy += group;
		c.more = "crypto ikev2 name-mangler HOST\n fqdn hostname\n" + users + more;
		return c.text();
	}
	static std::string user(unsigned n, const std::string &line = "")
	{
		return "crypto ikev2 authorization policy spoke" + std::to_string(n) + "\n no route set interface\n" + line;
	}
	static std::string list(const std::string &name, const std::vector<std::string> &lines)
	{
		std::string text = "exit\naaa attribute list " + name + "\n"; /* within a policy it would be its line */

		for (const std::string &l : lines)
			text += " attribute type interface-config \"" + l + "\"\n";
		return text;
	}
	std::vector<std::string> derived(const std::string &name)
	{
		const session *s = session_derived_find(hub.hub, name.c_str());
		std::vector<std::string> lines;
		session_derived_fn *const keep = [](void *ctx, const char *line, session_origin origin) {
			static_cast<std::vector<std::string> *>(ctx)->push_back(
				std::string(line) + " [" + session_origin_str(origin) + "]");
		};

		EXPECT_NE(s, nullptr);
		EXPECT_TRUE(s != nullptr && session_derived_walk(s, keep, &lines) == ERR_OK);
		return lines;
	}
	dp_tunnel tunnel(const std::string &name)
	{
		for (auto &o : hub.objects(DP_CLASS_TUNNEL))
			if (o.op.u.tunnel.name == name)
				return o.op.u.tunnel;
		ADD_FAILURE() << name;
		return {};
	}
	const std::string web = "ip access-list extended WEB\n permit tcp any any eq www\n permit icmp any any\n";
};

TEST_F(SessionClone, R_AAA_14_R_AAA_24_R_SYS_09_lines_of_user_and_group_take_effect)
{
	hub.must_load(config(user(1, " aaa attribute list U\n") + user(2), " aaa attribute list G\n",
		web + list("G", { "ip mtu 1300", "ip access-group WEB in" }) +
			list("U", { "ip mtu 1250", "ip verify unicast reverse-path" })));
	Box &one = spoke(1), &two = spoke(2);
	up(one);
	up(two);
	EXPECT_EQ(derived("Virtual-Access1"),
		(std::vector<std::string>{ "ip unnumbered Loopback0 [template]", "tunnel mode ipsec ipv4 [template]",
			"tunnel protection ipsec profile default [template]", "ip mtu 1300 [group]",
			"ip verify unicast reverse-path [user]", "ip access-group WEB in [group]", "tunnel source 198.51.100.1 [peer]",
			"tunnel destination 203.0.113.1 [peer]" }));
	const dp_tunnel t = tunnel("Virtual-Access1"), other = tunnel("Virtual-Access2");
	EXPECT_EQ(t.mtu, 1300);
	EXPECT_EQ(t.feature[DP_V4].urpf, DP_URPF_STRICT);
	EXPECT_NE(t.feature[DP_V4].filter[DP_IN], 0u);
	EXPECT_EQ(t.feature[DP_V4].filter[DP_IN], session_filter_id(hub.hub, "WEB"));
	EXPECT_EQ(other.mtu, 1300);
	EXPECT_EQ(other.feature[DP_V4].urpf, DP_URPF_OFF);
	EXPECT_EQ(other.feature[DP_V4].filter[DP_IN], t.feature[DP_V4].filter[DP_IN]);
	ASSERT_EQ(hub.objects(DP_CLASS_FILTER).size(), 1u);
}

/* Sessions of the same lines hold one interface; those without lines none (R-SCL). */
TEST_F(SessionClone, one_for_all_with_the_same_lines)
{
	hub.must_load(config(user(1) + user(2) + user(3, " aaa attribute list U\n"), " aaa attribute list G\n",
		list("G", { "ip mtu 1300" }) + list("U", { "description three" })));
	for (unsigned n = 1; n <= 3; n++)
		up(spoke(n));
	const session *a = hub.session("Virtual-Access1"), *b = hub.session("Virtual-Access2"), *c = hub.session("Virtual-Access3");
	ASSERT_NE(a->clone, nullptr);
	EXPECT_EQ(a->clone, b->clone);
	EXPECT_NE(a->clone, c->clone);
	EXPECT_STREQ(c->access.source->description, "three");
	hub.must_load(config(user(1) + user(2) + user(3), ""));
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 3; }, 60000));
	EXPECT_EQ(hub.session("Virtual-Access1")->clone, nullptr);
	EXPECT_EQ(session_clone_derived(hub.session("Virtual-Access1")), nullptr);
}

/* R-AAA-24: a line that the interface can't have refuses the peer, and nothing of it is left. */
TEST_F(SessionClone, R_AAA_24_a_bad_line_leaves_no_half_session)
{
	hub.must_load(config(
		user(1, " aaa attribute list U\n") + user(2), "", list("U", { "ip mtu 1300", "ip address 10.9.9.9 255.255.255.0" })));
	Box &bad = spoke(1), &good = spoke(2);
	up(good);
	wan.run(3000);
	EXPECT_EQ(bad.up(), 0u);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_TRUE(hub.logged("access.refused"));
	EXPECT_TRUE(hub.logged("a template has no address of its own"));
	EXPECT_STREQ(hub.session()->peer, "spoke2.example.net");
	hub.expect_whole();
	EXPECT_EQ(hub.objects(DP_CLASS_TUNNEL).size(), 1u);
}

TEST_F(SessionClone, shut_down_by_a_line)
{
	hub.must_load(config(user(1, " aaa attribute list U\n"), "", list("U", { "shutdown" })));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(hub.logged("it is shut down"));
	hub.expect_whole();
}

TEST_F(SessionClone, a_static_tunnel_has_its_own_lines)
{
	SpokeConfig c(1);

	hub.must_load(HubConfig().text());
	c.policy += " aaa attribute list A\n";
	c.more = list("A", { "ip mtu 1300" });
	Box &s = spoke(c);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(s.logged("1 interface-config lines are for a virtual access"));
}

/* A list that only such a line names changes under the session; one that isn't there any more ends it, as does a changed line. */
TEST_F(SessionClone, R_PBF_04_reloads)
{
	const std::string users = user(1), group = " aaa attribute list G\n", lines = list("G", { "ip access-group WEB in" });

	hub.must_load(config(users, group, web + lines));
	up(spoke(1));
	const session *was = hub.session();
	uint64_t began = was->up_ms;
	uint32_t id = session_filter_id(hub.hub, "WEB");
	hub.must_load(config(users, group, "ip access-list extended WEB\n permit ip any any\n" + lines));
	wan.run(1000);
	EXPECT_EQ(hub.session()->up_ms, began);
	ASSERT_EQ(hub.objects(DP_CLASS_FILTER).size(), 1u);
	EXPECT_EQ(hub.objects(DP_CLASS_FILTER)[0].op.u.filter.count, 1);
	EXPECT_EQ(session_filter_id(hub.hub, "WEB"), id);
	hub.must_load(config(users, group, web + list("G", { "ip access-group WEB in", "ip mtu 1300" })));
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 1 && hub.session()->up_ms != began; }, 60000));
	EXPECT_EQ(tunnel("Virtual-Access1").mtu, 1300);
	hub.must_load(config(users, "", ""));
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 1 && hub.session()->clone == nullptr; }, 60000));
	hub.must_load(config(users, "", "hostname again\n"));
	wan.run(1000);
	EXPECT_EQ(hub.objects(DP_CLASS_FILTER).size(), 0u);
}

TEST_F(SessionClone, mode_auto_and_a_line_that_contradicts)
{
	HubConfig c;

	c.policy += " aaa attribute list G\n";
	c.more = list("G", { "tunnel mode ipsec ipv6" });
	hub.must_load(with(with(c.text(), " virtual-template 1\n", " virtual-template 1 mode auto\n"), " tunnel mode ipsec ipv4\n", ""));
	Box &s = spoke(1);
	wan.run(3000);
	EXPECT_EQ(s.up(), 0u);
	EXPECT_TRUE(hub.logged("'tunnel mode' isn't for a profile with 'mode auto'"));
}

} // namespace
