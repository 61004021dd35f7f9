#include <event2/event.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <string>
#include <vector>

#include "net/echo.h"

namespace
{

/* R-BKP-11: asks ourselves, by loopback. */
class NetEcho : public ::testing::Test
{
      protected:
	struct Answer {
		std::string from;
		uint64_t token;
	};
	static void receive(void *ctx, const addr *from, uint64_t token)
	{
		NetEcho *t = static_cast<NetEcho *>(ctx);
		char text[ADDR_TEXT];
		t->got.push_back({ addr_str(from, text), token });
		(void)event_base_loopbreak(t->loop);
	}
	static addr ip(const char *text)
	{
		addr a = {};
		EXPECT_EQ(addr_parse(text, &a), ERR_OK);
		return a;
	}
	void SetUp() override
	{
		net_echo_config c = {};

		if (geteuid() != 0)
			GTEST_SKIP() << "raw sockets are root's";
		loop = event_base_new();
		c.netns_fd = -1;
		c.receive = receive;
		c.ctx = this;
		ASSERT_EQ(net_echo_new(&echo, loop, &c), ERR_OK);
	}
	void TearDown() override
	{
		net_echo_free(echo);
		if (loop != nullptr)
			event_base_free(loop);
	}
	/* Until there are 'want' answers, or half a second is over. */
	void run(size_t want)
	{
		timeval limit = { 0, 500000 };
		(void)event_base_loopexit(loop, &limit);
		while (got.size() < want && !event_base_got_exit(loop))
			(void)event_base_loop(loop, EVLOOP_ONCE);
	}

	event_base *loop = nullptr;
	net_echo *echo = nullptr;
	std::vector<Answer> got;
};

TEST_F(NetEcho, R_BKP_11_both_families_answer)
{
	addr any = {}, four = ip("127.0.0.1"), six = ip("::1"), other = ip("127.0.0.9");

	ASSERT_EQ(net_echo_ask(echo, &any, &four, 0x0102030405060708), ERR_OK);
	run(1);
	ASSERT_EQ(got.size(), 1u);
	EXPECT_EQ(got[0].from, "127.0.0.1");
	EXPECT_EQ(got[0].token, 0x0102030405060708u);
	ASSERT_EQ(net_echo_ask(echo, &other, &four, 2), ERR_OK);
	run(2);
	ASSERT_EQ(got.size(), 2u);
	if (net_echo_ask(echo, &six, &six, UINT64_MAX) != ERR_OK)
		GTEST_SKIP() << "no IPv6 here";
	run(3);
	ASSERT_EQ(got.size(), 3u);
	EXPECT_EQ(got[2].from, "::1");
	EXPECT_EQ(got[2].token, UINT64_MAX);
}

TEST_F(NetEcho, an_address_that_isnt_ours_is_no_source)
{
	addr stranger = ip("192.0.2.1"), four = ip("127.0.0.1");

	EXPECT_NE(net_echo_ask(echo, &stranger, &four, 1), ERR_OK);
	run(1);
	EXPECT_TRUE(got.empty());
}

TEST_F(NetEcho, null_is_freed)
{
	net_echo_free(nullptr);
}

} // namespace
