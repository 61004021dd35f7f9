#include "dp/api.h"

#include <gtest/gtest.h>

#include "samples.h"

namespace
{

enum err check(dp_op op)
{
	enum err err = dp_op_check(&op);

	dp_op_fini(&op);
	return err;
}

TEST(DpApi, words_are_complete_and_safe)
{
	EXPECT_STREQ(dp_placement_str(DP_PLACE_INLINE_PROTOCOL), "inline-protocol");
	EXPECT_STREQ(dp_reason_str(DP_WHY_UDP_ENCAP), "udp-encap");
	EXPECT_STREQ(dp_op_str(DP_DEL_ROUTE), "del-route");
	EXPECT_STREQ(dp_event_str(DP_EV_LINK), "link");
	EXPECT_STREQ(dp_reason_str(DP_WHY_COUNT), "?");
	EXPECT_STREQ(dp_op_str(DP_OP_COUNT), "?");
}

TEST(DpApi, classes_and_kinds_go_both_ways)
{
	for (unsigned c = 0; c < DP_CLASS_COUNT; c++) {
		auto k = (enum dp_class)c;

		EXPECT_EQ(dp_op_class(dp_op_put_of(k)), k);
		EXPECT_EQ(dp_op_class(dp_op_del_of(k)), k);
		EXPECT_TRUE(dp_op_is_put(dp_op_put_of(k)));
		EXPECT_FALSE(dp_op_is_put(dp_op_del_of(k)));
	}
	EXPECT_EQ(dp_op_class(DP_PUT_ROUTE), DP_CLASS_ROUTE);
	EXPECT_EQ(dp_op_class(DP_DEL_VRF), DP_CLASS_VRF);
}

/* Both programs may be of different builds: what stands on the wire never changes its number. */
TEST(DpApi, wire_numbers_are_pinned)
{
	EXPECT_EQ(ERR_ABSENT, 10);
	EXPECT_EQ(ERR_NEEDS_REKEY, 27);
	EXPECT_EQ(DP_PUT_VRF, 1);
	EXPECT_EQ(DP_DEL_ROUTE, 18);
	EXPECT_EQ(DP_PLACE_SOFT, 4);
	EXPECT_EQ(DP_WHY_MIGRATING, 13);
	EXPECT_EQ(DP_EV_LINK, 9);
	EXPECT_EQ(DP_EV_NETDEV, 10);
	EXPECT_EQ(DP_MSG_EVENTS, 11);
	EXPECT_EQ(DP_MSG_FAULTED, 13);
	EXPECT_EQ(DP_FAULT_FAIL, 7);
}

TEST(DpApi, accepts_the_samples)
{
	EXPECT_EQ(check(samples::vrf(0)), ERR_OK);
	EXPECT_EQ(check(samples::filter(1)), ERR_OK);
	EXPECT_EQ(check(samples::policy(1, 1)), ERR_OK);
	EXPECT_EQ(check(samples::port(1)), ERR_OK);
	EXPECT_EQ(check(samples::local("192.0.2.1/24")), ERR_OK);
	EXPECT_EQ(check(samples::adjacency(1, 1)), ERR_OK);
	EXPECT_EQ(check(samples::tunnel(1)), ERR_OK);
	EXPECT_EQ(check(samples::sa(1, 1, DP_IN, DP_TS_MAX)), ERR_OK);
	EXPECT_EQ(check(samples::route("10.0.0.0/8", DP_ROUTE_TUNNEL, 1)), ERR_OK);
}

TEST(DpApi, refuses_what_makes_no_sense)
{
	dp_op op = samples::route("10.0.0.1/8", DP_ROUTE_TUNNEL, 1); /* host bits */

	EXPECT_EQ(check(op), ERR_MALFORMED);
	op = samples::tunnel(0);
	EXPECT_EQ(check(op), ERR_RANGE);
	op = samples::tunnel(1);
	op.u.tunnel.remote = samples::ip("2001:db8::1");
	EXPECT_EQ(check(op), ERR_MALFORMED);
	op = samples::port(1);
	op.u.port.spec[0] = '\0';
	EXPECT_EQ(check(op), ERR_INCOMPLETE);
}

/* R-PBF-04 */
TEST(DpApi, refuses_impossible_policies)
{
	EXPECT_EQ(check(samples::policy(1)), ERR_OK);
	EXPECT_EQ(check(samples::policy(1, 7)), ERR_OK);
	EXPECT_EQ(check(samples::policy(0)), ERR_RANGE);
	dp_op op = samples::policy(1);
	op.u.policy.count = 2;
	EXPECT_EQ(check(op), ERR_MALFORMED);
	op = samples::policy(1);
	op.u.policy.count = 0;
	op.u.policy.classes = bytes_of(nullptr, 0);
	EXPECT_EQ(check(op), ERR_INCOMPLETE);

	dp_traffic t{};
	samples::name(t.name, sizeof(t.name), "A");
	EXPECT_TRUE(dp_policy_fits(&t, -1));
	t.depth = 1;
	EXPECT_FALSE(dp_policy_fits(&t, -1)) << "in no class";
	EXPECT_TRUE(dp_policy_fits(&t, 0));
	EXPECT_TRUE(dp_policy_fits(&t, 2));
	t.police.cir = 8000;
	EXPECT_FALSE(dp_policy_fits(&t, 0)) << "no burst";
	t.police.bc = 1500;
	EXPECT_TRUE(dp_policy_fits(&t, 0));
	t.police.pir = 9000;
	EXPECT_FALSE(dp_policy_fits(&t, 0));
	t.police.be = 1500;
	EXPECT_TRUE(dp_policy_fits(&t, 0));
	t.match_count = 1;
	t.match[0] = { DP_MATCH_ANY, false, 0, 0, 0 };
	EXPECT_FALSE(dp_policy_fits(&t, 0)) << "of no family";
	t.match[0] = { DP_MATCH_FILTER, false, 1, 0, 0 };
	EXPECT_FALSE(dp_policy_fits(&t, 0)) << "no list";
	t.match[0] = { DP_MATCH_DSCP, false, 1, 0, 0 };
	EXPECT_FALSE(dp_policy_fits(&t, 0)) << "no value";
}

TEST(DpApi, refuses_impossible_filters)
{
	EXPECT_EQ(check(samples::filter(1, 300)), ERR_OK);
	EXPECT_EQ(check(samples::filter(1, 300, true)), ERR_OK);
	EXPECT_EQ(check(samples::filter(1, 0)), ERR_INCOMPLETE);
	EXPECT_EQ(check(samples::filter(0)), ERR_RANGE);
	dp_op op = samples::filter(1, 2);
	op.u.filter.v6 = true;
	EXPECT_EQ(check(op), ERR_MALFORMED) << "lines of the other family";
	op = samples::filter(1, 2);
	op.u.filter.count = 1;
	EXPECT_EQ(check(op), ERR_MALFORMED) << "more lines than it says";
	op.u.filter.count = 3;
	EXPECT_EQ(check(op), ERR_MALFORMED);
	op = samples::tunnel(1);
	op.u.tunnel.feature[DP_V6].urpf = DP_URPF_STRICT + 1;
	EXPECT_EQ(check(op), ERR_RANGE);
}

TEST(DpApi, refuses_impossible_sas)
{
	const struct {
		void (*spoil)(dp_sa &s);
		enum err err;
	} cases[] = {
		{ [](dp_sa &s) { s.spi = 255; }, ERR_RANGE },
		{ [](dp_sa &s) { s.ts_count = 0; }, ERR_RANGE },
		{ [](dp_sa &s) { s.window = 96; }, ERR_RANGE },
		{ [](dp_sa &s) { s.window = 2048; }, ERR_RANGE },
		{ [](dp_sa &s) { s.remote.port = 0; }, ERR_INCOMPLETE },
		{ [](dp_sa &s) { s.remote.addr = samples::ip("192.0.2.7"); }, ERR_MALFORMED },
		{ [](dp_sa &s) { s.ts[0].local.first = samples::ip("2001:db8:1::1:0"); }, ERR_MALFORMED },
		{ [](dp_sa &s) { s.cipher = DP_CIPHER_AES_GCM; }, ERR_MALFORMED },  /* an AEAD has no integrity key */
		{ [](dp_sa &s) { s.integ = DP_INTEG_NONE; }, ERR_MALFORMED },       /* CBC alone is no ESP of ours */
		{ [](dp_sa &s) { s.integ = DP_INTEG_SHA256_128; }, ERR_MALFORMED }, /* 64 bytes of key */
		{ [](dp_sa &s) { secret_fini(&s.key); }, ERR_MALFORMED },
	};

	for (const auto &c : cases) {
		dp_op op = samples::sa(1, 1, DP_IN);

		c.spoil(op.u.sa);
		EXPECT_EQ(check(op), c.err) << (&c - cases);
	}
}

TEST(DpApi, size_ends_with_the_last_selector)
{
	dp_op op = samples::blank(DP_PUT_SA);
	size_t none = dp_op_size(&op);

	op.u.sa.ts_count = DP_TS_MAX;
	EXPECT_EQ(dp_op_size(&op) - none, DP_TS_MAX * sizeof(struct dp_ts_pair));
	EXPECT_LE(dp_op_size(&op), sizeof(op));
}

} // namespace
