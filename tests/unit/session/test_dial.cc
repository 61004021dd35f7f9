/* What stands in the way of a static tunnel's session. */
#include "lab.h"

namespace
{

using namespace lab;

class SessionDial : public Star
{
      protected:
	std::string reason(const Box &b, const char *name = "Tunnel0")
	{
		const char *r = session_tunnel_reason(b.hub, name);

		return r == nullptr ? "-" : r;
	}
};

TEST_F(SessionDial, R_TUN_07_why_a_tunnel_isnt_tried)
{
	const std::string text = SpokeConfig(1).text(), route = "ip route 0.0.0.0 0.0.0.0 203.0.113.254\n";
	const std::string destination = "tunnel destination 198.51.100.1";
	struct row {
		std::string text, reason;
	};
	const row rows[] = {
		{ with(text, "interface Tunnel0\n", "interface Tunnel0\n shutdown\n"), "administratively down" },
		{ with(text, route, ""), "no route to destination" },
		{ with(text, route, "ip route 0.0.0.0 0.0.0.0 Null0\n"), "no route to destination" },
		{ with(text, "address 203.0.113.1 255.255.255.0", "address 203.0.113.1 255.255.255.0\n shutdown"),
			"no route to destination" },
		{ with(text, destination, "tunnel destination 10.20.1.1"), "destination is this box" },
		{ with(text, "tunnel source Ethernet0/0", "tunnel source 2001:db8::1"), "incomplete" },
		{ with(text, destination, "tunnel destination dynamic"), "-" },
		{ with(text, "tunnel source Ethernet0/0", "tunnel source dynamic"), "incomplete" }, /* R-TUN-08: its client isn't there */
		{ with(text, "authentication local pre-share", "shutdown\n authentication local pre-share"), "incomplete" },
	};

	hub.must_load(HubConfig().text());
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	for (const row &r : rows) {
		s.must_load(r.text);
		wan.run(3000);
		EXPECT_EQ(reason(s), r.reason) << r.text;
		EXPECT_EQ(s.up(), 0u);
		EXPECT_FALSE(s.shown("Tunnel0").up);
	}
	EXPECT_EQ(reason(s, "Tunnel9"), "-");
	s.must_load(text);
	up(s);
}

TEST_F(SessionDial, R_TUN_03_from_an_address_that_is_written)
{
	hub.must_load(HubConfig().text());
	Box &s = wan.box("spoke1", { "203.0.113.1" }, lan_and_wan);
	s.must_load(with(SpokeConfig(1).text(), "tunnel source Ethernet0/0", "tunnel source 203.0.113.1"));
	up(s);
	EXPECT_EQ(str(hub.session()->path.remote.addr), "203.0.113.1");
}

/* A route that the hub sends must not lead the tunnel's own packets into it. */
TEST_F(SessionDial, R_RTE_17_the_underlay_isnt_found_through_another_tunnel)
{
	SpokeConfig c(1);

	hub.must_load(HubConfig().text());
	c.more = "interface Tunnel7\n ip unnumbered Ethernet0/1\n tunnel source Ethernet0/0\n tunnel destination 192.0.2.9\n"
		 " tunnel mode ipsec ipv4\n tunnel protection ipsec profile default\nip route 192.0.2.9 255.255.255.255 Tunnel0\n";
	Box &s = spoke(c);
	up(s);
	wan.run(3000);
	EXPECT_EQ(reason(s, "Tunnel7"), "recursive-routing");
}

} // namespace
