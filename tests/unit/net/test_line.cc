#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <vector>

#include "net/line.h"

namespace
{

/* An IKE header (RFC7296-3.1) and a little more. */
std::vector<uint8_t> ike(uint8_t exchange, uint8_t flags, uint8_t responder_spi)
{
	std::vector<uint8_t> d(40);

	d[0] = 1;
	d[15] = responder_spi;
	d[18] = exchange;
	d[19] = flags;
	return d;
}

bool newcomer(const std::vector<uint8_t> &d)
{
	return net_line_newcomer(bytes_of(d.data(), d.size()));
}

TEST(NetLine, R_DEF_only_who_asks_for_an_ike_sa_is_a_newcomer)
{
	EXPECT_TRUE(newcomer(ike(34, 0x08, 0)));
	EXPECT_TRUE(newcomer(ike(34, 0x18, 0))) << "of a newer minor version";
	EXPECT_FALSE(newcomer(ike(34, 0x20, 0))) << "COOKIE, INVALID_KE_PAYLOAD: an answer to us";
	EXPECT_FALSE(newcomer(ike(34, 0x20, 1)));
	EXPECT_FALSE(newcomer(ike(34, 0x08, 1)));
	EXPECT_FALSE(newcomer(ike(35, 0x08, 0)));
	EXPECT_FALSE(newcomer(ike(37, 0x08, 1)));
	EXPECT_FALSE(newcomer({}));
	EXPECT_FALSE(newcomer(std::vector<uint8_t>(19, 34))) << "cut: the engine counts it";
}

TEST(NetLine, R_DEF_they_wait_in_order_and_no_more_than_fit)
{
	struct net_udp_path path = {};
	struct net_line l;

	net_line_init(&l, 3);
	for (const char *text : { "first", "second", "third" }) {
		path.remote.port++;
		EXPECT_TRUE(net_line_push(&l, &path, bytes_str(text)));
	}
	EXPECT_FALSE(net_line_push(&l, &path, bytes_str("fourth")));
	EXPECT_EQ(3u, l.count);
	struct net_guest *g = net_line_pop(&l);
	ASSERT_NE(nullptr, g);
	EXPECT_TRUE(bytes_eq(g->datagram, bytes_str("first")));
	EXPECT_EQ(1, g->path.remote.port);
	free(g);
	EXPECT_TRUE(net_line_push(&l, &path, bytes_str("fifth")));
	g = net_line_pop(&l);
	EXPECT_TRUE(bytes_eq(g->datagram, bytes_str("second")));
	free(g);
	net_line_fini(&l);
	EXPECT_EQ(0u, l.count);
	EXPECT_EQ(nullptr, net_line_pop(&l));
}

TEST(NetLine, R_DEF_long_ones_fill_it_sooner)
{
	std::vector<uint8_t> huge(65000);
	struct net_udp_path path = {};
	struct net_line l;

	net_line_init(&l, 64);
	EXPECT_TRUE(net_line_push(&l, &path, bytes_of(huge.data(), huge.size())));
	EXPECT_FALSE(net_line_push(&l, &path, bytes_of(huge.data(), huge.size())));
	EXPECT_TRUE(net_line_push(&l, &path, bytes_of(huge.data(), 500)));
	free(net_line_pop(&l));
	EXPECT_TRUE(net_line_push(&l, &path, bytes_of(huge.data(), huge.size())));
	net_line_fini(&l);
	EXPECT_EQ(0u, l.bytes);
}

} // namespace
