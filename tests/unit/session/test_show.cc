#include "lab.h"

namespace
{

using namespace lab;

class SessionShow : public Star
{
};

TEST_F(SessionShow, the_hubs_interfaces)
{
	hub.must_load(HubConfig().text());
	up(spoke(1));
	EXPECT_TRUE(hub.shown("Ethernet0/0").up);
	EXPECT_EQ(str(hub.shown("Ethernet0/0").addr), "198.51.100.1");
	EXPECT_STREQ(hub.shown("Ethernet0/0").method, "configured");
	EXPECT_TRUE(hub.shown("Loopback0").up);
	EXPECT_STREQ(hub.shown("Virtual-Template1").reason, "template");
	EXPECT_STREQ(hub.shown("Virtual-Template1").method, "unnumbered");
	EXPECT_TRUE(hub.shown("Virtual-Access1").up);
	EXPECT_EQ(str(hub.shown("Virtual-Access1").addr), "10.77.0.254"); /* R-TUN-05 */
	EXPECT_EQ(hub.shown("Virtual-Access2").name, nullptr);
}

TEST_F(SessionShow, R_TUN_06_a_spokes_tunnel_before_during_and_after)
{
	hub.dead = true;
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	EXPECT_FALSE(s.shown("Tunnel0").up);
	wan.run(100);
	EXPECT_STREQ(s.shown("Tunnel0").reason, "negotiating");
	EXPECT_EQ(s.shown("Tunnel0").addr.family, 0);
	wan.run(64000);
	EXPECT_STREQ(s.shown("Tunnel0").method, "negotiated");
	hub.dead = false;
	up(s, 60000);
	EXPECT_TRUE(s.shown("Tunnel0").up);
	EXPECT_EQ(s.shown("Tunnel0").reason, nullptr);
	EXPECT_EQ(str(s.shown("Tunnel0").addr), "10.77.0.100");
	struct addr all = {};
	session_hub_clear(s.hub, &all);
	EXPECT_STREQ(s.shown("Tunnel0").reason, "peer not reached");
}

TEST_F(SessionShow, what_isnt_complete)
{
	hub.must_load("interface Tunnel3\n tunnel mode ipsec ipv4\ninterface Ethernet0/1\n description nothing\n");
	EXPECT_STREQ(hub.shown("Tunnel3").reason, "incomplete");
	EXPECT_STREQ(hub.shown("Ethernet0/1").method, "unset");
}

} // namespace
