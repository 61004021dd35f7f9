#include "wire.h"

#include "ike/wire/cp.h"

static struct addr address(const char *text)
{
	struct addr a = {};

	EXPECT_EQ(ERR_OK, addr_parse(text, &a));
	return a;
}

static struct addr_prefix prefix(const char *text)
{
	struct addr_prefix p = {};

	EXPECT_EQ(ERR_OK, addr_parse_prefix(text, &p));
	return p;
}

/* A payload with one attribute. */
static enum err parse_attr(uint16_t type, const Octets &value, struct ike_cp *out)
{
	static Octets body;

	body = built([&](struct wr *w) {
		ike_cp_build(w, IKE_CP_REPLY);
		ike_cp_build_bytes(w, type, view(value));
	});
	return parse(ike_cp_parse, body, out);
}

/* RFC7296-3.15; the reply that feature R-RTE-02 shows: own /32 and a supernet. */
TEST(IkeCp, R_RTE_02_reply_with_subnets)
{
	struct addr_prefix own = prefix("10.0.0.254/32"), super = prefix("192.168.0.0/16"), p;
	struct ike_cp cp;
	Octets body = built([&](struct wr *w) {
		ike_cp_build(w, IKE_CP_REPLY);
		ike_cp_build_prefix(w, IKE_CFG_IP4_SUBNET, &own);
		ike_cp_build_prefix(w, IKE_CFG_IP4_SUBNET, &super);
	});

	EXPECT_EQ(unhex("02 000000 000d0008 0a0000fe ffffffff 000d0008 c0a80000 ffff0000"), body);
	ASSERT_EQ(ERR_OK, parse(ike_cp_parse, body, &cp));
	EXPECT_EQ(IKE_CP_REPLY, cp.type);
	ASSERT_EQ(2, cp.count);
	ASSERT_EQ(ERR_OK, ike_cp_prefix(&cp.attr[0], &p));
	EXPECT_TRUE(addr_prefix_eq(&own, &p));
	ASSERT_EQ(ERR_OK, ike_cp_prefix(&cp.attr[1], &p));
	EXPECT_TRUE(addr_prefix_eq(&super, &p));
}

TEST(IkeCp, R_RTE_01_request_is_empty_attributes)
{
	struct ike_cp cp;
	struct addr a;
	Octets body = built([&](struct wr *w) {
		ike_cp_build(w, IKE_CP_REQUEST);
		ike_cp_build_empty(w, IKE_CFG_IP4_ADDRESS);
		ike_cp_build_empty(w, IKE_CFG_IP4_SUBNET);
	});

	EXPECT_EQ(unhex("01 000000 0001 0000 000d 0000"), body);
	ASSERT_EQ(ERR_OK, parse(ike_cp_parse, body, &cp));
	EXPECT_EQ(ERR_ABSENT, ike_cp_addr(&cp.attr[0], &a));
	ASSERT_NE(nullptr, ike_cp_find(&cp, IKE_CFG_IP4_SUBNET));
	EXPECT_EQ(nullptr, ike_cp_find(&cp, IKE_CFG_IP6_DNS));
}

TEST(IkeCp, addresses_of_both_families)
{
	struct addr v4 = address("192.0.2.53"), v6 = address("2001:db8::53"), a;
	struct addr_prefix own = prefix("2001:db8::7/64"), net = prefix("2001:db8:1::/48"), p;
	struct ike_cp cp;
	Octets body = built([&](struct wr *w) {
		ike_cp_build(w, IKE_CP_REPLY);
		ike_cp_build_addr(w, IKE_CFG_IP4_DNS, &v4);
		ike_cp_build_addr(w, IKE_CFG_IP6_DNS, &v6);
		ike_cp_build_prefix(w, IKE_CFG_IP6_ADDRESS, &own);
		ike_cp_build_prefix(w, IKE_CFG_IP6_SUBNET, &net);
	});

	ASSERT_EQ(ERR_OK, parse(ike_cp_parse, body, &cp));
	ASSERT_EQ(4, cp.count);
	ASSERT_EQ(ERR_OK, ike_cp_addr(&cp.attr[0], &a));
	EXPECT_TRUE(addr_eq(&v4, &a));
	ASSERT_EQ(ERR_OK, ike_cp_addr(&cp.attr[1], &a));
	EXPECT_TRUE(addr_eq(&v6, &a));
	ASSERT_EQ(ERR_OK, ike_cp_prefix(&cp.attr[2], &p));
	EXPECT_TRUE(addr_prefix_eq(&own, &p)); /* host bits stay */
	ASSERT_EQ(ERR_OK, ike_cp_prefix(&cp.attr[3], &p));
	EXPECT_TRUE(addr_prefix_eq(&net, &p));
}

TEST(IkeCp, lengths_of_values)
{
	static const struct {
		uint16_t type;
		size_t len;
	} rows[] = { { IKE_CFG_IP4_ADDRESS, 4 }, { IKE_CFG_IP4_NETMASK, 4 }, { IKE_CFG_IP4_DNS, 4 }, { IKE_CFG_IP4_NBNS, 4 },
		{ IKE_CFG_IP4_DHCP, 4 }, { IKE_CFG_IP6_ADDRESS, 17 }, { IKE_CFG_IP6_DNS, 16 }, { IKE_CFG_IP6_DHCP, 16 },
		{ IKE_CFG_IP4_SUBNET, 8 }, { IKE_CFG_IP6_SUBNET, 17 } };
	auto cp = std::make_unique<struct ike_cp>();

	for (const auto &row : rows)
		for (size_t len = 0; len < 20; len++)
			EXPECT_EQ(len == 0 || len == row.len ? ERR_OK : ERR_MALFORMED, parse_attr(row.type, Octets(len), cp.get()))
				<< row.type << " " << len;
	EXPECT_EQ(ERR_OK, parse_attr(IKE_CFG_SUPPORTED_ATTRIBUTES, Octets(6), cp.get()));
	EXPECT_EQ(ERR_MALFORMED, parse_attr(IKE_CFG_SUPPORTED_ATTRIBUTES, Octets(5), cp.get()));
	EXPECT_EQ(ERR_OK, parse_attr(IKE_CFG_APPLICATION_VERSION, Octets(5), cp.get()));
	EXPECT_EQ(ERR_OK, parse_attr(32000, Octets(5), cp.get())); /* not understood: kept */
	EXPECT_EQ(32000, cp->attr[0].type);
}

TEST(IkeCp, values_that_lie)
{
	struct ike_cp cp;
	struct addr_prefix p;
	struct addr a;

	ASSERT_EQ(ERR_OK, parse_attr(IKE_CFG_IP4_SUBNET, unhex("0a000000 ff00ff00"), &cp));
	EXPECT_EQ(ERR_MALFORMED, ike_cp_prefix(&cp.attr[0], &p)); /* netmask with holes */
	Octets v6(17, 0);
	v6[16] = 129;
	ASSERT_EQ(ERR_OK, parse_attr(IKE_CFG_IP6_SUBNET, v6, &cp));
	EXPECT_EQ(ERR_MALFORMED, ike_cp_prefix(&cp.attr[0], &p));
	ASSERT_EQ(ERR_OK, parse_attr(IKE_CFG_IP6_SUBNET, Octets(), &cp));
	EXPECT_EQ(ERR_ABSENT, ike_cp_prefix(&cp.attr[0], &p));
	ASSERT_EQ(ERR_OK, parse_attr(IKE_CFG_APPLICATION_VERSION, Octets(5), &cp));
	EXPECT_EQ(ERR_MALFORMED, ike_cp_addr(&cp.attr[0], &a));
	EXPECT_EQ(ERR_MALFORMED, ike_cp_prefix(&cp.attr[0], &p));
}

/* RFC7296-2.5-g */
TEST(IkeCp, types_and_reserved_bits)
{
	struct ike_cp cp;

	for (unsigned type = 0; type < 256; type++)
		EXPECT_EQ(type >= 1 && type <= 4 ? ERR_OK : ERR_MALFORMED, parse(ike_cp_parse, { (uint8_t)type, 0, 0, 0 }, &cp)) << type;
	ASSERT_EQ(ERR_OK, parse(ike_cp_parse, unhex("01 ffffff 8001 0000"), &cp));
	EXPECT_EQ(IKE_CFG_IP4_ADDRESS, cp.attr[0].type);
}

TEST(IkeCp, cut_at_every_offset)
{
	struct addr_prefix own = prefix("10.0.0.254/32");
	auto body = [&](struct wr *w) {
		ike_cp_build(w, IKE_CP_REPLY);
		ike_cp_build_prefix(w, IKE_CFG_IP4_SUBNET, &own);
	};
	Octets all = built(body);
	struct ike_cp cp;

	for (size_t len = 0; len < all.size(); len++)
		EXPECT_EQ(len == 4 ? ERR_OK : ERR_TRUNCATED, parse(ike_cp_parse, Octets(all.begin(), all.begin() + (long)len), &cp)) << len;
	expect_bounded(body);
	mutate(ike_cp_parse, all);
}

TEST(IkeCp, more_attributes_than_fit)
{
	for (unsigned n : { (unsigned)IKE_CP_MAX, (unsigned)IKE_CP_MAX + 1 }) {
		auto cp = std::make_unique<struct ike_cp>();
		Octets body = built([&](struct wr *w) {
			ike_cp_build(w, IKE_CP_SET);
			for (unsigned i = 0; i < n; i++)
				ike_cp_build_empty(w, IKE_CFG_IP4_SUBNET);
		});

		EXPECT_EQ(n > IKE_CP_MAX ? ERR_LIMIT : ERR_OK, parse(ike_cp_parse, body, cp.get()));
		EXPECT_EQ(IKE_CP_MAX, cp->count);
	}
}
