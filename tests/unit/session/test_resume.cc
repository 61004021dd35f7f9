/* Whole boxes whose sessions are lost and come back by a ticket (RFC 5723), from the configuration to the datapath. */
#include "lab.h"

namespace
{

using namespace lab;

class SessionResume : public Star
{
      protected:
	HubConfig hubs;
	SpokeConfig spokes{ 1 };

	Box &begin()
	{
		hubs.profile += " resumption lifetime 1800\n";
		spokes.profile += " resumption\n dpd 10 2 periodic\n";
		hub.must_load(hubs.text());
		Box &s = spoke(spokes);
		up(s);
		EXPECT_EQ(hub.stat(IKE_STAT_TICKET_SENT), 1u);
		return s;
	}
	/* The path is dead until the spoke has found out. */
	void lose(Box &s)
	{
		wan.tap = [](const Packet &) { return false; };
		EXPECT_TRUE(wan.run_until([&] { return s.up() == 0; }, 120 * 1000));
		wan.run(1000);
		wan.tap = nullptr;
	}
	static struct ike_sa_info info(const Box &s)
	{
		struct ike_sa_info i = {};

		EXPECT_NE(s.session(), nullptr);
		if (s.session() != nullptr) {
			EXPECT_EQ(ike_engine_info(s.engine, s.session()->ike, &i), ERR_OK);
		}
		return i;
	}
	void back(Box &s)
	{
		up(s, 60 * 1000);
		wan.run(1000);
		EXPECT_EQ(hub.up(), 1u);
	}
};

} // namespace

/* RFC5723-5-c, RFC5723-4.3.4-a */
TEST_F(SessionResume, RFC5723_5_a_lost_session_comes_back_with_its_address_and_routes)
{
	Box &s = begin();
	std::string address = str(s.session()->assigned);

	EXPECT_LE(info(s).ticket_s, 1800u);
	for (int i = 0; i < 3; i++) {
		lose(s);
		EXPECT_EQ(hub.up(), 1u) << "it hasn't noticed";
		back(s);
		EXPECT_TRUE(info(s).resumed);
		EXPECT_EQ(str(s.session()->assigned), address);
		EXPECT_EQ(hub.route(address + "/32"), "S [1/1] " + std::string(hub.session()->access.name));
		EXPECT_NE(hub.route("10.20.1.0/24"), "");
		hub.expect_whole();
		s.expect_whole();
	}
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 3u);
	EXPECT_TRUE(hub.logged("session.resumed"));
}

TEST_F(SessionResume, a_hub_that_noticed_takes_it_back_as_well)
{
	hubs.profile = " dpd 10 2 periodic\n";
	Box &s = begin();

	wan.tap = [](const Packet &) { return false; };
	EXPECT_TRUE(wan.run_until([&] { return s.up() + hub.up() == 0; }, 120 * 1000));
	wan.tap = nullptr;
	back(s);
	EXPECT_TRUE(info(s).resumed);
	hub.expect_whole();
}

TEST_F(SessionResume, a_session_that_the_administrator_ends_is_not_resumed)
{
	Box &s = begin();
	struct addr all = {};

	session_hub_clear(s.hub, &all);
	back(s);
	EXPECT_FALSE(info(s).resumed);
	session_hub_clear(hub.hub, &all);
	wan.run(100);
	back(s);
	EXPECT_FALSE(info(s).resumed);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 0u);
}

TEST_F(SessionResume, a_ticket_of_an_older_configuration_is_refused_and_the_attempt_goes_on)
{
	Box &s = begin();

	lose(s);
	hubs.more += "ip route 10.99.0.0 255.255.0.0 Null0\n"; /* whatever it is */
	hub.must_load(hubs.text());
	back(s);
	EXPECT_FALSE(info(s).resumed);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUME_CHANGED), 1u);
	EXPECT_EQ(s.stat(IKE_STAT_RESUME_VAIN), 1u);
	lose(s); /* and the next one is good */
	back(s);
	EXPECT_TRUE(info(s).resumed);
}

TEST_F(SessionResume, a_session_that_outlived_a_change_has_tickets_of_the_new_one)
{
	Box &s = begin();

	hubs.more += "ip route 10.99.0.0 255.255.0.0 Null0\n";
	hub.must_load(hubs.text());
	EXPECT_EQ(hub.up(), 1u);
	wan.run(1700 * 1000); /* the ticket is renewed */
	EXPECT_EQ(hub.stat(IKE_STAT_TICKET_SENT), 2u);
	lose(s);
	back(s);
	EXPECT_TRUE(info(s).resumed);
}

TEST_F(SessionResume, a_spoke_whose_configuration_changed_does_not_present_its_ticket)
{
	Box &s = begin();

	lose(s);
	spokes.more += "ip route 10.99.0.0 255.255.0.0 Null0\n";
	s.must_load(spokes.text());
	back(s);
	EXPECT_FALSE(info(s).resumed);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUME_CHANGED), 0u);
}

TEST_F(SessionResume, without_the_line_there_is_no_ticket)
{
	hub.must_load(hubs.text());
	spokes.profile = " resumption\n";
	Box &s = spoke(spokes);

	up(s);
	EXPECT_EQ(hub.stat(IKE_STAT_TICKET_DENIED), 1u);
	EXPECT_EQ(info(s).ticket_s, 0u);
}

TEST_F(SessionResume, several_spokes_after_an_outage)
{
	hubs.profile = " resumption\n";
	hub.must_load(hubs.text());
	std::vector<Box *> boxes;

	for (unsigned n = 1; n <= 4; n++) {
		SpokeConfig c(n);

		c.profile = " resumption\n dpd 10 2 periodic\n";
		boxes.push_back(&spoke(c));
	}
	for (Box *b : boxes)
		up(*b);
	wan.tap = [](const Packet &) { return false; };
	wan.run(60 * 1000);
	wan.tap = nullptr;
	for (Box *b : boxes)
		up(*b, 60 * 1000);
	wan.run(1000);
	EXPECT_EQ(hub.up(), 4u);
	EXPECT_EQ(hub.stat(IKE_STAT_RESUMED), 4u);
	hub.expect_whole();
}
