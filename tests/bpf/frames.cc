#include "frames.h"

#include <arpa/inet.h>
#include <cstdlib>

namespace
{
void put(Bytes &out, uint64_t value, int len)
{
	for (int i = len - 1; i >= 0; i--)
		out.push_back(static_cast<uint8_t>(value >> (8 * i)));
}

void put_addr(Bytes &out, int family, const char *text)
{
	uint8_t addr[16];

	if (inet_pton(family, text, addr) != 1)
		abort();
	out.insert(out.end(), addr, addr + (family == AF_INET ? 4 : 16));
}
} // namespace

Bytes join(const std::vector<Bytes> &parts)
{
	Bytes out;

	for (const Bytes &part : parts)
		out.insert(out.end(), part.begin(), part.end());
	return out;
}

Bytes eth(uint16_t type, const Bytes &payload, const Bytes &dst, const Bytes &src)
{
	Bytes out = join({ dst, src });

	put(out, type, 2);
	return join({ out, payload });
}

Bytes vlan(uint16_t type, const Bytes &payload, uint16_t outer)
{
	Bytes tag;

	put(tag, 100, 2);
	put(tag, type, 2);
	return eth(outer, join({ tag, payload }));
}

Bytes ipv4(const Ip &ip, const Bytes &payload)
{
	Bytes out;
	size_t header = 20 + ip.options.size();

	put(out, 0x40 | header / 4, 1);
	put(out, 0, 1);
	put(out, header + payload.size(), 2);
	put(out, 0x4242, 2);
	put(out, (ip.more ? 0x2000u : 0u) | ip.frag_offset, 2);
	put(out, 64, 1);
	put(out, ip.proto, 1);
	put(out, 0, 2);
	put_addr(out, AF_INET, ip.src != nullptr ? ip.src : PEER4);
	put_addr(out, AF_INET, ip.dst != nullptr ? ip.dst : HUB4);
	return join({ out, ip.options, payload });
}

Bytes ipv6(const Ip &ip, const Bytes &payload)
{
	bool fragment = ip.fragment_header || ip.more || ip.frag_offset != 0;
	Bytes out, frag;

	if (fragment) {
		put(frag, ip.proto, 1);
		put(frag, 0, 1);
		put(frag, ip.frag_offset << 3 | (ip.more ? 1u : 0u), 2);
		put(frag, 0x42424242, 4);
	}
	put(out, 0x60000000, 4);
	put(out, ip.options.size() + frag.size() + payload.size(), 2);
	put(out, !ip.options.empty() ? ip.options_proto : fragment ? 44 : ip.proto, 1);
	put(out, 64, 1);
	put_addr(out, AF_INET6, ip.src != nullptr ? ip.src : PEER6);
	put_addr(out, AF_INET6, ip.dst != nullptr ? ip.dst : HUB6);
	return join({ out, ip.options, frag, payload });
}

Bytes frame4(const Ip &ip, const Bytes &payload)
{
	return eth(0x0800, ipv4(ip, payload));
}

Bytes frame6(const Ip &ip, const Bytes &payload)
{
	return eth(0x86dd, ipv6(ip, payload));
}

Bytes udp(uint16_t dst, const Bytes &payload, uint16_t src)
{
	Bytes out;

	put(out, src, 2);
	put(out, dst, 2);
	put(out, 8 + payload.size(), 2);
	put(out, 0, 2);
	return join({ out, payload });
}

Bytes ports(uint16_t src, uint16_t dst)
{
	Bytes out;

	put(out, src, 2);
	put(out, dst, 2);
	out.resize(20);
	return out;
}

Bytes esp(uint32_t spi)
{
	Bytes out;

	put(out, spi, 4);
	put(out, 1, 4);
	out.resize(64, 0xaa);
	return out;
}

Bytes ike(const Ike &ike)
{
	Bytes out;

	put(out, 0x1122334455667788, 8);
	put(out, ike.responder_spi, 8);
	put(out, 33, 1);
	put(out, 0x20, 1);
	put(out, ike.exchange, 1);
	put(out, ike.flags, 1);
	put(out, ike.message_id, 4);
	put(out, 28, 4);
	return out;
}

Bytes marked(const Bytes &ike)
{
	return join({ Bytes(4), ike });
}

Bytes icmp6(uint8_t type)
{
	Bytes out(24);

	out[0] = type;
	return out;
}

Bytes extension(uint8_t next, uint8_t length)
{
	Bytes out(8u + 8u * length);

	out[0] = next;
	out[1] = length;
	return out;
}
