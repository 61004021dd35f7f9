/* ICMP errors about ESP packets of ours.  RFC 1191, RFC 4443 3.2, RFC 4301 8.2. */
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <vector>

#include "path/pkt/quote.h"

namespace
{

using Octets = std::vector<uint8_t>;

Octets operator+(Octets a, const Octets &b)
{
	a.insert(a.end(), b.begin(), b.end());
	return a;
}

const Octets ESP = { 0x00, 0x02, 0x00, 0xff, 0, 0, 0, 7 };
const Octets UDP = { 0x11, 0x94, 0x11, 0x94, 0x05, 0x00, 0, 0 };

Octets too_big4(uint16_t mtu)
{
	return { 3, 4, 0, 0, 0, 0, (uint8_t)(mtu >> 8), (uint8_t)mtu };
}

Octets too_big6(uint16_t mtu)
{
	return { 2, 0, 0, 0, 0, 0, (uint8_t)(mtu >> 8), (uint8_t)mtu };
}

Octets ip4(uint8_t proto, uint8_t first = 0x45)
{
	return { first, 0, 5, 220, 0, 1, 0x40, 0, 60, proto, 0, 0, 198, 51, 100, 1, 203, 0, 113, 11 };
}

Octets ip6(uint8_t next)
{
	return Octets{ 0x60, 0, 0, 0, 5, 0, next, 60 } + Octets{ 0x20, 1, 0xd, 0xb8, 0, 0xf, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1 } +
	       Octets{ 0x20, 1, 0xd, 0xb8, 0, 0xf, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x11 };
}

bool parse(int family, const Octets &o, struct db_pmtu_word *out)
{
	return path_quote_parse(family, bytes_of(o.data(), o.size()), out);
}

std::string text(const struct addr &a)
{
	char out[ADDR_TEXT];

	return addr_str(&a, out);
}

TEST(Quote, esp_and_esp_in_udp_of_both_families)
{
	for (bool udp : { false, true }) {
		struct db_pmtu_word w = {};
		Octets rest = udp ? UDP + ESP : ESP;
		uint8_t proto = udp ? IPPROTO_UDP : IPPROTO_ESP;

		ASSERT_TRUE(parse(AF_INET, too_big4(1400) + ip4(proto) + rest, &w));
		EXPECT_EQ(w.mtu, 1400u);
		EXPECT_EQ(w.spi, 0x200ffu);
		EXPECT_EQ(text(w.local), "198.51.100.1");
		EXPECT_EQ(text(w.remote), "203.0.113.11");
		ASSERT_TRUE(parse(AF_INET6, too_big6(1300) + ip6(proto) + rest, &w));
		EXPECT_EQ(w.mtu, 1300u);
		EXPECT_EQ(w.spi, 0x200ffu);
		EXPECT_EQ(text(w.local), "2001:db8:f::1");
		EXPECT_EQ(text(w.remote), "2001:db8:f::11");
	}
}

TEST(Quote, RFC2784_gre_with_a_key_and_without)
{
	const Octets bare = { 0, 0, 8, 0, 0x45, 0, 0, 84 }, keyed = { 0x20, 0, 8, 0, 0, 0, 0x12, 0x67 };
	struct db_pmtu_word w = {};

	ASSERT_TRUE(parse(AF_INET, too_big4(1400) + ip4(47) + bare, &w));
	EXPECT_EQ(w.spi, 0u);
	EXPECT_FALSE(w.has_key);
	EXPECT_EQ(w.key, 0u);
	EXPECT_EQ(text(w.remote), "203.0.113.11");
	ASSERT_TRUE(parse(AF_INET6, too_big6(1300) + ip6(47) + keyed, &w));
	EXPECT_EQ(w.mtu, 1300u);
	EXPECT_EQ(w.spi, 0u);
	EXPECT_TRUE(w.has_key);
	EXPECT_EQ(w.key, 4711u);
	ASSERT_TRUE(parse(AF_INET, too_big4(1400) + ip4(IPPROTO_ESP) + ESP, &w));
	EXPECT_FALSE(w.has_key) << "of the word before";
	for (uint8_t flags : Octets{ 0x80, 0x10, 0xa0 })
		EXPECT_FALSE(parse(AF_INET, too_big4(1400) + ip4(47) + Octets{ flags, 0, 8, 0, 0, 0, 0, 0 }, &w)) << "none of ours";
	EXPECT_FALSE(parse(AF_INET, too_big4(1400) + ip4(47) + Octets{ 0, 1, 8, 0, 0, 0, 0, 0 }, &w)) << "version 1 is PPTP's";
	EXPECT_FALSE(parse(AF_INET, too_big4(1400) + ip4(47) + Octets(keyed.begin(), keyed.begin() + 7), &w));
}

TEST(Quote, options_are_passed_over)
{
	struct db_pmtu_word w = {};

	ASSERT_TRUE(parse(AF_INET, too_big4(1400) + ip4(IPPROTO_ESP, 0x46) + Octets{ 0x94, 4, 0, 0 } + ESP, &w));
	EXPECT_EQ(w.spi, 0x200ffu);
}

TEST(Quote, nothing_else_counts)
{
	struct db_pmtu_word w = {};

	EXPECT_FALSE(parse(AF_INET, too_big4(1400) + ip4(IPPROTO_TCP) + ESP, &w));
	EXPECT_FALSE(parse(AF_INET, too_big4(1400) + ip4(IPPROTO_UDP) + UDP + Octets(8), &w)) << "IKE: no SPI";
	EXPECT_FALSE(parse(AF_INET, too_big4(1400) + ip4(IPPROTO_ESP, 0x44) + ESP, &w)) << "a header too short";
	EXPECT_FALSE(parse(AF_INET, too_big4(1400) + ip4(IPPROTO_ESP, 0x65) + ESP, &w)) << "another version";
	EXPECT_FALSE(parse(AF_INET6, too_big6(1400) + ip4(IPPROTO_ESP) + ESP + Octets(40), &w));
	Octets port = too_big4(1400) + ip4(IPPROTO_ESP) + ESP;
	port[1] = 3;
	EXPECT_FALSE(parse(AF_INET, port, &w)) << "port unreachable";
	EXPECT_FALSE(parse(AF_INET6, port, &w));
}

TEST(Quote, what_is_cut_short_counts_for_nothing)
{
	for (const Octets &whole : { too_big4(1400) + ip4(IPPROTO_UDP) + UDP + Octets(ESP.begin(), ESP.begin() + 4),
		     too_big6(1400) + ip6(IPPROTO_ESP) + Octets(ESP.begin(), ESP.begin() + 4) }) {
		int family = whole[0] == 2 ? AF_INET6 : AF_INET;
		struct db_pmtu_word w = {};

		EXPECT_TRUE(parse(family, whole, &w));
		for (size_t n = 0; n < whole.size(); n++)
			EXPECT_FALSE(parse(family, Octets(whole.begin(), whole.begin() + (long)n), &w)) << n;
	}
}

} // namespace
