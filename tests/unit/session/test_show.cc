#include "lab.h"

#include "session/derived.h"

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

void keep_line(void *ctx, const char *line, session_origin origin)
{
	static_cast<std::vector<std::string> *>(ctx)->push_back(std::string(line) + " [" + session_origin_str(origin) + "]");
}

/* R-TUN-18: what a virtual access has of its template, and what of its peer. */
TEST_F(SessionShow, R_TUN_18_a_virtual_access_line_by_line)
{
	std::vector<std::string> lines;

	hub.must_load(HubConfig().text());
	up(spoke(1));
	const session *s = session_derived_find(hub.hub, "virtual-access1");
	ASSERT_NE(s, nullptr);
	ASSERT_EQ(session_derived_walk(s, keep_line, &lines), ERR_OK);
	EXPECT_EQ(lines, (std::vector<std::string>{ "ip unnumbered Loopback0 [template]", "tunnel mode ipsec ipv4 [template]",
				 "tunnel protection ipsec profile default [template]", "tunnel source 198.51.100.1 [peer]",
				 "tunnel destination 203.0.113.1 [peer]" }));
	EXPECT_EQ(session_derived_find(hub.hub, "Virtual-Access2"), nullptr);
}

TEST_F(SessionShow, R_TUN_16_a_templates_source_is_told_once)
{
	std::vector<std::string> lines;

	hub.must_load(with(HubConfig().text(), " ip unnumbered Loopback0\n", " ip unnumbered Loopback0\n tunnel source Ethernet0/0\n"));
	up(spoke(1));
	ASSERT_EQ(session_derived_walk(hub.session(), keep_line, &lines), ERR_OK);
	ASSERT_EQ(lines.size(), 5u);
	EXPECT_EQ(lines[1], "tunnel source Ethernet0/0 [template]");
	EXPECT_EQ(lines[4], "tunnel destination 203.0.113.1 [peer]");
}

} // namespace
