#include "lab.h"

namespace
{

using namespace lab;

class SessionHub : public Star
{
};

TEST_F(SessionHub, R_RTE_01_to_08_session_with_lease_and_routes_on_both_sides)
{
	hub.must_load(HubConfig().text());
	Box &s = spoke(1);
	up(s);

	const struct session *h = hub.session("Virtual-Access1"), *mine = s.session("Tunnel0");
	ASSERT_NE(h, nullptr);
	ASSERT_NE(mine, nullptr);
	EXPECT_EQ(str(h->lease), "10.77.0.100");
	EXPECT_EQ(str(mine->assigned), "10.77.0.100");
	EXPECT_STREQ(h->peer, "spoke1.example.net");
	EXPECT_STREQ(mine->peer, "hub.example.net");
	EXPECT_EQ(hub.route("10.77.0.100/32"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(hub.route("10.20.1.0/24"), "S [1/1] Virtual-Access1");
	EXPECT_EQ(s.route("10.77.0.254/32"), "S [1/1] Tunnel0");
	EXPECT_EQ(s.route("10.10.0.0/24"), "S [1/1] Tunnel0");
	EXPECT_EQ(hub.routes().size(), 3u); /* and the default route */
	EXPECT_EQ(s.routes().size(), 3u);
	EXPECT_EQ(s.host.count("nave0 10.77.0.100/32"), 1u);
}

} // namespace
