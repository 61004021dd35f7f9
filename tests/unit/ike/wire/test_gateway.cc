#include <netinet/in.h>

#include "wire.h"

#include "ike/wire/gateway.h"

/* RFC5685-8.2: type, length, identity. */
TEST(IkeGateway, RFC5685_8_2_the_three_forms)
{
	static const char *const forms[] = { "01 04 c6336402", "02 10 20010db8000000000000000000000002",
		"03 10 687562322e6578616d706c652e6e6574" };
	struct ike_gateway g;

	Octets in;

	for (const char *form : forms) {
		in = unhex(form);
		ASSERT_EQ(ERR_OK, parse(ike_gateway_parse, in, &g)) << form;
		EXPECT_EQ(in, built([&](struct wr *w) { ike_gateway_build(w, &g); })) << form;
		expect_bounded([&](struct wr *w) { ike_gateway_build(w, &g); });
	}
	EXPECT_EQ(0, g.addr.family);
	EXPECT_EQ("hub2.example.net", std::string(reinterpret_cast<const char *>(g.name.data), g.name.len));
}

TEST(IkeGateway, what_follows_is_left)
{
	Octets in = unhex("01 04 c6336402 0102030405060708");
	struct rd r = rd_of(view(in));
	struct ike_gateway g;

	ASSERT_EQ(ERR_OK, ike_gateway_parse(&r, &g));
	EXPECT_EQ(AF_INET, g.addr.family);
	EXPECT_EQ(8u, rd_left(&r));
}

/* RFC5685-8.2-b */
TEST(IkeGateway, malformed)
{
	struct ike_gateway g;

	for (const char *bad : { "", "01", "01 04 c63364", "01 03 c63364", "01 10 20010db8000000000000000000000002", "02 04 c6336402",
		     "03 00", "03 02 4100", "03 02 4120", "00 04 c6336402", "04 04 41414141" })
		EXPECT_NE(ERR_OK, parse(ike_gateway_parse, unhex(bad), &g)) << bad;
	g.addr.family = 0;
	g.name = bytes_of(NULL, 0);
	uint8_t buf[16];
	struct wr w = wr_of(buf, sizeof(buf));
	ike_gateway_build(&w, &g);
	EXPECT_EQ(ERR_RANGE, wr_done(&w));
}
