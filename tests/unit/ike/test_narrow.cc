#include <gtest/gtest.h>
#include <sys/socket.h>

#include "ike/narrow.h"

namespace
{

struct ike_ts ts(const char *text, uint8_t protocol = 0)
{
	struct addr_prefix p = {};
	struct ike_ts t;

	EXPECT_EQ(addr_parse_prefix(text, &p), ERR_OK);
	t = ike_ts_of_prefix(&p);
	t.protocol = protocol;
	return t;
}

} // namespace

/* RFC7296-2.9-c */
TEST(IkeNarrow, the_intersection_is_the_answer)
{
	struct ike_ts ours[] = { ts("10.0.0.0/8"), ts("2001:db8::/32") };
	struct ike_ts_list theirs = {}, out;

	theirs.count = 2;
	theirs.item[0] = ts("0.0.0.0/0");
	theirs.item[1] = ts("2001:db8:1::/48");
	ASSERT_EQ(ike_narrow_side(ours, 2, &theirs, &out), ERR_OK);
	ASSERT_EQ(out.count, 2);
	EXPECT_TRUE(ike_ts_eq(&out.item[0], &ours[0]));
	EXPECT_TRUE(ike_ts_eq(&out.item[1], &theirs.item[1]));
	EXPECT_TRUE(ike_narrow_accepts(theirs.item, 2, &out));
	EXPECT_FALSE(ike_narrow_accepts(&theirs.item[1], 1, &out));
}

TEST(IkeNarrow, nothing_in_common_is_an_error)
{
	struct ike_ts ours = ts("10.0.0.0/8");
	struct ike_ts_list theirs = {}, out;

	EXPECT_EQ(ike_narrow_side(&ours, 1, &theirs, &out), ERR_TS);
	theirs.count = 1;
	theirs.item[0] = ts("192.168.0.0/16");
	EXPECT_EQ(ike_narrow_side(&ours, 1, &theirs, &out), ERR_TS);
}

TEST(IkeNarrow, gre_meets_only_gre)
{
	struct ike_ts any = ts("0.0.0.0/0"), gre = ts("192.0.2.1/32", 47);
	struct ike_ts_list theirs = {}, out;

	theirs.count = 1;
	theirs.item[0] = gre;
	EXPECT_EQ(ike_narrow_side(&any, 1, &theirs, &out), ERR_TS);
	EXPECT_EQ(ike_narrow_side(&gre, 1, &theirs, &out), ERR_OK);
	theirs.item[0] = any;
	EXPECT_EQ(ike_narrow_side(&gre, 1, &theirs, &out), ERR_TS);
}

TEST(IkeNarrow, no_more_than_a_child_holds)
{
	struct ike_ts any = ts("0.0.0.0/0");
	struct ike_ts_list theirs = {}, out;

	theirs.count = 40;
	for (unsigned i = 0; i < theirs.count; i++) {
		theirs.item[i].start = theirs.item[i].end = addr_of_u32(0x0a000000 + 2 * i);
		theirs.item[i].port_end = IKE_TS_PORT_MAX;
	}
	ASSERT_EQ(ike_narrow_side(&any, 1, &theirs, &out), ERR_OK);
	EXPECT_EQ(out.count, IKE_TS_COUNT);
	EXPECT_FALSE(ike_narrow_accepts(&any, 1, &theirs)) << "more than we can install";
}
