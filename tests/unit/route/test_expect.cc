/* What the host is to have, against the kernel of a network namespace that each case makes for itself. */
#include "route/expect.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/nl/nl_addr.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_route.h"
#include "base/nl/nl_tun.h"

namespace
{

struct addr ip(const std::string &text)
{
	struct addr a = {};

	EXPECT_EQ(addr_parse(text.c_str(), &a), ERR_OK) << text;
	return a;
}

struct addr_prefix net(const std::string &text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text.c_str(), &p), ERR_OK) << text;
	return p;
}

class RouteExpect : public ::testing::Test
{
      protected:
	struct nl *sock = nullptr; /* of others */
	struct nl *own = nullptr;
	struct route_expect *expect = nullptr;
	struct wheel wheel = {};
	struct log log = { keep, this, LOG_L_DEBUG };
	std::vector<std::string> lines;
	int tun = -1;
	uint32_t index = 0;

	static void keep(void *ctx, enum log_level level, const char *line)
	{
		(void)level;
		static_cast<RouteExpect *>(ctx)->lines.push_back(line);
	}
	void SetUp() override
	{
		if (unshare(CLONE_NEWNET) != 0)
			GTEST_SKIP() << "no new network namespace: " << strerror(errno);
		wheel_init(&wheel, 1000);
		ASSERT_EQ(nl_open(-1, &sock), ERR_OK);
		ASSERT_EQ(nl_open(-1, &own), ERR_OK);
		route_expect_config config = {};

		config.nl = own;
		config.netns_fd = -1;
		config.table = NL_TABLE_MAIN;
		config.wheel = &wheel;
		config.log = &log;
		ASSERT_EQ(route_expect_new(&expect, &config), ERR_OK);
	}
	void TearDown() override
	{
		route_expect_free(expect);
		if (tun >= 0)
			(void)close(tun);
		nl_close(own);
		nl_close(sock);
	}
	void make(bool up)
	{
		struct nl_link link;

		ASSERT_EQ(nl_tun_open(-1, "eth0", NL_TUN_IP, false, &tun), ERR_OK);
		ASSERT_EQ(nl_link_find(sock, "eth0", &link), ERR_OK);
		index = link.index;
		ASSERT_EQ(nl_link_set_up(sock, index, up), ERR_OK);
	}
	void address(const std::string &prefix, bool add = true)
	{
		struct nl_addr a = { index, net(prefix) };

		ASSERT_EQ(add ? nl_addr_add(sock, &a) : nl_addr_del(sock, &a), ERR_OK);
	}
	/* What is said, once netlink's notices are read and a moment has passed. */
	std::vector<std::string> said()
	{
		struct pollfd p = { route_expect_fd(expect), POLLIN, 0 };

		if (poll(&p, 1, 0) > 0)
			route_expect_readable(expect);
		lines.clear();
		wheel_advance(&wheel, wheel.now_ms + 1000);
		return lines;
	}
	static void expect_one(const std::vector<std::string> &got, const std::string &part)
	{
		ASSERT_EQ(got.size(), 1u) << part;
		EXPECT_NE(got[0].find(part), std::string::npos) << got[0];
	}
};

TEST_F(RouteExpect, each_difference_is_told_once_and_its_end)
{
	struct addr_prefix want = net("192.0.2.1/24");

	ASSERT_EQ(route_expect_address(expect, "eth0", &want), ERR_OK);
	expect_one(said(), "host.address netdev=eth0 prefix=192.0.2.1/24 state=no-device mend=\"make the device eth0\"");
	make(true);
	expect_one(said(), "state=missing mend=\"ip address add 192.0.2.1/24 dev eth0\"");
	address("192.0.2.2/24");
	EXPECT_TRUE(said().empty());
	address("192.0.2.1/24");
	expect_one(said(), "prefix=192.0.2.1/24 state=ok");
	EXPECT_TRUE(said().empty());
	ASSERT_EQ(nl_link_set_up(sock, index, false), ERR_OK);
	expect_one(said(), "state=down mend=\"ip link set eth0 up\"");
	ASSERT_EQ(nl_link_set_up(sock, index, true), ERR_OK);
	expect_one(said(), "state=ok");
	address("192.0.2.1/24", false);
	expect_one(said(), "state=missing");
}

TEST_F(RouteExpect, what_is_there_is_nothing_to_tell)
{
	struct addr_prefix want = net("192.0.2.1/24"), six = net("2001:db8::1/64");

	make(true);
	address("192.0.2.1/24");
	address("2001:db8::1/64");
	ASSERT_EQ(route_expect_address(expect, "eth0", &want), ERR_OK);
	ASSERT_EQ(route_expect_address(expect, "eth0", &six), ERR_OK);
	EXPECT_TRUE(said().empty());
	route_expect_no_address(expect, "eth0", &want);
	address("192.0.2.1/24", false);
	EXPECT_TRUE(said().empty());
}

TEST_F(RouteExpect, a_route_is_one_by_device_and_gateway)
{
	struct addr_prefix all = net("0.0.0.0/0");
	struct addr gateway = ip("192.0.2.254");
	struct nl_route r = {};

	make(true);
	address("192.0.2.1/24");
	ASSERT_EQ(route_expect_route(expect, &all, "eth0", &gateway), ERR_OK);
	expect_one(
		said(), "host.route netdev=eth0 prefix=0.0.0.0/0 state=missing mend=\"ip route add 0.0.0.0/0 via 192.0.2.254 dev eth0\"");
	r.prefix = all;
	r.table = NL_TABLE_MAIN;
	r.kind = NL_ROUTE_UNICAST;
	r.index = index;
	r.gateway = ip("192.0.2.253");
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, &r, 1, nullptr), ERR_OK);
	EXPECT_TRUE(said().empty());
	r.gateway = gateway;
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_REPLACE, &r, 1, nullptr), ERR_OK);
	expect_one(said(), "prefix=0.0.0.0/0 state=ok");
	route_expect_no_route(expect, &all);
	ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_DEL, &r, 1, nullptr), ERR_OK);
	EXPECT_TRUE(said().empty());
}

} // namespace
