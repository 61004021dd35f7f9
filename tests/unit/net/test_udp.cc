#include <event2/event.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "net/udp.h"
#include "ports.h"

namespace
{

/* Two ends on loopback, each with its own ports. */
class NetUdp : public ::testing::Test
{
      protected:
	struct End {
		net_udp *u = nullptr;
		std::vector<std::pair<net_udp_path, std::string>> got;
		event_base *loop = nullptr;
	};

	static void receive(void *ctx, const net_udp_path *path, bytes datagram)
	{
		End *e = static_cast<End *>(ctx);
		e->got.emplace_back(*path, std::string(reinterpret_cast<const char *>(datagram.data), datagram.len));
		(void)event_base_loopbreak(e->loop);
	}
	void open(End &e, uint16_t ike, uint16_t natt)
	{
		net_udp_config c = {};
		c.netns_fd = -1;
		c.ike_port = ike;
		c.natt_port = natt;
		c.receive = receive;
		c.ctx = &e;
		e.loop = loop;
		ASSERT_EQ(ERR_OK, net_udp_new(&e.u, loop, &c));
	}
	void SetUp() override
	{
		loop = event_base_new();
		open(a, own_port(0), own_port(1));
		open(b, own_port(2), own_port(3));
	}
	void TearDown() override
	{
		net_udp_free(a.u);
		net_udp_free(b.u);
		event_base_free(loop);
	}
	net_udp_path path(const char *text, bool natt)
	{
		net_udp_path p = {};
		EXPECT_EQ(ERR_OK, addr_parse(text, &p.local.addr));
		p.remote.addr = p.local.addr;
		p.local.port = natt ? own_port(1) : own_port(0);
		p.remote.port = natt ? own_port(3) : own_port(2);
		p.natt = natt;
		return p;
	}
	void run(size_t want)
	{
		timeval limit = { 5, 0 };
		(void)event_base_loopexit(loop, &limit);
		while (b.got.size() < want && !event_base_got_exit(loop))
			(void)event_base_loop(loop, EVLOOP_ONCE);
	}

	/* What was given to the kernel by now is there: the sockets of both ports have an order. */
	void settle()
	{
		(void)event_base_loop(loop, EVLOOP_NONBLOCK);
	}

	event_base *loop = nullptr;
	End a, b;
};

/* RFC7296-2-c RFC7296-2.23-e */
TEST_F(NetUdp, R_IKE_26_marker_goes_on_and_comes_off)
{
	for (const char *self : { "127.0.0.1", "127.0.0.7", "::1" }) {
		for (bool natt : { false, true }) {
			net_udp_path p = path(self, natt);
			b.got.clear();
			net_udp_send(a.u, &p, bytes_str("hello"));
			run(1);
			ASSERT_EQ(1u, b.got.size()) << self;
			EXPECT_EQ("hello", b.got[0].second);
			EXPECT_EQ(natt, b.got[0].first.natt);
			EXPECT_TRUE(addr_port_eq(&p.remote, &b.got[0].first.local)) << self;
			EXPECT_TRUE(addr_port_eq(&p.local, &b.got[0].first.remote)) << self;
		}
	}
}

TEST_F(NetUdp, what_is_not_ike_on_4500_is_counted)
{
	net_udp_path p = path("127.0.0.1", true), ike = path("127.0.0.1", false);
	net_udp_keepalive(a.u, &p);
	settle();
	ike.remote.port = own_port(3); /* from the IKE socket no marker goes in front */
	net_udp_send(a.u, &ike, bytes_str("\x01\x02\x03\x04 esp"));
	net_udp_send(a.u, &ike, bytes_of("\0\0\0", 3));
	settle();
	net_udp_send(a.u, &p, bytes_str("last"));
	run(1);
	ASSERT_EQ(1u, b.got.size());
	EXPECT_EQ("last", b.got[0].second);
	EXPECT_EQ(1u, net_udp_count(b.u, NET_UDP_KEEPALIVE));
	EXPECT_EQ(1u, net_udp_count(b.u, NET_UDP_ESP));
	EXPECT_EQ(1u, net_udp_count(b.u, NET_UDP_SHORT));
	EXPECT_EQ(4u, net_udp_count(a.u, NET_UDP_TX));
}

/* An IKE_SA_INIT request, and a message of an IKE SA. */
std::string newcomer(uint8_t number)
{
	return std::string("\1\1\1\1\1\1\1\1\0\0\0\0\0\0\0\0\x21\x20\x22\x08", 20) + static_cast<char>(number);
}

std::string known(uint8_t number)
{
	return std::string("\1\1\1\1\1\1\1\1\2\2\2\2\2\2\2\2\x2e\x20\x25\x08", 20) + static_cast<char>(number);
}

/* R-DEF: who has an IKE SA waits for few of a crowd, whatever the port; each kind is served in its order. */
TEST_F(NetUdp, R_DEF_who_is_known_does_not_wait_for_newcomers)
{
	constexpr uint8_t CROWD = 200, KNOWN = 6;
	net_udp_path ike = path("127.0.0.1", false), natt = path("127.0.0.1", true);
	auto send = [&](const net_udp_path &to, const std::string &d) { net_udp_send(a.u, &to, bytes_of(d.data(), d.size())); };
	std::string order[2];

	for (uint8_t i = 0; i < CROWD; i++)
		send(ike, newcomer(i));
	for (uint8_t i = 0; i < KNOWN; i++)
		send(natt, known(i));
	event *flushed = evtimer_new(
		loop, [](evutil_socket_t, short, void *l) { (void)event_base_loopbreak(static_cast<event_base *>(l)); }, loop);
	event_active(flushed, EV_TIMEOUT, 1); /* behind what sends */
	(void)event_base_loop(loop, EVLOOP_ONCE);
	event_free(flushed);
	ASSERT_EQ(0u, b.got.size());
	run(CROWD + KNOWN);
	ASSERT_EQ(static_cast<size_t>(CROWD) + KNOWN, b.got.size());
	for (size_t i = 0; i < b.got.size(); i++) {
		bool of_sa = b.got[i].second[18] == 0x25;

		EXPECT_TRUE(!of_sa || i < CROWD / 2) << i;
		order[of_sa ? 1 : 0] += b.got[i].second[20];
	}
	EXPECT_TRUE(std::is_sorted(
		order[0].begin(), order[0].end(), [](char x, char y) { return static_cast<uint8_t>(x) < static_cast<uint8_t>(y); }));
	EXPECT_EQ(std::string("\0\1\2\3\4\5", KNOWN), order[1]);
	EXPECT_EQ(0u, net_udp_count(b.u, NET_UDP_CROWD) + net_udp_count(b.u, NET_UDP_FULL));
}

TEST_F(NetUdp, what_is_to_be_sent_goes_out_at_the_end)
{
	net_udp_path p = path("127.0.0.1", false);

	net_udp_send(a.u, &p, bytes_str("farewell"));
	EXPECT_EQ(0u, net_udp_count(a.u, NET_UDP_TX));
	net_udp_free(a.u);
	a.u = nullptr;
	run(1);
	ASSERT_EQ(1u, b.got.size());
	EXPECT_EQ("farewell", b.got[0].second);
}

TEST_F(NetUdp, a_taken_port_is_told)
{
	net_udp_config c = {};
	net_udp *u = nullptr;
	c.netns_fd = -1;
	c.ike_port = own_port(0);
	c.natt_port = own_port(4);
	EXPECT_EQ(ERR_EXISTS, net_udp_new(&u, loop, &c));
	EXPECT_EQ(nullptr, u);
	c.natt_only = true;
	EXPECT_EQ(ERR_OK, net_udp_new(&u, loop, &c));
	net_udp_free(u);
}

} // namespace
