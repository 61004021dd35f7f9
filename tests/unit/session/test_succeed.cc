/* Whole boxes that authenticate anew: lease, routes and traffic stay.  RFC7296-2.8.3, RFC 4478. */
#include "lab.h"

namespace
{

using namespace lab;

class SessionSucceed : public Star
{
      protected:
	HubConfig config;

	void serve(const std::string &policy)
	{
		config.policy += policy;
		hub.must_load(config.text());
	}
	std::string lease() /* the address of the hub's one session that has one */
	{
		std::string found;

		for (const struct session *s : hub.sessions())
			if (s->pool != nullptr)
				found += str(s->lease);
		return found;
	}
};

} // namespace

TEST_F(SessionSucceed, RFC4478_address_and_routes_stay)
{
	serve(" session-lifetime 200\n");
	Box &s = spoke(1);
	up(s);
	std::string before = hub.route("10.20.1.0/24");
	struct slab_handle first = s.session()->handle;
	uint64_t end = wan.now_ms + 400 * 1000;

	EXPECT_EQ(lease(), "10.77.0.100");
	while (wan.now_ms < end) {
		wan.run(50);
		ASSERT_GE(s.up(), 1u);
		ASSERT_NE(hub.route("10.77.0.100/32"), "") << wan.now_ms;
		ASSERT_NE(hub.route("10.20.1.0/24"), "") << wan.now_ms;
		ASSERT_EQ(s.host.count("nave0 10.77.0.100/32"), 1u) << wan.now_ms;
		ASSERT_EQ(lease(), "10.77.0.100");
	}
	wan.run(15000);
	EXPECT_GE(s.stat(IKE_STAT_REAUTH), 2u);
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_FALSE(s.session()->handle.index == first.index && s.session()->handle.generation == first.generation);
	EXPECT_EQ(hub.stat(IKE_STAT_DEAD_PEER), 0u);
	struct addr all = {};
	session_hub_clear(hub.hub, &all);
	wan.run(20);
	EXPECT_EQ(hub.route("10.77.0.100/32"), "");
}

TEST_F(SessionSucceed, by_the_clients_own_line)
{
	SpokeConfig c(1);

	c.policy += " session-lifetime 150\n";
	serve("");
	Box &s = spoke(c);
	up(s);
	wan.run(160 * 1000);
	EXPECT_EQ(s.stat(IKE_STAT_REAUTH), 1u);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(lease(), "10.77.0.100");
}

/* The hub's packets go by the old session until the peer has ended it. */
TEST_F(SessionSucceed, the_hub_changes_over_when_the_peer_deletes)
{
	serve(" session-lifetime 200\n");
	Box &s = spoke(1);
	up(s);
	std::string by_old = hub.route("10.77.0.100/32");
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 2; }, 200 * 1000));
	EXPECT_EQ(hub.route("10.77.0.100/32"), by_old);
	ASSERT_TRUE(wan.run_until([&] { return hub.route("10.77.0.100/32") != by_old; }, 1000));
	EXPECT_EQ(hub.up(), 2u); /* the old one still receives */
	wan.run(6000);
	EXPECT_EQ(hub.up(), 1u);
}

/* With the answer to its delete the peer forgets the old pairs: it goes out when the datapath sends by the new ones. */
TEST_F(SessionSucceed, RFC7296_2_8_3_the_delete_is_answered_when_the_datapath_has_changed_over)
{
	bool answered = false;
	std::string first; /* the old one's SPI */

	serve(" session-lifetime 200\n");
	Box &s = spoke(1);
	wan.tap = [&](const Packet &p) {
		std::string spi(p.data.begin(), p.data.begin() + 8);

		if (first.empty())
			first = spi;
		answered = answered || (p.data[18] == 37 && (p.data[19] & 0x20) != 0 && spi == first && addr_eq(&p.to.addr, &s.addrs[0]));
		return true;
	};
	up(s);
	std::string by_old = hub.route("10.77.0.100/32");
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 2; }, 200 * 1000));
	answered = false;
	dp_fake_hold(hub.fake, true);
	ASSERT_TRUE(wan.run_until([&] { return hub.route("10.77.0.100/32") != by_old; }, 1000));
	wan.run(200);
	EXPECT_FALSE(answered);
	dp_fake_hold(hub.fake, false);
	wan.run(50);
	EXPECT_TRUE(answered);
	wan.run(6000);
	EXPECT_EQ(hub.up(), 1u);
	EXPECT_EQ(s.up(), 1u);
}

TEST_F(SessionSucceed, cli_1_4_the_newest_wins_when_the_peer_never_deletes)
{
	unsigned blocked = 0;

	serve(" session-lifetime 200\n");
	Box &s = spoke(1);
	up(s);
	std::string by_old = hub.route("10.77.0.100/32");
	wan.tap = [&](const Packet &p) { /* its delete, an INFORMATIONAL, doesn't get through */
		bool stop =
			p.data[18] == 37 && addr_eq(&p.from.addr, &s.addrs[0]) && (p.data[19] & 0x20) == 0 && s.stat(IKE_STAT_REAUTH) != 0;

		blocked += stop;
		return !stop;
	};
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 2; }, 200 * 1000));
	EXPECT_EQ(hub.route("10.77.0.100/32"), by_old);
	ASSERT_TRUE(wan.run_until([&] { return hub.route("10.77.0.100/32") != by_old; }, 12000));
	EXPECT_EQ(lease(), "10.77.0.100");
	EXPECT_GE(blocked, 1u);
}

TEST_F(SessionSucceed, a_successor_that_fails_leaves_the_old_one)
{
	serve(" session-lifetime 200\n");
	Box &s = spoke(1);
	up(s);
	std::string by_old = hub.route("10.77.0.100/32");
	wan.tap = [&](const Packet &p) { return p.data[18] != 35 || !addr_eq(&p.to.addr, &s.addrs[0]); }; /* no answer to IKE_AUTH */
	ASSERT_TRUE(wan.run_until([&] { return hub.up() == 2; }, 200 * 1000));
	hub.dead = true; /* so that its new one isn't known to fail */
	wan.tap = nullptr;
	hub.dead = false;
	EXPECT_EQ(hub.route("10.77.0.100/32"), by_old);
	wan.run(100 * 1000);
	EXPECT_EQ(s.up(), 1u);
	EXPECT_EQ(lease(), "10.77.0.100");
}

TEST_F(SessionSucceed, who_asks_for_the_address_of_another_peer_gets_his_own)
{
	SpokeConfig two(2);

	serve(" session-lifetime 200\n");
	up(spoke(1));
	Box &s = spoke(two);
	up(s);
	EXPECT_EQ(str(s.session()->assigned), "10.77.0.101");
	wan.run(220 * 1000);
	EXPECT_EQ(str(s.session()->assigned), "10.77.0.101");
	EXPECT_EQ(hub.up(), 2u);
}
