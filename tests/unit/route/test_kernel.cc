/* The host's routes and addresses, against the kernel of a network namespace that each case makes for itself. */
#include "route/kernel.h"

#include <cerrno>
#include <cstring>
#include <set>
#include <string>

#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/nl/nl_addr.h"
#include "base/nl/nl_link.h"
#include "base/nl/nl_route.h"
#include "base/nl/nl_tun.h"

namespace
{

const struct addr none = {};

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

class RouteKernel : public ::testing::Test
{
      protected:
	struct nl *sock = nullptr;
	struct route_kernel *kernel = nullptr;
	int tun[2] = { -1, -1 };

	void SetUp() override
	{
		static const uint8_t key[16] = { 1 };

		if (unshare(CLONE_NEWNET) != 0)
			GTEST_SKIP() << "no new network namespace: " << strerror(errno);
		ASSERT_EQ(nl_open(-1, &sock), ERR_OK);
		ASSERT_EQ(route_kernel_new(&kernel, sock, NL_TABLE_MAIN, key), ERR_OK);
	}
	void TearDown() override
	{
		route_kernel_free(kernel);
		for (int fd : tun)
			if (fd >= 0)
				(void)close(fd);
		nl_close(sock);
	}
	/* A TUN that is up while its descriptor is open. */
	void make(const char *name, int which = 0)
	{
		struct nl_link link;

		ASSERT_EQ(nl_tun_open(-1, name, NL_TUN_IP, false, &tun[which]), ERR_OK);
		ASSERT_EQ(nl_link_find(sock, name, &link), ERR_OK);
		ASSERT_EQ(nl_link_no_auto_address(sock, link.index), ERR_OK);
		ASSERT_EQ(nl_link_set_up(sock, link.index, true), ERR_OK);
	}
	void unmake(int which = 0)
	{
		(void)close(tun[which]);
		tun[which] = -1;
	}
	void put(const std::string &prefix, const char *netdev, bool overlay, const std::string &gateway = "")
	{
		struct addr_prefix p = net(prefix);
		struct addr g = gateway.empty() ? none : ip(gateway);

		ASSERT_EQ(route_kernel_put(kernel, &p, netdev, &g, overlay), ERR_OK);
	}
	void del(const std::string &prefix)
	{
		struct addr_prefix p = net(prefix);

		route_kernel_del(kernel, &p);
	}
	enum err address(const char *netdev, const std::string &prefix, bool add = true)
	{
		struct addr_prefix p = net(prefix);

		return route_kernel_address(kernel, netdev, &p, add);
	}
	/* Nave's routes: "10.0.0.0/8 nave0", "10.0.0.0/8 via 192.0.2.1 eth0", "10.0.0.0/8 unreachable". */
	std::multiset<std::string> routes(uint32_t table = NL_TABLE_MAIN)
	{
		struct ctx {
			std::multiset<std::string> out;
			uint32_t table;
		} ctx = { {}, table };

		EXPECT_EQ(nl_route_each(
				  sock,
				  [](const struct nl_route *r, void *arg) {
					  char text[ADDR_PREFIX_TEXT], gateway[ADDR_TEXT];
					  auto *c = static_cast<struct ctx *>(arg);
					  std::string s;

					  if (r->protocol != NL_PROTOCOL_NAVE || r->table != c->table)
						  return;
					  s = addr_prefix_str(&r->prefix, text);
					  if (r->kind == NL_ROUTE_UNREACHABLE)
						  s += " unreachable";
					  if (r->gateway.family != 0)
						  s += std::string(" via ") + addr_str(&r->gateway, gateway);
					  if (r->kind == NL_ROUTE_UNICAST)
						  s += " " + std::to_string(r->index);
					  c->out.insert(s);
				  },
				  &ctx),
			ERR_OK);
		return ctx.out;
	}
	std::string dev(const char *name)
	{
		struct nl_link link = {};

		EXPECT_EQ(nl_link_find(sock, name, &link), ERR_OK) << name;
		return " " + std::to_string(link.index);
	}
	bool reaches(const std::string &to)
	{
		struct nl_route r;
		struct addr a = ip(to);

		return nl_route_lookup(sock, &a, &r) == ERR_OK;
	}
};

using Set = std::multiset<std::string>;

TEST_F(RouteKernel, an_overlay_prefix_has_a_path_and_a_guard)
{
	make("nave0");
	put("10.0.0.0/8", "nave0", true);
	put("2001:db8::/32", "nave0", true);
	EXPECT_TRUE(routes().empty()) << "before the flush";
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/8" + dev("nave0"), "10.0.0.0/8 unreachable", "2001:db8::/32" + dev("nave0"),
				    "2001:db8::/32 unreachable" }));
	EXPECT_TRUE(reaches("10.1.2.3"));
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	del("10.0.0.0/8");
	del("10.9.0.0/16"); /* never was */
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), (Set{ "2001:db8::/32" + dev("nave0"), "2001:db8::/32 unreachable" }));
}

/* Nothing of the overlay may fall to the default route when the TUN is gone. */
TEST_F(RouteKernel, the_guard_holds_while_the_tun_is_away_and_a_refresh_brings_the_rest_back)
{
	make("nave0");
	make("wan0", 1);
	ASSERT_EQ(address("wan0", "192.0.2.1/24"), ERR_OK);
	ASSERT_EQ(address("nave0", "10.77.0.1/32"), ERR_OK);
	put("0.0.0.0/0", "wan0", false, "192.0.2.254");
	put("10.0.0.0/8", "nave0", true);
	put("2001:db8::/32", "nave0", true);
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	auto all = routes();
	EXPECT_EQ(all.size(), 5u);
	EXPECT_TRUE(reaches("10.1.2.3"));
	EXPECT_TRUE(reaches("198.51.100.1"));

	unmake();
	EXPECT_EQ(routes().count("10.0.0.0/8 unreachable"), 1u);
	EXPECT_EQ(routes().count("2001:db8::/32 unreachable"), 1u);
	EXPECT_FALSE(reaches("10.1.2.3"));
	EXPECT_TRUE(reaches("198.51.100.1"));
	route_kernel_refresh(kernel, "nave0"); /* too early */
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_FALSE(reaches("10.1.2.3"));

	make("nave0");
	route_kernel_refresh(kernel, "nave0");
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_TRUE(reaches("10.1.2.3"));
	EXPECT_EQ(routes().size(), 5u);
	EXPECT_TRUE(reaches("10.77.0.1")); /* its address, too */
}

TEST_F(RouteKernel, what_is_put_before_the_device_is_there)
{
	ASSERT_EQ(address("nave0", "10.77.0.1/32"), ERR_OK);
	ASSERT_EQ(address("nave0", "2001:db8:77::1/128"), ERR_OK);
	put("10.0.0.0/8", "nave0", true);
	put("10.99.0.0/16", "nave0", false);
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/8 unreachable" }));
	make("nave0");
	route_kernel_refresh(kernel, "other0");
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes().size(), 1u);
	route_kernel_refresh(kernel, "nave0");
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/8 unreachable", "10.0.0.0/8" + dev("nave0"), "10.99.0.0/16" + dev("nave0") }));
	EXPECT_TRUE(reaches("10.77.0.1"));
	EXPECT_TRUE(reaches("2001:db8:77::1"));
}

TEST_F(RouteKernel, addresses_bring_their_device_up_and_go_again)
{
	struct nl_link link;

	ASSERT_EQ(nl_tun_open(-1, "lan0", NL_TUN_IP, false, &tun[0]), ERR_OK);
	ASSERT_EQ(address("lan0", "10.10.0.1/24"), ERR_OK);
	ASSERT_EQ(address("lan0", "10.10.0.1/24"), ERR_OK); /* again */
	ASSERT_EQ(nl_link_find(sock, "lan0", &link), ERR_OK);
	EXPECT_TRUE(link.up);
	EXPECT_TRUE(reaches("10.10.0.7"));
	ASSERT_EQ(address("lan0", "10.10.0.1/24", false), ERR_OK);
	EXPECT_FALSE(reaches("10.10.0.7"));
	ASSERT_EQ(address("lan0", "10.10.0.1/24", false), ERR_OK); /* twice */
	ASSERT_EQ(address("gone0", "10.11.0.1/24"), ERR_OK);
	ASSERT_EQ(address("gone0", "10.11.0.1/24", false), ERR_OK);
	route_kernel_refresh(kernel, "lan0"); /* what was taken back stays away */
	EXPECT_FALSE(reaches("10.10.0.7"));
}

/* A prefix turns from one kind of route to another: nothing of the former is left. */
/* A reload that changes an address within its subnet: the new one stands beside the old one, then the old one goes. */
TEST_F(RouteKernel, an_address_that_goes_takes_neither_its_neighbours_nor_routes_along)
{
	struct nl_link link;

	for (const char *which : { "all", "default" }) {
		FILE *f = fopen((std::string("/proc/sys/net/ipv4/conf/") + which + "/promote_secondaries").c_str(), "we");

		if (f == nullptr)
			GTEST_SKIP() << "the kernel can't be told to promote none";
		fputs("0", f);
		ASSERT_EQ(fclose(f), 0);
	}
	make("lan0");
	ASSERT_EQ(nl_link_find(sock, "lan0", &link), ERR_OK);
	ASSERT_EQ(address("lan0", "192.0.2.1/24"), ERR_OK);
	put("203.0.113.0/24", "lan0", false, "192.0.2.254");
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	const auto before = routes();
	EXPECT_EQ(before.size(), 1u);
	ASSERT_EQ(address("lan0", "192.0.2.9/24"), ERR_OK);
	ASSERT_EQ(address("lan0", "192.0.2.1/24", false), ERR_OK);
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), before);
	EXPECT_TRUE(reaches("192.0.2.7"));
}

TEST_F(RouteKernel, a_prefix_that_turns_leaves_nothing_behind)
{
	make("nave0");
	make("wan0", 1);
	ASSERT_EQ(address("wan0", "192.0.2.1/24"), ERR_OK);
	put("10.0.0.0/8", "nave0", true);
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	put("10.0.0.0/8", nullptr, false);
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/8 unreachable" }));
	put("10.0.0.0/8", "wan0", false, "192.0.2.254");
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/8 via 192.0.2.254" + dev("wan0") }));
	put("10.0.0.0/8", "wan0", false, "192.0.2.253");
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes(), (Set{ "10.0.0.0/8 via 192.0.2.253" + dev("wan0") }));
	put("10.0.0.0/8", "wan0", false, "192.0.2.252"); /* changed, and gone before it was applied */
	del("10.0.0.0/8");
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_TRUE(routes().empty());
	put("10.0.0.0/8", "nave0", true);
	del("10.0.0.0/8");
	put("10.0.0.0/8", "nave0", true); /* and wanted again */
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes().size(), 2u);
}

TEST_F(RouteKernel, what_the_kernel_refuses_is_told_and_tried_again_when_something_changes)
{
	make("wan0", 1);
	put("10.0.0.0/8", "wan0", false, "192.0.2.254"); /* a gateway out of reach */
	put("10.1.0.0/16", "wan0", false);
	EXPECT_EQ(route_kernel_flush(kernel), 1u);
	EXPECT_EQ(routes(), (Set{ "10.1.0.0/16" + dev("wan0") }));
	EXPECT_EQ(route_kernel_flush(kernel), 0u) << "nothing changed";
	put("10.2.0.0/16", "wan0", false);
	EXPECT_EQ(route_kernel_flush(kernel), 1u);
	ASSERT_EQ(address("wan0", "192.0.2.1/24"), ERR_OK);
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes().count("10.0.0.0/8 via 192.0.2.254" + dev("wan0")), 1u);
	put("10.3.0.0/16", "wan0", false, "203.0.113.1");
	EXPECT_EQ(route_kernel_flush(kernel), 1u);
	del("10.3.0.0/16"); /* refused, and no longer wanted */
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes().size(), 3u);
}

TEST_F(RouteKernel, thousands_of_routes_in_batches)
{
	enum { COUNT = 5000 };

	make("nave0");
	for (unsigned i = 0; i < COUNT; i++) {
		put("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24", "nave0", true);
		put("2001:db8:" + std::to_string(i) + "::/48", "nave0", true);
	}
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes().size(), size_t{ 4 * COUNT });
	unmake();
	EXPECT_EQ(routes().size(), size_t{ 2 * COUNT });
	make("nave0");
	route_kernel_refresh(kernel, "nave0");
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes().size(), size_t{ 4 * COUNT });
	for (unsigned i = 0; i < COUNT; i++) {
		del("10." + std::to_string(i / 250) + "." + std::to_string(i % 250) + ".0/24");
		del("2001:db8:" + std::to_string(i) + "::/48");
	}
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_TRUE(routes().empty());
}

TEST_F(RouteKernel, R_TUN_21_routes_of_a_vrf_device_are_in_its_table)
{
	static const uint8_t key[16] = { 2 };

	make("nave-red");
	route_kernel_free(kernel);
	ASSERT_EQ(route_kernel_new(&kernel, sock, 1001, key), ERR_OK);
	put("10.0.0.0/8", "nave-red", true);
	put("2001:db8::/32", "nave-red", true);
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_TRUE(routes().empty());
	EXPECT_EQ(routes(1001), (Set{ "10.0.0.0/8" + dev("nave-red"), "10.0.0.0/8 unreachable", "2001:db8::/32" + dev("nave-red"),
					"2001:db8::/32 unreachable" }));
	del("10.0.0.0/8");
	del("2001:db8::/32");
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_TRUE(routes(1001).empty());
}

/* Nave goes: what guards the overlay stays. */
TEST_F(RouteKernel, the_end_removes_nothing)
{
	static const uint8_t key[16] = { 2 };

	make("nave0");
	put("10.0.0.0/8", "nave0", true);
	ASSERT_EQ(route_kernel_flush(kernel), 0u);
	put("10.1.0.0/16", "wan9", false);
	route_kernel_free(kernel);
	EXPECT_EQ(routes().size(), 2u);
	ASSERT_EQ(route_kernel_new(&kernel, sock, NL_TABLE_MAIN, key), ERR_OK);
	put("10.0.0.0/8", "nave0", true); /* and the next Nave finds them in place */
	EXPECT_EQ(route_kernel_flush(kernel), 0u);
	EXPECT_EQ(routes().size(), 2u);
	route_kernel_free(nullptr);
}

} // namespace
