/* Tunnels without protection: when they are up, and what the datapath has of them then. */
#include "lab.h"
#include "session/box/plain.h"

namespace
{

using namespace lab;

class SessionPlain : public Alone
{
      protected:
	const std::string tunnel = "interface Tunnel100\n ip address 10.99.0.1 255.255.255.252\n tunnel source Ethernet0/1\n"
				   " tunnel destination 10.10.0.2\n tunnel key 7\n";

	/* The datapath's tunnel; nothing when it has none. */
	const dp_tunnel *found()
	{
		objects = hub.objects(DP_CLASS_TUNNEL);
		return objects.empty() ? nullptr : &objects[0].op.u.tunnel;
	}
	std::string reason()
	{
		const char *r = hub.shown("Tunnel100").reason;

		return r == nullptr ? "up" : r;
	}
	std::vector<dp_item> objects;
};

TEST_F(SessionPlain, R_TUN_09_is_up_while_its_ends_are_there)
{
	load(ports + tunnel + " ip mtu 1400\nip route 10.20.0.0 255.255.0.0 Tunnel100\n");
	wan.run(1000);
	EXPECT_EQ(reason(), "up");
	ASSERT_NE(found(), nullptr);
	EXPECT_EQ(found()->mode, DP_TUNNEL_GRE);
	EXPECT_EQ(str(found()->local), "10.10.0.1");
	EXPECT_EQ(str(found()->remote), "10.10.0.2");
	EXPECT_TRUE(found()->has_key);
	EXPECT_EQ(found()->key, 7u);
	EXPECT_EQ(found()->mtu, 1400);
	EXPECT_EQ(found()->df, DP_DF_CLEAR);
	EXPECT_EQ(found()->feature[DP_V4].mss, 0) << "routers may cut";
	EXPECT_EQ(hub.shown("Tunnel100").tunnel, found()->id);
	EXPECT_EQ(hub.route("10.20.0.0/16"), "S [1/0] Tunnel100");
	uint32_t id = found()->id;
	load(ports + with(tunnel, "10.10.0.2", "10.10.0.3") + " tunnel path-mtu-discovery\n");
	wan.run(1000);
	ASSERT_NE(found(), nullptr);
	EXPECT_EQ(found()->id, id);
	EXPECT_EQ(str(found()->remote), "10.10.0.3");
	EXPECT_EQ(found()->df, DP_DF_COPY);
	load(ports + tunnel + " shutdown\n");
	wan.run(1000);
	EXPECT_EQ(reason(), "administratively down");
	EXPECT_EQ(found(), nullptr);
	load(ports);
	wan.run(1000);
	EXPECT_EQ(found(), nullptr);
}

/* cli.md 4: the underlay never resolves through the tunnel itself. */
TEST_F(SessionPlain, its_way_is_never_through_itself)
{
	std::string far = with(tunnel, "10.10.0.2", "10.20.0.2");

	load(ports + far + "ip route 10.20.0.0 255.255.255.0 10.10.0.2\n");
	wan.run(1000);
	EXPECT_EQ(reason(), "up");
	load(ports + far + "ip route 10.20.0.0 255.255.255.0 10.10.0.2\nip route 10.20.0.0 255.255.255.128 Tunnel100\n");
	wan.run(1000);
	EXPECT_EQ(reason(), "up") << "the next best route is taken";
	load(ports + far + "ip route 10.20.0.0 255.255.255.128 Tunnel100\n");
	wan.run(3000);
	EXPECT_NE(reason(), "up");
	EXPECT_EQ(found(), nullptr);
}

TEST_F(SessionPlain, clear_text_doesnt_leave_by_a_protected_port)
{
	load(ports + with(with(tunnel, "10.10.0.2", "198.51.100.2"), "Ethernet0/1", "Ethernet0/0"));
	wan.run(1000);
	EXPECT_EQ(reason(), "would leave a protected port in clear");
	EXPECT_EQ(found(), nullptr);
	load(ports + with(tunnel, "10.10.0.2", "10.10.0.1"));
	wan.run(1000);
	EXPECT_EQ(reason(), "destination is this box");
	load(ports + with(tunnel, "Ethernet0/1", "2001:db8::1"));
	wan.run(1000);
	EXPECT_EQ(reason(), "incomplete");
}

} // namespace
