/* Netdevs of virtual accesses, as the datapath tells of them. */
#include "lab.h"

namespace
{

using namespace lab;

const std::string line = "platform netdev virtual-access\n";

class SessionVif : public Star
{
      protected:
	void begin(const std::string &more)
	{
		HubConfig c;

		c.more = more;
		hub.must_load(c.text());
		up(spoke(1));
	}
	uint32_t tunnel() const
	{
		return hub.session()->access.tunnel;
	}
	/* The datapath has it made, or tells why it hasn't. */
	void tell(bool is_up, enum err err = ERR_OK)
	{
		struct dp_event e = {};

		e.kind = DP_EV_NETDEV;
		e.id = tunnel();
		e.up = is_up;
		e.err = (uint8_t)err;
		dp_fake_event(hub.fake, &e);
	}
	bool asked() const
	{
		return hub.objects(DP_CLASS_TUNNEL).at(0).op.u.tunnel.netdev;
	}
	std::string leads() const
	{
		return session_hub_netdev(hub.hub, 0, { ROUTE_IF_TUNNEL, tunnel() });
	}
	struct route_if key(const char *netdev) const
	{
		return session_hub_key(hub.hub, 0, netdev);
	}
	std::string shown_reason() const
	{
		struct session_iface_info i = hub.shown("Virtual-Access1");

		return i.netdev == nullptr ? "none" : i.netdev_reason == nullptr ? i.netdev : i.netdev_reason;
	}
};

TEST_F(SessionVif, R_TUN_02_without_the_line_there_is_none)
{
	begin("");
	EXPECT_FALSE(asked());
	tell(true);
	EXPECT_EQ(leads(), "nave0");
	EXPECT_EQ(shown_reason(), "none");
}

TEST_F(SessionVif, with_it_the_hosts_routes_go_by_the_netdev_once_it_is_there)
{
	begin(line);
	EXPECT_TRUE(asked());
	EXPECT_EQ(leads(), "nave0");
	EXPECT_EQ(shown_reason(), "not made yet");
	EXPECT_EQ(key("Vi1").kind, ROUTE_IF_NONE) << "somebody else's, so far";
	tell(true);
	EXPECT_EQ(leads(), "Vi1");
	EXPECT_EQ(shown_reason(), "Vi1");
	EXPECT_EQ(hub.host.count("Vi1 10.77.0.254/32"), 1u) << "the lender's";
	EXPECT_EQ(key("Vi1").kind, ROUTE_IF_TUNNEL);
	EXPECT_EQ(key("Vi1").id, tunnel());
	EXPECT_EQ(key("Vi2").kind, ROUTE_IF_NONE);
}

TEST_F(SessionVif, one_that_cant_be_had_is_shown_and_the_session_goes_on)
{
	begin(line);
	tell(false, ERR_BUSY);
	EXPECT_EQ(leads(), "nave0");
	EXPECT_EQ(shown_reason(), "the name is taken");
	tell(false, ERR_FULL);
	EXPECT_EQ(shown_reason(), "there are as many as may be");
	tell(true);
	tell(false, ERR_ABSENT);
	EXPECT_EQ(leads(), "nave0");
	EXPECT_EQ(hub.host.count("Vi1 10.77.0.254/32"), 0u);
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionVif, a_reload_gives_it_to_sessions_that_are_up_and_takes_it_away)
{
	HubConfig with_line;

	with_line.more = line;
	begin("");
	hub.must_load(with_line.text());
	wan.run(50);
	EXPECT_TRUE(asked());
	tell(true);
	EXPECT_EQ(leads(), "Vi1");
	hub.must_load(HubConfig().text());
	EXPECT_EQ(leads(), "nave0") << "before the device goes";
	wan.run(50);
	EXPECT_FALSE(asked());
	EXPECT_EQ(hub.host.count("Vi1 10.77.0.254/32"), 0u);
	EXPECT_EQ(shown_reason(), "none");
	EXPECT_EQ(hub.up(), 1u);
}

TEST_F(SessionVif, it_goes_with_the_datapath_and_with_its_session)
{
	struct addr all = {};

	begin(line);
	tell(true);
	hub.restart_datapath(false);
	EXPECT_EQ(leads(), "nave0");
	EXPECT_EQ(shown_reason(), "not made yet");
	ASSERT_TRUE(wan.run_until([&] { return hub.datapath != nullptr && !hub.objects(DP_CLASS_TUNNEL).empty(); }, 5000));
	tell(true);
	EXPECT_EQ(leads(), "Vi1");
	session_hub_clear(hub.hub, &all);
	wan.run(100);
	EXPECT_EQ(key("Vi1").kind, ROUTE_IF_NONE);
	EXPECT_EQ(hub.host.count("Vi1 10.77.0.254/32"), 0u);
}

} // namespace
