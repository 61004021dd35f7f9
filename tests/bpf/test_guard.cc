/* Every verdict of nave_guard over crafted frames, then the guard on a device with the kernel's own traffic. */
#include "lab.h"

#include <arpa/inet.h>
#include <linux/pkt_cls.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{
constexpr uint32_t PASSED = static_cast<uint32_t>(TC_ACT_UNSPEC);
constexpr uint32_t SHOT = TC_ACT_SHOT;

class Guard : public Lab
{
      protected:
	void SetUp() override
	{
		Lab::SetUp();
		if (IsSkipped() || HasFatalFailure())
			return;
		open();
		locals();
		attach(port());
	}

	void allow(const std::vector<loader_allow> &list)
	{
		ASSERT_EQ(ERR_OK, loader_rule_set_allow(steer, list.data(), list.size()));
	}
};

Bytes out4(Ip ip, const Bytes &payload)
{
	ip.src = ip.src != nullptr ? ip.src : HUB4;
	ip.dst = PEER4;
	return eth(0x0800, ipv4(ip, payload), PEER_MAC, HUB_MAC);
}

Bytes out6(Ip ip, const Bytes &payload)
{
	ip.src = ip.src != nullptr ? ip.src : HUB6;
	ip.dst = PEER6;
	return eth(0x86dd, ipv6(ip, payload), PEER_MAC, HUB_MAC);
}

TEST_F(Guard, what_protects_or_finds_neighbours_passes)
{
	EXPECT_EQ("GUARD_PASS_ARP", guard(eth(0x0806, Bytes(28), BROADCAST_MAC, HUB_MAC)));
	EXPECT_EQ(PASSED, returned);
	EXPECT_EQ("GUARD_PASS_ESP", guard(out4({ .proto = 50 }, esp())));
	EXPECT_EQ("GUARD_PASS_ESP", guard(out6({ .proto = 50 }, esp())));
	EXPECT_EQ("GUARD_PASS_IKE", guard(out4({}, udp(500, ike({}), 500))));
	EXPECT_EQ("GUARD_PASS_IKE", guard(out6({}, udp(31000, marked(ike({})), 4500))));
	EXPECT_EQ("GUARD_PASS_IKE", guard(out4({}, udp(4500, { 0xff }, 4500))));
	for (uint8_t type : Bytes{ 130, 131, 132, 133, 135, 136, 137, 143 })
		EXPECT_EQ("GUARD_PASS_ND", guard(out6({ .proto = 58, .src = "::" }, icmp6(type))));
	EXPECT_EQ("GUARD_PASS_ND", guard(out6({ .proto = 58, .options = extension(58), .options_proto = 0 }, icmp6(143))));
	EXPECT_EQ(PASSED, returned);
}

TEST_F(Guard, everything_else_is_dropped)
{
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4({}, udp(53, Bytes(20)))));
	EXPECT_EQ(SHOT, returned);
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4({}, udp(500, Bytes(40), 501)))); /* to IKE's port isn't from it */
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4({ .proto = 6 }, ports(500, 4500))));
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4({ .proto = 1 }, Bytes(20))));
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4({ .proto = 47 }, Bytes(20))));
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out6({ .proto = 58 }, icmp6(128))));
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out6({ .proto = 58, .fragment_header = true }, icmp6(135)))); /* RFC6980-5 */
	EXPECT_EQ("GUARD_DROP_L2", guard(eth(0x88cc, Bytes(40), GROUP_MAC, HUB_MAC)));
	EXPECT_EQ("GUARD_DROP_L2", guard(vlan(0x8100, Bytes(60))));
	EXPECT_EQ(SHOT, returned);
}

TEST_F(Guard, source_is_of_the_protected_side)
{
	EXPECT_EQ("GUARD_DROP_SOURCE", guard(out4({ .proto = 50, .src = HUB4_LAN }, esp())));
	EXPECT_EQ("GUARD_DROP_SOURCE", guard(out4({ .src = HUB4_LAN }, udp(500, ike({}), 500))));
	EXPECT_EQ("GUARD_DROP_SOURCE", guard(out4({ .src = FAR4 }, udp(500, ike({}), 500))));
	EXPECT_EQ("GUARD_DROP_SOURCE", guard(out6({ .proto = 50, .src = FAR6 }, esp())));
	EXPECT_EQ("GUARD_PASS_IKE", guard(out6({ .src = "fe80::1" }, udp(500, ike({}), 500))));
}

TEST_F(Guard, configured_protocols_pass)
{
	allow({ { STEER_ALLOW_PROTO, 1, 0, false }, { STEER_ALLOW_DPORT, 17, 53, false }, { STEER_ALLOW_SPORT, 17, 68, true },
		{ STEER_ALLOW_ETHER, 0, 0x88cc, false } });
	EXPECT_EQ("GUARD_PASS_ALLOWED", guard(out4({ .proto = 1 }, Bytes(20))));
	EXPECT_EQ("GUARD_PASS_ALLOWED", guard(out4({ .proto = 1, .frag_offset = 8 }, Bytes(20))));
	EXPECT_EQ("GUARD_DROP_SOURCE", guard(out4({ .proto = 1, .src = HUB4_LAN }, Bytes(20))));
	EXPECT_EQ("GUARD_PASS_ALLOWED", guard(out4({}, udp(53, Bytes(20)))));
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4({ .proto = 6 }, ports(40000, 53))));
	EXPECT_EQ("GUARD_PASS_ALLOWED", guard(out4({ .src = "0.0.0.0" }, udp(67, Bytes(20), 68))));
	EXPECT_EQ("GUARD_DROP_SOURCE", guard(out4({ .src = "0.0.0.0" }, udp(53, Bytes(20)))));
	EXPECT_EQ("GUARD_PASS_ALLOWED", guard(eth(0x88cc, Bytes(40), GROUP_MAC, HUB_MAC)));
	allow({});
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4({ .proto = 1 }, Bytes(20))));
	EXPECT_EQ("GUARD_DROP_L2", guard(eth(0x88cc, Bytes(40), GROUP_MAC, HUB_MAC)));
}

TEST_F(Guard, later_fragments_follow_their_first)
{
	Ip first = { .more = true }, later = { .frag_offset = 100 };

	EXPECT_EQ("GUARD_DROP_FRAGMENT", guard(out4(later, Bytes(40))));
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4(first, udp(53, Bytes(40)))));
	EXPECT_EQ("GUARD_DROP_FRAGMENT", guard(out4(later, Bytes(40))));
	EXPECT_EQ("GUARD_PASS_IKE", guard(out4(first, udp(500, ike({}), 500))));
	EXPECT_EQ("GUARD_PASS_FRAGMENT", guard(out4(later, Bytes(40))));
	EXPECT_EQ("GUARD_DROP_PROTOCOL", guard(out4(first, udp(53, Bytes(40))))); /* the same number again */
	EXPECT_EQ("GUARD_DROP_FRAGMENT", guard(out4(later, Bytes(40))));
	EXPECT_EQ("GUARD_DROP_FRAGMENT", guard(out6(later, Bytes(40))));
	EXPECT_EQ("GUARD_PASS_IKE", guard(out6(first, udp(500, ike({}), 500))));
	EXPECT_EQ("GUARD_PASS_FRAGMENT", guard(out6(later, Bytes(40))));
	later.src = first.src = HUB4_LAN;
	EXPECT_EQ("GUARD_DROP_SOURCE", guard(out4(first, udp(500, ike({}), 500))));
	EXPECT_EQ("GUARD_DROP_FRAGMENT", guard(out4(later, Bytes(40))));
}

/* From the end of the fixed header on: the kernel's test run refuses less. */
TEST_F(Guard, cut_packets_are_malformed)
{
	for (const Bytes &f :
		{ out4({}, udp(500, ike({}), 500)), out6({ .options = extension(17), .options_proto = 60 }, udp(500, ike({}), 500)) })
		for (size_t len = f[12] == 0x08 ? 34 : 54; len < f.size(); len++)
			EXPECT_EQ("GUARD_DROP_MALFORMED", guard(Bytes(f.begin(), f.begin() + static_cast<ptrdiff_t>(len))))
				<< "cut at " << len;
	EXPECT_EQ("GUARD_DROP_MALFORMED", guard(out4({}, Bytes(3))));
}

TEST_F(Guard, a_port_without_configuration_drops)
{
	forget_port();
	EXPECT_EQ("DROP_NO_PORT", guard(out4({ .proto = 50 }, esp())));
	EXPECT_EQ(SHOT, returned);
}

/* The kernel's own traffic out of the device, seen by its peer. */
class GuardLive : public Guard
{
      protected:
	void SetUp() override
	{
		Guard::SetUp();
		if (!IsSkipped() && !HasFatalFailure())
			wire = packet_socket("net");
	}

	void TearDown() override
	{
		if (wire >= 0)
			(void)close(wire);
		Guard::TearDown();
	}

	/* Sends a datagram of the kernel's from 'from' to the peer. */
	void datagram(const char *from, uint16_t from_port, size_t len)
	{
		struct sockaddr_in a = {};
		int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		Bytes data(len, 0x5a);

		a.sin_family = AF_INET;
		a.sin_port = htons(from_port);
		ASSERT_EQ(1, inet_pton(AF_INET, from, &a.sin_addr));
		ASSERT_EQ(0, bind(fd, reinterpret_cast<struct sockaddr *>(&a), sizeof(a)));
		a.sin_port = htons(9);
		ASSERT_EQ(1, inet_pton(AF_INET, PEER4, &a.sin_addr));
		(void)sendto(fd, data.data(), data.size(), 0, reinterpret_cast<struct sockaddr *>(&a), sizeof(a));
		(void)close(fd);
	}

	/* How many frames reach the peer. */
	int arrived()
	{
		int count = 0;

		while (!receive(wire, 200).empty())
			count++;
		return count;
	}

	int wire = -1;
};

TEST_F(GuardLive, clear_text_stays_and_ike_goes)
{
	datagram(HUB4, 40000, 100);
	EXPECT_EQ(0, arrived());
	datagram(HUB4, 500, 100);
	EXPECT_EQ(1, arrived());
}

TEST_F(GuardLive, large_messages_go_whole_or_not_at_all)
{
	datagram(HUB4, 40000, 4000);
	EXPECT_EQ(0, arrived());
	datagram(HUB4, 4500, 4000);
	EXPECT_EQ(3, arrived());
	EXPECT_EQ(2u, counts()["GUARD_PASS_FRAGMENT"]);
}

TEST_F(GuardLive, from_a_lan_address_nothing_goes)
{
	sh("ip addr add 198.51.100.1/24 dev lo");
	datagram(HUB4_LAN, 500, 100);
	EXPECT_EQ(0, arrived());
	EXPECT_EQ(1u, counts()["GUARD_DROP_SOURCE"]);
}

TEST_F(GuardLive, it_outlives_its_process_and_goes_with_detach)
{
	loader_steer_close(steer);
	steer = nullptr;
	datagram(HUB4, 40000, 100);
	EXPECT_EQ(0, arrived());
	open();
	EXPECT_EQ(1u, counts()["GUARD_DROP_PROTOCOL"]);
	attach(port());
	datagram(HUB4, 40000, 100);
	EXPECT_EQ(0, arrived());
	EXPECT_EQ(ERR_OK, loader_steer_detach(steer, ifindex));
	datagram(HUB4, 40000, 100);
	EXPECT_EQ(1, arrived());
}

TEST_F(GuardLive, a_lan_has_none)
{
	attach(port(LOADER_LAN));
	datagram(HUB4, 40000, 100);
	EXPECT_EQ(1, arrived());
}
} // namespace
