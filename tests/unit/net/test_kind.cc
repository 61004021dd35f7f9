#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <string>
#include <vector>

#include "net/kind.h"
#include "ports.h"

namespace
{

using Octets = std::vector<uint8_t>;

constexpr uint8_t NOTIFY = 41, SA = 33;
constexpr uint32_t ROOM = 1 << 16;

/* An IKE header and a first payload of 'type', a notify of 'notify' if it is one (RFC7296-3.1, 3.10). */
Octets ike(uint8_t exchange, uint8_t flags, uint8_t responder_spi, uint8_t type = SA, uint16_t notify = 0)
{
	Octets d(60);

	d[0] = 1;
	d[15] = responder_spi;
	d[16] = type;
	d[17] = 0x20;
	d[18] = exchange;
	d[19] = flags;
	d[34] = static_cast<uint8_t>(notify >> 8);
	d[35] = static_cast<uint8_t>(notify);
	return d;
}

sockaddr_storage loopback(uint8_t family)
{
	sockaddr_storage s = {};
	s.ss_family = family;
	if (family == AF_INET) {
		auto *in = reinterpret_cast<sockaddr_in *>(&s);
		in->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		in->sin_port = htons(own_port(0));
	} else {
		auto *in6 = reinterpret_cast<sockaddr_in6 *>(&s);
		in6->sin6_addr = in6addr_loopback;
		in6->sin6_port = htons(own_port(0));
	}
	return s;
}

/* A port in one family, with or without markers. */
class NetKind : public ::testing::TestWithParam<std::tuple<uint8_t, bool>>
{
      protected:
	enum err open_beside(const char *device, int out[NET_KINDS])
	{
		net_kind_port port = {};

		port.family = family;
		port.marker = marker;
		port.number = own_port(0);
		port.room = ROOM;
		port.device = device;
		return net_kind_open(&port, out);
	}
	void SetUp() override
	{
		std::tie(family, marker) = GetParam();
		ASSERT_EQ(ERR_OK, open_beside(nullptr, fd));
		from = socket(family, SOCK_DGRAM, 0);
	}
	void TearDown() override
	{
		net_kind_close(fd);
		close(from);
	}
	void send(Octets d)
	{
		if (marker)
			d.insert(d.begin(), 4, 0);
		sockaddr_storage to = loopback(family);
		ASSERT_EQ(static_cast<ssize_t>(d.size()),
			sendto(from, d.data(), d.size(), 0, reinterpret_cast<sockaddr *>(&to), sizeof(sockaddr_in6)));
	}
	/* Who got it; NET_KINDS: nobody, or several. */
	int who(const Octets &d)
	{
		int got = NET_KINDS, count = 0;
		uint8_t octets[256];

		send(d);
		for (int i = 0; i < NET_KINDS; i++)
			while (recv(fd[i], octets, sizeof(octets), 0) >= 0) {
				got = i;
				count++;
			}
		return count == 1 ? got : static_cast<int>(NET_KINDS);
	}

	uint8_t family = 0;
	bool marker = false;
	int fd[NET_KINDS] = { -1, -1, -1 };
	int from = -1;
};

/* RFC7296-2.6: who returns with a cookie has been answered, which no forged sender can be. */
TEST_P(NetKind, R_DEF_each_kind_has_its_socket)
{
	EXPECT_EQ(NET_KIND_NEWCOMER, who(ike(34, 0x08, 0)));
	EXPECT_EQ(NET_KIND_NEWCOMER, who(ike(34, 0x18, 0))) << "of a newer minor version";
	EXPECT_EQ(NET_KIND_NEWCOMER, who(ike(34, 0x08, 0, NOTIFY, 16388))) << "another notify";
	EXPECT_EQ(NET_KIND_RETURNED, who(ike(34, 0x08, 0, NOTIFY, 16390)));
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(34, 0x20, 0))) << "COOKIE, INVALID_KE_PAYLOAD: an answer to us";
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(34, 0x20, 0, NOTIFY, 16390)));
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(34, 0x20, 1)));
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(34, 0x08, 1)));
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(35, 0x08, 0)));
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(37, 0x08, 1)));
	EXPECT_EQ(NET_KIND_KNOWN, who(Octets(1))) << "a keepalive";
	EXPECT_EQ(NET_KIND_KNOWN, who(Octets(19, 34))) << "cut: the engine counts it";
}

/* R-DEF: a flood fills no other's buffer, and is counted. */
TEST_P(NetKind, R_DEF_a_crowd_leaves_room_for_others)
{
	for (int i = 0; i < 2000; i++)
		send(ike(34, 0x08, 0));
	EXPECT_LT(1000u, net_kind_dropped(fd[NET_KIND_NEWCOMER]));
	EXPECT_EQ(NET_KIND_RETURNED, [&] {
		uint8_t octets[256];
		send(ike(34, 0x08, 0, NOTIFY, 16390));
		return recv(fd[NET_KIND_RETURNED], octets, sizeof(octets), 0) > 0 ? NET_KIND_RETURNED : NET_KINDS;
	}());
	send(ike(37, 0x08, 1));
	uint8_t octets[256];
	EXPECT_LT(0, recv(fd[NET_KIND_KNOWN], octets, sizeof(octets), 0));
	EXPECT_EQ(0u, net_kind_dropped(fd[NET_KIND_RETURNED]) + net_kind_dropped(fd[NET_KIND_KNOWN]));
}

TEST_P(NetKind, nobody_else_gets_the_port)
{
	int other[NET_KINDS];

	EXPECT_EQ(ERR_EXISTS, open_beside(nullptr, other));
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(37, 0x08, 1)));
	net_kind_close(fd);
	EXPECT_EQ(ERR_OK, open_beside(nullptr, fd));
	EXPECT_EQ(NET_KIND_NEWCOMER, who(ike(34, 0x08, 0)));
}

/* "lo" stands for a VRF device, which the kernel may not have. */
TEST_P(NetKind, R_TUN_20_a_device_has_sockets_of_its_own)
{
	int none[NET_KINDS], vrf[NET_KINDS];

	std::copy(fd, fd + NET_KINDS, none);
	EXPECT_EQ(ERR_ABSENT, open_beside("nosuch0", vrf));
	ASSERT_EQ(ERR_OK, open_beside("lo", vrf));
	if (family == AF_INET) { /* among equals the kernel takes the last, or the first; and there are none in a VRF */
		std::copy(vrf, vrf + NET_KINDS, fd);
		EXPECT_EQ(NET_KIND_NEWCOMER, who(ike(34, 0x08, 0)));
		EXPECT_EQ(NET_KIND_KNOWN, who(ike(37, 0x08, 1)));
		std::copy(none, none + NET_KINDS, fd);
	}
	net_kind_close(vrf);
	EXPECT_EQ(NET_KIND_KNOWN, who(ike(37, 0x08, 1)));
	EXPECT_EQ(ERR_EXISTS, open_beside(nullptr, vrf)) << "another program";
}

INSTANTIATE_TEST_SUITE_P(All, NetKind, ::testing::Combine(::testing::Values<uint8_t>(AF_INET, AF_INET6), ::testing::Bool()));

} // namespace
