#include <gtest/gtest.h>

#include "emu/table/guard.h"
#include "frames.h"

namespace
{

struct Guard {
	emu_guard g = {};

	~Guard()
	{
		emu_guard_fini(&g);
	}

	void on(const std::vector<fwi_guard_rule> &rules)
	{
		ASSERT_EQ(emu_guard_set(&g, rules.data(), uint32_t(rules.size())), FWI_ST_OK);
	}

	bool allows(const Bytes &frame, uint64_t now = 0)
	{
		emu_frame f;

		emu_frame_parse(frame.data(), uint32_t(frame.size()), &f);
		return emu_guard_allows(&g, &f, now);
	}
};

fwi_guard_rule ip_rule(uint8_t proto, const char *src = nullptr, uint16_t sport = 0, uint8_t icmp = 0)
{
	fwi_guard_rule r = {};

	r.kind = FWI_GUARD_IP;
	r.family = 4;
	r.protocol = proto;
	r.icmp_type = icmp;
	r.src_port = le16_of(sport);
	if (src != nullptr)
		memcpy(r.src, addr4(src).data(), 4);
	return r;
}

fwi_guard_rule arp_rule()
{
	fwi_guard_rule r = {};

	r.kind = FWI_GUARD_ETHERTYPE;
	r.ethertype = le16_of(0x0806);
	return r;
}

fwi_guard_rule nd_rule()
{
	fwi_guard_rule r = {};

	r.kind = FWI_GUARD_ND;
	return r;
}

Bytes out(const Bytes &ip)
{
	return ether_ip(peer_mac, our_mac, ip);
}

} // namespace

TEST(EmuGuard, off_allows_and_empty_refuses)
{
	Guard g;

	EXPECT_TRUE(g.allows(out(ip4({}, udp(1, 2, {})))));
	g.on({});
	EXPECT_FALSE(g.allows(out(ip4({}, udp(1, 2, {})))));
	EXPECT_FALSE(g.allows(ether(peer_mac, our_mac, 0x0806, Bytes(28))));
}

TEST(EmuGuard, wan_list)
{
	const char *us = "192.0.2.1";
	Guard g;

	g.on({ arp_rule(), nd_rule(), ip_rule(50, us), ip_rule(17, us, 500), ip_rule(17, us, 4500), ip_rule(1, us, 0, 3) });
	EXPECT_TRUE(g.allows(ether(peer_mac, our_mac, 0x0806, Bytes(28))));
	EXPECT_TRUE(g.allows(out(ip4({ .src = us, .proto = 50 }, Bytes(40)))));
	EXPECT_TRUE(g.allows(out(ip4({ .src = us }, udp(500, 500, Bytes(8))))));
	EXPECT_TRUE(g.allows(out(ip4({ .src = us, .proto = 1 }, Bytes{ 3, 3 } + Bytes(10)))));
	EXPECT_FALSE(g.allows(out(ip4({ .src = us, .proto = 1 }, Bytes{ 8, 0 } + Bytes(10))))) << "an echo request isn't an error";
	EXPECT_FALSE(g.allows(out(ip4({ .src = us }, udp(53, 500, Bytes(8))))));
	EXPECT_FALSE(g.allows(out(ip4({ .src = "10.1.1.1" }, udp(500, 500, Bytes(8)))))) << "not our address";
	EXPECT_FALSE(g.allows(out(ip4({ .src = us, .proto = 6 }, Bytes(20)))));
	EXPECT_FALSE(g.allows(ether(peer_mac, our_mac, 0x88cc, Bytes(28))));
	EXPECT_FALSE(g.allows(slice(out(ip4({ .src = us }, udp(500, 500, Bytes(8)))), 0, 36))) << "truncated header";
}

TEST(EmuGuard, neighbour_discovery_only_on_link)
{
	Guard g;

	g.on({ nd_rule() });
	EXPECT_TRUE(g.allows(out(ip6("fe80::1", "ff02::1", 58, Bytes{ 135, 0 } + Bytes(22), 0, 255))));
	EXPECT_FALSE(g.allows(out(ip6("fe80::1", "ff02::1", 58, Bytes{ 135, 0 } + Bytes(22), 0, 64))));
	EXPECT_TRUE(g.allows(out(ip6("fe80::1", "ff02::16", 0, Bytes{ 58, 0, 5, 2, 0, 0, 1, 0 } + Bytes{ 143, 0 } + Bytes(18), 0, 1))));
	EXPECT_FALSE(g.allows(out(ip6("fe80::1", "ff02::1", 58, Bytes{ 128, 0 } + Bytes(22), 0, 255))));
}

TEST(EmuGuard, later_fragments_follow_their_first)
{
	const char *us = "192.0.2.1";
	Bytes first = out(ip4({ .src = us, .id = 7, .frag = 0x2000 }, udp(500, 500, Bytes(64))));
	Bytes later = out(ip4({ .src = us, .id = 7, .frag = 9 }, Bytes(64)));
	Bytes other = out(ip4({ .src = us, .id = 8, .frag = 9 }, Bytes(64)));
	Guard g;

	g.on({ ip_rule(17, us, 500) });
	EXPECT_FALSE(g.allows(later, 0));
	EXPECT_TRUE(g.allows(first, 0));
	EXPECT_TRUE(g.allows(later, 999));
	EXPECT_FALSE(g.allows(other, 999));
	EXPECT_FALSE(g.allows(later, 1000)) << "remembered for one second";
}

TEST(EmuGuard, refuses_rules_that_mean_nothing)
{
	fwi_guard_rule r = ip_rule(0);
	emu_guard g = {};

	EXPECT_EQ(emu_guard_set(&g, &r, 1), FWI_ST_FIELD);
	r = arp_rule();
	r.ethertype = le16_of(0x0800);
	EXPECT_EQ(emu_guard_set(&g, &r, 1), FWI_ST_FIELD) << "would let all of IPv4 pass";
	r = ip_rule(50);
	r.dst_port = le16_of(1);
	EXPECT_EQ(emu_guard_set(&g, &r, 1), FWI_ST_FIELD);
	EXPECT_FALSE(g.on) << "a refused list changes nothing";
	emu_guard_fini(&g);
}
