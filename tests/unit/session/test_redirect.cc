/* Whole boxes that are sent from one hub to another.  R-LB-02, R-LB-03, R-LB-09. */
#include "ike/wire/gateway.h"
#include "lab.h"

namespace
{

using namespace lab;

class SessionRedirect : public Star
{
      protected:
	const std::string second =
		with(with(HubConfig().text(), "198.51.100.1 ", "198.51.100.2 "), "10.77.0.100 10.77.0.250", "10.77.1.100 10.77.1.250");
	Box &hub2 = wan.box("hub2", { "198.51.100.2" }, lan_and_wan);

	std::string spoke_text(const std::string &redirect = "crypto ikev2 redirect client\n")
	{
		SpokeConfig c(1);

		c.more = redirect;
		return c.text();
	}
	Box &client(const std::string &text)
	{
		Box &b = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);

		b.must_load(text);
		return b;
	}
	std::string hub_text(const std::string &more, const std::string &profile = "")
	{
		HubConfig c;

		c.more = more;
		c.profile = profile;
		return c.text();
	}
	static std::string peer(const Box &b)
	{
		return str(b.session()->path.remote.addr);
	}
};

const char *const to_second = "crypto ikev2 redirect gateway target 198.51.100.2\n";
const char *const init = "crypto ikev2 redirect gateway init\n";

} // namespace

TEST_F(SessionRedirect, R_LB_02_in_IKE_SA_INIT)
{
	hub.must_load(hub_text(std::string(init) + to_second));
	hub2.must_load(second);
	Box &s = client(spoke_text());
	up(s, 1000);
	EXPECT_EQ(peer(s), "198.51.100.2");
	EXPECT_EQ(str(s.session()->redirected_from), "198.51.100.1");
	EXPECT_EQ(str(s.session()->assigned), "10.77.1.100");
	EXPECT_EQ(hub.up(), 0u);
	EXPECT_EQ(hub2.up(), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_IN), 0u);
	for (const auto &item : s.objects(DP_CLASS_TUNNEL))
		EXPECT_EQ(str(item.op.u.tunnel.remote), "198.51.100.2");
}

TEST_F(SessionRedirect, R_LB_02_in_IKE_AUTH)
{
	hub.must_load(hub_text(to_second, " redirect gateway auth\n"));
	hub2.must_load(second);
	Box &s = client(spoke_text());
	up(s, 1000);
	EXPECT_EQ(peer(s), "198.51.100.2");
	EXPECT_EQ(hub.stat(IKE_STAT_INIT_IN), 1u);
	wan.run(100);
	hub.expect_empty();
}

TEST_F(SessionRedirect, who_does_not_follow_is_served)
{
	hub.must_load(hub_text(std::string(init) + to_second, " redirect gateway auth\n"));
	hub2.must_load(second);
	Box &s = client(spoke_text(""));
	up(s, 1000);
	EXPECT_EQ(peer(s), "198.51.100.1");
}

TEST_F(SessionRedirect, one_of_our_own_addresses_means_here)
{
	hub.must_load(hub_text(std::string(init) + "crypto ikev2 redirect gateway target 198.51.100.1\n"));
	up(client(spoke_text()), 1000);
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionRedirect, who_was_sent_here_by_one_of_the_targets_stays)
{
	hub.must_load(hub_text(std::string(init) + to_second + "crypto ikev2 redirect gateway target 198.51.100.9\n"));
	hub2.must_load(second + init + "crypto ikev2 redirect gateway target 198.51.100.1\n");
	Box &s = client(spoke_text());
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 1; }, 300000));
	EXPECT_EQ(peer(s), "198.51.100.2");
}

TEST_F(SessionRedirect, R_LB_10_back_to_the_configured_one_when_the_other_is_dead)
{
	SpokeConfig c(1);

	c.more = "crypto ikev2 redirect client\n";
	c.profile = " dpd 10 2 periodic\n";
	hub.must_load(hub_text(std::string(init) + to_second));
	hub2.must_load(second);
	Box &s = client(c.text());
	up(s, 1000);
	EXPECT_EQ(peer(s), "198.51.100.2");
	hub2.dead = true;
	hub.must_load(hub_text("")); /* it sends nobody any more */
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 0; }, 30000));
	up(s, 10000);
	EXPECT_EQ(peer(s), "198.51.100.1");
	EXPECT_EQ(s.session()->redirected_from.family, 0);
}

TEST_F(SessionRedirect, a_target_that_does_not_answer_costs_one_attempt)
{
	hub.must_load(hub_text(std::string(init) + to_second));
	hub2.dead = true;
	Box &s = client(spoke_text());
	wan.run(1000);
	EXPECT_EQ(s.stat(IKE_STAT_REDIRECT_FOLLOWED), 1u);
	hub.must_load(hub_text(""));
	up(s, 80000);
	EXPECT_EQ(peer(s), "198.51.100.1");
}

TEST_F(SessionRedirect, R_LB_09_a_loop_ends_after_so_many)
{
	hub.must_load(hub_text(std::string(init) + to_second));
	/* Two that don't know each other as targets send on for ever: here one that lies about itself. */
	hub2.must_load(second + init + "crypto ikev2 redirect gateway target 198.51.100.3\n");
	Box &hub3 = wan.box("hub3", { "198.51.100.3" }, lan_and_wan);
	hub3.must_load(with(second, "198.51.100.2 ", "198.51.100.3 ") + init + "crypto ikev2 redirect gateway target 198.51.100.1\n");
	Box &s = client(spoke_text("crypto ikev2 redirect client max-redirects 10\n"));
	wan.run(20000);
	EXPECT_EQ(s.stat(IKE_STAT_REDIRECT_FOLLOWED), 10u);
	EXPECT_GE(s.stat(IKE_STAT_REDIRECT_IGNORED), 1u);
	EXPECT_TRUE(s.logged("session.redirect.ignored"));
	EXPECT_EQ(s.up(), 0u);
}

TEST_F(SessionRedirect, a_session_that_is_up_is_replaced_before_it_ends)
{
	hub.must_load(hub_text(""));
	hub2.must_load(second);
	Box &s = client(spoke_text());
	up(s, 1000);
	struct addr to = ip("198.51.100.2");
	struct ike_gateway gateway = ike_gateway_of(&to);
	ike_engine_redirect(hub.engine, wan.now_ms, hub.session()->ike, &gateway);
	ASSERT_TRUE(wan.run_until([&] { return hub2.up() == 1; }, 1000));
	EXPECT_GE(s.up(), 1u);
	wan.run(10000);
	EXPECT_EQ(peer(s), "198.51.100.2");
	EXPECT_EQ(hub.up(), 0u);
	EXPECT_EQ(s.count_logged("session.down"), 1u);
}

TEST_F(SessionRedirect, and_stays_when_there_is_nobody)
{
	hub.must_load(hub_text(""));
	hub2.dead = true;
	Box &s = client(spoke_text());
	up(s, 1000);
	struct addr to = ip("198.51.100.2");
	struct ike_gateway gateway = ike_gateway_of(&to);
	ike_engine_redirect(hub.engine, wan.now_ms, hub.session()->ike, &gateway);
	wan.run(120000);
	EXPECT_EQ(peer(s), "198.51.100.1");
	EXPECT_EQ(s.count_logged("session.down"), 0u);
}

TEST_F(SessionRedirect, a_name_is_no_place_to_go)
{
	hub.must_load(hub_text(""));
	Box &s = client(spoke_text());
	up(s, 1000);
	struct ike_gateway gateway = { {}, bytes_str("hub2.example.net") };
	ike_engine_redirect(hub.engine, wan.now_ms, hub.session()->ike, &gateway);
	wan.run(1000);
	EXPECT_TRUE(s.logged("session.redirect.ignored"));
	EXPECT_EQ(peer(s), "198.51.100.1");
}

/* RFC5685-7-a: RFC5685-10 */
TEST(SessionRedirectFollow, RFC5685_10_so_many_in_the_period)
{
	struct session_redirect r = {};
	struct addr from = ip("198.51.100.1");

	for (unsigned n = 0; n < 3; n++) {
		struct addr to = ip("198.51.100." + std::to_string(2 + n));

		EXPECT_TRUE(session_redirect_follow(&r, &from, &to, 3, 1000 + n));
		EXPECT_TRUE(addr_eq(&r.to, &to));
		from = to;
	}
	struct addr next = ip("198.51.100.9");
	EXPECT_FALSE(session_redirect_follow(&r, &from, &next, 3, 1000 + SESSION_REDIRECT_PERIOD_MS - 1));
	EXPECT_TRUE(session_redirect_follow(&r, &from, &next, 3, 1000 + SESSION_REDIRECT_PERIOD_MS));
	for (const char *bad : { "198.51.100.1", "0.0.0.0", "127.0.0.1", "224.0.0.1", "255.255.255.255", "2001:db8::1" }) {
		struct session_redirect clean = {};
		struct addr to = ip(bad);

		from = ip("198.51.100.1");
		EXPECT_FALSE(session_redirect_follow(&clean, &from, &to, 3, 1000)) << bad;
	}
}
