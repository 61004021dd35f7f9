#include <gtest/gtest.h>

#include "emu/data/frame.h"
#include "emu/wire/packet.h"
#include "frames.h"

namespace
{

emu_frame parse(const Bytes &b)
{
	emu_frame f;

	emu_frame_parse(b.data(), uint32_t(b.size()), &f);
	return f;
}

} // namespace

TEST(EmuFrame, reads_ipv4_and_cuts_padding)
{
	Bytes b = ether_ip(our_mac, peer_mac, ip4({}, udp(500, 4500, text("x")))) + Bytes(20);
	emu_frame f = parse(b);
	uint16_t src, dst;

	EXPECT_EQ(f.family, 4);
	EXPECT_FALSE(f.plain);
	EXPECT_EQ(f.len, 14u + 20 + 8 + 1);
	EXPECT_EQ(f.l4, 34);
	emu_frame_ports(&f, &src, &dst);
	EXPECT_EQ(src, 500);
	EXPECT_EQ(dst, 4500);
}

TEST(EmuFrame, what_the_engine_must_not_touch_is_plain)
{
	Bytes good = ip4({ .proto = 50 }, Bytes(64));
	Bytes options = good;
	Bytes bad_sum = good;

	options[0] = 0x46;
	bad_sum[10] ^= 1;
	EXPECT_FALSE(parse(ether_ip(our_mac, peer_mac, good)).plain);
	EXPECT_TRUE(parse(ether_ip(our_mac, peer_mac, options)).plain);
	EXPECT_TRUE(parse(ether_ip(our_mac, peer_mac, bad_sum)).plain);
	EXPECT_TRUE(parse(ether_ip(our_mac, peer_mac, bad_sum)).checksum_bad);
	EXPECT_EQ(parse(ether_ip(our_mac, peer_mac, ip4({ .proto = 50, .frag = 0x2000 }, Bytes(64)))).fragment, EMU_FRAME_FIRST);
	EXPECT_EQ(parse(ether_ip(our_mac, peer_mac, ip4({ .proto = 50, .frag = 0x0008 }, Bytes(64)))).fragment, EMU_FRAME_LATER);
	Bytes hop = ip6("2001:db8::1", "2001:db8::2", 0, Bytes{ 50, 0, 0, 0, 0, 0, 0, 0 } + Bytes(32));
	EXPECT_TRUE(parse(ether_ip(our_mac, peer_mac, hop)).plain);
	EXPECT_EQ(parse(ether_ip(our_mac, peer_mac, hop)).protocol, 50);
}

TEST(EmuFrame, version_must_agree_with_the_ethertype)
{
	Bytes b = ether(our_mac, peer_mac, 0x0800, ip6("2001:db8::1", "2001:db8::2", 17, udp(1, 2, {})));

	EXPECT_EQ(parse(b).family, 0);
	EXPECT_EQ(parse(b).ethertype, 0x0800);
}

TEST(EmuFrame, any_truncation_is_survived)
{
	for (Bytes b : { ether_ip(our_mac, peer_mac, ip4({}, udp(1, 2, Bytes(20)))),
		     ether_ip(our_mac, peer_mac, ip6("2001:db8::1", "2001:db8::2", 44, Bytes{ 17, 0, 0, 1, 0, 0, 0, 9 } + udp(1, 2, {}))),
		     our_mac + peer_mac + be(0x8100, 2) + be(5, 2) + be(0x0800, 2) + ip4({}, udp(1, 2, Bytes(20))) }) {
		for (size_t len = 0; len <= b.size(); len++) {
			Bytes cut = slice(b, 0, len); // exactly sized, so that asan sees a read behind it
			emu_frame f = parse(cut);
			uint16_t src, dst;

			emu_frame_ports(&f, &src, &dst);
			(void)emu_frame_hash(&f);
			EXPECT_LE(f.len, len);
			if (f.l4 != 0) {
				EXPECT_LE(f.l4 + f.l4_len, len);
			}
		}
	}
}

TEST(EmuFrame, completes_a_checksum_left_to_hardware)
{
	Bytes payload = text("odd payload");
	Bytes segment = udp(4500, 4500, payload);
	Bytes pseudo = addr4("198.51.100.1") + addr4("192.0.2.1") + Bytes{ 0, 17 } + be(segment.size(), 2);
	uint16_t partial = uint16_t(~ip_sum(pseudo)); // what the kernel leaves in the field

	segment[6] = uint8_t(partial >> 8);
	segment[7] = uint8_t(partial);
	Bytes frame = ether_ip(our_mac, peer_mac, ip4({}, segment));
	emu_packet_complete_checksum(frame.data(), uint32_t(frame.size()));
	Bytes covered = pseudo + slice(frame, 34, segment.size());
	if (covered.size() % 2)
		covered.push_back(0);
	EXPECT_EQ(ip_sum(covered), 0);
}
