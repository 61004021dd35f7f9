#include "base/addr.h"

#include <cstring>
#include <string>

#include <arpa/inet.h>
#include <netinet/in.h>

#include <gtest/gtest.h>

namespace
{
struct addr ip(const char *text)
{
	struct addr a;

	EXPECT_EQ(addr_parse(text, &a), ERR_OK) << text;
	return a;
}

struct addr_prefix net(const char *text)
{
	struct addr_prefix p;

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK) << text;
	return p;
}

std::string str(const struct addr &a)
{
	char text[ADDR_TEXT];

	return addr_str(&a, text);
}
} // namespace

TEST(Addr, prints_what_it_parsed)
{
	for (const char *text : { "0.0.0.0", "192.0.2.1", "255.255.255.255", "::", "::1", "2001:db8::1", "fe80::1:2:3:4",
		     "2001:db8:1111:2222:3333:4444:5555:6666", "::ffff:192.0.2.1" })
		EXPECT_EQ(str(ip(text)), text);
}

TEST(Addr, refuses_odd_text_and_leaves_the_result_alone)
{
	for (const char *text :
		{ "", " ", "1", "1.2.3", "1.2.3.4.5", "1.2.3.256", "1.2.3.-4", "01.2.3.4", "1.2.3.4 ", " 1.2.3.4", "1.2.3.4/8", "0x1.2.3.4",
			":", ":::", "1::2::3", "2001:db8::g", "2001:db8::1%eth0", "[::1]", "12345::", "1:2:3:4:5:6:7:8:9" }) {
		struct addr a = ip("192.0.2.9");

		EXPECT_EQ(addr_parse(text, &a), ERR_MALFORMED) << text;
		EXPECT_EQ(str(a), "192.0.2.9");
	}
}

TEST(Addr, none_prints_a_dash)
{
	struct addr none = addr_of(bytes_of("abc", 3));

	EXPECT_EQ(none.family, 0);
	EXPECT_EQ(str(none), "-");
	EXPECT_EQ(addr_bits(&none), 0u);
	EXPECT_EQ(addr_bytes(&none).len, 0u);
	EXPECT_TRUE(addr_is_any(&none));
}

TEST(Addr, bytes_and_numbers_round_trip)
{
	struct addr a = addr_of_u32(0xc0000201);
	struct addr six = ip("2001:db8::1");
	struct addr back = addr_of(addr_bytes(&six));

	EXPECT_EQ(str(a), "192.0.2.1");
	EXPECT_EQ(addr_u32(&a), 0xc0000201u);
	EXPECT_EQ(addr_bytes(&a).len, 4u);
	EXPECT_TRUE(addr_eq(&back, &six));
	EXPECT_EQ(addr_bits(&six), 128u);
}

TEST(Addr, families_never_equal_and_order_is_total)
{
	struct addr v4 = ip("0.0.0.0"), v6 = ip("::"), a = ip("10.0.0.1"), b = ip("10.0.0.2");

	EXPECT_FALSE(addr_eq(&v4, &v6));
	EXPECT_LT(addr_cmp(&v4, &v6), 0);
	EXPECT_GT(addr_cmp(&v6, &v4), 0);
	EXPECT_LT(addr_cmp(&a, &b), 0);
	EXPECT_EQ(addr_cmp(&a, &a), 0);
	EXPECT_TRUE(addr_is_any(&v4));
	EXPECT_TRUE(addr_is_any(&v6));
	EXPECT_FALSE(addr_is_any(&a));
}

TEST(Addr, prefix_parses_to_the_limits_of_its_family)
{
	char text[ADDR_PREFIX_TEXT];

	for (const char *ok :
		{ "0.0.0.0/0", "10.0.0.0/8", "192.0.2.1/32", "::/0", "2001:db8::/64", "2001:db8:1111:2222:3333:4444:5555:6666/128" }) {
		struct addr_prefix p = net(ok);

		EXPECT_STREQ(addr_prefix_str(&p, text), ok);
	}
}

TEST(Addr, prefix_refuses_odd_text)
{
	struct addr_prefix p;

	for (const char *text : { "", "/", "10.0.0.0", "10.0.0.0/", "/8", "10.0.0.0/-1", "10.0.0.0/+1", "10.0.0.0/ 8", "10.0.0.0/8x",
		     "10.0.0.0/8/8", "10.0.0/8", "10.0.0.0/0x8", "2001:0db8:1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/8" })
		EXPECT_EQ(addr_parse_prefix(text, &p), ERR_MALFORMED) << text;
	for (const char *text : { "10.0.0.0/33", "::/129", "10.0.0.0/256", "10.0.0.0/4294967304", "10.0.0.0/99999999999999999999999" })
		EXPECT_EQ(addr_parse_prefix(text, &p), ERR_RANGE) << text;
}

TEST(Addr, membership_at_every_length)
{
	struct addr net = ip("203.0.113.170"), six = ip("2001:db8:aaaa:5555:aaaa:5555:aaaa:5555");

	for (const struct addr &a : { net, six })
		for (unsigned len = 0; len <= addr_bits(&a); len++) {
			struct addr_prefix p = { a, static_cast<uint8_t>(len) };
			struct addr flipped = a;

			EXPECT_TRUE(addr_in(&p, &a));
			if (len != 0) { /* the last bit inside the prefix */
				flipped.b[(len - 1) / 8] = static_cast<uint8_t>(flipped.b[(len - 1) / 8] ^ (0x80 >> ((len - 1) % 8)));
				EXPECT_FALSE(addr_in(&p, &flipped)) << len;
			}
			flipped = a;
			if (len != addr_bits(&a)) { /* the first bit outside */
				flipped.b[len / 8] = static_cast<uint8_t>(flipped.b[len / 8] ^ (0x80 >> (len % 8)));
				EXPECT_TRUE(addr_in(&p, &flipped)) << len;
			}
		}
}

TEST(Addr, membership_is_within_a_family)
{
	struct addr_prefix all4 = net("0.0.0.0/0"), all6 = net("::/0");
	struct addr v4 = ip("10.0.0.1"), v6 = ip("2001:db8::1");

	EXPECT_TRUE(addr_in(&all4, &v4));
	EXPECT_TRUE(addr_in(&all6, &v6));
	EXPECT_FALSE(addr_in(&all4, &v6));
	EXPECT_FALSE(addr_in(&all6, &v4));
}

TEST(Addr, network_last_and_host)
{
	struct addr_prefix p = net("203.0.113.170/27"), six = net("2001:db8:0:ff:abcd::/60"), host = addr_prefix_host(&p.addr);

	EXPECT_EQ(str(addr_network(&p)), "203.0.113.160");
	EXPECT_EQ(str(addr_last(&p)), "203.0.113.191");
	EXPECT_EQ(str(addr_network(&six)), "2001:db8:0:f0::");
	EXPECT_EQ(str(addr_last(&six)), "2001:db8:0:ff:ffff:ffff:ffff:ffff");
	EXPECT_EQ(host.len, 32);
	EXPECT_TRUE(addr_prefix_eq(&host, &host));
	EXPECT_FALSE(addr_prefix_eq(&host, &p));
}

TEST(Addr, netmask_and_length_are_inverse)
{
	uint8_t len = 0;

	for (unsigned i = 0; i <= 32; i++) {
		struct addr mask = addr_of_mask(AF_INET, static_cast<uint8_t>(i));

		EXPECT_EQ(addr_mask_len(&mask, &len), ERR_OK);
		EXPECT_EQ(len, i);
	}
	EXPECT_EQ(str(addr_of_mask(AF_INET, 22)), "255.255.252.0");
	EXPECT_EQ(str(addr_of_mask(AF_INET6, 68)), "ffff:ffff:ffff:ffff:f000::");
}

TEST(Addr, netmask_with_holes_is_refused)
{
	uint8_t len = 77;

	for (const char *text : { "255.0.255.0", "0.0.0.1", "0.255.255.255", "255.255.255.253", "ffff::" }) {
		struct addr mask = ip(text);

		EXPECT_EQ(addr_mask_len(&mask, &len), ERR_MALFORMED) << text;
	}
	EXPECT_EQ(len, 77);
}

TEST(Addr, end_points_print_with_brackets_for_v6)
{
	char text[ADDR_PORT_TEXT];
	struct addr_port four = { ip("192.0.2.1"), 500 }, six = { ip("2001:db8::1"), 4500 };

	EXPECT_STREQ(addr_port_str(&four, text), "192.0.2.1:500");
	EXPECT_STREQ(addr_port_str(&six, text), "[2001:db8::1]:4500");
	EXPECT_FALSE(addr_port_eq(&four, &six));
	EXPECT_TRUE(addr_port_eq(&six, &six));
}

TEST(Addr, socket_addresses_round_trip)
{
	for (const char *text : { "192.0.2.1", "2001:db8::1" }) {
		struct addr_port p = { ip(text), 4500 }, back;
		struct sockaddr_storage ss;
		socklen_t len = addr_to_sockaddr(&p, &ss);

		EXPECT_EQ(len, p.addr.family == AF_INET ? sizeof(struct sockaddr_in) : sizeof(struct sockaddr_in6));
		ASSERT_EQ(addr_of_sockaddr(reinterpret_cast<struct sockaddr *>(&ss), &back), ERR_OK);
		EXPECT_TRUE(addr_port_eq(&p, &back));
	}
}

TEST(Addr, other_socket_families_are_refused)
{
	struct sockaddr sa = {};
	struct addr_port out;

	sa.sa_family = AF_UNIX;
	EXPECT_EQ(addr_of_sockaddr(&sa, &out), ERR_UNSUPPORTED);
}
