#include <gtest/gtest.h>
#include <sys/socket.h>

#include <cstring>

#include "ike/config.h"
#include "ike/wire/cp.h"

namespace
{

struct addr_prefix prefix(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK);
	return p;
}

struct Built {
	uint8_t buf[4096];
	struct wr w = wr_of(buf, sizeof(buf));

	struct ike_config parse(uint8_t *type)
	{
		struct ike_config c;

		EXPECT_EQ(wr_done(&w), ERR_OK);
		EXPECT_EQ(ike_config_parse(wr_view(&w), type, &c), ERR_OK);
		return c;
	}
};

} // namespace

/* RFC7296-2.20-a RFC7296-3.15.1-b */
TEST(IkeConfig, a_reply_comes_through_whole)
{
	struct ike_config c = {};
	uint8_t type;
	Built b;

	c.ip4 = addr_of_u32(0x0a000001);
	c.ip4_mask_len = 23;
	c.ip6 = prefix("2001:db8::5/64");
	c.dns_count = 2;
	c.dns[0] = addr_of_u32(0x0a000035);
	c.dns[1] = prefix("2001:db8::35/128").addr;
	c.nbns_count = 1;
	c.nbns[0] = addr_of_u32(0x0a000036);
	c.prefix_count = 3;
	c.prefix[0] = prefix("0.0.0.0/0");
	c.prefix[1] = prefix("192.168.0.0/16");
	c.prefix[2] = prefix("2001:db8:1::/48");
	ike_config_build(&b.w, IKE_CP_REPLY, &c);
	struct ike_config d = b.parse(&type);
	EXPECT_EQ(type, IKE_CP_REPLY);
	EXPECT_EQ(d.want, 0);
	EXPECT_EQ(d.dropped, 0);
	EXPECT_TRUE(addr_eq(&d.ip4, &c.ip4));
	EXPECT_EQ(d.ip4_mask_len, 23);
	EXPECT_TRUE(addr_prefix_eq(&d.ip6, &c.ip6));
	EXPECT_EQ(d.dns_count, 2);
	EXPECT_EQ(d.nbns_count, 1);
	ASSERT_EQ(d.prefix_count, 3);
	for (int i = 0; i < 3; i++)
		EXPECT_TRUE(addr_prefix_eq(&d.prefix[i], &c.prefix[i]));
}

TEST(IkeConfig, a_request_says_what_is_wanted_and_which_address)
{
	struct ike_config c = {};
	uint8_t type;
	Built b;

	c.want = IKE_WANT_IP4 | IKE_WANT_DNS4 | IKE_WANT_SUBNET6 | IKE_WANT_IP6;
	c.ip4 = addr_of_u32(0x0a000007);
	ike_config_build_request(&b.w, &c);
	struct ike_config d = b.parse(&type);
	EXPECT_EQ(type, IKE_CP_REQUEST);
	EXPECT_EQ(d.want, c.want);
	EXPECT_TRUE(addr_eq(&d.ip4, &c.ip4));
	EXPECT_EQ(d.ip6.addr.family, 0);
}

/* RFC7296-3.15-a */
TEST(IkeConfig, what_doesnt_fit_or_isnt_known_is_counted)
{
	struct addr_prefix p = prefix("10.0.0.0/24");
	struct ike_config c;
	uint8_t type;
	Built b;

	ike_cp_build(&b.w, IKE_CP_SET);
	for (int i = 0; i < IKE_CONFIG_PREFIXES + 3; i++)
		ike_cp_build_prefix(&b.w, IKE_CFG_IP4_SUBNET, &p);
	ike_cp_build_empty(&b.w, 25000);
	ASSERT_EQ(ike_config_parse(wr_view(&b.w), &type, &c), ERR_OK);
	EXPECT_EQ(c.prefix_count, IKE_CONFIG_PREFIXES);
	EXPECT_EQ(c.dropped, 4);
}

TEST(IkeConfig, host_bits_of_a_prefix_are_cleared)
{
	struct addr_prefix p = prefix("10.0.0.9/24"), net = prefix("10.0.0.0/24");
	struct ike_config c;
	uint8_t type;
	Built b;

	ike_cp_build(&b.w, IKE_CP_SET);
	ike_cp_build_prefix(&b.w, IKE_CFG_IP4_SUBNET, &p);
	ASSERT_EQ(ike_config_parse(wr_view(&b.w), &type, &c), ERR_OK);
	EXPECT_TRUE(addr_prefix_eq(&c.prefix[0], &net));
}

/* RFC7296-3.15-b */
TEST(IkeConfig, R_RTE_04_an_acknowledgement_names_the_accepted_ones_without_value)
{
	struct ike_config c = {};
	bool accepted[] = { true, false, true };
	struct ike_cp cp;
	Built b;

	c.prefix_count = 3;
	c.prefix[0] = prefix("10.0.0.0/8");
	c.prefix[1] = prefix("11.0.0.0/8");
	c.prefix[2] = prefix("2001:db8::/32");
	ike_config_build_ack(&b.w, &c, accepted);
	struct rd r = rd_of(wr_view(&b.w));
	ASSERT_EQ(ike_cp_parse(&r, &cp), ERR_OK);
	EXPECT_EQ(cp.type, IKE_CP_ACK);
	ASSERT_EQ(cp.count, 2);
	EXPECT_EQ(cp.attr[0].type, IKE_CFG_IP4_SUBNET);
	EXPECT_EQ(cp.attr[1].type, IKE_CFG_IP6_SUBNET);
	EXPECT_EQ(cp.attr[0].value.len + cp.attr[1].value.len, 0u);
}
