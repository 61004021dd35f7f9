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
	int tun = -1;

	static void nothing(void *, enum log_level, const char *)
	{
	}
	static enum route_device device(void *, uint32_t, const char *, struct route_if *)
	{
		return ROUTE_DEVICE_FOREIGN;
	}
	static void device_came(void *ctx, const char *netdev)
	{
		static_cast<RouteLearn *>(ctx)->came.push_back(netdev);
	}
	void SetUp() override
	{
		const uint8_t key[16] = { 1 };
		struct route_learn_config config = {};

		if (unshare(CLONE_NEWNET) != 0)
			GTEST_SKIP() << "no new network namespace: " << strerror(errno);
		wheel_init(&wheel, 1000);
		ASSERT_EQ(nl_open(-1, &sock), ERR_OK);
		ASSERT_EQ(route_rib_new(
				  &rib, key, [](void *, uint32_t, const struct addr_prefix *, const struct route_hop *) {}, nullptr),
			ERR_OK);
		config.netns_fd = -1;
		config.wheel = &wheel;
		config.log = &log;
		config.rib = rib;
		config.device = device;
		config.came = device_came;
		config.ctx = this;
		ASSERT_EQ(route_learn_new(&learn, &config), ERR_OK);
		route_learn_look(learn);
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
