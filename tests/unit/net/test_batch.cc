#include <gtest/gtest.h>

#include <unistd.h>

#include <cstring>
#include <memory>
#include <vector>

#include "net/batch.h"

namespace
{

/* A socket on loopback that sends to itself. */
class NetBatch : public ::testing::Test
{
      protected:
	int fd = -1;
	struct net_udp_path path = {};
	std::unique_ptr<struct net_batch_in> in = std::make_unique<struct net_batch_in>();
	std::unique_ptr<struct net_batch_out> out = std::make_unique<struct net_batch_out>();

	void SetUp() override
	{
		struct sockaddr_storage sa;
		int one = 1;
		socklen_t len;

		fd = socket(AF_INET, SOCK_DGRAM, 0);
		ASSERT_GE(fd, 0);
		ASSERT_EQ(addr_parse("127.0.0.9", &path.remote.addr), ERR_OK);
		path.local.addr = path.remote.addr;
		len = addr_to_sockaddr(&path.remote, &sa);
		ASSERT_EQ(bind(fd, reinterpret_cast<struct sockaddr *>(&sa), len), 0);
		ASSERT_EQ(getsockname(fd, reinterpret_cast<struct sockaddr *>(&sa), &len), 0);
		ASSERT_EQ(addr_of_sockaddr(reinterpret_cast<struct sockaddr *>(&sa), &path.remote), ERR_OK);
		ASSERT_EQ(setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one)), 0);
	}
	void TearDown() override
	{
		(void)close(fd);
	}
};

TEST_F(NetBatch, many_go_in_one_and_come_in_one)
{
	for (unsigned i = 0; i < NET_BATCH; i++) {
		uint8_t content[3] = { static_cast<uint8_t>(i), 2, 3 };

		ASSERT_TRUE(net_batch_fits(out.get(), sizeof(content)));
		net_batch_put(out.get(), &path, i % 2 != 0, bytes_of(content, sizeof(content)));
	}
	EXPECT_FALSE(net_batch_fits(out.get(), 1)) << "one more";
	EXPECT_EQ(unsigned{ NET_BATCH }, net_batch_send(out.get(), fd));
	EXPECT_EQ(0u, out->count);
	ASSERT_EQ(unsigned{ NET_BATCH }, net_batch_read(in.get(), fd));
	for (unsigned i = 0; i < NET_BATCH; i++) {
		struct net_udp_path from = {};
		struct bytes d;

		ASSERT_TRUE(net_batch_at(in.get(), i, &from, &d));
		EXPECT_TRUE(addr_port_eq(&from.remote, &path.remote));
		EXPECT_TRUE(addr_eq(&from.local.addr, &path.local.addr));
		ASSERT_EQ(i % 2 != 0 ? 7u : 3u, d.len);
		EXPECT_EQ(i, d.data[d.len - 3]);
		if (i % 2 != 0) {
			EXPECT_EQ(0, memcmp(d.data, "\0\0\0\0", NET_BATCH_MARKER));
		}
	}
	EXPECT_EQ(0u, net_batch_read(in.get(), fd));
}

TEST_F(NetBatch, a_long_one_fits_alone)
{
	std::vector<uint8_t> most(size_t{ NET_UDP_MAX } - NET_BATCH_MARKER);

	EXPECT_TRUE(net_batch_fits(out.get(), most.size()));
	EXPECT_FALSE(net_batch_fits(out.get(), most.size() + 1));
	net_batch_put(out.get(), &path, true, bytes_of(most.data(), most.size()));
	EXPECT_FALSE(net_batch_fits(out.get(), 1));
}

TEST_F(NetBatch, one_that_cant_be_sent_holds_up_none)
{
	struct net_udp_path nowhere = path;

	nowhere.remote.port = 0;
	net_batch_put(out.get(), &path, false, bytes_str("a"));
	net_batch_put(out.get(), &nowhere, false, bytes_str("b"));
	net_batch_put(out.get(), &path, false, bytes_str("c"));
	EXPECT_EQ(2u, net_batch_send(out.get(), fd));
	EXPECT_EQ(2u, net_batch_read(in.get(), fd));
}

} // namespace
