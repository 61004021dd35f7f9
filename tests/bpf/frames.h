#ifndef TESTS_BPF_FRAMES_H
#define TESTS_BPF_FRAMES_H

#include <cstdint>
#include <string>
#include <vector>

/* Frames written from the inside out: eth(ipv4({.proto = 17}, udp(500, ike({})))).  Lengths are right unless a test
 * breaks them; checksums are zero, for nothing here looks at them. */
using Bytes = std::vector<uint8_t>;

inline const Bytes HUB_MAC = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x01 };
inline const Bytes PEER_MAC = { 0x02, 0x00, 0x5e, 0x10, 0x00, 0x02 };
inline const Bytes BROADCAST_MAC = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff };
inline const Bytes GROUP_MAC = { 0x01, 0x00, 0x5e, 0x00, 0x00, 0x05 };

/* 192.0.2.1, 192.0.2.2 and 2001:db8:: are the WAN, 198.51.100.0/24 the LAN behind the hub, 203.0.113.0/24 beyond. */
inline const char *const HUB4 = "192.0.2.1";
inline const char *const HUB4_LAN = "198.51.100.1";
inline const char *const PEER4 = "192.0.2.2";
inline const char *const FAR4 = "203.0.113.9";
inline const char *const HUB6 = "2001:db8::1";
inline const char *const PEER6 = "2001:db8::2";
inline const char *const FAR6 = "2001:db8:f::9";

struct Ip {
	uint8_t proto = 17;
	const char *src = nullptr; /* default: the peer, of the family */
	const char *dst = nullptr; /* default: the hub */
	unsigned frag_offset = 0;  /* in 8 bytes */
	bool more = false;
	bool fragment_header = false; /* IPv6: also for offset 0 and no more */
	Bytes options = {};           /* IPv4 options, or whole IPv6 extension headers before the fragment header */
	uint8_t options_proto = 0;    /* IPv6: protocol of the first of them */
};

struct Ike {
	uint8_t exchange = 34;
	uint64_t responder_spi = 0;
	uint8_t flags = 0x08;
	uint32_t message_id = 0;
};

Bytes join(const std::vector<Bytes> &parts);
Bytes eth(uint16_t type, const Bytes &payload, const Bytes &dst = HUB_MAC, const Bytes &src = PEER_MAC);
Bytes vlan(uint16_t type, const Bytes &payload, uint16_t outer = 0x8100);
Bytes ipv4(const Ip &ip, const Bytes &payload);
Bytes ipv6(const Ip &ip, const Bytes &payload);

/* An Ethernet frame to the hub around it. */
Bytes frame4(const Ip &ip, const Bytes &payload);
Bytes frame6(const Ip &ip, const Bytes &payload);

Bytes udp(uint16_t dst, const Bytes &payload, uint16_t src = 40000);
Bytes ports(uint16_t src, uint16_t dst); /* the first 20 bytes of a TCP segment */
Bytes esp(uint32_t spi = 0x10000001);
Bytes ike(const Ike &ike);
Bytes marked(const Bytes &ike); /* behind the non-ESP marker */
Bytes icmp6(uint8_t type);

/* An IPv6 extension header of 8 bytes. */
Bytes extension(uint8_t next, uint8_t length = 0);

#endif
