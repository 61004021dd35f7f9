/* The life of a session, and those that one peer has at a time. */
#include "lab.h"

namespace
{

using namespace lab;

class SessionLife : public Star
{
};

/* RFC7296-2.4-b */
TEST_F(SessionLife, R_IKE_22_initial_contact_replaces_and_the_lease_moves)
{
	HubConfig h;

	h.pool = "ip local pool P 10.77.0.100\n"; /* there is no second address */
	hub.must_load(h.text());
	Box &old = spoke(1);
	up(old);
	old.dead = true;
	Box &fresh = wan.box("fresh", { "203.0.113.77" }, lan_and_wan);
	fresh.must_load(with(SpokeConfig(1).text(), "203.0.113.1 ", "203.0.113.77 "));
	up(fresh);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(str(fresh.session()->assigned), "10.77.0.100");
	EXPECT_EQ(hub.route("10.77.0.100/32"), std::string("S [1/1] ") + hub.session()->access.name);
	EXPECT_TRUE(hub.logged("session.replaced"));
	hub.expect_whole();
}

TEST_F(SessionLife, R_IKE_07_names_are_the_same_without_regard_to_case)
{
	hub.must_load(HubConfig().text());
	Box &old = spoke(1);
	up(old);
	old.dead = true;
	Box &fresh = wan.box("fresh", { "203.0.113.77" }, lan_and_wan);
	fresh.must_load(
		with(with(SpokeConfig(1).text(), "203.0.113.1 ", "203.0.113.77 "), "fqdn spoke1.example.net", "fqdn SPOKE1.Example.net"));
	up(fresh);
	EXPECT_EQ(hub.up(), 1u);
}

/* cli.md 1.4: many peers may share a key id. */
/* RFC7296-2.4-e */
TEST_F(SessionLife, R_IKE_09_initial_contact_means_nothing_for_a_key_id)
{
	hub.must_load(with(HubConfig().text(), "remote fqdn domain example.net", "remote key-id clients"));
	std::vector<Box *> all;

	for (unsigned n = 1; n <= 3; n++) {
		Box &s = wan.box("spoke" + std::to_string(n), { "203.0.113." + std::to_string(n) }, lan_and_wan);
		s.must_load(with(SpokeConfig(n).text(), "local fqdn spoke" + std::to_string(n) + ".example.net", "local key-id clients"));
		up(s);
		all.push_back(&s);
	}
	EXPECT_EQ(hub.up(), 3u);
	wan.run(1000);
	for (Box *s : all)
		EXPECT_EQ(s->up(), 1u);
}

/* Without INITIAL_CONTACT the older session has to show that it lives. */
TEST_F(SessionLife, an_older_session_is_probed_and_only_a_dead_one_goes)
{
	SpokeConfig c(1);

	c.tunnels = 2;
	hub.must_load(HubConfig().text());
	Box &s = spoke(c);
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 2; }, 5000));
	wan.run(500);
	/* Tunnel1's end isn't heard of at the hub. */
	wan.tap = [&](const Packet &p) { return !addr_eq(&p.from.addr, &s.addrs[0]); };
	ike_engine_delete(s.engine, wan.now_ms, s.session("Tunnel1")->ike);
	wan.run(200);
	wan.tap = nullptr;
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(hub.up(), 2u);
	ASSERT_TRUE(wan.run_until([&] { return s.up() == 2; }, 5000));
	wan.run(100);
	EXPECT_EQ(hub.up(), 3u);
	EXPECT_GE(hub.stat(IKE_STAT_PROBE), 2u);
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 2; }, 120000));
	EXPECT_EQ(s.up(), 2u);
	EXPECT_EQ(s.stat(IKE_STAT_UP), 3u);
}

/*
 * Of two tunnels that begin together the first alone says INITIAL_CONTACT, and here it isn't heard.  With `force` what the peer had before ends
 * all the same, at once, and its address is the newcomer's.
 */
TEST_F(SessionLife, R_IKE_22_force_acts_as_if_initial_contact_came)
{
	for (bool force : { false, true }) {
		Net net;
		Box &h = net.box("hub", { "198.51.100.1" }, lan_and_wan);
		Box &old = net.box("old", { "203.0.113.1" }, lan_and_wan), &fresh = net.box("fresh", { "203.0.113.77" }, lan_and_wan);
		HubConfig config;
		SpokeConfig two(1);
		std::vector<uint8_t> unheard;

		config.pool = "ip local pool P 10.77.0.100 10.77.0.101\n";
		config.profile = force ? " initial-contact force\n" : "";
		two.tunnels = 2;
		h.must_load(config.text());
		old.must_load(SpokeConfig(1).text());
		ASSERT_TRUE(net.run_until([&] { return h.up() == 1 && old.up() == 1; }, 5000));
		net.run(1000);
		old.dead = true;
		net.tap = [&](const Packet &p) {
			std::vector<uint8_t> spi(p.data.begin(), p.data.begin() + 8);

			if (unheard.empty() && addr_eq(&p.from.addr, &fresh.addrs[0]))
				unheard = spi;
			return spi != unheard;
		};
		fresh.must_load(with(two.text(), "203.0.113.1 ", "203.0.113.77 "));
		ASSERT_TRUE(net.run_until([&] { return fresh.up() == 1; }, 5000));
		net.run(100);
		EXPECT_EQ(h.up(), force ? 1u : 2u);
		EXPECT_EQ(h.count_logged("session.replaced"), force ? 1u : 0u);
		EXPECT_EQ(h.stat(IKE_STAT_PROBE), force ? 0u : 1u);
		const struct session *newcomer = nullptr;
		for (const struct session *s : h.sessions())
			if (newcomer == nullptr || s->up_ms > newcomer->up_ms)
				newcomer = s;
		ASSERT_NE(newcomer, nullptr);
		EXPECT_EQ(str(newcomer->lease), force ? "10.77.0.100" : "10.77.0.101");
		EXPECT_EQ(h.route(str(newcomer->lease) + "/32"), std::string("S [1/1] ") + newcomer->access.name);
		h.expect_whole();
	}
}

/* A shared key id isn't one peer: force or not, nobody is thrown out. */
TEST_F(SessionLife, R_IKE_09_a_shared_key_id_knows_no_force)
{
	HubConfig h;

	h.profile = " initial-contact force\n";
	hub.must_load(with(h.text(), "remote fqdn domain example.net", "remote key-id clients"));
	for (unsigned n = 1; n <= 3; n++) {
		Box &s = wan.box("spoke" + std::to_string(n), { "203.0.113." + std::to_string(n) }, lan_and_wan);
		s.must_load(with(SpokeConfig(n).text(), "local fqdn spoke" + std::to_string(n) + ".example.net", "local key-id clients"));
		up(s);
	}
	EXPECT_EQ(hub.up(), 3u);
}

TEST_F(SessionLife, a_peer_that_deletes_and_one_that_falls_silent)
{
	HubConfig h;

	h.profile = " dpd 10 2 periodic\n";
	hub.must_load(h.text());
	Box &one = spoke(1), &two = spoke(2);
	up(one);
	up(two);
	struct addr all = {};
	one.must_load(with(SpokeConfig(1).text(), "interface Tunnel0\n", "interface Tunnel0\n shutdown\n"));
	session_hub_clear(one.hub, &all);
	wan.run(100);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_TRUE(hub.logged("reason=peer-deleted"));
	two.dead = true;
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 0; }, 30000));
	EXPECT_TRUE(hub.logged("reason=dead-peer"));
	wan.run(100);
	hub.expect_empty();
}

TEST_F(SessionLife, R_DEF_the_ike_sa_is_rekeyed_before_its_lifetime_ends)
{
	HubConfig h;

	h.profile = " lifetime 120\n";
	hub.must_load(h.text());
	Box &s = spoke(1);
	up(s);
	wan.run(125000);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_UP), 1u);
	EXPECT_EQ(hub.stat(IKE_STAT_REKEY), 1u);
}

} // namespace
