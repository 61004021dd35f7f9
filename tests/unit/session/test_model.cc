/* Reloads: who stays, who goes, and what a bad one leaves. */
#include "lab.h"

namespace
{

using namespace lab;

class SessionModel : public Star
{
      protected:
	const std::string before = HubConfig().text();
	Box *s = nullptr;

	void SetUp() override
	{
		hub.must_load(before);
		s = &spoke(1);
		up(*s);
	}
	/* Whether the hub's session outlives the reload; afterwards it is up, by 'text' or again by the first. */
	bool stays(const std::string &text)
	{
		uint64_t ups = hub.stat(IKE_STAT_UP);

		hub.must_load(text);
		wan.run(100);
		bool same = hub.up() == 1 && hub.stat(IKE_STAT_UP) == ups && s->up() == 1;
		hub.expect_whole();
		if (same)
			return true;
		hub.must_load(before);
		up(*s, 30000);
		return false;
	}
};

TEST_F(SessionModel, what_a_session_doesnt_live_by_may_change)
{
	EXPECT_TRUE(stays(before));
	EXPECT_TRUE(stays(before + "ip route 10.50.0.0 255.255.0.0 Null0\n"));
	EXPECT_EQ(hub.route("10.50.0.0/16"), "S [1/0] Null0");
	EXPECT_TRUE(stays(before + "interface Loopback5\n ip address 10.5.5.5 255.255.255.255\n"));
	EXPECT_EQ(hub.route("10.50.0.0/16"), "");
	EXPECT_TRUE(stays(with(before, "  pre-shared-key Doc-Example-1\n",
		"  pre-shared-key Doc-Example-1\n peer new\n  address 192.0.2.1\n  pre-shared-key Other\n"))); /* another branch */
	EXPECT_TRUE(stays(before + "crypto ikev2 profile other\n match identity remote key-id k\n authentication local pre-share key A\n"
				   " authentication remote pre-share key B\n virtual-template 1\n"));
	EXPECT_TRUE(stays(with(before, "hostname hub", "hostname other")));
	EXPECT_TRUE(stays(with(before, " encryption aes-gcm-128", " encryption aes-gcm-256"))); /* what is negotiated is */
	EXPECT_EQ(hub.stat(IKE_STAT_UP), 1u);
	EXPECT_EQ(s->stat(IKE_STAT_UP), 1u);
}

TEST_F(SessionModel, what_a_session_lives_by_ends_it)
{
	EXPECT_FALSE(stays(
		with(before, " identity local fqdn hub.example.net\n", " identity local fqdn hub.example.net\n dpd 30 2 periodic\n")));
	EXPECT_FALSE(stays(with(before, "pre-shared-key Doc-Example-1", "pre-shared-key Doc-Example-2")));
	EXPECT_FALSE(stays(with(before, "route set remote 10.10.0.0", "route set remote 10.11.0.0")));
	EXPECT_FALSE(stays(with(before, "pool P 10.77.0.100", "pool P 10.77.0.101")));
	EXPECT_FALSE(stays(with(before, "10.77.0.254", "10.77.0.253"))); /* what is unnumbered */
	EXPECT_FALSE(stays(with(before, " tunnel mode ipsec ipv4\n", " tunnel mode ipsec dual-overlay\n")));
	EXPECT_FALSE(stays(with(before, "transform-set T esp-gcm 128", "transform-set T esp-gcm 256")));
	EXPECT_FALSE(stays(with(before, " virtual-template 1\n", " virtual-template 1\n shutdown\n")));
	EXPECT_FALSE(stays(with(before, "network default local", "network default none")));
	EXPECT_FALSE(
		stays(before + "crypto ikev2 profile closer\n match identity remote fqdn spoke1.example.net\n"
			       " authentication local pre-share key A\n authentication remote pre-share key B\n virtual-template 1\n"));
}

TEST_F(SessionModel, a_session_on_its_way_begins_again)
{
	Box &two = spoke(2);

	wan.run_until([&] { return hub.sessions(false).size() == 2; }, 5000);
	hub.must_load(before);
	EXPECT_EQ(hub.sessions(false).size(), 1u);
	up(two, 30000);
	EXPECT_EQ(hub.stat(IKE_STAT_DOWN), 0u);
}

TEST_F(SessionModel, a_spokes_tunnel_stays_with_its_id_and_its_routes)
{
	SpokeConfig c(1);
	uint32_t id = s->session()->access.tunnel;

	c.more = "ip route 10.60.0.0 255.255.0.0 Tunnel0\n";
	s->must_load(c.text());
	wan.run(100);
	EXPECT_EQ(s->stat(IKE_STAT_UP), 1u);
	EXPECT_EQ(s->session()->access.tunnel, id);
	EXPECT_EQ(s->route("10.60.0.0/16"), "S [1/0] Tunnel0");
	EXPECT_EQ(s->route("10.10.0.0/24"), "S [1/1] Tunnel0");
	c.tunnels = 2;
	s->must_load(c.text());
	ASSERT_TRUE(wan.run_until([&] { return s->up() == 2; }, 5000));
	c.tunnels = 1;
	s->must_load(c.text());
	wan.run(3000);
	EXPECT_EQ(s->up(), 1u);
	EXPECT_EQ(s->stat(IKE_STAT_UP), 2u);
	EXPECT_EQ(session_tunnel_find(s->hub, "Tunnel1"), nullptr);
	s->expect_whole();
	c.address = " ip unnumbered Ethernet0/1\n"; /* the tunnel itself changes: the session is another */
	s->must_load(c.text());
	up(*s);
	EXPECT_EQ(s->stat(IKE_STAT_UP), 3u);
	EXPECT_EQ(s->session()->access.tunnel, id);
	EXPECT_EQ(s->host.count("nave0 10.77.0.100/32"), 0u);
}

/* The session holds the configuration that it began with for as long as it needs it. */
TEST_F(SessionModel, a_configuration_lives_as_long_as_its_sessions)
{
	struct session_model *first = hub.session()->model;

	for (int i = 0; i < 5; i++)
		hub.must_load(before + "ip route 10." + std::to_string(i) + ".0.0 255.255.0.0 Null0\n");
	EXPECT_EQ(hub.session()->model, first);
	EXPECT_EQ(first->users, 1u);
	struct addr all = {};
	session_hub_clear(hub.hub, &all);
	up(*s, 5000);
	EXPECT_EQ(hub.session()->model, hub.hub->model);
}

/* ---- what fails half-way ---- */

class SessionBadModel : public Star
{
      protected:
	/* A platform whose second port the datapath's contract refuses: it has no device. */
	struct cfg_platform *bad = lab::platform(lan_and_wan);

	void SetUp() override
	{
		bad->ports->next->device = "";
	}
	void TearDown() override
	{
		Star::TearDown();
		cfg_platform_free(bad);
	}
	void refuse(Box &b, const std::string &text)
	{
		struct cfg_model *m = model(text);

		EXPECT_NE(session_hub_configure(b.hub, m, bad), ERR_OK);
		cfg_model_free(m);
	}
};

TEST_F(SessionBadModel, the_first_configuration_fails_and_leaves_nothing)
{
	refuse(hub, HubConfig().text());
	EXPECT_EQ(session_hub_model(hub.hub), nullptr);
	wan.run(5000);
	EXPECT_TRUE(hub.host.empty());
	EXPECT_TRUE(hub.objects(DP_CLASS_PORT).empty());
	EXPECT_TRUE(hub.objects(DP_CLASS_LOCAL).empty());
	EXPECT_TRUE(hub.objects(DP_CLASS_ROUTE).empty());

	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	refuse(s, SpokeConfig(1).text());
	wan.run(5000);
	EXPECT_EQ(s.stat(IKE_STAT_INIT_OUT), 0u);
	hub.must_load(HubConfig().text());
	s.must_load(SpokeConfig(1).text());
	up(s);
}

TEST_F(SessionBadModel, a_later_one_fails_and_the_former_goes_on)
{
	SpokeConfig c(1);

	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	up(s);
	auto host = s.host;
	auto routes = s.routes();
	auto objects = s.counts().objects;

	c.more = "interface Loopback3\n ip address 10.3.3.3 255.255.255.255\nip route 10.60.0.0 255.255.0.0 Null0\n";
	refuse(s, with(c.text(), "interface Tunnel0", "interface Tunnel4"));
	refuse(hub, with(HubConfig().text(), "10.10.0.1", "10.11.0.1"));
	wan.run(5000);
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(s.stat(IKE_STAT_UP), 1u);
	EXPECT_EQ(s.host, host);
	EXPECT_EQ(s.routes(), routes);
	EXPECT_EQ(s.counts().objects, objects);
	EXPECT_NE(session_tunnel_find(s.hub, "Tunnel0"), nullptr);
	EXPECT_EQ(session_tunnel_find(s.hub, "Tunnel4"), nullptr);
	EXPECT_FALSE(s.logged("config.restore"));
}

} // namespace
