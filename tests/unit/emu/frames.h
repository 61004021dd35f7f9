// Frames by hand, for tests of the device.
#ifndef EMU_FRAMES_H
#define EMU_FRAMES_H

#include <arpa/inet.h>

#include "espref.h"

inline Bytes addr4(const char *text)
{
	Bytes b(4);

	inet_pton(AF_INET, text, b.data());
	return b;
}

inline Bytes addr6(const char *text)
{
	Bytes b(16);

	inet_pton(AF_INET6, text, b.data());
	return b;
}

inline uint16_t ip_sum(const Bytes &b)
{
	uint32_t sum = 0;

	for (size_t i = 0; i + 1 < b.size(); i += 2)
		sum += uint32_t(b[i] << 8 | b[i + 1]);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return uint16_t(~sum);
}

struct Ip4 {
	const char *src = "198.51.100.1";
	const char *dst = "192.0.2.1";
	uint8_t proto = 17;
	uint8_t tos = 0;
	uint8_t ttl = 64;
	uint16_t id = 0x1234;
	uint16_t frag = 0;
};

inline Bytes ip4(const Ip4 &h, const Bytes &payload)
{
	Bytes b = Bytes{ 0x45, h.tos } + be(20 + payload.size(), 2) + be(h.id, 2) + be(h.frag, 2) + Bytes{ h.ttl, h.proto, 0, 0 } +
		  addr4(h.src) + addr4(h.dst);
	uint16_t sum = ip_sum(b);

	b[10] = uint8_t(sum >> 8);
	b[11] = uint8_t(sum);
	return b + payload;
}

inline Bytes ip6(const char *src, const char *dst, uint8_t next, const Bytes &payload, uint8_t tclass = 0, uint8_t hops = 64)
{
	return be(UINT64_C(6) << 28 | uint64_t(tclass) << 20, 4) + be(payload.size(), 2) + Bytes{ next, hops } + addr6(src) + addr6(dst) +
	       payload;
}

inline Bytes udp(uint16_t src, uint16_t dst, const Bytes &payload)
{
	return be(src, 2) + be(dst, 2) + be(8 + payload.size(), 2) + be(0, 2) + payload;
}

inline const Bytes our_mac = { 0x02, 0, 0, 0, 0, 1 };
inline const Bytes peer_mac = { 0x02, 0, 0, 0, 0, 2 };

inline Bytes ether(const Bytes &dst, const Bytes &src, uint16_t type, const Bytes &payload)
{
	return dst + src + be(type, 2) + payload;
}

inline Bytes ether_ip(const Bytes &dst, const Bytes &src, const Bytes &ip)
{
	return ether(dst, src, ip[0] >> 4 == 4 ? 0x0800 : 0x86dd, ip);
}

inline Bytes text(const char *s)
{
	return Bytes(s, s + strlen(s));
}

#endif
