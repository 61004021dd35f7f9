/* What is told of the host's devices, against the kernel of a network namespace that each case makes for itself; routes of others: tests/integ/run routes. */
#include "route/learn.h"

#include <cerrno>
#include <cstring>
#include <string>
#include <vector>

#include <poll.h>
#include <sched.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/nl/nl_link.h"
#include "base/nl/nl_route.h"
#include "base/nl/nl_tun.h"

namespace
{

class RouteLearn : public ::testing::Test
{
      protected:
	struct nl *sock = nullptr;
	struct route_rib *rib = nullptr;
	struct route_learn *learn = nullptr;
	struct wheel wheel = {};
	struct log log = { nothing, nullptr, LOG_L_DEBUG };
	std::vector<std::string> came;
	std::string known;
	int tun = -1;

	static void nothing(void *, enum log_level, const char *)
	{
	}
	/* 'known' is a tunnel's. */
	static enum route_device device(void *ctx, uint32_t, const char *netdev, struct route_if *out)
	{
		*out = { ROUTE_IF_TUNNEL, 7 };
		return static_cast<RouteLearn *>(ctx)->known == netdev ? ROUTE_DEVICE_KNOWN : ROUTE_DEVICE_FOREIGN;
	}
	static void device_came(void *ctx, const char *netdev)
	{
		static_cast<RouteLearn *>(ctx)->came.push_back(netdev);
	}
	/* The routes of others in 'table' are to be learned. */
	void learn_of(uint32_t table)
	{
		const uint8_t key[16] = { 1 };
		struct route_learn_config config = {};

		route_learn_free(learn);
		config.netns_fd = -1;
		config.table = table;
		config.wheel = &wheel;
		config.log = &log;
		config.rib = rib;
		config.device = device;
		config.came = device_came;
		config.ctx = this;
		for (int i = 0; i < 16; i++)
			config.map_key[i] = key[i];
		ASSERT_EQ(route_learn_new(&learn, &config), ERR_OK);
		route_learn_look(learn);
	}
	/* As a routing daemon does. */
	void put(const char *prefix, uint32_t table, enum nl_route_kind kind, uint32_t metric)
	{
		struct nl_route r = {};

		ASSERT_EQ(addr_parse_prefix(prefix, &r.prefix), ERR_OK);
		r.table = table;
		r.kind = kind;
		r.metric = metric;
		r.protocol = NL_PROTOCOL_STATIC;
		ASSERT_EQ(nl_route_apply(sock, NL_ROUTE_ADD, &r, 1, nullptr), ERR_OK);
	}
	void SetUp() override
	{
		const uint8_t key[16] = { 1 };

		if (unshare(CLONE_NEWNET) != 0)
			GTEST_SKIP() << "no new network namespace: " << strerror(errno);
		wheel_init(&wheel, 1000);
		ASSERT_EQ(nl_open(-1, &sock), ERR_OK);
		ASSERT_EQ(route_rib_new(
				  &rib, key, [](void *, uint32_t, const struct addr_prefix *, const struct route_hop *) {}, nullptr),
			ERR_OK);
		learn_of(NL_TABLE_MAIN);
	}
	void TearDown() override
	{
		route_learn_free(learn);
		route_rib_free(rib);
		if (tun >= 0)
			(void)close(tun);
		nl_close(sock);
	}
	void make()
	{
		ASSERT_EQ(nl_tun_open(-1, "nave0", NL_TUN_IP, false, &tun), ERR_OK);
	}
	void set(bool up)
	{
		struct nl_link link;

		ASSERT_EQ(nl_link_find(sock, "nave0", &link), ERR_OK);
		ASSERT_EQ(nl_link_set_up(sock, link.index, up), ERR_OK);
	}
	/* Which devices came since, once netlink's notices are read. */
	std::vector<std::string> devices()
	{
		struct pollfd p = { route_learn_fd(learn), POLLIN, 0 };

		came.clear();
		while (poll(&p, 1, 0) > 0)
			route_learn_readable(learn);
		return came;
	}
};

using List = std::vector<std::string>;

TEST_F(RouteLearn, R_RTE_a_device_comes_when_it_is_up_and_each_time_again)
{
	make();
	EXPECT_EQ(devices(), List{});
	set(true);
	EXPECT_EQ(devices(), List{ "nave0" });
	set(true);
	EXPECT_EQ(devices(), List{});
	set(false); /* the kernel drops its routes with it */
	set(true);
	EXPECT_EQ(devices(), List{ "nave0" });
	ASSERT_EQ(close(tun), 0);
	make();
	set(true);
	EXPECT_EQ(devices(), List{ "nave0" });
}

TEST_F(RouteLearn, R_TUN_21_a_vrf_device_has_a_table_and_what_ends_it_is_no_route)
{
	learn_of(1001);
	put("10.0.0.0/8", 1001, NL_ROUTE_BLACKHOLE, 0);
	put("10.1.0.0/16", NL_TABLE_MAIN, NL_ROUTE_BLACKHOLE, 0);
	put("0.0.0.0/0", 1001, NL_ROUTE_UNREACHABLE, 4278198272);
	(void)devices();
	EXPECT_EQ(route_learn_count(learn), 1u);
	learn_of(1001);
	EXPECT_EQ(route_learn_count(learn), 1u) << "the same when looked at";
	learn_of(NL_TABLE_MAIN);
	EXPECT_EQ(route_learn_count(learn), 1u);
	put("0.0.0.0/0", NL_TABLE_MAIN, NL_ROUTE_UNREACHABLE, 100);
	(void)devices();
	EXPECT_EQ(route_learn_count(learn), 2u);
}

TEST_F(RouteLearn, a_look_tells_of_what_came_unnoticed)
{
	make();
	set(true);
	route_learn_look(learn);
	EXPECT_EQ(came, List{ "nave0" });
	came.clear();
	route_learn_look(learn);
	EXPECT_EQ(came, List{});
}

} // namespace

TEST_F(RouteLearn, a_route_counts_while_its_device_is_a_known_one)
{
	const struct route_if tunnel = { ROUTE_IF_TUNNEL, 7 };
	struct addr_prefix prefix;

	make();
	set(true);
	ASSERT_EQ(route_rib_set_if(rib, tunnel, true, "Virtual-Access1"), ERR_OK);
	ASSERT_EQ(system("ip route add 10.66.0.0/16 dev nave0") & 0xffff, 0);
	(void)devices();
	ASSERT_EQ(addr_parse_prefix("10.66.0.0/16", &prefix), ERR_OK);
	EXPECT_FALSE(route_rib_has(rib, 0, &prefix));
	known = "nave0";
	route_learn_judge(learn);
	route_rib_commit(rib);
	EXPECT_TRUE(route_rib_has(rib, 0, &prefix));
	known = "";
	route_learn_judge(learn);
	route_rib_commit(rib);
	EXPECT_FALSE(route_rib_has(rib, 0, &prefix));
}
