/* R-SYS-07: checksums and scopes of IP headers, against the plain definitions. */
#include <gtest/gtest.h>
#include <random>
#include <vector>

#include "path/pkt/ip.h"

namespace
{
/* RFC1071-1, word by word. */
uint16_t plain_sum(const std::vector<uint8_t> &b)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < b.size(); i += 2) {
		uint16_t word;

		memcpy(&word, &b[i], sizeof(word));
		sum += word;
		sum = (sum & 0xffff) + (sum >> 16);
	}
	return static_cast<uint16_t>(sum);
}

enum path_scope scope_of(uint32_t src, uint32_t dst)
{
	uint8_t header[PATH_IP4] = { 0x45 };
	struct path_pkt p = {};

	path_ip_put32(header + 12, src);
	path_ip_put32(header + 16, dst);
	p.ip = header;
	p.family = AF_INET;
	EXPECT_EQ(path_ip_scope(&p), path_ip_scope_of(&p)) << std::hex << src << " " << dst;
	return path_ip_scope(&p);
}
} // namespace

TEST(PathIp, sums_are_those_of_the_definition)
{
	std::mt19937 rnd(7);

	for (uint32_t len = PATH_IP4; len <= 60; len += 4)
		for (int i = 0; i < 2000; i++) {
			std::vector<uint8_t> b(len);

			for (uint8_t &octet : b)
				octet = static_cast<uint8_t>(i % 3 == 0 ? -(rnd() % 2) : rnd());
			ASSERT_EQ(path_ip_sum(b.data(), len), plain_sum(b));
			path_ip_seal4(b.data(), len);
			ASSERT_EQ(path_ip_sum(b.data(), len), 0xffff);
		}
	EXPECT_EQ(path_ip_fold(0), 0);
	EXPECT_EQ(path_ip_fold(0xffff0000), 0xffff);
	EXPECT_EQ(path_ip_fold(0xffffffff), 0xffff);
	EXPECT_EQ(path_ip_fold64(UINT64_MAX), 0xffff);
}

TEST(PathIp, ordinary_addresses_are_routed)
{
	for (uint32_t first = 0; first < 256; first++) {
		bool ordinary = first != 0 && first != 127 && first < 224;

		EXPECT_EQ(scope_of(first << 24 | 1, 0x0a000001), ordinary ? PATH_SCOPE_ROUTED : PATH_SCOPE_MARTIAN);
		EXPECT_EQ(scope_of(0x0a000001, first << 24 | 1), ordinary       ? PATH_SCOPE_ROUTED
								 : first >= 224 ? PATH_SCOPE_NEAR
										: PATH_SCOPE_MARTIAN);
	}
	EXPECT_EQ(scope_of(0x0a000001, 0xa9fe0001), PATH_SCOPE_NEAR);
	EXPECT_EQ(scope_of(0xa9fe0001, 0x0a000001), PATH_SCOPE_ROUTED);
}
